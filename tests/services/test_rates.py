"""Rates: one question, one answer and why; the way to the nearest card; what is wrong with lines, now and then."""

from typing import Any

import pytest

from mdm.errors import Forbidden, InvalidInput, NotFound
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.pricing import line_findings, rates
from mdm.services.pricing.rate_question import Question
from mdm.services.reading import golden
from tests.conftest import AUTHOR

Line = dict[str, Any]


def put(hub: Hub, key: str, **attributes: Any) -> str:
    source, entity_type, source_id = key.split(":")
    mode: Any = "put" if attributes else "delete"
    incoming = Incoming(source, entity_type, source_id, attributes, None, None, mode)
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    resolving.resolve_all(hub, author=AUTHOR)
    assert found is not None
    return found


def line(role: str, rate: object, start: str = "2026-01-01", end: str = "2027-01-01", **more: object) -> Line:
    common = {"currency": "EUR", "unit": "hour"}
    return {**common, "role": role, "rate": rate, "valid_from": start, "valid_to": end, **more}


def card(hub: Hub, key: str, code: str, *lines: Line, **more: str) -> str:
    attributes = {"name": f"Rates {code}", "code": code, "currency": "EUR", "valid_from": "2026-01-01", **more}
    return put(hub, key, **attributes, lines=list(lines))


def ask(hub: Hub, about: str, on: str = "2026-03-01", as_of: Any = None, **fields: str) -> dict[str, Any]:
    return rates.rate(hub, Question(about, {"role": "Manager", "currency": "EUR", **fields}, on), as_of=as_of)


def way(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["holder"], step["outcome"]) for step in found["path"]]


def problems(hub: Hub, kind: str | None = None, **wanted: Any) -> list[tuple[Any, ...]]:
    wanted = {"on": "2026-08-01", **wanted}
    found = line_findings.findings(hub, line_findings.Wanted(kind=kind, **wanted))["items"]
    return [
        (one["kind"], one["key"]["role"], one["valid_from"], one["valid_to"],
         [(said["source"], said["fate"], said["amounts"]["rate"]) for said in one["said"]])
        for one in found
    ]  # fmt: skip


def test_one_rate_and_why_with_what_every_system_said(hub: Hub) -> None:
    one = card(hub, "erp:rate_card:1", "RC-100-1", line("Manager", "1,250.50", end="2026-07-01"), line("Analyst", 80))
    assert card(hub, "psa:rate_card:9", "RC-100-1", line("Mgr", "118.00"), line("Analyst", "80.0")) == one
    found = ask(hub, one)
    assert (found["outcome"], found["holder"], found["path"]) == ("found", "card", [])
    assert found["rate"] | {"line": None} == {
        "amount": "1250.5", "unit": "hour", "valid_from": "2026-01-01", "valid_to": "2026-07-01", "line": None,
        "key": {"role": "manager", "grade": None, "currency": "EUR", "unit": "hour"},
    }  # fmt: skip
    winner, [loser] = found["winner"], found["losers"]
    assert (winner["source"], winner["source_id"], winner["amount"]) == ("erp", "1", "1250.5")
    assert winner["value"]["rate"] == "1,250.50"
    assert (loser["source"], loser["amount"], loser["because"]) == ("psa", "118", "less trusted")
    assert ask(hub, "psa:rate_card:9", on="2026-07-01")["rate"]["amount"] == "118"
    assert ask(hub, one, on="2025-12-31")["outcome"] == "none"
    assert problems(hub) == [
        ("conflict", "manager", "2026-01-01", "2026-07-01", [("erp", "wins", "1250.5"), ("psa", "loses", "118")]),
    ]  # fmt: skip

    then = golden.get(hub, one)["seq"]
    card(hub, "psa:rate_card:9", "RC-100-1", line("Mgr", "1250.5"), line("Analyst", 81))
    assert [one[:2] for one in problems(hub)] == [("conflict", "analyst")]
    assert ask(hub, one, as_of=then)["losers"][0]["amount"] == "118"
    old = line_findings.findings(hub, line_findings.Wanted(about=one, kind="conflict"), as_of=then)["items"]
    assert [item["key"]["role"] for item in old] == ["manager"]
    split = decisions.split(hub, one, [Key("psa", "rate_card", "9")], reason="two", author=AUTHOR)
    assert problems(hub, "conflict") == []
    decisions.undo(hub, split.decision_id, reason="one", author=AUTHOR)
    assert len(problems(hub, "conflict")) == 1
    assert rebuild.verify(hub).match
    assert rebuild.rebuild(hub).match
    assert len(problems(hub, "conflict")) == 1
    put(hub, "psa:rate_card:9")
    put(hub, "erp:rate_card:1")
    assert problems(hub) == []
    assert ask(hub, one)["outcome"] == "none"


