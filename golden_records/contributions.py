"""A contribution: one value that one source record brings for one attribute."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, TypeAlias

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"


class Contribution(NamedTuple):
    """One value from one source record; a record with several values of an attribute brings one for each.

    record: key "source:type:id".  source: the source in that key.  value: as a golden record shows it, which is as the
    source sent it unless its kind has a spelling of its own.
    standardised: two contributions agree when these are equal; None compares the values themselves.
    valid: False disqualifies the value.  broken: the validity rules that it breaks; why it is disqualified, or
    what it is flagged for.  event_time: ISO 8601 UTC text ending in "Z", None when unknown.
    position: log position of the record version that set the value.
    """

    # A named tuple and not a frozen dataclass: millions are made, and this is made three times as fast.
    record: str
    source: str
    value: JSON
    standardised: str | None
    valid: bool
    event_time: str | None
    position: int
    broken: tuple[str, ...] = ()


def not_valid(contribution: Contribution) -> str:
    """Say why a value is disqualified: by its kind, or by the validity rules that it breaks."""
    return f"not valid: {', '.join(contribution.broken)}" if contribution.broken else "not valid"


def same_as(contribution: Contribution) -> str:
    """Return the text that two contributions share exactly when they agree on the value."""
    if contribution.standardised is not None:
        return contribution.standardised
    value = contribution.value
    return value if isinstance(value, str) else "\0" + canonical(value)


def distinct(contributions: Sequence[Contribution]) -> Sequence[Contribution]:
    """Leave out what is said twice, and put the values of a record in an order of their own."""
    if len({one.record for one in contributions}) == len(contributions):
        return contributions
    said = {_everything(one): one for one in contributions}
    return [said[key] for key in sorted(said)]


def _everything(one: Contribution) -> tuple[str, str, str, bool, int, bool, str, tuple[str, ...]]:
    unknown = one.standardised is None
    told = canonical(one.value)
    return one.record, same_as(one), told, unknown, one.position, one.valid, one.event_time or "", one.broken


# `json.dumps` makes an encoder at each call, which costs as much as a short value.
_WRITTEN = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(value: JSON) -> str:
    """Write a JSON value as one text: keys sorted, no spaces, so that equal values give equal text."""
    return _WRITTEN(value)


def without_floats(value: JSON) -> JSON:
    """Write every float as decimal text, the only form a golden document may hold; sort the keys."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, list):
        return [without_floats(item) for item in value]
    if isinstance(value, dict):
        return {name: without_floats(item) for name, item in sorted(value.items())}
    return value
