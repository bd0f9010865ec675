"""Attributes whose values hold from one day to another: sent, resolved, read on a day, and as the hub knew them."""

from typing import Any

import pytest

from mdm.auth import Principal
from mdm.entity_types import check
from mdm.errors import Conflict, InvalidInput, InvalidRules
from mdm.ingest import Incoming
from mdm.log import Author, Key
from mdm.services import rebuild, resolving
from mdm.services.access import masking
from mdm.services.deciding import decisions, overrides
from mdm.services.deciding.overrides import Wanted
from mdm.services.feed import changes
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import differences, explain, forecast, golden
from mdm.services.rulebook import rules
from tests.conftest import AUTHOR

UNIT = """
entity_type: unit
id_prefix: unt
attributes: {name: {kind: text}}
match: {block_on: [[name]], compare: [name]}
"""
PERSON = """
entity_type: person
id_prefix: per
attributes:
  name:    {kind: person_name}
  unit:    {kind: reference, to: unit, dated: true}
  address: {kind: address, dated: true, privacy: contact}
  grade:   {kind: code, list: grades, dated: true}
match:
  block_on: [[name], [unit]]
  compare: [name, unit]
  always: [{same: name}]
survive:
  trust: {hcm: 90, crm: 50}
"""
ANNA = "Anna Lindqvist"


@pytest.fixture
def people(hub: Hub) -> Hub:
    for document in (UNIT, PERSON):
        rules.apply(hub, document, file="type.yaml", author=AUTHOR)
    return hub


def put(hub: Hub, source: str = "hcm", **values: object) -> None:
    cleaned, faults = check(hub.entity_type("person"), {"name": ANNA, **values})
    if faults:
        raise InvalidInput(faults[0].detail, faults=faults)
    incoming = Incoming(source, "person", "1", cleaned, None, None, "put")
    records.put(hub, incoming, author=AUTHOR, wait=True)


def tick(hub: Hub, date: str) -> None:
    resolving.tick(hub, date, author=Author("scheduler", f"{date}T00:00:00Z"))
    resolving.resolve_all(hub, author=AUTHOR)


def anna(hub: Hub, **asked: Any) -> dict[str, Any]:
    [found] = golden.page(hub, entity_type="person", **asked)["items"]
    return dict(found)


def grade(hub: Hub, **asked: Any) -> object:
    return anna(hub, **asked)["attributes"].get("grade")


def of(value: object, start: str | None = None, end: str | None = None) -> dict[str, object]:
    return {"value": value, "valid_from": start, "valid_to": end}


def test_a_value_takes_effect_on_its_day_and_the_feed_says_so_then(people: Hub) -> None:
    tick(people, "2026-01-10")
    put(people, grade=[of("G4", "2020-01-01", "2026-02-01"), of("G5", "2026-02-01")])
    assert grade(people) == "G4"
    assert anna(people)["dated"]["grade"] == [of("G4", "2020-01-01", "2026-02-01"), of("G5", "2026-02-01")]
    seen = changes.page(people, after=0)["next"]
    tick(people, "2026-01-31")
    assert (grade(people), changes.page(people, after=seen)["items"]) == ("G4", [])
    tick(people, "2026-02-01")
    [event] = changes.page(people, after=seen)["items"]
    assert event["type"] == "mdm.golden.updated"
    assert (event["data"]["before"]["attributes"]["grade"], event["data"]["after"]["attributes"]["grade"]) == (
        "G4", "G5",
    )  # fmt: skip
    assert rebuild.verify(people).match


def test_any_day_can_be_asked_for_together_with_any_moment(people: Hub) -> None:
    tick(people, "2026-01-10")
    put(people, grade=[of("G4", "2020-01-01")])
    before = anna(people)["seq"]
    put(people, grade=[of("G4", "2020-01-01", "2025-07-01"), of("G5", "2025-07-01", "2026-07-01")])
    assert [grade(people, on=day) for day in ("2019-12-31", "2025-06-30", "2025-07-01", "2026-07-01")] == [
        None, "G4", "G5", None,
    ]  # fmt: skip
    # A retroactive correction reopened a slice that was closed; what was believed before can still be asked for.
    assert (grade(people), grade(people, as_of=str(before))) == ("G5", "G4")
    assert grade(people, on="2025-12-01", as_of=str(before)) == "G4"
    [told] = golden.lineage(people, anna(people)["golden_id"], on="2025-12-01")["lineage"]["grade"]["winners"]
    assert (told["source"], told["index"], told["value"]["value"]) == ("hcm", 1, "G5")


def test_the_most_trusted_of_those_in_force_wins_on_each_day(people: Hub) -> None:
    put(people, grade=[of("G4", "2026-03-01", "2026-06-01")])
    put(people, "crm", grade="G2")
    assert anna(people)["dated"]["grade"] == [
        of("G2", None, "2026-03-01"), of("G4", "2026-03-01", "2026-06-01"), of("G2", "2026-06-01"),
    ]  # fmt: skip
    tick(people, "2026-04-01")
    assert grade(people) == "G4"


