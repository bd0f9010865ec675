"""The types of exported columns, by the kinds of their attributes, and golden texts read as values of them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

Scalar = Literal["text", "integer", "date", "decimal", "boolean"]


@dataclass(frozen=True, slots=True)
class Many:
    """A list, of plain values or of objects with these fields."""

    of: Scalar | Mapping[str, Scalar]


Type = Scalar | Many
DIGITS, DECIMALS = 38, 9
"""What a decimal column holds: this is the NUMERIC of BigQuery, and what DuckDB and Spark can hold at most."""
_BY_KIND: Mapping[tuple[str, str], Scalar] = {
    ("date", ""): "date", ("number", ""): "decimal", ("money", "amount"): "decimal", ("boolean", ""): "boolean",
}  # fmt: skip
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(rf"-?[0-9]{{1,{DIGITS - DECIMALS}}}(?:\.[0-9]{{1,{DECIMALS}}})?")


def type_of(kind: str, part: str = "") -> Scalar:
    """The type of a column with the values of a kind, or with one field of them: the kind alone decides."""
    return _BY_KIND.get((kind, part), "text")


def as_typed(of: Scalar, text: str) -> Any:
    """A text as a value of a type, None where it is none."""
    return _READ[of](text) if of in _READ else text


@lru_cache(maxsize=1 << 16)
def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


@lru_cache(maxsize=1 << 16)
def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


_READ: Mapping[str, Callable[[str], Any]] = {
    "date": _date, "decimal": _decimal, "boolean": {"true": True, "false": False}.get,
}  # fmt: skip
