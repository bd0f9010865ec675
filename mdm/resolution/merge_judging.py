"""What becomes of the merges that sources made, judged on the clusters of now: tied, left apart, asked about.

A merge is evidence and no order. Where nothing else joins the two sides and both have living records, a steward is
asked; and where both sides hold records of other sources too, they stay apart until he has answered.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from mdm.resolution.verdicts import Pair, pair
from mdm.resolution.work import Work


@dataclass(slots=True)
class Judged:
    """`apart`: merges that tie nothing; `asked`: pairs of living records about which a steward is asked."""

    apart: set[Pair] = field(default_factory=set)
    asked: set[Pair] = field(default_factory=set)


def judge(
    work: Work, merges: Collection[Pair], into: Mapping[int, int], *,
    clusters: Sequence[Collection[int]], cannot: Collection[Pair],
) -> Judged:  # fmt: skip
    """Judge the merges of a piece, in key order; `clusters` are those that all other evidence makes of its records.

    into: the record that each loser was merged into.
    """
    judged, sides = Judged(), {id_: side for side in map(set, clusters) for id_ in side}
    for one, other in sorted(merges, key=lambda ends: sorted(map(work.key, ends))):
        here, there = sides[one], sides[other]
        if here is there or any(pair(left, right) in cannot for left in here for right in there):
            continue  # they are one anyway, or the link is skipped and opens a contradiction
        if work.living(here) and work.living(there):
            judged.asked.add(pair(_asked_of(work, here, one), _asked_of(work, there, other)))
            if _has_others(work, here, one) and _has_others(work, there, other):
                judged.apart.add((one, other))
                continue
        here |= there
        sides.update(dict.fromkeys(there, here))
    judged.asked |= _of_circles(work, merges, into)
    return judged


def _has_others(work: Work, side: Collection[int], merged: int) -> bool:
    """Whether a living record of another source than the one that merged stands on this side."""
    return any(work.records[id_].source != work.records[merged].source for id_ in work.living(side))


def _asked_of(work: Work, side: Collection[int], merged: int) -> int:
    """Nobody is asked about what is gone: in place of a deleted record stands a living one of its side."""
    own = work.records[merged].source
    living = sorted(work.living(side), key=lambda id_: (id_ != merged, work.records[id_].source != own, work.key(id_)))
    return living[0]


def _of_circles(work: Work, merges: Collection[Pair], into: Mapping[int, int]) -> set[Pair]:
    """Records that were merged into each other in a circle: one of its merges is set aside, and asked about.

    Without it the others tie the same records. It is the one whose loser has the last key.
    """
    asked, followed = set[Pair](), set[int]()
    for start in sorted(into):
        path: list[int] = []
        step: int | None = start
        while step is not None and step not in followed:
            followed.add(step)
            path.append(step)
            step = into.get(step)
        if step in path:
            loser = max(path[path.index(step) :], key=work.key)
            ends = pair(loser, into[loser])
            if ends in merges and len(work.living(ends)) == 2:
                asked.add(ends)
    return asked
