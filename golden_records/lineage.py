"""Lineage: which record version a golden value came from, and why each other one lost."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from golden_records.contributions import Contribution


class Winner(TypedDict):
    """The record, and the log position of its version, that a value came from; the rules it is flagged for."""

    record: str
    position: int
    flagged: NotRequired[list[str]]


class Loser(TypedDict):
    """A record version whose value was not taken, and why, in plain words; the rules it is flagged for."""

    record: str
    position: int
    flagged: NotRequired[list[str]]
    because: str


class LineageEntry(TypedDict):
    """Why an attribute has its value: `winners` for a list of values, neither when no value was valid."""

    winner: NotRequired[Winner]
    winners: NotRequired[list[Winner]]
    losers: list[Loser]
    strategy: str


def entry(ranking: Sequence[tuple[Contribution, str]], *, strategy: str, many: bool) -> LineageEntry:
    """Write the lineage of one attribute; a contribution without a reason against it won.

    many: the strategy keeps a list, so the winners are listed even when there is one.
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
    if not winners:
        return {"losers": losers, "strategy": strategy}
    if many:
        return {"winners": winners, "losers": losers, "strategy": strategy}
    return {"winner": winners[0], "losers": losers, "strategy": strategy}
