"""Effective dates: of the dated lines that several source records bring, the one that holds on each day.

Intervals are half-open: the first day is in, the end is out. Lines are told apart by their key. The days of
a key are cut wherever a line begins or ends; in each piece the strategy ranks the lines that cover it, one
for each record, and neighbours with one winner and one value are put together again.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice, pairwise
from operator import attrgetter
from typing import NamedTuple, cast

from golden_records.contributions import JSON, Contribution, canonical, not_valid, same_as, without_floats
from golden_records.lineage import Gap, LineLoser, LinesEntry, Overlap, Stretch
from golden_records.strategies import STRATEGIES, Context, Ranking, due_of

Key = tuple[tuple[str, str | None], ...]

# Texts before and after every ISO date, so that open ends compare like days.
EVER_BEFORE = ""
EVER_AFTER = "~"
VALUE = "value"
"""The one field of a dated value."""
STARTS_EARLIER = "starts earlier than another line of its record"
SORTS_LATER = "value sorts later than another line of its record"
OF_ITS_OWN = frozenset({STARTS_EARLIER, SORTS_LATER})
"""Why lines lose that their own record replaces: on those days they say nothing against anybody."""
# Of the lines of one record that contradict each other on one day this many are named, and looked for among so
# many, the best first: without a bound, lines that all overlap would cost the square of their number.
MOST_NAMED = 5
MOST_LOOKED_AT = 100


class Line(NamedTuple):
    """A dated line that one source record brings.

    contribution: its value is the line as golden records show it, without its days; two lines agree as their
    contributions do.  key: the fields that tell lines apart, with their standardised values.  start: the first
    day on which it holds, end: the first on which it does not; ISO dates, None is open.  place: where it stands in
    the list of its record, from 0.
    """

    contribution: Contribution
    key: Key
    start: str | None
    end: str | None
    place: int


class GoldenLines(NamedTuple):
    """The lines that hold, by key and first day; why; and the day on which falling trust may change them."""

    lines: list[JSON]
    lineage: LinesEntry
    due: int | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Days on which one line of a record holds, and its lines of other values that it covers there."""

    start: str
    end: str
    line: Line
    covered: tuple[Line, ...]


@dataclass(slots=True)
class _Held:
    """Days on which one line won, and what lost to it; `last` is where each line lost last."""

    start: str
    end: str
    line: Line
    losers: list[LineLoser] = field(default_factory=list)
    last: dict[tuple[str, int], LineLoser] = field(default_factory=dict)

    def lose(self, line: Line, because: str, *, start: str, end: str) -> None:
        """Note that a line lost on these days; days that go on for the same reason are told as one stretch."""
        told = _stretch(line, start, end)
        place = line.contribution.record, line.place
        before = self.last.get(place)
        if before is not None and before["because"] == because and before["valid_to"] == told["valid_from"]:
            before["valid_to"] = told["valid_to"]
        else:
            self.last[place] = {**told, "because": because}
            self.losers.append(self.last[place])


def golden_lines(
    lines: Sequence[Line], context: Context, *, passed: Sequence[tuple[Contribution, str]] = ()
) -> GoldenLines:
    """Decide which line holds on each day of each key: a function of the set of lines, whatever their order.

    passed: the contributions that the rule does not consider, and why not; their lines never hold.
    Of the lines of one record that cover a day, the one that starts last stands for it, then the one whose value
    sorts first. An invalid line never holds. Where two lines of one record contradict each other, and where no
    line holds between the first and the last day of a key, the lineage says so.
    """
    refused = _refused(lines, passed)
    by_key: defaultdict[Key, list[Line]] = defaultdict(list)
    for line in lines:
        if id(line) not in refused:
            by_key[line.key].append(line)
    shown: list[JSON] = []
    entry: LinesEntry = {"losers": [], "strategy": context.rule.strategy, "overlaps": [], "gaps": []}
    winners: list[Stretch] = []
    days: list[int] = []
    for key in sorted(by_key, key=_sorting):
        pieces = _pieces(by_key[key]) if len(by_key[key]) > 1 else []
        held, due = _decide(pieces, context) if pieces else (_alone(*by_key[key]), [])
        days += due
        shown += [_shown(one) for one in held]
        winners += [_stretch(one.line, one.start, one.end) for one in held]
        entry["losers"] += [loser for one in held for loser in one.losers]
        entry["overlaps"] += [_overlap(piece) for piece in pieces if piece.covered]
        entry["gaps"] += _gaps(key, held)
    entry["losers"] += _told(refused.values())
    if winners:
        entry["winners"] = winners
    return GoldenLines(shown, entry, min(days, default=None))


