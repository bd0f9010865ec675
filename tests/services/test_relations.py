"""What golden records refer to and what refers to them, and what the feed says when that moves."""

from typing import Any

import pytest

from mdm.errors import InvalidInput, NotFound
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions
from mdm.services.feed import changes
from mdm.services.hub import Hub
from mdm.services.intake import records, references
from mdm.services.reading import relations
from mdm.services.reading.relations import Wanted
from mdm.services.rulebook import rules
from tests.conftest import AUTHOR

OWNER = """
entity_type: owner
id_prefix: own
attributes:
  name: {kind: company_name, required: true}
  tax_id: {kind: identifier}
match: {block_on: [[tax_id]], compare: [name], always: [{same: tax_id}]}
survive: {default: most_trusted, trust: {crm: 90, erp: 80, psa: 70}}
"""
HOUSE = """
entity_type: house
id_prefix: hou
attributes:
  name: {kind: text, required: true}
  owner: {kind: reference, to: owner}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
survive: {default: most_trusted, trust: {crm: 90, erp: 80, psa: 70}}
"""


@pytest.fixture
def town(hub: Hub) -> Hub:
    """A hub of houses and their owners; an owner is who has a tax id, and a house what has a name."""
    for text in (OWNER, HOUSE):
        rules.apply(hub, text, file="town.yaml", author=AUTHOR)
    return hub


def put(hub: Hub, key: str, day: int = 1, mode: Any = "put", **attributes: object) -> str:
    source, of, source_id = key.split(":")
    incoming = Incoming(source, of, source_id, attributes, None, f"2026-01-{day:02}T00:00:00.000000Z", mode)
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    resolving.resolve_all(hub, author=AUTHOR)
    assert found is not None
    return found


def moves(hub: Hub, *, after: int = 0) -> list[tuple[Any, ...]]:
    items = changes.page(hub, after=after, limit=1_000)["items"]
    return [
        (one["subject"], one["data"]["key"], one["data"]["from"], one["data"]["to"])
        for one in items
        if one["type"] == "mdm.reference.moved"
    ]


def led(hub: Hub, golden_id: str, **when: Any) -> list[tuple[Any, ...]]:
    found = relations.relations(hub, golden_id, Wanted(), **when)["refers_to"]
    return [(one["attribute"], one["standing"], one["golden_id"], one["label"], one["golden"]) for one in found]


def referred(hub: Hub, golden_id: str, **when: Any) -> list[tuple[str, str, list[str]]]:
    found = relations.relations(hub, golden_id, Wanted(), **when)["referred_by"]["items"]
    return [
        (one["golden_id"], one["attribute"], [f"{key['source']}:{key['source_id']}" for key in one["keys"]])
        for one in found
    ]


def test_a_reference_waits_arrives_moves_and_ends_and_the_feed_says_each(town: Hub) -> None:
    """Early child, late parent, a merge, a split, a deletion and a revival: the whole life of one reference."""
    house = put(town, "crm:house:1", name="Mill", owner="7")
    assert led(town, house) == [("owner", "waiting", None, None, True)]
    old = put(town, "erp:owner:3", name="Baker", tax_id="A1")
    assert moves(town) == []
    new = put(town, "crm:owner:7", name="Baker & Sons", tax_id="B2")
    assert led(town, house) == [("owner", "arrived", new, "Baker & Sons", True)]
    assert referred(town, new) == [(house, "owner", ["crm:1"])]
    then = changes.page(town, after=0, limit=1_000)["items"][-1]["data"]["seq"]
    merged = decisions.merge(town, [old, new], reason="one baker", author=AUTHOR)
    assert led(town, house) == [("owner", "arrived", old, "Baker & Sons", True)]
    assert led(town, house, as_of=then) == [("owner", "arrived", new, "Baker & Sons", True)]
    assert referred(town, new) == referred(town, old) == [(house, "owner", ["crm:1"])]
    assert referred(town, old, as_of=then) == []
    decisions.undo(town, merged.decision_id, reason="two bakers", author=AUTHOR)
    put(town, "crm:owner:7", 2, "delete")
    assert led(town, house) == [("owner", "deleted", new, None, True)]
    assert referred(town, new) == [(house, "owner", ["crm:1"])]
    put(town, "crm:owner:7", 3, name="Baker Ltd", tax_id="B2")
    ends = [(None, new), (new, old), (old, new), (new, None), (None, new)]
    assert moves(town) == [(house, "crm:house:1", meant, means) for meant, means in ends]
    put(town, "crm:house:1", 4, name="Mill", owner="erp:owner:3")
    put(town, "crm:house:1", 5, "delete")
    assert referred(town, old) == referred(town, new) == []
    assert len(moves(town)) == len(ends), "what a record says itself is no move"
    assert rebuild.verify(town).match


