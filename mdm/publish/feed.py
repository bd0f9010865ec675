"""The change feed: what one resolver commit says to those who follow it, as compact rows."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import orjson

KINDS = (
    "golden.created", "golden.updated", "golden.merged", "golden.split", "golden.retired",
    "xref.assigned", "xref.moved", "xref.removed", "reference.moved", "divergence.opened", "divergence.closed",
    "readiness.changed", "rules.applied", "task.opened", "task.decided", "refetch.needed", "refetch.done",
)  # fmt: skip
"""All kinds of events."""
AT_ONCE = 1_000
"""Records that one event names at most, where there is one for many."""


class FeedRow(NamedTuple):
    """One event: its kind, the golden number it is about, the record that moved, the decision that brought it.

    `others` is a JSON list: of the other golden numbers involved, of the ids of tasks or of records to be fetched
    again, or the rules version; of a reference its attribute, the entity type that it leads to, and the golden numbers
    before and now; of divergence each attribute and record; of readiness the process and what is missing.
    """

    entity_type: str
    kind: str
    golden: int
    record_id: int | None = None
    others: str | None = None
    version_before: int | None = None
    version_after: int | None = None
    decision: int | None = None


class GoldenChange(NamedTuple):
    """One golden record as the feed sees it: its versions, and whether it was and is active."""

    golden: int
    version: int
    was_active: bool
    is_active: bool
    went_to: Collection[int]
    took_in: Collection[int]


def golden_events(entity_type: str, changes: Collection[GoldenChange], *, created: Collection[int]) -> list[FeedRow]:
    """The events of the golden records that changed, by golden number.

    `went_to` are the active golden numbers that hold its former members now, `took_in` those that ended in it.
    A merge is one event of its survivor that names the losers; a loser has none of its own.
    """
    rows = []
    for change in sorted(changes):
        kind, others = _kind(change, created)
        if kind is not None:
            before = change.version - 1 if change.was_active else None
            after = change.version if change.is_active else None
            listed = orjson.dumps(sorted(others)).decode() if others else None
            rows.append(FeedRow(entity_type, kind, change.golden, None, listed, before, after))
    return rows


def _kind(change: GoldenChange, created: Collection[int]) -> tuple[str | None, Collection[int]]:
    if not change.is_active:
        if not change.was_active:
            return None, ()
        if len(change.went_to) > 1:
            return "golden.split", change.went_to
        return (None, ()) if change.went_to else ("golden.retired", ())
    if change.took_in:
        return "golden.merged", change.took_in
    split_off = [number for number in change.went_to if number in created]
    if split_off:
        return "golden.split", split_off
    return ("golden.updated" if change.was_active else "golden.created"), ()


def xref_events(
    entity_type: str, moves: Mapping[int, tuple[int | None, int]], *, removed: Mapping[int, int]
) -> list[FeedRow]:
    """The events of records that got a golden number {record id: (before, now)}, then of those deleted {id: number}."""
    rows = []
    for record_id, (before, now) in sorted(moves.items()):
        if before is None:
            rows.append(FeedRow(entity_type, "xref.assigned", now, record_id))
        else:
            rows.append(FeedRow(entity_type, "xref.moved", now, record_id, orjson.dumps([before]).decode()))
    rows += [FeedRow(entity_type, "xref.removed", number, record_id) for record_id, number in sorted(removed.items())]
    return rows


def reference_event(  # noqa: PLR0913  what moved, where it stands, and both ends of the move
    entity_type: str, golden: int, record_id: int, *, attribute: str, to: str, meant: int | None, means: int | None
) -> FeedRow:
    """The event of a record's reference to an entity type that means another golden number; None: nothing living."""
    others = orjson.dumps([attribute, to, meant, means]).decode()
    return FeedRow(entity_type, "reference.moved", golden, record_id, others)


def divergence_event(
    entity_type: str, kind: str, golden: int, places: Collection[tuple[str, int]], *, version: int | None
) -> FeedRow:
    """The event of records that disagree with their golden record (`opened`) or no longer do (`closed`).

    places: (attribute, record id) of each.  version: the golden record's as it stands now.
    """
    others = orjson.dumps(places).decode()
    return FeedRow(entity_type, f"divergence.{kind}", golden, None, others, None, version)


def readiness_event(entity_type: str, golden: int, process: str, missing: Collection[object]) -> FeedRow:
    """The event of a golden record that is ready for a process now (nothing is missing), or no longer."""
    return FeedRow(entity_type, "readiness.changed", golden, None, orjson.dumps([process, missing]).decode())


def rules_event(entity_type: str, rules_version: str) -> FeedRow:
    """The event of an entity type whose records are resolved under new rules from now on."""
    return FeedRow(entity_type, "rules.applied", 0, None, orjson.dumps([rules_version]).decode())


def task_events(entity_type: str, opened: Collection[str], decided: Mapping[int, Collection[str]]) -> list[FeedRow]:
    """One event for the tasks that a commit opened, by their ids, and one for those that each decision closed."""
    rows = [FeedRow(entity_type, "task.opened", 0, None, _ids(opened))] if opened else []
    for decision, closed in sorted(decided.items()):
        rows.append(FeedRow(entity_type, "task.decided", 0, None, _ids(closed), decision=decision))
    return rows


def refetch_events(entity_type: str, *, needed: Sequence[int], done: Sequence[int]) -> list[FeedRow]:
    """Events of records, by their ids, that are to be fetched again from their sources, and that are no longer."""
    return [
        FeedRow(entity_type, f"refetch.{kind}", 0, None, orjson.dumps(ids[start : start + AT_ONCE]).decode())
        for kind, ids in (("needed", needed), ("done", done))
        for start in range(0, len(ids), AT_ONCE)
    ]


def _ids(tasks: Collection[str]) -> str:
    return orjson.dumps(sorted(tasks)).decode()
