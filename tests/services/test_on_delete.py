"""What a deleted target does to what refers to it, as declared: keep, clear or retire; and what its return undoes."""

from typing import Any

import pytest

from mdm.errors import InvalidRules
from mdm.log import Key
from mdm.services import rebuild, resolving
from mdm.services.feed import changes
from mdm.services.hub import Hub
from mdm.services.intake import references
from mdm.services.reading import golden, lookup, relations
from mdm.services.rulebook import rules
from mdm.store import digests
from tests.conftest import AUTHOR
from tests.services.test_relations import HOUSE, OWNER, put

ROOM = """
entity_type: room
id_prefix: roo
attributes:
  name: {kind: text, required: true}
  house: {kind: reference, to: house, on_delete: retire}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
survive: {default: most_trusted, trust: {crm: 90, erp: 80, psa: 70}}
"""


def town(hub: Hub, on_delete: str) -> None:
    """Owners, their houses, and rooms that retire with their house."""
    house = HOUSE.replace("to: owner", f"to: owner, on_delete: {on_delete}")
    for text in (OWNER, house, ROOM):
        rules.apply(hub, text, file="town.yaml", author=AUTHOR)


def state(hub: Hub) -> str:
    with hub.database.read() as reader:
        return digests.state(reader)


def events(hub: Hub, *, after: int) -> list[tuple[str, str]]:
    items = changes.page(hub, after=after, limit=1_000)["items"]
    return [(one["type"].removeprefix("mdm."), one["subject"]) for one in items]


def last(hub: Hub) -> int:
    return int(changes.page(hub, after=0, limit=1_000)["items"][-1]["sequence"])


def led(hub: Hub, golden_id: str, **when: Any) -> list[tuple[Any, ...]]:
    found = relations.relations(hub, golden_id, relations.Wanted(), **when)["refers_to"]
    return [(one["standing"], one["on_delete"], one["golden"]) for one in found]


def test_a_reference_that_is_kept_stays_and_is_told_as_dangling(hub: Hub) -> None:
    town(hub, "keep")
    put(hub, "crm:owner:7", name="Baker", tax_id="A1")
    house = put(hub, "crm:house:1", name="Mill", owner="7")
    before = state(hub)
    put(hub, "crm:owner:7", 2, "delete")
    assert golden.get(hub, house)["attributes"] == {"name": "Mill", "owner": "crm:owner:7"}
    assert led(hub, house) == [("deleted", "keep", True)]
    [group] = references.waiting(hub, references.Wanted())["items"]
    assert (group["standing"], group["count"]) == ("deleted", 1)
    put(hub, "crm:owner:7", 3, name="Baker", tax_id="A1")
    assert state(hub) == before
    assert rebuild.verify(hub).match


def test_a_reference_that_is_cleared_gives_way_to_another_until_its_target_is_back(hub: Hub) -> None:
    town(hub, "clear")
    put(hub, "crm:owner:7", name="Baker", tax_id="A1")
    put(hub, "erp:owner:3", name="Miller", tax_id="B2")
    house = put(hub, "crm:house:1", name="Mill", owner="7")
    assert put(hub, "erp:house:9", name="Mill", owner="3") == house
    assert golden.get(hub, house)["attributes"]["owner"] == "crm:owner:7"
    before = state(hub)
    put(hub, "crm:owner:7", 2, "delete")
    found = golden.get(hub, house, include=("lineage",))
    assert found["attributes"]["owner"] == "erp:owner:3"
    [loser] = found["lineage"]["owner"]["losers"]
    assert (loser["value"], loser["because"]) == ("7", "not valid: target deleted")
    put(hub, "erp:owner:3", 2, "delete")
    assert "owner" not in golden.get(hub, house)["attributes"]
    assert led(hub, house) == [("deleted", "clear", False), ("deleted", "clear", False)]
    for key, name, number in (("erp:owner:3", "Miller", "B2"), ("crm:owner:7", "Baker", "A1")):
        put(hub, key, 3, name=name, tax_id=number)
    assert state(hub) == before
    assert rebuild.verify(hub).match