def test_matching_and_references_go_by_the_values_of_all_days(people: Hub) -> None:
    for number in ("1", "2"):
        records.put(
            people, Incoming("hcm", "unit", number, {"name": number}, None, None, "put"), author=AUTHOR, wait=True
        )
    tick(people, "2026-01-10")
    put(people, unit=[of("1", None, "2026-02-01"), of("2", "2026-02-01")])
    incoming = Incoming("crm", "person", "9", {"name": "A. Lindquist", "unit": "hcm:unit:2"}, None, None, "put")
    records.put(people, incoming, author=AUTHOR, wait=True)
    found = golden.page(people, entity_type="person")["items"]
    assert [one["attributes"]["unit"] for one in found][:1] == ["hcm:unit:1"]
    assert anna_forecast(people)["changes"] == [{
        "date": "2026-02-01", "attribute": "unit", "from": "hcm:unit:1", "to": "hcm:unit:2",
        "because": "by the days on which it holds",
    }]  # fmt: skip
    tick(people, "2026-02-01")
    assert golden.page(people, entity_type="person")["items"][0]["attributes"]["unit"] == "hcm:unit:2"
    evidence = explain.why(people, Key.parse("hcm:person:1"), Key.parse("crm:person:9"))
    assert {one["attribute"]: one["level"] for one in evidence["comparisons"]}["unit"] == "same"
    assert rebuild.verify(people).match


