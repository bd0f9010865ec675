"""Merges and splits as such: which golden IDs joined and parted, when, and by which decisions."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

from golden_records.identity import golden_id
from mdm.services.deciding.decisions import decision_id
from mdm.store import golden as stored_golden
from mdm.store import history as stored_history
from mdm.store import log as stored_log
from mdm.store import resolution
from mdm.store import xref as stored_xref
from mdm.store.database import Transaction

Document = dict[str, Any]
Event = Literal["merged", "split", "moved"]
Move = tuple[int, str, int, int, int | None]
"""(record id, key, golden number, since, until)"""


def events(transaction: Transaction, moves: Sequence[Move], *, entity_type: str, prefix: str) -> list[Document]:
    """What became of IDs on the way of these records, oldest first: one for each ID they left and ID they came to.

    `{"event", "position", "from", "to", "keys", "decisions", "recorded_at"}`. `event` is `merged` when `from` ended in
    `to` alone, `split` when `to` came of it or it ended in several, and `moved` when records went from one to another
    and both stayed as they were. `decisions` are those about these records that the commit took in: none where the
    data alone brought it.
    """
    steps = _steps(moves)
    positions = sorted({position for position, _, _ in steps})
    numbers = {number for _, *ends in steps for number in ends}
    active = stored_golden.activity(transaction, numbers)
    went: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for position, old, new in stored_xref.departures(transaction, numbers, positions):
        if _is_active(active.get(new, ()), position):
            went[position, old].add(new)
    moved: defaultdict[int, set[int]] = defaultdict(set)
    for (position, _, _), movers in steps.items():
        moved[position] |= {id_ for id_, _ in movers}
    times = stored_log.moments(transaction, positions)
    decided = _decisions(transaction, entity_type, moved)
    return [
        {
            "event": _event(active, went[position, old], position, old, new),
            "position": position,
            "from": golden_id(prefix, old), "to": golden_id(prefix, new),
            "keys": sorted(key for _, key in movers),
            "decisions": [decision_id(one) for one in decided[position]],
            "recorded_at": times[position],
        }
        for (position, old, new), movers in sorted(steps.items())
    ]  # fmt: skip


def _steps(moves: Sequence[Move]) -> dict[tuple[int, int, int], list[tuple[int, str]]]:
    """The (record id, key) that went from one number to another, by (position, from, to)."""
    ways: defaultdict[int, list[Move]] = defaultdict(list)
    for move in moves:
        ways[move[0]].append(move)
    steps: defaultdict[tuple[int, int, int], list[tuple[int, str]]] = defaultdict(list)
    for way in ways.values():
        for before, after in pairwise(sorted(way, key=lambda move: move[3])):
            steps[after[3], before[2], after[2]].append(after[:2])
    return dict(steps)


def _event(
    active: Mapping[int, Sequence[tuple[int, bool]]], went: Collection[int], position: int, old: int, new: int
) -> Event:
    """What the move of records from an old to a new number at a position was."""
    if _is_active(active.get(old, ()), position - 1) and not _is_active(active.get(old, ()), position):
        return "split" if len(went) > 1 else "merged"
    return "moved" if _is_active(active.get(new, ()), position - 1) else "split"


def _is_active(versions: Sequence[tuple[int, bool]], position: int) -> bool:
    """Whether a number was active at a position, by its versions (since, active), oldest first."""
    return next((active for since, active in reversed(versions) if since <= position), False)


def _decisions(transaction: Transaction, entity_type: str, moved: Mapping[int, set[int]]) -> dict[int, list[int]]:
    """The decisions about the records that moved at each position which the commit there was the first to know."""
    upto = resolution.boundaries(transaction, entity_type, {one for at in moved for one in (at - 1, at)})
    about = stored_history.decided_of(transaction, set().union(*moved.values()))
    return {
        at: sorted(one for one, of in about.items() if of & ids and upto[at - 1] < one <= upto[at])
        for at, ids in moved.items()
    }
