"""Readiness: what a process needs is present or missing, on any day, whoever changed what; and the fixes suffice."""

from collections.abc import Callable
from typing import Any

import pytest

from mdm.errors import InvalidInput, NotFound
from mdm.ingest import Incoming
from mdm.resolution import readiness_writing
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions, overrides
from mdm.services.feed import changes
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.rulebook import rules
from mdm.services.watching import measures, readiness
from mdm.services.watching.readiness import Wanted
from tests.conftest import AUTHOR

LINE = {"role": "consultant", "currency": "EUR", "unit": "day", "rate": "900"}
CODES = [
    ("system", "psa"), ("system", "billing"), ("value", "tax_id"), ("reference", "legal_entity"),
    ("referring", "rate_card.customer"),
]  # fmt: skip


def put(hub: Hub, key: str, mode: Any = "put", **said: Any) -> str:
    source, of, number = key.split(":")
    incoming = Incoming(source, of, number, said, None, None, mode)
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    resolving.resolve_all(hub, author=AUTHOR)
    assert found is not None
    return found


def customer(hub: Hub, source: str, **said: Any) -> str:
    return put(hub, f"{source}:customer:1", name="Waldsee AG", email=["info@waldsee.example"], **said)


def card(hub: Hub, *lines: dict[str, Any], key: str = "psa:rate_card:1") -> str:
    return put(hub, key, name="Waldsee 2026", customer="crm:customer:1", currency="EUR", lines=list(lines))


def missing(hub: Hub, golden_id: str, process: str = "quote_to_project", **asked: Any) -> list[tuple[str, str]]:
    found = readiness.of_one(hub, golden_id, process, **asked)
    assert found["ready"] == (not found["missing"])
    return [(one["code"], one.get("system", one.get("attribute"))) for one in found["missing"]]


def told(hub: Hub) -> list[tuple[str, bool]]:
    items = changes.page(hub, after=0, limit=1000)["items"]
    return [(one["data"]["process"], one["data"]["ready"]) for one in items if one["type"] == "mdm.readiness.changed"
            and one["data"]["process"] == "quote_to_project" and one["data"]["entity_type"] == "customer"]  # fmt: skip


def test_several_of_a_thing_are_not_said_to_be_one(hub: Hub) -> None:
    """By one golden record, by the list, and by what is counted."""
    golden_id = put(hub, "psa:rate_card:1", name="Waldsee 2026", customer="crm:customer:1")
    of_one = readiness.of_one(hub, golden_id, "quote_to_project")["missing"]
    said = {one["attribute"]: (one["what"], one["hint"]) for one in of_one if one["code"] == "value"}
    by_an_override = "from any of its systems, or set {} by an override"
    assert said == {
        "currency": ("a valid currency", f"send a valid currency {by_an_override.format('it')}"),
        "lines": ("valid lines", f"send valid lines {by_an_override.format('them')}"),
    }
    [listed] = readiness.page(hub, "quote_to_project", Wanted("rate_card"))["items"]
    assert listed["missing"] == of_one
    counted = measures.readiness(hub, since="2000-01-01")["rate_card"]["quote_to_project"]["blocked_by"]
    assert {one["what"] for one in counted} == {one["what"] for one in of_one}


def test_what_is_missing_is_the_shortest_list_of_fixes(hub: Hub) -> None:
    golden_id = customer(hub, "crm", legal_entity="erp:legal_entity:1000")
    customer(hub, "erp", tax_id="DE000000000")
    assert missing(hub, golden_id) == CODES
    fixes: list[Callable[[], str]] = [
        lambda: customer(hub, "psa"),
        lambda: customer(hub, "billing"),
        lambda: customer(hub, "erp", tax_id="DE136695976"),
        lambda: put(hub, "erp:legal_entity:1000", name="Norderstein Consulting GmbH", country="DE"),
        lambda: card(hub, LINE),
    ]
    for number, fix in enumerate(fixes):
        assert told(hub) == []
        fix()
        assert missing(hub, golden_id) == CODES[number + 1 :], "each is needed, and needed alone"
    assert told(hub) == [("quote_to_project", True)]
    found = readiness.of_one(hub, golden_id, "quote_to_project")
    assert [one["code"] for one in found["present"]] == [*["system"] * 4, "value", "reference", "referring", "line"]
    put(hub, "erp:legal_entity:1000", mode="delete")
    assert (missing(hub, golden_id), told(hub)[1:]) == ([CODES[3]], [("quote_to_project", False)])
    put(hub, "psa:rate_card:1", mode="delete")
    assert missing(hub, golden_id) == CODES[3:]
    assert rebuild.verify(hub).match


