"""Names that are those of persons at one glance: two to four words, none of which may be anything else.

Most names are so, and their words are few: each is looked at once. All others are taken apart sign by sign.
"""

import re
from functools import lru_cache

from matching.kinds.company_judge import business_words, meanings
from matching.kinds.company_name import FILLERS
from matching.kinds.folding import folded_plain, is_junk, plain_words
from matching.kinds.legal_forms import border_words, misspelt
from matching.kinds.person_name import BIRTH, PARTICLES, TITLES

FIRM_WORDS = frozenset(("and", "und", "et", "of", "the", "for", "de", "des", "du"))
# The words that `company_aside` looks for, in any spelling that is one word.
_ASIDE = frozenset(("formerly", "fka", "previously", "vormals", "ehemals", "anciennement", "dba", "trading"))
_LETTERS = re.compile("[A-Za-zÀ-ÖØ-öø-ľŁ-ňŊ-ž-]+,?")
_FEWEST, _MOST = 2, 4


@lru_cache(maxsize=1)
def _telling() -> frozenset[str]:
    """Give the words that say more of a name than that they stand in it."""
    parts_of_firms = {word for words in meanings() for word in words} | business_words() | border_words()
    return frozenset().union(FIRM_WORDS, FILLERS, TITLES, PARTICLES, BIRTH, _ASIDE, parts_of_firms)


@lru_cache(maxsize=1 << 17)
def _words(token: str) -> str:
    """Fold what stands between two spaces, "" where it takes a closer look."""
    plain = plain_words(token)
    folded = tuple(map(folded_plain, plain))
    usual = _LETTERS.fullmatch(token) and 1 not in map(len, folded) and _telling().isdisjoint((*plain, *folded))
    return " ".join(folded) if usual else ""


def usual_person(text: str) -> tuple[str, str] | None:
    """Give the given names and the surname as `person_parts` does, None where it takes a closer look."""
    parts = list(map(_words, text.split(" ")))
    every = " ".join(parts)
    if not all(parts) or not _FEWEST <= every.count(" ") + 1 <= _MOST or is_junk(every):
        return None
    given, _, family = every.rpartition(" ")
    if misspelt(family):
        return None
    if "," not in text:
        return given, family
    before = text.count(" ", 0, text.index(",")) + 1
    if text.count(",") > 1 or before == len(parts):
        return None
    return " ".join(parts[before:]), " ".join(parts[:before])
