"""Lineage: which record version a golden value came from, and why each other one lost."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from golden_records.contributions import Contribution


class Winner(TypedDict):
    """The record, and the log position of its version, that a value came from; the rules it is flagged for."""

    record: str
    position: int
    flagged: NotRequired[list[str]]


class Overruling(TypedDict):
    """The log position of the decision by which a person set the value."""

    decision: int


class Loser(TypedDict):
    """A record version whose value was not taken, and why, in plain words; the rules it is flagged for."""

    record: str
    position: int
    flagged: NotRequired[list[str]]
    because: str


class Stretch(TypedDict):
    """A dated line on some of its days: `index` is its place in the list that its record version brought."""

    record: str
    position: int
    index: int
    key: dict[str, str | None]
    valid_from: str | None
    valid_to: str | None


class LineLoser(Stretch):
    """Days on which a dated line was not taken, and why, in plain words."""

    because: str


class Overlap(Stretch):
    """Days on which a record contradicts itself: the line taken for it, and the places of those it covers."""

    covers: list[int]


class Gap(TypedDict):
    """Days between the first and the last of a key on which no line holds."""

    key: dict[str, str | None]
    valid_from: str
    valid_to: str


class LineageEntry(TypedDict):
    """Why an attribute has its value: `winners` for a list of values, neither when nothing valid was considered.

    step: which of several steps, or under which condition (1), decided.
    """

    winner: NotRequired[Winner | Overruling]
    winners: NotRequired[list[Winner]]
    losers: list[Loser]
    strategy: str
    step: NotRequired[int]


class LinesEntry(TypedDict):
    """Why an attribute has its dated lines: one of `winners` for each golden line, in their order."""

    winners: NotRequired[list[Stretch]]
    losers: list[LineLoser]
    strategy: str
    step: NotRequired[int]
    overlaps: list[Overlap]
    gaps: list[Gap]


def entry(
    ranking: Sequence[tuple[Contribution, str]], *, strategy: str, many: bool, step: int | None = None
) -> LineageEntry:
    """Write the lineage of one attribute; a contribution without a reason against it won.

    many: the strategy keeps a list, so the winners are listed even when there is one.  step: the one that decided.
    """
    winners: list[Winner] = []
    losers: list[Loser] = []
    for one, because in ranking:
        place: Winner = {"record": one.record, "position": one.position}
        if one.broken and one.valid:
            place["flagged"] = list(one.broken)
        if because:
            losers.append({**place, "because": because})
        else:
            winners.append(place)
    found: LineageEntry = {"losers": losers, "strategy": strategy}
    if winners and many:
        found = {"winners": winners, **found}
    elif winners:
        found = {"winner": winners[0], **found}
    return found if step is None else {**found, "step": step}
