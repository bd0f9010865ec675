"""Dated lines on an axis of time: a row for each key, a bar for each line, marks where lines gap, overlap or conflict.

All places are worked out here, so that a page needs neither a script nor a style of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mdm.entity_types import EntityType
from stewardship_ui.wording import label, written

Document = Mapping[str, Any]
WIDTH = 660
SIGNS = {"gap": "∅", "overlap": "∩", "conflict": "≠", "expired": "⊣"}
"""What tells a finding without colour."""
DAYS = ("valid_from", "valid_to")
READABLE = 30
"""The narrowest bar that an amount is written into."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line, or the days of a finding: where it stands, what is written into it and what it says in words."""

    x: float
    width: float
    text: str
    words: str
    kind: str = "line"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a key, in words."""

    kind: str
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key, such as a role in a grade and a currency, with its bars."""

    words: str
    small: str
    bars: list[Bar]
    marks: list[Bar]
    findings: list[Finding]
    current: str


@dataclass(frozen=True, slots=True)
class Axis:
    """All rows of an attribute of dated lines, the days at its ends, where each year begins, and today."""

    attribute: str
    start: str
    end: str
    years: list[tuple[float, str]]
    today: float | None
    rows: list[KeyRow]
    wrong: int


def axis(
    entity_type: EntityType, name: str, document: Document, findings: Sequence[Document], *, today: str
) -> Axis:  # fmt: skip
    """Lay the dated lines of a golden record out; `today` is an ISO date."""
    attribute = entity_type.attributes[name]
    lines = [one for one in document["attributes"][name] if isinstance(one, Mapping)]
    own = [one for one in findings if one["attribute"] == name]
    fields = [field for field in attribute.line_fields if field not in {*attribute.amounts, *DAYS}]
    keys = {_key(one, fields): one for one in [*lines, *(found["key"] for found in own)]}
    scale = _Scale.over([*lines, *own], today)
    rows = [
        _row(
            {field: one.get(field) for field in fields}, attribute.amounts, scale,
            [line for line in lines if _key(line, fields) == key],
            [found for found in own if _key(found["key"], fields) == key], today,
        )
        for key, one in keys.items()
    ]  # fmt: skip
    wrong = sum(one["kind"] != "expired" for one in own)
    return Axis(name, scale.start.isoformat(), scale.end.isoformat(), scale.years(), scale.place(today), rows, wrong)


@dataclass(frozen=True, slots=True)
class _Scale:
    """The days from the first to the last that anything says, at least a year."""

    start: date
    end: date

    @classmethod
    def over(cls, lines: Sequence[Document], today: str) -> "_Scale":
        told = [date.fromisoformat(one[name]) for one in lines for name in DAYS if _is_day(one.get(name))]
        start = min(told, default=date.fromisoformat(today)).replace(month=1, day=1)
        last = max([*told, start + timedelta(days=364)])
        if any(not _is_day(one.get("valid_to")) for one in lines):  # an open line runs on to today and a little more
            last = max(last, date.fromisoformat(today) + timedelta(days=120))
        return cls(start, last)

    def place(self, day: str | None, *, otherwise: float | None = None) -> float | None:
        """Where a day stands, None outside."""
        if not _is_day(day):
            return otherwise
        share = (date.fromisoformat(str(day)) - self.start).days / max((self.end - self.start).days, 1)
        return round(share * WIDTH, 1) if 0 <= share <= 1 else otherwise

    def years(self) -> list[tuple[float, str]]:
        every = max(1, (self.end.year - self.start.year) // 8)
        years = range(self.start.year, self.end.year + 1, every)
        return [(place, str(year)) for year in years if (place := self.place(f"{year:04d}-01-01")) is not None]

    def bar(self, one: Document, text: str, words: str, kind: str = "line") -> Bar:
        start = self.place(one.get("valid_from"), otherwise=0.0) or 0.0
        end = self.place(one.get("valid_to"), otherwise=float(WIDTH)) or 0.0
        width = max(round(end - start, 1), 2.0)
        return Bar(start, width, text if width >= READABLE else "", words, kind)


def _is_day(text: object) -> bool:
    """Whether this is a day at all: of one that is held back an auditor sees its form only."""
    try:
        date.fromisoformat(str(text))
    except ValueError:
        return False
    return True


def _key(line: Document, fields: Sequence[str]) -> tuple[str, ...]:
    return tuple(written(line.get(field)) for field in fields)


def _row(
    key: Document, amounts: Sequence[str], scale: _Scale, lines: Sequence[Document], findings: Sequence[Document],
    today: str,
) -> KeyRow:  # fmt: skip
    first, *rest = [(name, written(value)) for name, value in key.items() if value not in (None, "")] or [("", "any")]
    bars = [scale.bar(one, _amount(one, amounts), f"{_amount(one, amounts)}, {days(one)}") for one in lines]
    marks = [
        scale.bar(one, SIGNS[one["kind"]], f"{one['kind']}, {days(one)}", one["kind"])
        for one in findings if one["kind"] != "expired"
    ]  # fmt: skip
    holds = [one for one in lines if _holds(one, today)]
    return KeyRow(
        label(first[1]), ", ".join(text for _, text in rest), bars, marks, list(_told(findings, today)),
        ", ".join(_amount(one, amounts) for one in holds),
    )  # fmt: skip


def _told(findings: Sequence[Document], today: str) -> Iterator[Finding]:
    for one in findings:
        if one["kind"] == "expired":
            if not _is_day(one["valid_from"]) or one["valid_from"] <= today:
                yield Finding("expired", SIGNS["expired"], f"over since {one['valid_from'] or 'ever'}, nothing follows")
            continue
        said = "; ".join(
            f"{part['source']} {', '.join(map(written, part['amounts'].values()))} {part['fate']}".strip()
            for part in one["said"]
        )  # fmt: skip
        yield Finding(one["kind"], SIGNS[one["kind"]], f"{one['kind']}, {days(one)}{f': {said}' if said else ''}")


def days(one: Document) -> str:
    """The days of a line in words; the last is the first on which it does not hold."""
    start, end = one.get("valid_from"), one.get("valid_to")
    return f"from {start or 'ever'} to before {end}" if end else f"from {start or 'ever'} on"


def _holds(line: Document, on: str) -> bool:
    start, end = line.get("valid_from"), line.get("valid_to")
    return (not start or start <= on) and (not end or on < end)


def _amount(line: Document, amounts: Sequence[str]) -> str:
    return " / ".join(written(line[name]) for name in amounts if line.get(name) not in (None, ""))
