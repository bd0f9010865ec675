"""How golden records spell what sources write, told plainly: the oracle of the laws, and no code of the hub."""

from decimal import Decimal
from typing import Any

MONTHS = {"March": "03"}


def spelled(kind: str, value: Any) -> Any:
    """A valid value of a kind, or several: numbers as plain decimals, dates as year, month and day."""
    if isinstance(value, list):
        return [spelled(kind, one) for one in value]
    if kind == "number":
        return _number(value)
    return _date(value) if kind == "date" else value


def _number(value: Any) -> str:
    """Thousands may be parted by points, decimals follow a comma; three digits behind the first may be either."""
    text = str(value).replace(" ", "")
    whole, comma, decimals = text.partition(",")
    if comma and "." not in whole and whole != "0" and len(decimals) == 3:
        return str(value)
    number = Decimal(f"{whole.replace('.', '')}.{decimals}" if comma else text)
    written = f"{number:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _date(value: str) -> str:
    """The day comes first where points or words say so; with slashes it may be the month."""
    if "/" in value or value[:4].isdigit():
        return value
    day, month, year = value.replace(".", " ").split()
    return f"{year}-{MONTHS.get(month, month):>02}-{day:>02}"