def test_each_role_and_currency_has_a_rate_in_force_on_the_day(hub: Hub) -> None:
    golden_id = customer(hub, "crm")
    other = {**LINE, "role": "partner", "valid_from": "2026-03-01", "valid_to": "2026-06-01"}
    card(hub, {**LINE, "valid_to": "2026-05-01"}, other)
    card(hub, {**LINE, "valid_from": "2026-05-01"}, key="erp:rate_card:77")
    rates = [code for code in missing(hub, golden_id) if code[0] in {"referring", "line"}]
    assert rates == [], "no day has passed yet"

    def lacking(on: str | None = None) -> list[dict[str, str]]:
        items = readiness.of_one(hub, golden_id, "quote_to_project", on=on)["missing"]
        return [one["key"] for one in items if one["code"] == "line"]

    partner = [{"role": "partner", "currency": "EUR"}]
    assert [lacking(day) for day in ("2026-02-28", "2026-03-01", "2026-05-01", "2026-06-01")] == [
        partner,
        [],
        [],
        partner,
    ]
    for day, expected in (("2026-02-01", partner), ("2026-04-01", []), ("2026-06-01", partner)):
        resolving.tick(hub, day, author=AUTHOR)
        resolving.resolve_all(hub, author=AUTHOR)
        assert lacking() == expected
        listed = readiness.page(hub, "quote_to_project", Wanted(missing="line:rate_card.customer"))["items"]
        assert [one["golden_id"] for one in listed] == ([golden_id] if expected else [])
    assert rebuild.verify(hub).match


