"""Which values are different on two sides of a golden record, and why: told by the lineage of both."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from mdm.code_lists import CodeLists

Document = dict[str, Any]
Change = Literal["added", "removed", "changed", "winner"]
Reason = Literal[
    "override_set", "override_ended", "record_came", "record_went", "source_changed_value", "other_record_won",
    "rules_changed", "meaning_changed", "time_passed",
]  # fmt: skip
GROUPING = frozenset({"most_frequent", "union"})
"""Strategies by which it matters whether two values mean the same."""


Record = tuple[str, str]
"""Source and source id."""


class _Place(NamedTuple):
    """Where a value came from: a decision, or a version of a record, and of a dated line which and on which days."""

    decision: str | None
    record: Record | None
    position: int
    days: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One side: values, where each came from, the records behind it, the rules, their attributes, and code lists."""

    attributes: Mapping[str, Any]
    lineage: Mapping[str, Document]
    records: frozenset[Record]
    rules_version: str
    known: frozenset[str]
    codes: CodeLists


def changed(start: Told, end: Told) -> dict[str, Document]:
    """By attribute, where anything is different: `{"change", "from"?, "to"?, "winners", "because"}`.

    `change` is `added`, `removed`, `changed`, or `winner` when the value is the same and comes from elsewhere.
    `winners` are those of either side, `{"from": [...], "to": [...]}`, as lineage tells them. Of a list, `added` and
    `removed` are the single values. `because` says why:

    - `override_set`, `override_ended`: a person set the value, or what a person set no longer holds
    - `record_came`, `record_went`: a winning record is or is not in the crosswalk any more
    - `source_changed_value`: a winning record says something else than it did
    - `other_record_won`: another record wins of those that are on both sides
    - `rules_changed`: the rules are others
    - `meaning_changed`: the same was said, and a code list, or what is referred to, is another
    - `time_passed`: the same was said under the same rules; trust has fallen
    """
    return {
        name: entry
        for name in sorted({*start.attributes, *end.attributes, *start.lineage, *end.lineage})
        if (entry := _entry(start, end, name)) is not None
    }


def _entry(start: Told, end: Told, name: str) -> Document | None:
    change = _change(start, end, name)
    if change is None:
        return None
    values = {side: told.attributes[name] for side, told in (("from", start), ("to", end)) if name in told.attributes}
    winners = {side: _winners(told.lineage.get(name)) for side, told in (("from", start), ("to", end))}
    return {"change": change, **values, **_single(values), "winners": winners, "because": _reasons(start, end, name)}


def _change(start: Told, end: Told, name: str) -> Change | None:
    if name not in start.attributes or name not in end.attributes:
        if name in start.attributes or name in end.attributes:
            return "added" if name in end.attributes else "removed"
    elif start.attributes[name] != end.attributes[name]:
        return "changed"
    return None if _won(start, name) == _won(end, name) else "winner"


def _single(values: Document) -> Document:
    """The single values that were added and removed, where both sides are lists."""
    if not all(isinstance(values.get(side), list) for side in ("from", "to")):
        return {}
    was, now = values["from"], values["to"]
    return {"added": [one for one in now if one not in was], "removed": [one for one in was if one not in now]}


def _reasons(start: Told, end: Told, name: str) -> list[Reason]:
    if name not in start.known & end.known:
        return ["rules_changed"]
    was, now = _won(start, name), _won(end, name)
    found = [*_overrides(was, now), *_records(start, end, was, now)]
    if not found or found == ["other_record_won"]:
        found += _circumstances(start, end, name)
    elif start.rules_version != end.rules_version and _strategy(start, name) != _strategy(end, name):
        found.append("rules_changed")
    return found


def _overrides(was: set[_Place], now: set[_Place]) -> Iterator[Reason]:
    before, after = ({place.decision for place in places if place.decision} for places in (was, now))
    if after - before:
        yield "override_set"
    if before - after:
        yield "override_ended"


def _records(start: Told, end: Told, was: set[_Place], now: set[_Place]) -> Iterator[Reason]:
    before, after = _versions(was), _versions(now)
    came, went = after.keys() - before.keys() - start.records, before.keys() - after.keys() - end.records
    if came:
        yield "record_came"
    if went:
        yield "record_went"
    if any(before[record] != after[record] for record in before.keys() & after.keys()):
        yield "source_changed_value"
    elif before and after.keys() - before.keys() and not came and not went:
        yield "other_record_won"


def _circumstances(start: Told, end: Told, name: str) -> Iterator[Reason]:
    """What else changes a value: what all of them say, the rules, what it means, and time."""
    was, now = _versions(_all(start, name)), _versions(_all(end, name))
    differing = {record for record in was.keys() | now.keys() if was.get(record) != now.get(record)}
    if differing & start.records & end.records:
        yield "source_changed_value"
    if (differing & now.keys()) - start.records:
        yield "record_came"
    if (differing & was.keys()) - end.records:
        yield "record_went"
    if start.rules_version != end.rules_version:
        yield "rules_changed"
    elif not differing:
        means_otherwise = start.codes is not end.codes or _strategy(end, name) in GROUPING
        yield "meaning_changed" if means_otherwise or _won(start, name) == _won(end, name) else "time_passed"


def _winners(entry: Document | None) -> list[Document]:
    if entry is None:
        return []
    return list(entry.get("winners", [entry["winner"]] if "winner" in entry else []))


def _won(told: Told, name: str) -> set[_Place]:
    return {_place(one) for one in _winners(told.lineage.get(name))}


def _all(told: Told, name: str) -> set[_Place]:
    entry = told.lineage.get(name)
    return {_place(one) for one in [*_winners(entry), *(entry["losers"] if entry else ())]}


def _place(place: Document) -> _Place:
    if "decision_id" in place:
        return _Place(place["decision_id"], None, 0)
    days = (place.get("index"), place.get("valid_from"), place.get("valid_to"))
    return _Place(None, (place["source"], place["source_id"]), place["position"], days)


def _versions(places: Iterable[_Place]) -> dict[Record, frozenset[int]]:
    """The positions that each record is there with: a partial update leaves values of several of its versions."""
    found: dict[Record, frozenset[int]] = {}
    for place in places:
        if place.record is not None:
            found[place.record] = found.get(place.record, frozenset()) | {place.position}
    return found


def _strategy(told: Told, name: str) -> str | None:
    entry = told.lineage.get(name)
    return None if entry is None else entry["strategy"]
