"""Measures in a text, written in one way.

1 TB and 1000 GB, 0,5 l and 500 ml, 15.6", 15,6 Zoll and 15.6IN, 60x90 cm and 600 x 900 mm, a pack of 12 and 12/pk.
"""

import re
from functools import lru_cache

from matching.kinds.tables import rows

_NUMBER = r"\d{1,6}(?:[.,]\d{1,3})?"
_NUMBERS_AND_NAME = re.compile(
    # A description begins with its maker, hardly with a measure: 3M there is the firm.
    # `in` is a unit only at the number itself: 22IN, but 10 in 1.
    rf"(?!\A(?-i:3M)\b)(?<![\w.,])((?:{_NUMBER} ?[x×] ?){{0,2}}{_NUMBER})(?:(in)\b|[ /-]?([a-z]{{1,8}}\b|″))",
    re.IGNORECASE,
)
_PACK = re.compile(r"\b(?:pack|set|box|case|bundle)s? of (\d+)\b", re.IGNORECASE)
# No model number begins so: 2500sheets.
_COUNTED = re.compile(r"\b(\d{1,6})(?=[a-z]{4,}\b)", re.IGNORECASE)
_TIMES = re.compile(r" ?[x×] ?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_LENGTH, _INCH = "mm", "inch"


@lru_cache(maxsize=1)
def _units() -> dict[str, tuple[str, float]]:
    return {name: (unit, float(size)) for unit, size, *names in rows("units") for name in names}


@lru_cache(maxsize=1)
def _measure() -> re.Pattern[str]:
    return re.compile(rf"(?:\d+(?:p\d)?x)*\d+(?:p\d)?({'|'.join(sorted({unit for unit, _ in _units().values()}))})")


@lru_cache(maxsize=200_000)
def unit_of(word: str) -> str | None:
    """Give the unit of a word that is a number, or several, with a unit, as `with_measures` writes it; else None."""
    found = _measure().fullmatch(word)
    return found[1] if found else None


def is_measure(word: str) -> bool:
    """Say whether a word is a number with its unit, as `with_measures` writes it."""
    return unit_of(word) is not None


def _number(text: str) -> float:
    """Read a number in which a comma or a full stop is a decimal sign, or parts three digits off."""
    return float(re.sub(r"[.,]", "", text) if _THOUSANDS.fullmatch(text) else text.replace(",", "."))


def _written(amount: float) -> str:
    return f"{amount:.0f}" if amount >= 10 else f"{amount:.1f}".removesuffix(".0").replace(".", "p")


def _as_one_word(found: re.Match[str]) -> str:
    numbers, attached, name = found.groups()
    name = _INCH if attached else name.lower()
    if name not in _units():
        return found[0]
    unit, size = _units()[name]
    *before, last = map(_number, _TIMES.split(numbers))
    # Of 60 x 90 cm both are lengths; of 2 x 500 ml only one is a volume.
    several = "".join(f"{_written(one * size if unit == _LENGTH else one)}x" for one in before)
    return f" {several}{_written(last * size)}{unit} "


def with_measures(text: str) -> str:
    """Write each number that has a unit as one word in a small unit, `500ml`; a lone quotation mark means inches.

    A number before a longer word stands alone: `2500sheets` is no model number.
    """
    text = _COUNTED.sub(r"\1 ", _PACK.sub(r"\1 pack", text))
    return _NUMBERS_AND_NAME.sub(_as_one_word, text.replace('"', "″") if text.count('"') == 1 else text)
