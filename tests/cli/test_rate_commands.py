"""The commands about rates: one rate and why, where it was looked for, and what is wrong with lines."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Mdm

LINE = {"role": "Manager", "currency": "EUR", "unit": "hour", "valid_from": "2026-01-01", "valid_to": "2027-01-01"}


@pytest.fixture
def firm(mdm: Mdm) -> Mdm:
    """A customer with a rate card of two systems, and a legal entity with a tax rule."""
    lines = [{**LINE, "rate": "1.250,50"}, {**LINE, "unit": "day", "rate": 9000}]
    card = {"name": "Acme 2026", "code": "RC-100-1", "currency": "EUR", "valid_from": "2026-01-01"}
    tax = {"name": "A1", "code": "A1", "country": "DE", "legal_entity": "1"}
    rows = {
        ("erp", "customer"): {"id": "1", "name": "Acme Leasing"},
        ("erp", "rate_card"): {"id": "1", **card, "customer": "1", "lines": lines},
        ("psa", "rate_card"): {"id": "9", **card, "lines": [{**LINE, "rate": 118}]},
        ("erp", "legal_entity"): {"id": "1", "name": "Firm Deutschland GmbH", "country": "DE"},
        ("erp", "tax_rule"): {"id": "1", **tax, "lines": [{"rate": "19.0", "valid_from": "2021-01-01"}]},
    }
    for (source, entity_type), row in rows.items():
        Path("in.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
        assert mdm("ingest", "in.jsonl", "--source", source, "--type", entity_type).code == 0
    return mdm


def test_a_rate_is_told_with_winner_loser_file_and_the_way(firm: Mdm) -> None:
    ran = firm("rate", "erp:customer:1", "Manager", "EUR", "2026-03-01", "--unit", "hour")
    assert ran.code == 0
    for words in ("1250.5 per hour on 2026-03-01", "less trusted", "in.jsonl", "Acme Leasing"):
        assert words in ran.out
    found = firm("rate", "psa:rate_card:9", "Manager", "EUR", "2026-03-01", "--unit", "hour", "--json")
    assert (found.code, found.json["rate"]["amount"], found.json["losers"][0]["line"]) == (0, "1250.5", 1)
    tax = firm("tax-rate", "erp:legal_entity:1", "a1", "2026-03-01", "--country", "Germany")
    assert tax.code == 0
    assert "19 on 2026-03-01" in tax.out
    assert firm("tax-rate", "erp:tax_rule:1", "A1", "2026-03-01", "--json").json["rate"]["amount"] == "19"


def test_no_rate_and_several_exit_with_1_and_say_why(firm: Mdm) -> None:
    none = firm("rate", "erp:customer:1", "Manager", "EUR", "2027-03-01")
    assert none.code == 1
    assert "one ended on 2027-01-01" in none.out
    several = firm("rate", "erp:customer:1", "Manager", "EUR", "2026-03-01")
    assert several.code == 1
    assert "Several are meant" in several.out
    wrong = firm("rate", "erp:customer:1", "Managr", "EUR", "2026-03-01")
    assert (wrong.code, wrong.out) == (1, "")
    assert "nearest: manager" in wrong.err


def test_a_rate_for_who_is_gone_says_that_they_are(firm: Mdm) -> None:
    Path("in.jsonl").write_text('{"id": "1", "deleted": true}\n', encoding="utf-8")
    assert firm("ingest", "in.jsonl", "--source", "erp", "--type", "customer").code == 0
    ran = firm("rate", "erp:customer:1", "Manager", "EUR", "2026-03-01")
    assert (ran.code, "(retired)" in ran.out) == (0, True)
    assert "118 per hour" in ran.out, "the card of the PSA names nobody, and so is the standard"


def test_findings_are_a_table_that_can_be_narrowed(firm: Mdm) -> None:
    ran = firm("rates", "check", "--on", "2027-06-01")
    assert ran.code == 0
    assert "erp:1 1250.5 (wins); psa:9 118 (loses)" in ran.out
    assert ran.out.count("expired") == 2
    narrowed = ("psa:rate_card:9", "--kind", "expired", "--on", "2027-06-01", "--limit", "1")
    listed = firm("rates", "check", *narrowed, "--json").json
    assert len(listed["items"]) == 1
    assert listed["next"] is not None
    assert "Nothing is wrong" in firm("rates", "check", "--type", "tax_rule").out
    assert firm("rates", "check", "--kind", "gaps").code == 1
