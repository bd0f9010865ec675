"""Accepts records into the log: each version once; those that contradict what is there are refused."""

from collections.abc import Sequence
from itertools import groupby, repeat
from typing import cast

from mdm.log import Author, Fact
from mdm.services.hub import Hub
from mdm.services.intake.arrivals import Arrivals, Outcome
from mdm.services.intake.prepared import Prepared
from mdm.store import log
from mdm.store.batches import Origin, RejectedRow
from mdm.store.database import Transaction


def accept(
    hub: Hub, writer: Transaction, prepared: Prepared, *, batch: Origin, author: Author
) -> tuple[list[Outcome], list[RejectedRow]]:
    """Append what is new, under the global lock; gives the outcome of each item, and what quarantine should keep."""
    writer.lock_log()
    arrivals = Arrivals(hub, writer, prepared, batch)
    if arrivals.all_new():
        count = len(prepared.owners)
        first = _append(writer, prepared, range(count), author=author)
        # By `_make`, as there are many: to name the fields takes twice as long.
        outcomes = list(map(Outcome._make, zip(repeat("accepted"), range(first, first + count), repeat(()))))
    else:
        outcomes = arrivals.one_by_one()
        first = _append(writer, prepared, arrivals.accepted, author=author)
        outcomes = [_placed(outcome, first) for outcome in outcomes]
    arrivals.keep_sorts()
    if prepared.refused:
        left = iter(outcomes)
        outcomes = [
            arrivals.reject(prepared.refused[place], batch.source, batch.entity_type)
            if place in prepared.refused
            else next(left)
            for place in range(len(prepared))
        ]
    return outcomes, arrivals.rejected


def _append(writer: Transaction, prepared: Prepared, accepted: Sequence[int | Fact], *, author: Author) -> int:
    """Append the facts of accepted records, given by their places, and others; returns the position of the first.

    Without any it is 0.
    """
    firsts = []
    for entity_type, some in groupby(
        accepted, key=lambda one: prepared.owners[one][1] if isinstance(one, int) else None
    ):
        if entity_type is None:
            firsts.append(log.append(writer, cast("list[Fact]", list(some)), author=author))
            continue
        places = cast("list[int]", list(some))
        facts = prepared.facts if len(places) == len(prepared.owners) else prepared.facts.only(places)
        firsts.append(log.append_run(writer, facts, kind="record", entity_type=entity_type, author=author))
    return firsts[0] if firsts else 0


def _placed(outcome: Outcome, first: int) -> Outcome:
    """Positions are counted from 0 until the log says where they start."""
    if outcome.position is None or outcome.position > 0:
        return outcome
    return Outcome(outcome.status, first - outcome.position)