def _firm(hub: Hub) -> dict[str, str]:
    """A customer under a group, and its legal entity under a holding."""
    found = {"holding": put(hub, "erp:legal_entity:0", name="Holding AG")}
    found["entity"] = put(hub, "erp:legal_entity:1", name="Firm Deutschland GmbH", parent="0")
    found["group"] = put(hub, "erp:customer:0", name="Acme Group")
    found["customer"] = put(hub, "erp:customer:1", name="Acme Leasing", parent="0", legal_entity="1")
    return found


def test_a_customer_falls_back_along_parents_legal_entity_and_the_standard_of_the_firm(hub: Hub) -> None:
    customer = _firm(hub)["customer"]
    nothing = ask(hub, customer)
    holders = ["customer", "customer parent", "legal_entity", "legal_entity parent", "standard"]
    assert way(nothing) == [(holder, "none") for holder in holders]
    assert nothing["outcome"] == "none"
    assert {step["because"] for step in nothing["path"]} == {"no such card"}

    cards = {
        "standard": card(hub, "erp:rate_card:9", "STD-2026-9", line("Manager", 100)),
        "legal_entity parent": card(hub, "erp:rate_card:8", "HOL-2026-8", line("Manager", 101), legal_entity="0"),
        "legal_entity": card(hub, "erp:rate_card:7", "ENT-2026-7", line("Manager", 102), legal_entity="1"),
        "customer parent": card(hub, "erp:rate_card:6", "GRP-2026-6", line("Manager", 103), customer="0"),
        "customer": card(hub, "erp:rate_card:5", "CUS-2026-5", line("Manager", 104), customer="1", legal_entity="1"),
    }
    for expected, holder in enumerate(reversed(holders), start=100):
        later = [one for one in holders if holders.index(one) < holders.index(holder)]
        found = ask(hub, customer, as_of=golden.get(hub, cards[holder])["seq"])
        assert way(found) == [*((one, "none") for one in later), (holder, "found")]
        assert (found["holder"], found["card"]["golden_id"]) == (holder, cards[holder])
        assert found["rate"]["amount"] == str(expected)
    assert ask(hub, "erp:legal_entity:1")["rate"]["amount"] == "102"  # and not that of a customer of it
    assert ask(hub, customer, on="2027-01-01")["path"][0] | {"cards": 1} == {
        "holder": "customer", "golden_id": customer, "entity_type": "customer", "label": "Acme Leasing", "cards": 1,
        "outcome": "none", "because": "no line is in force on the day", "ended": "2027-01-01", "begins": None,
    }  # fmt: skip
    assert ask(hub, customer, role="Partner")["path"][0]["because"] == "no line is for what is asked"


