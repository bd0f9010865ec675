"""The law of the web: thirty records of four types that refer to one another, in any order, give one state.

Two dated hierarchies (with a cycle and a mismatch that stand on some days only), references that keep, clear and
retire, dated references and values, merges that sources made, deletions that take other types along, of which one is
taken back, and records that are said to have changed, of which one has come.
"""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mdm.ingest import Incoming
from mdm.services import rebuild, resolving
from mdm.services.hub import Hub, open_hub
from mdm.services.intake.records import put_many
from mdm.services.rulebook import rules
from mdm.services.stewarding import tasks
from mdm.services.watching import hierarchy_mismatches, refetches
from mdm.settings import Settings
from mdm.store import digests
from mdm.store.batches import Origin
from mdm.store.one_transaction import one_transaction
from tests.conftest import AUTHOR

RULES = """
entity_type: {name}
id_prefix: {name}
attributes:
  name: {{kind: text, required: true}}
{attributes}
match: {{block_on: [[name]], compare: [name], always: [{{same: name}}]}}
survive: {{default: most_trusted, trust: {{crm: 90, erp: 80, psa: 70}}}}
"""
ATTRIBUTES = {
    "firm": "  above: {kind: reference, to: firm, on_delete: clear, dated: true}",
    "person": "  manager: {kind: reference, to: person, dated: true}\n  firm: {kind: reference, to: firm, dated: true}",
    "client": "  firm: {kind: reference, to: firm, on_delete: retire}\n  lead: {kind: reference, to: person}",
    "card": "  client: {kind: reference, to: client, on_delete: retire}\n  rate: {kind: number, dated: true}",
}
DAYS = ("2026-01-01", "2026-03-01", "2026-07-01")


def spans(*values: object) -> list[dict[str, object]]:
    """One value after another."""
    ends = (*DAYS[1 : len(values)], None)
    return [
        {"value": one, "valid_from": first, "valid_to": end}
        for one, first, end in zip(values, DAYS, ends, strict=False)
    ]


def facts() -> list[Incoming]:
    """Thirty records, and what becomes of some of them; no two words are equally new."""
    said: list[tuple[str, str, dict[str, Any]]] = [
        ("crm:firm:1", "Alpha", {}), ("erp:firm:1", "Alpha", {"above": "1"}), ("crm:firm:2", "Beta", {"above": "1"}),
        ("erp:firm:2", "Beta", {"above": spans("1", "3")}), ("erp:firm:3", "Gamma", {"above": "crm:firm:1"}),
        ("psa:firm:4", "Delta", {"above": spans("crm:firm:1", "crm:firm:5", "crm:firm:6")}),
        ("crm:firm:5", "Epsilon", {"above": "psa:firm:4"}),
        ("crm:firm:6", "Zeta", {"above": spans("erp:firm:3", "crm:firm:1")}),
        ("psa:firm:7", "Beta Ltd", {"above": "nowhere"}),
        ("crm:person:1", "Ann", {}), ("erp:person:1", "Ann", {"firm": spans("1", "3")}),
        ("crm:person:2", "Bob", {"manager": "1"}),
        ("psa:person:2", "Bob", {"manager": spans("crm:person:1", "crm:person:3")}),
        ("crm:person:3", "Cleo", {"manager": spans("erp:person:1", "crm:person:2"), "firm": spans("1", "2", "6")}),
        ("erp:person:4", "Dan", {"manager": "crm:person:9"}), ("psa:person:5", "Ann B.", {"manager": "crm:person:2"}),
        ("crm:client:1", "Acme", {"firm": "2", "lead": "1"}), ("erp:client:1", "Acme", {"lead": "4"}),
        ("crm:client:2", "Bolt", {"firm": "6", "lead": "psa:person:5"}),
        ("psa:client:2", "Bolt", {"firm": "crm:firm:6"}),
        ("erp:client:3", "Coil", {"firm": "late"}), ("psa:client:4", "Dyne", {"firm": "7"}),
        ("crm:client:5", "Edge", {"firm": "erp:firm:3"}), ("erp:client:6", "Bolt AG", {"firm": "3"}),
        ("crm:card:1", "Acme 26", {"client": "1", "rate": spans(900, 950)}),
        ("erp:card:1", "Acme 26", {"rate": spans(910)}), ("psa:card:2", "Bolt 26", {"client": "crm:client:2"}),
        ("crm:card:3", "Bolt 27", {"client": "2", "rate": spans(1, 2, 3)}),
        ("erp:card:4", "Edge 26", {"client": "crm:client:5"}),
        ("psa:card:5", "Dyne 26", {"client": "4", "rate": spans(700)}),
    ]  # fmt: skip
    made = [_word(place, key, "put", {"name": name, **more}) for place, (key, name, more) in enumerate(said)]
    later = [
        _word(40, "crm:firm:6", "delete", {}),  # takes the client Bolt along, and with it two cards
        _word(41, "crm:person:3", "delete", {}),  # a manager, kept
        _word(42, "psa:firm:7", "delete", {}, merged_into="4"),  # Dyne's firm is Delta now
        _word(43, "psa:person:5", "delete", {}, merged_into="2"),
        _word(44, "crm:client:5", "delete", {}),
        _word(45, "crm:client:5", "patch", {"lead": "2"}),  # and back, with its card
        _word(46, "erp:firm:3", "delete", {}),  # what hangs below has no parent for a while, and retires
        _word(47, "erp:firm:3", "put", {"name": "Gamma", "above": "crm:firm:1"}),
        _word(48, "psa:client:2", "patch", {"name": "Bolt"}),
        _word(49, "crm:card:3", "delete", {}),
        _word(50, "erp:client:1", "changed", {}),  # never fetched
        _word(45, "erp:firm:3", "changed", {}),  # and fetched, perhaps before this was said
    ]
    assert len(made) == 30
    return [*made, *later]