def test_a_record_retires_with_its_target_through_two_levels_and_comes_back_with_it(hub: Hub) -> None:
    town(hub, "retire")
    owner = put(hub, "crm:owner:7", name="Baker", tax_id="A1")
    house = put(hub, "crm:house:1", name="Mill", owner="7")
    room = put(hub, "crm:room:5", name="Hall", house="1")
    assert put(hub, "psa:room:6", name="Hall") == room
    late = put(hub, "erp:room:8", name="Attic", house="nowhere")
    before, then = state(hub), golden.get(hub, house)["seq"]
    since = last(hub)
    put(hub, "crm:owner:7", 2, "delete")
    told = events(hub, after=since)
    assert [one for one in told if one[0] == "golden.retired"] == [("golden.retired", owner), ("golden.retired", house)]
    assert [one for one in told if one[0] == "golden.updated"] == [("golden.updated", room)]
    assert [one for one in told if one[0] == "xref.removed"] == [
        ("xref.removed", number) for number in (owner, house, room)
    ]
    assert golden.get(hub, house)["status"] == "retired"
    assert golden.get(hub, room)["attributes"] == {"name": "Hall"}  # what the PSA says of it is left
    assert golden.get(hub, late)["attributes"]["house"] == "erp:house:nowhere"  # what waits does not retire
    assert led(hub, house) == [("deleted", "retire", False)]
    assert [one["standing"] for one in references.waiting(hub, references.Wanted())["items"]] == ["waiting"]
    key = Key("crm", "house", "1")
    assert (lookup.xref(hub, key)["deleted"], "deleted" in lookup.xref(hub, key, as_of=then)) == (True, False)
    assert lookup.xref(hub, key, as_of=golden.get(hub, house)["seq"])["deleted"]
    put(hub, "crm:room:5", 2, name="Great Hall", house="1")
    assert lookup.xref(hub, Key("crm", "room", "5"))["deleted"]
    put(hub, "crm:room:5", 3, name="Hall", house="1")
    put(hub, "crm:owner:7", 3, name="Baker", tax_id="A1")
    assert state(hub) == before
    assert golden.get(hub, house)["status"] == "active"
    assert rebuild.verify(hub).match


def test_what_its_own_source_deletes_meanwhile_stays_deleted_when_the_target_is_back(hub: Hub) -> None:
    town(hub, "retire")
    put(hub, "crm:owner:7", name="Baker", tax_id="A1")
    house = put(hub, "crm:house:1", name="Mill", owner="7")
    put(hub, "crm:owner:7", 2, "delete")
    put(hub, "crm:house:1", 2, "delete")
    put(hub, "crm:owner:7", 3, name="Baker", tax_id="A1")
    assert golden.get(hub, house)["status"] == "retired"
    put(hub, "crm:house:1", 3, "patch", name="Old Mill")
    assert golden.get(hub, house)["attributes"] == {"name": "Old Mill", "owner": "crm:owner:7"}
    assert rebuild.verify(hub).match


def test_other_rules_retire_and_revive_what_they_concern(hub: Hub) -> None:
    town(hub, "keep")
    put(hub, "crm:owner:7", name="Baker", tax_id="A1")
    house = put(hub, "crm:house:1", name="Mill", owner="7")
    put(hub, "crm:owner:7", 2, "delete")
    kept = state(hub)
    for on_delete, status in (("retire", "retired"), ("clear", "active"), ("retire", "retired"), ("keep", "active")):
        town(hub, on_delete)
        resolving.resolve_all(hub, author=AUTHOR)
        assert golden.get(hub, house)["status"] == status
    assert state(hub) == kept
    assert rebuild.verify(hub).match


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (ROOM.replace("to: house,", "to: room,"), "room is retired with its house"),
        (ROOM.replace("to: house,", "to: house, dated: true,"), "cannot `retire` with one of several"),
        (ROOM.replace("kind: text,", "kind: text, on_delete: clear,"), "no other kind has a use for it"),
        (OWNER.replace("identifier}", "identifier}\n  room: {kind: reference, to: room, on_delete: retire}"), "circle"),
    ],
)
def test_what_cannot_be_meant_is_refused(hub: Hub, changed: str, said: str) -> None:
    town(hub, "retire")
    with pytest.raises(InvalidRules, match=said):
        rules.apply(hub, changed, file="changed.yaml", author=AUTHOR)
