"""Generations: what tells father and son of one name apart. It stands before the surname in a standardised name."""

import re

import numpy as np

from matching.fields import Field
from matching.kinds.pairs import Codes, Outcomes, PairComparison, numbered
from matching.kinds.person_pairs import CLOSE, MIDDLE, OTHER_GIVEN, OTHER_SURNAME

_WORDS = {"junior": "jr", "senior": "sr"}
_WRITTEN = re.compile(r"[\s,](jr|sr|junior|senior|ii|iii|iv)\b\.?(?=\s*(?:,|\(|$))", re.IGNORECASE)
GENERATIONS = ("jr", "sr", "ii", "iii", "iv")


def generation_of(text: str) -> str:
    """Give the generation that a name ends with, or its surname before the comma, "" where it tells none."""
    found = _WRITTEN.search(text)
    return _WORDS.get(found[1].lower(), found[1].lower()) if found else ""


def without_generation(surname: str) -> str:
    """Give a standardised surname without the generation before it."""
    first, _, rest = surname.partition(" ")
    return rest if rest and first in GENERATIONS else surname


def told_apart(families: Field) -> tuple[Field, Codes] | None:
    """Take generations from surnames: gives the surnames without, and the place of each one's generation, 0 for none.

    None where no name has one, as in nearly every file.
    """
    bare = list(map(without_generation, families.texts))
    if bare == families.texts:
        return None
    said = [text.partition(" ")[0] if text != alone else "" for text, alone in zip(families.texts, bare, strict=True)]
    places = np.array([1 + GENERATIONS.index(word) if word else 0 for word in said], dtype=np.int64)
    codes, texts = numbered(bare)
    return Field(codes[families.codes], texts), places[families.codes]


def by_generation(compare: PairComparison, generation: Codes) -> PairComparison:
    """Compare names of which some tell a generation: where two do, another one is somebody else of the family."""

    def compared(left: Codes, right: Codes) -> Outcomes:
        levels, one, other = compare(left, right), generation[left], generation[right]
        levels = np.where((one != other) & (levels <= CLOSE), np.int8(MIDDLE), levels)
        both = (one != other) & (one > 0) & (other > 0)
        return np.where(both & (levels < OTHER_SURNAME), np.int8(OTHER_GIVEN), levels)

    return compared