def _word(place: int, key: str, mode: Any, attributes: dict[str, Any], **more: Any) -> Incoming:
    source, of, source_id = key.split(":")
    return Incoming(source, of, source_id, attributes, None, f"2026-01-01T00:00:{place:02}.000000Z", mode, **more)


@pytest.fixture
def web(sqlite_template: Path, tmp_path: Path) -> Iterator[Hub]:
    path = tmp_path / "hub.db"
    path.write_bytes(sqlite_template.read_bytes())
    hub = open_hub(Settings(database_url=f"sqlite:///{path}"))
    for name, attributes in ATTRIBUTES.items():
        rules.apply(hub, RULES.format(name=name, attributes=attributes), file="web.yaml", author=AUTHOR)
    yield hub
    hub.close()


def taken_in(hub: Hub, seed: int) -> str:
    """The facts and a day in an order and batches of their own, some types resolved now and then; what stands then."""
    rnd, left = random.Random(seed), facts()
    passes = rnd.randint(12, len(left))  # no batch is larger
    if seed:
        rnd.shuffle(left)
    while left:
        if passes >= len(left):
            resolving.tick(hub, "2026-05-01", author=AUTHOR)
            passes = -1
        size = rnd.choice((1, 4, 12))
        put_many(hub, left[:size], author=AUTHOR, batch=Origin())
        left = left[size:]
        for name in rnd.sample(sorted(ATTRIBUTES), rnd.choice((0, 0, 1, 2))):
            resolving.resolve(hub, name, author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    with hub.database.read() as reader:
        return digests.neutral(reader)


def test_the_web_comes_out_as_it_is_and_as_a_rebuild_has_it(web: Hub) -> None:
    taken_in(web, 3)
    with web.database.read() as reader:
        dead = reader.rows("SELECT source, entity_type, source_id FROM source_record WHERE deleted")
    assert {":".join(row) for row in dead} == {
        "crm:firm:6", "crm:person:3", "psa:firm:7", "psa:person:5", "crm:client:2", "psa:client:2", "psa:card:2",
        "crm:card:3",
    }  # fmt: skip
    assert [one["kind"] for one in tasks.page(web)["items"]] == ["hierarchy_cycle"]
    mismatches = hierarchy_mismatches.mismatches(web, hierarchy_mismatches.Wanted())["items"]
    assert [(one["label"], one["valid_from"], one["valid_to"]) for one in mismatches] == [("Beta", DAYS[1], None)]
    with web.database.read() as reader:
        aside = reader.rows("SELECT valid_from, valid_to FROM hierarchy_edge WHERE set_aside AND until IS NULL")
    assert aside == [(DAYS[1], DAYS[2])]
    assert [one["key"] for one in refetches.page(web, refetches.Wanted())["items"]] == ["erp:client:1"]
    assert rebuild.verify(web).match


@pytest.mark.parametrize(
    "first", [0, *(pytest.param(first, marks=pytest.mark.verify) for first in range(100, 1100, 100))]
)
def test_every_order_of_a_web_of_four_types_gives_one_digest(web: Hub, first: int) -> None:
    found = set()
    for seed in (0, *range(first + 1, first + (10 if first == 0 else 101))):
        with one_transaction(web.database, kept=False) as tried:
            found.add(taken_in(Hub(web.settings, tried, web.salt), seed))
    assert len(found) == 1