def anna_forecast(hub: Hub) -> dict[str, Any]:
    golden_id = golden.page(hub, entity_type="person")["items"][0]["golden_id"]
    return forecast.of_one(hub, golden_id)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Senior", [of("G4")]),
        ([{"value": "G4", "valid_through": "2025-12-31"}], [of("G4", None, "2026-01-01")]),
        ([{"value": "G4", "valid_from": "1900-01-01", "valid_through": "9999-12-31"}], [of("G4")]),
        ([{"value": None, "valid_from": "2026-01-01"}, {"value": "G4"}], [of("G4")]),
    ],
)
def test_ends_of_every_sort_become_half_open_intervals(people: Hub, sent: Any, kept: Any) -> None:
    put(people, grade=sent)
    assert anna(people)["dated"]["grade"] == kept


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ([of("G4", "2026-02-01", "2026-01-01")], "/attributes/grade/0/valid_to"),
        ([{**of("G4", None, "2026-01-01"), "valid_through": "2026-01-01"}], "/attributes/grade/0/valid_through"),
        ([{"value": "G4", "until": "2026-01-01"}], "/attributes/grade/0/until"),
        ([{"value": {"street": "Main Street 1"}}], "/attributes/grade/0/value"),
        ([{"value": "G4", "valid_from": "soon"}], "/attributes/grade/0/valid_from"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_at_its_place(people: Hub, sent: Any, place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        put(people, grade=sent)
    assert [fault.pointer for fault in refused.value.faults] == [place]


def set_grade(hub: Hub, value: object, *, supersede: bool = False, **days: str) -> str:
    wanted = Wanted(anna(hub)["golden_id"], "grade", value, **days)  # type: ignore[arg-type]
    return overrides.override(hub, wanted, reason="letter", author=AUTHOR, supersede=supersede).decision_id


def test_what_people_set_on_days_holds_on_these_and_the_latest_on_each(people: Hub) -> None:
    tick(people, "2026-01-10")
    put(people, grade=[of("G4", "2020-01-01", "2026-02-01"), of("G5", "2026-02-01")])
    first = set_grade(people, "G2", valid_from="2025-12-01", valid_through="2026-02-28")
    assert anna(people)["dated"]["grade"] == [
        of("G4", "2020-01-01", "2025-12-01"), of("G2", "2025-12-01", "2026-03-01"), of("G5", "2026-03-01"),
    ]  # fmt: skip
    assert grade(people) == "G2"
    assert set_grade(people, "G2", valid_from="2025-12-01", valid_to="2026-03-01") == first
    told = golden.lineage(people, anna(people)["golden_id"])["lineage"]["grade"]
    assert [one.get("decision_id") for one in told["winners"]] == [None, first, None]
    assert [(one["valid_from"], one["valid_to"], one["because"]) for one in told["losers"]] == [
        ("2025-12-01", "2026-02-01", "overridden"), ("2026-02-01", "2026-03-01", "overridden"),
    ]  # fmt: skip
    with pytest.raises(Conflict, match=first):
        set_grade(people, "G3", valid_from="2026-02-15", valid_to="2026-04-01")
    second = set_grade(people, None, supersede=True, valid_from="2026-02-15", valid_to="2026-04-01")
    assert anna(people)["dated"]["grade"] == [
        of("G4", "2020-01-01", "2025-12-01"), of("G2", "2025-12-01", "2026-02-15"), of("G5", "2026-04-01"),
    ]  # fmt: skip
    whole = set_grade(people, "G1", supersede=True)
    assert anna(people)["dated"]["grade"] == [of("G1")]
    for decision, kept in ((whole, 3), (second, 3), (first, 2)):
        decisions.undo(people, decision, reason="", author=AUTHOR)
        assert len(anna(people)["dated"]["grade"]) == kept
    assert rebuild.verify(people).match


def test_what_people_set_of_days_gives_its_event_on_the_day_and_ends_with_them(people: Hub) -> None:
    tick(people, "2026-01-10")
    put(people, name=ANNA)
    set_grade(people, "G2", valid_from="2026-02-01", valid_to="2026-03-01")
    assert grade(people) is None
    for day, holds in (("2026-02-01", "G2"), ("2026-03-01", None)):
        tick(people, day)
        assert grade(people) == holds
    assert grade(people, on="2026-02-28") == "G2"


@pytest.mark.parametrize(
    ("attribute", "given", "place"),
    [
        ("grade", {"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "/valid_to"),
        ("grade", {"valid_to": "2026-02-01", "valid_through": "2026-01-01"}, "/valid_through"),
        ("grade", {"valid_from": "soon"}, "/valid_from"),
        ("grade", {"until_source_changes": True}, "/until_source_changes"),
        ("name", {"valid_from": "2026-02-01"}, "/valid_from"),
        ("address", {"value": {"strasse": "Main Street 1"}}, "/value"),
    ],
)
def test_days_and_values_that_cannot_be_set_are_refused_at_their_place(
    people: Hub, attribute: str, given: dict[str, Any], place: str
) -> None:
    put(people, grade="G4")
    wanted = Wanted(anna(people)["golden_id"], attribute, **{"value": "G2", **given})
    with pytest.raises(InvalidInput) as refused:
        overrides.override(people, wanted, reason="", author=AUTHOR)
    assert refused.value.faults[0].pointer.startswith(place)


def test_what_has_days_is_not_kept_whole(people: Hub) -> None:
    for wrong in ("{default: union}", "{groups: [[grade, address]]}", "{conflicts: [grade]}"):
        document = PERSON.replace("trust: {hcm: 90, crm: 50}", wrong[1:-1])
        with pytest.raises(InvalidRules, match="dated values"):
            rules.apply(people, document, file="person.yaml", author=AUTHOR)


CARD = """
entity_type: card
id_prefix: crd
attributes:
  name:  {kind: text}
  rates: {kind: lines, key: [role], of: {role: {kind: code}, rate: {kind: number, privacy: financial}}}
match: {block_on: [[name]], compare: [name]}
"""


def test_a_rate_that_begins_tomorrow_gives_its_event_tomorrow_and_the_forecast_knows(hub: Hub) -> None:
    rules.apply(hub, CARD, file="card.yaml", author=AUTHOR)
    tick(hub, "2026-01-10")
    lines = [
        {"role": "dev", "rate": 100, "valid_to": "2026-01-11"},
        {"role": "dev", "rate": 120, "valid_from": "2026-01-11"},
    ]
    records.put(hub, Incoming("erp", "card", "1", {"rates": lines}, None, None, "put"), author=AUTHOR, wait=True)
    [card] = golden.page(hub)["items"]
    was, will = card["attributes"]["rates"]
    assert forecast.of_one(hub, card["golden_id"])["changes"] == [{
        "date": "2026-01-11", "attribute": "rates", "from": [was], "to": [will],
        "because": "by the days on which it holds",
    }]  # fmt: skip
    seen = changes.page(hub, after=0)["next"]
    tick(hub, "2026-01-11")
    assert [event["type"] for event in changes.page(hub, after=seen)["items"]] == ["mdm.golden.updated"]
    tick(hub, "2026-01-12")
    assert len(changes.page(hub, after=seen)["items"]) == 1


def test_who_may_not_see_the_values_sees_none_of_their_days(people: Hub) -> None:
    put(people, grade="G4", address=[of({"street": "Main Street 1", "city": "Bonn"}, "2026-01-01")])
    document = anna(people)
    shown = masking.golden(Principal(id="r", role="reader"), masking.Shown(people), document)
    assert (shown["dated"], shown["masked"]) == ({"grade": [of("G4")]}, ["address"])
    auditor = masking.golden(Principal(id="a", role="auditor"), masking.Shown(people), document)
    assert auditor["dated"]["address"][0]["value"] == {"street": "M*** S*** ***", "city": "B***"}


def test_a_correction_of_the_past_shows_in_the_difference_on_that_day(people: Hub) -> None:
    put(people, grade=[of("G3", None, "2025-01-01"), of("G4", "2025-01-01")])
    put(people, grade=[of("G3", None, "2024-07-01"), of("G4", "2024-07-01")])
    golden_id = anna(people)["golden_id"]
    found = differences.difference(people, golden_id, "1", "2", on="2024-10-01")["attributes"]["grade"]
    assert (found["from"], found["to"], found["because"]) == ("G3", "G4", ["source_changed_value"])
    later = differences.difference(people, golden_id, "1", "2", on="2026-01-01")["attributes"]["grade"]
    assert later["change"] == "winner"