def test_several_lines_or_cards_that_say_different_things_are_told_and_not_picked(sqlite_hub: Hub) -> None:
    customer = put(sqlite_hub, "erp:customer:1", name="Acme Leasing")
    days, hours = line("Manager", 900, unit="day"), line("Manager", 120)
    one = card(sqlite_hub, "erp:rate_card:5", "RC-5", days, hours, line("Manager", 130, grade="G6"), customer="1")
    assert [choice["rate"]["unit"] for choice in ask(sqlite_hub, customer)["choices"]] == ["day", "hour"]
    assert ask(sqlite_hub, customer, unit="h")["rate"]["amount"] == "120"
    assert ask(sqlite_hub, customer, unit="hour", grade="Level 6")["rate"]["amount"] == "130"
    # A line without a grade is for all.
    assert ask(sqlite_hub, customer, unit="hour", grade="G2")["rate"]["amount"] == "120"
    put(sqlite_hub, "psa:customer:2", name="Someone Else")
    other = card(sqlite_hub, "crm:rate_card:6", "RC-7766", line("Manager", 121), customer="erp:customer:1")
    assert other != one
    found = ask(sqlite_hub, customer, unit="hour")
    assert (found["outcome"], found["holder"], way(found)) == ("several", "customer", [("customer", "several")])
    assert [(each["card"]["golden_id"], each["rate"]["amount"]) for each in found["choices"]] == [
        (one, "120"),
        (other, "121"),
    ]
    card(sqlite_hub, "crm:rate_card:6", "RC-7766", line("Manager", "120.00"), customer="erp:customer:1")
    agreed = ask(sqlite_hub, customer, unit="hour")
    assert (agreed["outcome"], agreed["card"]["golden_id"], len(agreed["choices"])) == ("found", one, 2)


def test_tax_rules_are_asked_in_the_same_way_by_legal_entity_item_and_day(sqlite_hub: Hub) -> None:
    hub, firm = sqlite_hub, _firm(sqlite_hub)

    def rule(key: str, code: str, country: str, *rates: tuple[str, str, str | None], **more: str) -> str:
        lines = [{"rate": rate, "valid_from": start, "valid_to": end} for rate, start, end in rates]
        return put(hub, key, name=f"{code} {country}", code=code, country=country, lines=lines, **more)

    standard = rule("erp:tax_rule:1", "A1", "DE", ("16", "2020-07-01", "2021-01-01"), ("19", "2021-01-01", None),
                    legal_entity="1")  # fmt: skip
    rule("erp:tax_rule:2", "A2", "DE", ("7", "2021-01-01", None), legal_entity="1")
    foreign = rule("erp:tax_rule:3", "A3", "FR", ("20", "2021-01-01", None))
    rule("erp:tax_rule:4", "A3", "DE", ("5", "2021-01-01", None))
    put(hub, "erp:legal_entity:1", name="Firm Deutschland GmbH", parent="0", country="DE")

    def tax(about: str, on: str = "2026-03-01", **fields: str) -> dict[str, Any]:
        return rates.rate(hub, Question(about, fields, on, "tax_rule"))

    assert tax(firm["entity"], code="A1")["rate"]["amount"] == "19"
    assert tax(firm["entity"], "2020-12-31", code="a1")["rate"]["amount"] == "16"
    assert tax(firm["customer"], code="A2")["rate"]["amount"] == "7"
    assert tax(standard)["card"]["golden_id"] == standard
    home = tax(firm["entity"], code="A3")  # what is for all has to be of the country
    assert (home["holder"], home["rate"]["amount"]) == ("standard", "5")
    abroad = tax(firm["entity"], code="A3", country="France")
    assert (abroad["card"]["golden_id"], abroad["rate"]["amount"]) == (foreign, "20")
    assert problems(hub, "expired", entity_type="rate_card") == []