def test_who_refers_to_it_is_told_once_for_an_attribute_by_pages(town: Hub) -> None:
    owner = put(town, "crm:owner:7", name="Baker", tax_id="A1")
    houses = [put(town, f"crm:house:{number}", name=f"House {number}", owner="7") for number in range(5)]
    for number in range(5):
        assert put(town, f"erp:house:{number}", name=f"House {number}", owner="crm:owner:7") == houses[number]
    assert referred(town, owner)[0] == (houses[0], "owner", ["crm:0", "erp:0"])
    found, cursor = [], None
    while True:
        page = relations.relations(town, owner, Wanted(cursor=cursor, limit=2))["referred_by"]
        found += [one["golden_id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == houses
    assert relations.relations(town, owner, Wanted("employee"))["referred_by"]["items"] == []
    barred = Wanted(barred=[("house", "owner")])
    assert relations.relations(town, owner, barred)["referred_by"]["items"] == []
    with pytest.raises(InvalidInput, match="no page has the cursor"):
        relations.relations(town, owner, Wanted(cursor="house"))
    with pytest.raises(NotFound):
        relations.relations(town, "own_zzzz", Wanted())
    with pytest.raises(NotFound, match="no entity type 'hous'"):
        relations.relations(town, owner, Wanted("hous"))
    with pytest.raises(NotFound, match="no attribute 'ower'; the nearest is 'owner'"):
        relations.relations(town, owner, Wanted(attribute="ower"))


def test_systems_that_lead_elsewhere_are_all_told_and_what_survives_is_marked(town: Hub) -> None:
    one, other = (put(town, f"crm:owner:{n}", name=f"Owner {n}", tax_id=f"T{n}") for n in (1, 2))
    house = put(town, "erp:house:1", name="Mill", owner="crm:owner:2")
    assert put(town, "crm:house:1", name="Mill", owner="1") == house
    assert led(town, house) == [
        ("owner", "arrived", one, "Owner 1", True), ("owner", "arrived", other, "Owner 2", False),
    ]  # fmt: skip


def test_what_a_verdict_calls_related_is_told_from_both_sides_while_it_holds(town: Hub) -> None:
    one, other = (put(town, f"crm:owner:{n}", name="Baker", tax_id=f"T{n}") for n in (1, 2))
    said = decisions.verdict(
        town, Key("crm", "owner", "1"), Key("crm", "owner", "2"), "related", reason="sisters", author=AUTHOR
    )
    for mine, there in ((one, other), (other, one)):
        [found] = relations.relations(town, mine, Wanted())["related"]
        assert (found["golden_id"], found["verdicts"][0]["decision_id"]) == (there, said.decision_id)
    then = said.position
    decisions.undo(town, said.decision_id, reason="no", author=AUTHOR)
    assert relations.relations(town, one, Wanted())["related"] == []
    resolved = changes.page(town, after=0, limit=1_000)["items"][-1]["data"]["seq"]
    assert relations.relations(town, one, Wanted(), as_of=resolved)["related"] == []
    assert relations.relations(town, one, Wanted(), as_of=then + 1)["related"][0]["golden_id"] == other


def test_new_rules_read_references_anew(town: Hub) -> None:
    owner = put(town, "crm:owner:7", name="Baker", tax_id="A1")
    house = put(town, "crm:house:1", name="Mill", owner="7")
    renamed = HOUSE.replace(
        "owner: {kind: reference, to: owner}", "keeper: {kind: reference, to: owner, renamed_from: owner}"
    )
    rules.apply(town, renamed, file="town.yaml", author=AUTHOR)
    resolving.resolve_all(town, author=AUTHOR)
    assert referred(town, owner) == [(house, "keeper", ["crm:1"])]
    assert rebuild.verify(town).match


def test_a_report_on_an_attribute_that_no_type_has_is_refused_rather_than_empty(town: Hub) -> None:
    with pytest.raises(NotFound, match="no attribute 'ower'; the nearest is 'owner'"):
        references.waiting(town, references.Wanted(attribute="ower"))


def test_the_aged_report_names_what_waits_and_what_was_deleted_the_oldest_first(town: Hub) -> None:
    put(town, "crm:house:1", name="Mill", owner="7")
    then = changes.page(town, after=0, limit=1_000)["items"][-1]["data"]["seq"]
    put(town, "crm:house:2", name="Barn", owner="8")
    put(town, "erp:owner:3", name="Baker", tax_id="A1")
    put(town, "erp:house:3", name="Shed", owner="3")
    put(town, "erp:owner:3", 2, "delete")

    def told(**wanted: Any) -> list[tuple[Any, ...]]:
        items = references.waiting(town, references.Wanted(**wanted))["items"]
        return [
            (one["source"], one["attribute"], one["standing"], one["count"],
             [f"{sample['key']} {sample['target']}" for sample in one["samples"]])
            for one in items
        ]  # fmt: skip

    assert told(samples=1) == [
        ("crm", "owner", "waiting", 2, ["crm:house:1 crm:owner:7"]),
        ("erp", "owner", "deleted", 1, ["erp:house:3 erp:owner:3"]),
    ]
    assert told(before=then + 1) == [("crm", "owner", "waiting", 1, ["crm:house:1 crm:owner:7"])]
    assert [one[0] for one in told(source="erp", entity_type="house", attribute="owner")] == ["erp"]
    assert told(entity_type="owner") == told(barred=[("house", "owner")]) == []
    [then_waiting] = references.waiting(town, references.Wanted(), as_of=then)["items"]
    assert (then_waiting["count"], then_waiting["since"], then_waiting["days"]) == (1, then, 0)
    aged = references.waiting(town, references.Wanted(), moment="2026-03-15T09:00:00.000000Z")["items"]
    assert [(one["days"], *(sample["days"] for sample in one["samples"])) for one in aged] == [
        (13, 13, 13),
        (13, 13),
    ]
    for number in (7, 8):
        put(town, f"crm:owner:{number}", name=f"Owner {number}", tax_id=f"T{number}")
    put(town, "erp:owner:3", 3, name="Baker", tax_id="A1")
    assert told() == []
