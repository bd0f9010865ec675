"""Trees of merges of up to fifty records, undone in any order, leave the hub as if nobody had ever decided."""

import random
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from golden_records.identity import parse_golden_id
from mdm.ingest import Incoming
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import records
from mdm.services.reading import golden
from mdm.services.rulebook import rules
from mdm.settings import Settings
from mdm.store import digests
from mdm.store.batches import Origin
from tests.conftest import AUTHOR

# Nothing here looks alike, so that only what people decide holds records together.
PLACE = """
entity_type: place
id_prefix: plc
attributes: {a: {kind: code}}
match: {block_on: [[a]], compare: [a]}
"""
LARGEST, AT_ONCE = 50, 25


def keys_of(size: int) -> list[str]:
    return [f"s{1 + number % 3}:place:{number}" for number in range(size)]


def records_of(size: int) -> Iterable[Incoming]:
    for key in keys_of(size):
        source, of, source_id = key.split(":")
        yield Incoming(source, of, source_id, {"a": f"value{source_id}"}, None, None, "put")


def digest(hub: Hub) -> str:
    with hub.database.read() as reader:
        return digests.state(reader)


def together(hub: Hub) -> set[frozenset[str]]:
    """Which records are one thing now."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in golden.export(hub, "place"):
        found[one["golden_id"]] |= {f"{entry['source']}:place:{entry['source_id']}" for entry in one["crosswalk"]}
    return {frozenset(members) for members in found.values()}


def joined(size: int, merges: Iterable[tuple[frozenset[str], ...]]) -> set[frozenset[str]]:
    """What merges make of that many records: sets that share a member are one."""
    of = {key: frozenset({key}) for key in keys_of(size)}
    for sets in merges:
        whole = frozenset().union(*(of[key] for keys in sets for key in keys))
        of |= dict.fromkeys(whole, whole)
    return set(of.values())


class Tree:
    """A hub of records, merged two or three at a time until a few golden records are left."""

    def __init__(self, hub: Hub, rnd: random.Random, size: int) -> None:
        self.hub, self.rnd, self.size = hub, rnd, size
        self.merges: dict[str, tuple[frozenset[str], ...]] = {}
        rules.apply(hub, PLACE, file="place", author=AUTHOR)
        records.put_many(hub, list(records_of(size)), author=AUTHOR, batch=Origin("tree"))
        resolving.resolve(hub, "place", author=AUTHOR)
        self.standing = {one["golden_id"]: frozenset(self._members(one)) for one in golden.export(hub, "place")}
        self.digests, self.ids = [digest(hub)], sorted(self.standing)

    def grow(self) -> None:
        while len(self.standing) > self.rnd.choice([1, 1, 2, 4]):
            wanted = min(self.rnd.choice([2, 2, 2, 3]), len(self.standing))
            chosen = self.rnd.sample(sorted(self.standing), wanted)
            decided = decisions.merge(self.hub, chosen, reason="one place", author=AUTHOR)
            sets = tuple(self.standing.pop(one) for one in chosen)
            self.standing[min(chosen, key=lambda one: parse_golden_id(one)[1])] = frozenset().union(*sets)
            self.merges[decided.decision_id] = sets
            self.digests.append(digest(self.hub))
            assert set(self.standing.values()) == together(self.hub)

    def take_back(self, decision: str) -> None:
        decisions.undo(self.hub, decision, reason="it was not", author=AUTHOR)
        del self.merges[decision]

    @staticmethod
    def _members(one: dict[str, list[dict[str, str]]]) -> Iterable[str]:
        return (f"{entry['source']}:place:{entry['source_id']}" for entry in one["crosswalk"])


def undone_in_any_order(hub: Hub, seed: int) -> None:
    """Undo all merges of a random tree: records stand together as the remaining merges say, in the end as before."""
    rnd = random.Random(seed)
    tree = Tree(hub, rnd, rnd.randrange(2, LARGEST + 1))
    tree.grow()
    for decision in rnd.sample(sorted(tree.merges), len(tree.merges)):
        tree.take_back(decision)
        assert together(hub) == joined(tree.size, tree.merges.values())
    assert digest(hub) == tree.digests[0]
    assert sorted(one["golden_id"] for one in golden.export(hub, "place")) == tree.ids
    assert all(golden.get(hub, one)["status"] == "active" for one in tree.ids)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_tree_of_merges_undone_in_any_order_restores_digest_and_ids(hub: Hub, seed: int) -> None:
    undone_in_any_order(hub, seed)
    assert rebuild.verify(hub).match


@pytest.mark.parametrize("seed", [3])
def test_undone_from_the_latest_every_state_comes_back_to_the_digest(hub: Hub, seed: int) -> None:
    rnd = random.Random(seed)
    tree = Tree(hub, rnd, 20)
    tree.grow()
    for decision, before in zip(reversed(list(tree.merges)), tree.digests[-2::-1], strict=True):
        tree.take_back(decision)
        assert digest(hub) == before


@pytest.mark.verify
@pytest.mark.parametrize("first", range(100, 600, AT_ONCE))
def test_many_trees_are_undone_in_any_order(sqlite_template: Path, tmp_path: Path, first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        path = tmp_path / f"{seed}.db"
        path.write_bytes(sqlite_template.read_bytes())
        hub = open_hub(Settings(database_url=f"sqlite:///{path}"))
        undone_in_any_order(hub, seed)
        hub.close()
        path.unlink()
