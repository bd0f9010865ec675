"""Accepts records into the log: each version once; those that contradict what is there are refused."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, cast

from mdm.log import Author, Fact
from mdm.services.hub import Hub
from mdm.services.intake.arrivals import Arrivals, Outcome
from mdm.services.intake.prepared import Prepared
from mdm.store import log
from mdm.store.batches import Origin, RejectedRow
from mdm.store.database import Transaction


class Accepted(NamedTuple):
    """What became of items: how many have which outcome, and what quarantine should keep.

    `outcomes`: that of each item, made as they are gone through, and so only once. `older`: how many of those
    accepted are older than what there is of their record.
    """

    counts: Counter[str]
    outcomes: Iterator[Outcome]
    rejected: list[RejectedRow]
    older: int


def accept(hub: Hub, writer: Transaction, prepared: Prepared, *, batch: Origin, author: Author) -> Accepted:
    """Append what is new, under the global lock."""
    writer.lock_log()
    arrivals = Arrivals(hub, writer, prepared, batch)
    if arrivals.all_new():
        first, count = _append_all(writer, prepared, author=author), len(prepared.owners)
        outcomes: Iterator[Outcome] = (Outcome("accepted", position) for position in range(first, first + count))
        counts, older = Counter({"accepted": count}), 0
    else:
        judged = arrivals.one_by_one()
        first = _append(writer, prepared, arrivals.accepted, author=author)
        outcomes = (_placed(outcome, first) for outcome in judged)
        counts, older = Counter(map(itemgetter(0), judged)), sum(one.older_than is not None for one in judged)
    arrivals.keep_sorts()
    refused = {
        place: arrivals.reject(item, batch.source, batch.entity_type) for place, item in prepared.refused.items()
    }
    if refused:
        counts["quarantined"] += len(refused)
        outcomes = _in_order(outcomes, refused, len(prepared))
    return Accepted(counts, outcomes, arrivals.rejected, older)


def _in_order(outcomes: Iterator[Outcome], refused: Mapping[int, Outcome], count: int) -> Iterator[Outcome]:
    """Put the outcomes of items that are refused, by their places, between those of the others."""
    for place in range(count):
        yield refused[place] if place in refused else next(outcomes)


def _append_all(writer: Transaction, prepared: Prepared, *, author: Author) -> int:
    """Append the facts of all records; returns the position of the first."""
    types = {entity_type for _, entity_type, _ in set(prepared.owners)}
    if len(types) > 1:
        return _append(writer, prepared, range(len(prepared.owners)), author=author)
    return sum(log.append_run(writer, prepared.facts, kind="record", entity_type=one, author=author) for one in types)


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
        firsts.append(
            log.append_run(writer, prepared.facts.only(places), kind="record", entity_type=entity_type, author=author)
        )
    return firsts[0] if firsts else 0


def _placed(outcome: Outcome, first: int) -> Outcome:
    """Positions are counted from 0 until the log says where they start."""
    if outcome.position is None or outcome.position > 0:
        return outcome
    return outcome._replace(position=first - outcome.position)