def own_days(lines: Sequence[Line]) -> list[tuple[str, str | None, Line]]:
    """Give the days on which each line of one record stands for it, in order: first day ("" is open), end, and line.

    Neighbours with one value are put together.
    """
    if len(lines) == 1:
        return [(lines[0].start or EVER_BEFORE, lines[0].end, lines[0])]
    found: list[tuple[str, str | None, Line]] = []
    for piece in _timeline(list(lines)):
        start, end = piece.start, None if piece.end == EVER_AFTER else piece.end
        if found and found[-1][1] == start and same_as(found[-1][2].contribution) == same_as(piece.line.contribution):
            start = found.pop()[0]
        found.append((start, end, piece.line))
    return found


def holds_on(line: Mapping[str, object], on: str) -> bool:
    """Say whether a line as golden records show it holds on a day, an ISO date; "" is before all days."""
    start, end = line["valid_from"], line["valid_to"]
    return str(start or EVER_BEFORE) <= on < str(end or EVER_AFTER)


def next_day(lines: JSON, today: str | None) -> int | None:
    """Find the first day after today on which a line begins or ends; of all days, before the first tick."""
    shown = cast("list[dict[str, JSON]]", lines or [])
    days = {str(line[end]) for line in shown for end in ("valid_from", "valid_to") if line[end] is not None}
    return min((date.fromisoformat(one).toordinal() for one in days if one > (today or EVER_BEFORE)), default=None)


def _sorting(key: Key) -> list[tuple[bool, str]]:
    """Put keys in order of their values, a missing one first."""
    return [(value is not None, value or "") for _, value in key]


def _pieces(lines: Iterable[Line]) -> list[_Piece]:
    """Cut the days of one key, for each record, into pieces on which one line of it holds."""
    by_record: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_record[line.contribution.record].append(line)
    return [piece for record in sorted(by_record) for piece in _timeline(by_record[record])]


def _timeline(lines: list[Line]) -> Iterator[_Piece]:
    ordered = list(lines)
    if len({line.start or EVER_BEFORE for line in lines}) < len(lines):  # dear to write, and tells equals apart
        ordered.sort(key=lambda line: (_said(line), line.end or EVER_AFTER, line.place))
    ordered.sort(key=lambda line: line.start or EVER_BEFORE, reverse=True)
    begins: defaultdict[str, list[int]] = defaultdict(list)
    ends: defaultdict[str, list[int]] = defaultdict(list)
    for rank, line in enumerate(ordered):
        begins[line.start or EVER_BEFORE].append(rank)
        ends[line.end or EVER_AFTER].append(rank)
    active: list[int] = []  # the ranks of the lines that cover a day, best first
    values: defaultdict[str, int] = defaultdict(int)
    for day, following in pairwise(sorted(begins.keys() | ends.keys())):
        for rank in ends.get(day, ()):
            del active[bisect_left(active, rank)]
            _count(values, same_as(ordered[rank].contribution), -1)
        for rank in begins.get(day, ()):
            insort(active, rank)
            _count(values, same_as(ordered[rank].contribution), 1)
        if active:
            others = (ordered[rank] for rank in islice(active, 1, MOST_LOOKED_AT)) if len(values) > 1 else ()
            yield _covering(day, following, ordered[active[0]], others)


def _said(line: Line) -> tuple[str, str]:
    return same_as(line.contribution), canonical(line.contribution.value)


def _count(values: dict[str, int], value: str, change: int) -> None:
    values[value] += change
    if not values[value]:
        del values[value]


def _covering(start: str, end: str, line: Line, others: Iterable[Line]) -> _Piece:
    value = same_as(line.contribution)
    covered = (other for other in others if same_as(other.contribution) != value)
    return _Piece(start, end, line, tuple(islice(covered, MOST_NAMED)))


