"""Variants: what offers of one product differ in, such as a colour, a size, a measure or the number of a version."""

import re
from collections.abc import Iterable
from functools import lru_cache

from matching.kinds.measures import unit_of
from matching.kinds.model_numbers import is_model
from matching.kinds.tables import rows

_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"[a-z]{0,2}\d+[a-z]?")


@lru_cache(maxsize=1)
def _known() -> dict[str, tuple[str, str]]:
    return {name: (table, names[0]) for table in ("colours", "sizes") for names in rows(table) for name in names}


@lru_cache(maxsize=200_000)
def variant_of(word: str) -> tuple[str, str] | None:
    """Say of what sort a word is, and which one of it: two words for one colour are one."""
    if (unit := unit_of(word)) is not None:
        return unit, word
    if _YEAR.fullmatch(word):
        return "year", word
    if _NUMBER.fullmatch(word) and not is_model(word):
        return "number", word
    return _known().get(word)


def are_variants(left: Iterable[str], right: Iterable[str]) -> bool:
    """Say whether words that only one of two texts has tell variants: of some sort both have some, and none the same.

    Sorts are colours, sizes, measures of one unit, years, and other numbers.
    """
    one, other = ({found for word in words if (found := variant_of(word))} for words in (left, right))
    shared = {sort for sort, _ in one & other}
    return bool({sort for sort, _ in one} & {sort for sort, _ in other} - shared)