def test_a_page_is_narrowed_by_kind_type_source_and_card_and_goes_on_at_its_cursor(sqlite_hub: Hub) -> None:
    for number in range(4):
        code, start = f"RC-{number}{number}77{number}", f"202{number}-01-01"
        one = line("Manager", 100, start, f"202{number}-06-01")
        card(
            sqlite_hub,
            f"erp:rate_card:{number}",
            code,
            one,
            line("Manager", 110, f"202{number}-09-01"),
            valid_from=start,
        )
        card(sqlite_hub, f"psa:rate_card:{number}", code, {**one, "rate": 90}, valid_from=start)
    everything = problems(sqlite_hub)
    assert [kind for kind, *_ in everything].count("conflict") == 4
    assert [kind for kind, *_ in everything].count("gap") == 4
    assert problems(sqlite_hub, source="crm") == []
    assert {kind for kind, *_ in problems(sqlite_hub, source="psa")} == {"conflict"}
    assert problems(sqlite_hub, "gap", about="psa:rate_card:2") == [
        ("gap", "manager", "2022-06-01", "2022-09-01", [("erp", "before", "100"), ("erp", "after", "110")])
    ]
    expired = [(start, end) for _, _, start, end, _ in problems(sqlite_hub, "expired", on="2021-06-01")]
    assert expired == [("2020-06-01", "2020-09-01"), ("2021-06-01", "2021-09-01")]
    paged: list[Any] = []
    cursor: str | None = None
    while True:
        wanted = line_findings.Wanted(on="2026-08-01", cursor=cursor, limit=3)
        found = line_findings.findings(sqlite_hub, wanted)
        paged += found["items"]
        cursor = found["next"]
        if cursor is None:
            break
    assert [one["kind"] for one in paged] == [kind for kind, *_ in everything]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"role": "Managr"}, "nearest: manager"),
        ({"role": "Zzz"}, "no such code"),
        ({"currency": "EUX"}, "no currency"),
        ({"rol": "Manager"}, "nearest is 'role'"),
        ({"unit": "fortnight"}, "the code list units"),
    ],
)
def test_a_field_that_is_wrong_is_refused_with_what_would_be_right(
    sqlite_hub: Hub, fields: dict[str, str], words: str
) -> None:
    one = card(sqlite_hub, "erp:rate_card:1", "RC-1", line("Manager", 100))
    with pytest.raises(InvalidInput, match=words) as caught:
        ask(sqlite_hub, one, **fields)
    assert caught.value.faults[0].pointer == f"/query/{next(iter(fields))}"


def test_what_has_no_dated_lines_is_refused_rather_than_found_to_be_in_order(sqlite_hub: Hub) -> None:
    card(sqlite_hub, "erp:rate_card:1", "RC-1", line("Manager", 100), line("Manager", 90), customer="100")
    acme = put(sqlite_hub, "erp:customer:100", name="Acme GmbH")
    for about in (acme, "erp:customer:100"):
        with pytest.raises(InvalidInput, match="a customer has no dated lines; ask about one of these: rate_card"):
            line_findings.findings(sqlite_hub, line_findings.Wanted(about))


def test_what_never_was_is_not_found_and_what_is_barred_is_forbidden(sqlite_hub: Hub) -> None:
    one = card(sqlite_hub, "erp:rate_card:1", "RC-1", line("Manager", 100))
    for about in ("erp:rate_card:99", one[:-1] + "z"):
        with pytest.raises(NotFound):
            ask(sqlite_hub, about)
    for of, words in (("rate_crd", "nearest is 'rate_card'"), ("customer", "no entity type with dated lines")):
        with pytest.raises(InvalidInput, match=words):
            rates.rate(sqlite_hub, Question(one, {}, "2026-03-01", of))
    with pytest.raises(InvalidInput, match="takes a day"):
        ask(sqlite_hub, one, on="March")
    with pytest.raises(InvalidInput, match="nearest is 'gap'"):
        line_findings.findings(sqlite_hub, line_findings.Wanted(kind="gaps"))
    with pytest.raises(Forbidden):
        rates.rate(sqlite_hub, Question(one, {"role": "Manager"}, "2026-03-01", barred={("rate_card", "lines")}))