def _decide(pieces: Sequence[_Piece], context: Context) -> tuple[list[_Held], list[int]]:
    """Give the lines that hold on the days of one key, in order, and the days on which that may change."""
    held: list[_Held] = []
    days: list[int] = []
    for start, end, covering in _cut(pieces):
        ranking = _ranked([piece.line.contribution for piece in covering], context)
        if len(ranking) > 1 and (due := due_of([one for one, _ in ranking], context)) is not None:
            days.append(due)
        by_record = {piece.line.contribution.record: piece for piece in covering}
        best = by_record[ranking[0][0].record]
        if not (held and _goes_on(held[-1], start, best.line)):
            held.append(_Held(start, end, best.line))
        held[-1].end = end
        lost = [(by_record[one.record].line, because) for one, because in ranking[1:]]
        for line, because in [*lost, *((line, _own(line, best.line)) for line in best.covered)]:
            held[-1].lose(line, because, start=start, end=end)
    return held, days


def _alone(line: Line) -> list[_Held]:
    """The one line that a key has: there is nothing to decide."""
    return [_Held(line.start or EVER_BEFORE, line.end or EVER_AFTER, line)]


def _cut(pieces: Sequence[_Piece]) -> Iterator[tuple[str, str, list[_Piece]]]:
    """Cut at every boundary; give the pieces of all records that cover each cut, by record key."""
    begins: defaultdict[str, list[_Piece]] = defaultdict(list)
    for piece in pieces:
        begins[piece.start].append(piece)
    covering: dict[str, _Piece] = {}
    for day, following in pairwise(sorted({day for piece in pieces for day in (piece.start, piece.end)})):
        covering = {record: piece for record, piece in covering.items() if piece.end > day}
        covering |= {piece.line.contribution.record: piece for piece in begins.get(day, ())}
        if covering:
            yield day, following, [covering[record] for record in sorted(covering)]


def _ranked(contributions: Sequence[Contribution], context: Context) -> Ranking:
    if len(contributions) == 1:
        return [(contributions[0], "")]
    return STRATEGIES[context.rule.strategy](contributions, context)


def _goes_on(held: _Held, start: str, line: Line) -> bool:
    one, other = held.line.contribution, line.contribution
    return held.end == start and one.record == other.record and same_as(one) == same_as(other)


def _own(line: Line, best: Line) -> str:
    return SORTS_LATER if line.start == best.start else STARTS_EARLIER


def _refused(lines: Iterable[Line], passed: Sequence[tuple[Contribution, str]]) -> dict[int, tuple[Line, str]]:
    """Find the lines that may not hold, by identity, and why."""
    reasons = {id(one): because for one, because in passed}
    found = {}
    for line in lines:
        one = line.contribution
        because = reasons.get(id(one), "") if one.valid else not_valid(one)
        if because:
            found[id(line)] = line, because
    return found


def _told(refused: Iterable[tuple[Line, str]]) -> list[LineLoser]:
    ordered = sorted(
        refused,
        key=lambda one: (_sorting(one[0].key), one[0].start or EVER_BEFORE, one[0].contribution.record, one[0].place),
    )
    return [
        {**_stretch(line, line.start or EVER_BEFORE, line.end or EVER_AFTER), "because": because}
        for line, because in ordered
    ]


def _stretch(line: Line, start: str, end: str) -> Stretch:
    return {
        "record": line.contribution.record,
        "position": line.contribution.position,
        "index": line.place,
        "key": dict(line.key),
        "valid_from": start or None,
        "valid_to": None if end == EVER_AFTER else end,
    }


def _shown(held: _Held) -> JSON:
    value = cast("dict[str, JSON]", without_floats(held.line.contribution.value))
    return {**value, "valid_from": held.start or None, "valid_to": None if held.end == EVER_AFTER else held.end}


def _overlap(piece: _Piece) -> Overlap:
    told = _stretch(piece.line, piece.start, piece.end)
    return {**told, "covers": [line.place for line in piece.covered]}


def _gaps(key: Key, held: Sequence[_Held]) -> list[Gap]:
    between = ((one.end, other.start) for one, other in pairwise(sorted(held, key=attrgetter("start"))))
    return [{"key": dict(key), "valid_from": end, "valid_to": start} for end, start in between if end < start]
