"""Words of names that are copied as they are: whatever word of their sort stands there, the rest comes out the same."""

import re
from functools import lru_cache

from matching.kinds.business_words import business_words, meanings
from matching.kinds.company_aside import WORDS_OF_ASIDE
from matching.kinds.folding import WORDS_OF_JUNK, folded_plain, is_junk, plain_words
from matching.kinds.generation import GENERATIONS
from matching.kinds.legal_forms import misspelt, words_of_forms
from matching.kinds.person_vocabulary import BIRTH, PARTICLES, TITLES, is_given_name
from matching.kinds.tables import words
from matching.patterns import CopiedWords

FILLERS = words("company_fillers")
FIRM_WORDS = frozenset(("and", "und", "et", "of", "the", "for", "de", "la", "des", "du"))
_GIVEN_NAME, _OTHER = "given", "other"
_WORD = re.compile("[A-Za-zÀ-ÖØ-öø-ľŁ-ňŊ-ž]+")


@lru_cache(maxsize=1)
def _telling() -> frozenset[str]:
    """Give the words that say more of a name than that they stand in it."""
    of_firms = {word for words in meanings() for word in words} | business_words() | words_of_forms()
    of_persons = TITLES | PARTICLES | BIRTH | set(GENERATIONS)
    return frozenset().union(of_firms, of_persons, FIRM_WORDS, FILLERS, WORDS_OF_ASIDE, WORDS_OF_JUNK)


def _copied(text: str) -> tuple[str, str] | None:
    """Give a word as it is copied, and its sort; None where it is not copied, or no single word."""
    if not _WORD.fullmatch(text):
        return None
    plain = plain_words(text)[0]
    word = folded_plain(plain)
    if len(word) == 1 or not _telling().isdisjoint((plain, word)) or is_junk(text) or is_junk(word) or misspelt(word):
        return None
    return word, _GIVEN_NAME if is_given_name(word) else _OTHER


COPIED = CopiedWords(
    word=_copied,
    stand_ins={
        _GIVEN_NAME: ("agnieszka", "benjamin", "christopher", "dominique", "ekaterina", "francesca"),
        _OTHER: ("bqvorix", "dqvorix", "fqvorix", "gqvorix", "hqvorix", "kqvorix"),
    },
)
