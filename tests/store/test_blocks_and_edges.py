"""Blocks with their counters, and edges: changed in place, read from a key or from either end."""

import pytest

from mdm.services.hub import Hub
from mdm.store import blocks, edges, records
from tests.store.rows import record


@pytest.mark.parametrize("count", [3, 60])
def test_records_move_between_blocks_and_the_counters_follow(hub: Hub, count: int) -> None:
    with hub.database.write() as writer:
        added = {(7, n) for n in range(count)} | {(-8, 0)}
        blocks.change(writer, removed=set(), added=added, counts={7: (count, 0), -8: (1, 0), 9: (0, 0)})
        blocks.change(writer, removed={(7, 0)}, added={(9, 0)}, counts={7: (-2, 1), 9: (1, 0)})
        assert blocks.sizes(writer, [7, -8, 9, 10]) == {7: (count - 2, 1), -8: (1, 0), 9: (1, 0)}
        assert blocks.sizes(writer, []) == {}
        keys, ids = blocks.members(writer, [7, 9])
        assert set(zip(keys.tolist(), ids.tolist(), strict=True)) == {(7, n) for n in range(1, count)} | {(9, 0)}
        assert [len(each) for each in blocks.members(writer, [])] == [0, 0]


@pytest.mark.parametrize("count", [3, 60])
def test_edges_are_set_weighed_anew_and_removed(hub: Hub, count: int) -> None:
    with hub.database.write() as writer:
        edges.change(writer, {(1, 2 + n): (100 + n, True) for n in range(count)})
        edges.change(writer, {(1, 2): (5, False), (1, 3): None, (2, 9000): (7, True), (8, 9): None})
        found = sorted((left, right, weight, bool(living)) for left, right, weight, living in edges.of(writer, [2]))
        assert found == [(1, 2, 5, False), (2, 9000, 7, True)]
        assert len(edges.of(writer, [1, 2])) == count
        assert edges.of(writer, [3, 50_000]) == []
        assert edges.of(writer, []) == []


def test_new_rules_clear_the_edges_of_their_own_type_alone(hub: Hub) -> None:
    with hub.database.write() as writer:
        records.save(writer, [record(1), record(2), record(3, entity_type="legal_entity")])
        edges.change(writer, {(1, 2): (5, True), (3, 4): (5, True)})
        edges.clear(writer, "customer")
        assert [row[:2] for row in edges.of(writer, [1, 3])] == [(3, 4)]
