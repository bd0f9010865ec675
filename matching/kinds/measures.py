"""Measures in a text, written in one way: 1 TB and 1000 GB, 0,5 l and 500 ml, 15.6" and 15,6 Zoll."""

import re
from functools import lru_cache

from matching.kinds.tables import rows

_NUMBER_AND_NAME = re.compile(r"(?<![\w.,])(\d{1,6}(?:[.,]\d{1,3})?)[ -]?([a-z]{1,8}\b|″)", re.IGNORECASE)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


@lru_cache(maxsize=1)
def _units() -> dict[str, tuple[str, float]]:
    return {name: (unit, float(size)) for unit, size, *names in rows("units") for name in names}


@lru_cache(maxsize=1)
def _measure() -> re.Pattern[str]:
    return re.compile(rf"\d+(?:p\d)?(?:{'|'.join(sorted({unit for unit, _ in _units().values()}))})")


def is_measure(word: str) -> bool:
    """Say whether a word is a number with its unit, as `with_measures` writes it."""
    return _measure().fullmatch(word) is not None


def _number(text: str) -> float:
    """Read a number in which a comma or a full stop is a decimal sign, or parts three digits off."""
    return float(re.sub(r"[.,]", "", text) if _THOUSANDS.fullmatch(text) else text.replace(",", "."))


def _as_one_word(found: re.Match[str]) -> str:
    number, name = found.groups()
    if name.lower() not in _units():
        return found[0]
    unit, size = _units()[name.lower()]
    amount = _number(number) * size
    written = f"{amount:.0f}" if amount >= 10 else f"{amount:.1f}".removesuffix(".0").replace(".", "p")
    return f" {written}{unit} "


def with_measures(text: str) -> str:
    """Write each number that has a unit as one word in a small unit, `500ml`; a lone quotation mark means inches."""
    return _NUMBER_AND_NAME.sub(_as_one_word, text.replace('"', "″") if text.count('"') == 1 else text)