def test_an_employee_is_active_with_a_cost_rate_and_a_cost_centre(hub: Hub) -> None:
    put(hub, "erp:cost_center:DE-1", name="Data", code="DE-1")
    said = {"name": "Jane Doe", "email": ["jane@firm.example"]}
    golden_id = put(hub, "hcm:employee:1", **said, hire_date="2026-03-01", end_date="2026-06-30")
    assert missing(hub, golden_id, "resource_to_margin") == [
        ("system", "psa"), ("system", "erp"), ("value", "cost_rate"), ("value", "cost_center"),
    ]  # fmt: skip
    for source in ("psa", "erp"):
        put(hub, f"{source}:employee:1", **said, cost_rate="80", cost_center="erp:cost_center:DE-1")
    days = ("2026-02-28", "2026-03-01", "2026-06-30", "2026-07-01")
    assert [missing(hub, golden_id, "resource_to_margin", on=day) for day in days] == [
        [("active", "hire_date")], [], [], [("active", "end_date")],
    ]  # fmt: skip
    resolving.tick(hub, "2026-06-30", author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    assert [one["ready"] for one in readiness.page(hub, "resource_to_margin", Wanted())["items"]] == [True]
    resolving.tick(hub, "2026-07-01", author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    assert [one["ready"] for one in readiness.page(hub, "resource_to_margin", Wanted())["items"]] == [False]


def test_a_tax_rule_of_its_legal_entity_counts_and_a_change_of_that_reaches_it(hub: Hub) -> None:
    golden_id = customer(hub, "erp", tax_id="DE136695976", legal_entity="1000")
    rule = ("referring", "tax_rule.legal_entity")
    assert rule in missing(hub, golden_id, "time_to_billing")
    put(hub, "erp:legal_entity:1000", name="Norderstein Consulting GmbH", country="DE")
    put(hub, "erp:tax_rule:1", name="VAT", code="V", country="DE", legal_entity="1000", lines=[{"rate": "19"}])
    assert rule not in missing(hub, golden_id, "time_to_billing")
    listed = readiness.page(hub, "time_to_billing", Wanted(missing="referring:tax_rule.legal_entity"))["items"]
    assert listed == []
    put(hub, "erp:tax_rule:1", name="VAT", code="V", country="DE", legal_entity="2000", lines=[{"rate": "19"}])
    [item] = readiness.page(hub, "time_to_billing", Wanted(missing="referring:tax_rule.legal_entity"))["items"]
    assert (item["golden_id"], item["ready"]) == (golden_id, False)


def test_a_reference_that_only_a_person_set_is_followed_wherever_it_leads(hub: Hub) -> None:
    golden_id = customer(hub, "erp", tax_id="DE136695976")
    rule, entity = ("referring", "tax_rule.legal_entity"), ("value", "legal_entity")
    put(hub, "erp:tax_rule:1", name="VAT", code="V", country="DE", legal_entity="1000", lines=[{"rate": "19"}])
    put(hub, "erp:legal_entity:1000", name="Norderstein Consulting GmbH", country="DE")
    card = put(hub, "psa:rate_card:1", name="Entity", code="R1", currency="EUR", lines=[LINE], legal_entity="9")

    def lacks() -> list[tuple[str, str]]:
        listed = readiness.page(hub, "time_to_billing", Wanted(limit=10))["items"]
        kept = [(one["code"], one.get("system", one.get("attribute"))) for item in listed for one in item["missing"]
                if item["golden_id"] == golden_id]  # fmt: skip
        assert kept == missing(hub, golden_id, "time_to_billing")
        told = (entity, rule, ("referring", "rate_card.customer"))
        return [one for one in told if one in missing(hub, golden_id, "time_to_billing")]

    assert rule in lacks()
    wanted = overrides.Wanted(golden_id, "legal_entity", "erp:legal_entity:1000")
    set_ = overrides.override(hub, wanted, reason="agreed", author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    assert lacks() == [("referring", "rate_card.customer")], "its tax rule is found by what was set"
    overrides.override(hub, overrides.Wanted(card, "legal_entity", "erp:legal_entity:1000"), reason="x", author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    assert lacks() == []
    put(hub, "erp:legal_entity:1000", mode="delete")
    assert rule in lacks(), "nothing that lives is meant"
    put(hub, "erp:legal_entity:1000", name="Norderstein Consulting GmbH", country="DE")
    assert lacks() == []
    decisions.undo(hub, set_.decision_id, reason="was wrong", author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    assert rule in lacks()
    assert rebuild.verify(hub).match


def test_new_rules_are_judged_at_once_and_what_is_not_there_is_named(hub: Hub) -> None:
    text = "entity_type: office\nid_prefix: ofc\nattributes: {name: {kind: text}}\n"
    text += "match: {block_on: [[name]], compare: [name]}\nreadiness: {lease: {systems: [erp]}}\n"
    rules.apply(hub, text, file="office.yaml", author=AUTHOR)
    golden_id = put(hub, "erp:office:1", name="Nord")
    assert missing(hub, golden_id, "lease") == []
    rules.apply(hub, text.replace("[erp]", "[erp, crm]"), file="office.yaml", author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    [item] = readiness.page(hub, "lease", Wanted(ready=False))["items"]
    assert [one["system"] for one in item["missing"]] == ["crm"]
    assert item["first_ready"] is not None
    for refused in (("leese", None), ("lease", "customer")):
        with pytest.raises(NotFound, match="process"):
            readiness.page(hub, refused[0], Wanted(refused[1]))
    with pytest.raises(InvalidInput, match="missing takes one of"):
        readiness.page(hub, "lease", Wanted(missing="sistem"))
    assert rebuild.verify(hub).match


def test_a_rate_falls_back_along_parents_the_legal_entity_and_the_standard_of_the_firm(hub: Hub) -> None:
    golden_id = customer(hub, "crm", legal_entity="erp:legal_entity:1000", parent="crm:customer:9")
    put(hub, "crm:customer:9", name="Alpen Holding AG")
    put(hub, "erp:legal_entity:1000", name="Norderstein Consulting GmbH", country="DE")

    def lacks() -> list[str]:
        found = readiness.of_one(hub, golden_id, "quote_to_project", on="2026-03-01")["missing"]
        return [one["code"] for one in found if one.get("attribute") == "rate_card.customer"]

    assert lacks() == ["referring"]
    for number, whose in enumerate(({}, {"legal_entity": "erp:legal_entity:1000"}, {"customer": "crm:customer:9"})):
        key = f"psa:rate_card:{number}"
        put(hub, key, name=f"Rates {number}", code=f"RC-{number}", currency="EUR", lines=[LINE], **whose)
        assert lacks() == []
        put(hub, key, mode="delete")
        assert lacks() == ["referring"]
    card(hub, {**LINE, "valid_to": "2026-01-01"})
    assert lacks() == ["line"], "what it had a rate for is not in force any more"
    put(hub, "psa:rate_card:9", name="Standard", code="RC-9", currency="EUR", lines=[{**LINE, "role": "partner"}])
    assert lacks() == ["line"], "the standard has no rate for that role"
    put(hub, "psa:rate_card:9", name="Standard", code="RC-9", currency="EUR", lines=[LINE])
    assert lacks() == []


def test_a_wide_change_is_judged_in_commits_to_come_and_the_list_says_so(
    sqlite_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = sqlite_hub
    monkeypatch.setattr(readiness_writing, "MOST", 2)
    ids = [put(hub, f"crm:customer:{number}", name=f"{name} AG") for number, name in enumerate(("Alm", "Bach", "Tal"))]
    standard = {"name": "Standard", "code": "RC-9", "currency": "EUR", "lines": [LINE]}
    incoming = Incoming("psa", "rate_card", "9", standard, None, None, "put")
    records.put(hub, incoming, author=AUTHOR, wait=True)

    def told() -> tuple[int, int]:
        found = readiness.page(hub, "quote_to_project", Wanted("customer", missing="referring"))
        return found["outdated"], len(found["items"])

    assert told() == (3, 3)
    assert ("referring", "rate_card.customer") not in missing(hub, ids[0]), "one that is asked for is judged as it is"
    assert resolving.refresh(hub, "customer", author=AUTHOR)
    assert told() == (1, 1)
    resolving.resolve_all(hub, author=AUTHOR)
    assert told() == (0, 0)
    assert rebuild.verify(hub).match


def test_who_waits_for_a_record_does_not_wait_until_all_that_is_outdated_is_judged(
    sqlite_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = sqlite_hub
    monkeypatch.setattr(readiness_writing, "MOST", 2)
    names = ("Alm", "Bach", "Tal", "Joch", "Firn", "Kar", "Moos", "Ried")
    ids = [put(hub, f"crm:customer:{number}", name=f"{name} AG") for number, name in enumerate(names)]
    standard = {"name": "Standard", "code": "RC-9", "currency": "EUR", "lines": [LINE]}
    records.put(hub, Incoming("psa", "rate_card", "9", standard, None, None, "put"), author=AUTHOR, wait=True)

    def outdated() -> int:
        return int(readiness.page(hub, "quote_to_project", Wanted("customer"))["outdated"])

    assert outdated() == 8
    records.put(hub, Incoming("erp", "customer", "7", {"name": "Grat AG"}, None, None, "put"), author=AUTHOR, wait=True)
    assert outdated() == 7, "its commit judges as many as it has records"
    decisions.merge(hub, ids[6:], reason="", author=AUTHOR, supersede=False)
    before = outdated()
    assert before > 2
    assert resolving.refresh(hub, "customer", author=AUTHOR)
    assert outdated() == before - 2
    resolving.resolve_all(hub, author=AUTHOR)
    assert outdated() == 0
    assert not resolving.refresh(hub, "customer", author=AUTHOR)
    assert rebuild.verify(hub).match


def test_the_way_to_a_rate_is_that_of_the_day_and_turns_by_itself(sqlite_hub: Hub) -> None:
    hub = sqlite_hub
    assert hub.entity_type("customer").attributes["parent"].dated
    group = [{"value": "crm:customer:9", "valid_from": "2026-03-01", "valid_to": "2026-06-01"}]
    golden_id = customer(hub, "crm", parent=group)
    put(hub, "crm:customer:9", name="Alpen Holding AG")
    put(hub, "psa:rate_card:1", name="R", code="RC-1", currency="EUR", customer="crm:customer:9", lines=[LINE])
    for day, lacks in (("2026-02-01", True), ("2026-03-01", False), ("2026-05-31", False), ("2026-06-01", True)):
        resolving.tick(hub, day, author=AUTHOR)
        resolving.resolve_all(hub, author=AUTHOR)
        listed = readiness.page(hub, "quote_to_project", Wanted("customer", missing="referring"))["items"]
        assert (golden_id in {one["golden_id"] for one in listed}) == lacks, day
        assert (("referring", "rate_card.customer") in missing(hub, golden_id)) == lacks
    assert rebuild.verify(hub).match
