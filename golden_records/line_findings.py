"""What is wrong with the dated lines of a golden record: overlaps, gaps, conflicts, and lines that nothing follows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import Literal, NamedTuple, TypedDict, get_args

from golden_records.contributions import JSON, Contribution, canonical, without_floats
from golden_records.effective import EVER_AFTER, EVER_BEFORE, OF_ITS_OWN, Line
from golden_records.lineage import LinesEntry, Stretch

FindingKind = Literal["overlap", "gap", "conflict", "expired"]
FINDING_KINDS: tuple[FindingKind, ...] = get_args(FindingKind)
Fate = Literal["wins", "agrees", "loses", "before", "after"]
_Place = tuple[str, int, int]
_KeyText = str


class Says(TypedDict):
    """What one record says in a finding: its amounts, and whether they hold, agree, lose, or end or begin a gap."""

    record: str
    fate: Fate
    amounts: JSON


class LineFinding(NamedTuple):
    """Something about one key of dated lines on some days; the first is in, the end is out, None is open.

    overlap: one record has several lines of other values; the one taken comes first.  gap: no line holds between two
    that do.  conflict: records say other amounts; the winner comes first, and those that agree are told too.
    expired: a line is over and none follows it at once; the days are those without one, None where none follows.
    """

    kind: FindingKind
    key: Mapping[str, str | None]
    valid_from: str | None
    valid_to: str | None
    said: Sequence[Says]


class _Standing(NamedTuple):
    """Days on which a line is the one that its record has for the key."""

    start: str
    end: str
    line: Line
    wins: bool


def line_findings(
    lines: Sequence[Line], entry: LinesEntry, *, amounts: Collection[str],
    passed: Sequence[tuple[Contribution, str]] = (),
) -> list[LineFinding]:  # fmt: skip
    """Tell what is wrong, by key, day and kind: a function of the lines and of the lineage that was made of them.

    amounts: the fields whose values must agree.  passed: the contributions that the rule did not consider, as
    `golden_lines` was told of them; like invalid ones they are at odds with nobody.
    """
    by_place = {(one.contribution.record, one.contribution.position, one.place): one for one in lines}
    standing = _standing(entry, by_place, barred={id(one) for one, _ in passed})
    keys = {canonical(dict(one["key"])): one["key"] for one in entry.get("winners", ())}
    found: list[LineFinding] = []
    for written, key in keys.items():
        held = sorted((one for one in standing[written] if one.wins), key=attrgetter("start"))
        found += _conflicts(key, standing[written], amounts)
        found += _ends(key, held, amounts)
    found += _overlaps(entry, by_place, amounts)
    order = {written: place for place, written in enumerate(keys)}
    found.sort(key=lambda one: (order[canonical(dict(one.key))], one.valid_from or EVER_BEFORE, one.kind))
    return found


def _standing(
    entry: LinesEntry, by_place: Mapping[_Place, Line], *, barred: Collection[int]
) -> defaultdict[_KeyText, list[_Standing]]:
    """The lines that hold or lost to another record's, by key; what may not hold stands nowhere."""
    found: defaultdict[_KeyText, list[_Standing]] = defaultdict(list)
    for one in entry.get("winners", ()):
        found[canonical(dict(one["key"]))].append(_stands(one, by_place, wins=True))
    for loser in entry["losers"]:
        stands = _stands(loser, by_place, wins=False)
        may_hold = stands.line.contribution.valid and id(stands.line.contribution) not in barred
        if may_hold and loser["because"] not in OF_ITS_OWN:
            found[canonical(dict(loser["key"]))].append(stands)
    return found


def _stands(stretch: Stretch, by_place: Mapping[_Place, Line], *, wins: bool) -> _Standing:
    line = by_place[stretch["record"], stretch["position"], stretch["index"]]
    return _Standing(stretch["valid_from"] or EVER_BEFORE, stretch["valid_to"] or EVER_AFTER, line, wins)


def _conflicts(
    key: Mapping[str, str | None], standing: Sequence[_Standing], amounts: Collection[str]
) -> Iterator[LineFinding]:
    """One for each stretch of days on which the same records are at odds about the same amounts."""
    begins: defaultdict[str, list[_Standing]] = defaultdict(list)
    for one in standing:
        begins[one.start].append(one)
    active: list[_Standing] = []
    last: LineFinding | None = None
    for day, following in pairwise(sorted({day for one in standing for day in (one.start, one.end)})):
        active = [one for one in active if one.end > day] + begins.get(day, [])
        said = _said_by_all(active, amounts) if len(active) > 1 else []
        if all(one["fate"] != "loses" for one in said):
            continue
        if last is not None and last.valid_to == day and last.said == said:
            last = last._replace(valid_to=_day(following))
            continue
        if last is not None:
            yield last
        last = LineFinding("conflict", key, _day(day), _day(following), said)
    if last is not None:
        yield last


def _said_by_all(active: Iterable[_Standing], amounts: Collection[str]) -> list[Says]:
    """The winner first, then the others by record key."""
    ordered = sorted(active, key=lambda one: (not one.wins, one.line.contribution.record))
    first = _says(ordered[0].line, "wins", amounts)
    said = [first]
    for one in ordered[1:]:
        other = _says(one.line, "loses", amounts)
        if other["amounts"] == first["amounts"]:
            other["fate"] = "agrees"
        said.append(other)
    return said


def _ends(key: Mapping[str, str | None], held: Sequence[_Standing], amounts: Collection[str]) -> Iterator[LineFinding]:
    """The days after a line that nothing follows at once, as the end of that line and as a gap before the next."""
    for one, other in zip(held, [*held[1:], None], strict=True):
        if one.end == EVER_AFTER or (other is not None and other.start <= one.end):
            continue
        until = None if other is None else other.start
        yield LineFinding("expired", key, one.end, until, [_says(one.line, "before", amounts)])
        if other is not None:
            both = [_says(one.line, "before", amounts), _says(other.line, "after", amounts)]
            yield LineFinding("gap", key, one.end, until, both)


def _overlaps(entry: LinesEntry, by_place: Mapping[_Place, Line], amounts: Collection[str]) -> Iterator[LineFinding]:
    last: LineFinding | None = None
    for one in sorted(entry["overlaps"], key=itemgetter("record")):  # stable: each record's stay in order of days
        record, position = one["record"], one["position"]
        taken = _says(by_place[record, position, one["index"]], "wins", amounts)
        others = [_says(by_place[record, position, place], "loses", amounts) for place in one["covers"]]
        found = LineFinding("overlap", one["key"], one["valid_from"], one["valid_to"], [taken, *others])
        if last is not None and (last.key, last.said, last.valid_to) == (found.key, found.said, found.valid_from):
            last = last._replace(valid_to=found.valid_to)
            continue
        if last is not None:
            yield last
        last = found
    if last is not None:
        yield last


def _says(line: Line, fate: Fate, amounts: Collection[str]) -> Says:
    value = line.contribution.value
    told: dict[str, JSON] = {name: value.get(name) for name in amounts} if isinstance(value, dict) else {}
    return {"record": line.contribution.record, "fate": fate, "amounts": without_floats(told)}


def _day(text: str) -> str | None:
    return None if text in {EVER_BEFORE, EVER_AFTER} else text
