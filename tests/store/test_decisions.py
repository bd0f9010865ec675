"""Decisions: what each says of pairs of records, what it voids, and which are in force."""

import pytest

from mdm.services.hub import Hub
from mdm.store import decisions, history


def test_what_was_decided_is_found_from_either_end_and_by_position(hub: Hub) -> None:
    pairs = [(1, 2, 10, "same", True), (2, 3, 10, "same", True), (1, 2, 11, "distinct", True)]
    with hub.database.write() as writer:
        new = [(10, "customer", "verdict", True), (11, "customer", "verdict", True)]
        decisions.add(writer, new, voiding=[], pairs=pairs)
        assert sorted(decisions.pairs_of(writer, [3])) == [(2, 3, 10, "same", True)]
        assert sorted(decisions.pairs_of(writer, [2])) == sorted(pairs)
        assert sorted(decisions.pairs_of(writer, [1, 2])) == sorted(pairs)
        assert decisions.pairs_of(writer, []) == []
        assert sorted(decisions.pairs_at(writer, [10])) == pairs[:2]
        assert decisions.pairs_at(writer, []) == []


@pytest.mark.parametrize("count", [2, 40])
def test_a_decision_out_of_force_is_so_for_every_pair_it_speaks_of(hub: Hub, count: int) -> None:
    with hub.database.write() as writer:
        new = [(position, "customer", "verdict", True) for position in range(1, count + 1)]
        pairs = [(n, 100 + m, position, "same", True) for position, *_ in new for n in (1, 2) for m in range(3)]
        decisions.add(writer, new, voiding=[], pairs=pairs)
        decisions.enforce(writer, [(position, False) for position in range(1, count)])
        states = decisions.states(writer, range(1, count + 1))
        held = {row[2] for row in decisions.pairs_at(writer, range(1, count + 1)) if row[4]}
        assert {position: bool(state[2]) for position, state in states.items()} == {
            position: position == count for position in range(1, count + 1)
        }
        assert held == {count}
        decisions.enforce(writer, [(1, True)])
        assert {bool(row[4]) for row in decisions.pairs_at(writer, [1])} == {True}


def test_all_that_voids_anything_is_told(hub: Hub) -> None:
    with hub.database.write() as writer:
        decisions.add(writer, [(10, "customer", "verdict", True)], voiding=[], pairs=[(1, 2, 10, "same", True)])
        decisions.add(writer, [(11, "customer", "undo", True)], voiding=[(10, 11)], pairs=[])
        decisions.add(writer, [(12, "customer", "undo", True)], voiding=[(11, 12), (10, 12)], pairs=[])
        assert sorted(decisions.voids(writer)) == [(10, 11), (10, 12), (11, 12)]
        about, _ = history.decisions_about(writer, [2], entity_type="customer")
        assert sorted(about) == [10, 11, 12]
        assert history.decisions_about(writer, [3], entity_type="customer") == ({}, None)


def test_a_state_is_asked_for_by_position(hub: Hub) -> None:
    with hub.database.write() as writer:
        decisions.add(writer, [(10, "customer", "undo", False)], voiding=[], pairs=[])
        assert decisions.states(writer, [10, 11]) == {10: ("customer", "undo", False)}
        assert decisions.states(writer, []) == {}
