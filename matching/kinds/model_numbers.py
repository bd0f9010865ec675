"""Model numbers among the words of a description: written in one way, and told from other words."""

import re
from functools import lru_cache

from matching.kinds.folding import plain
from matching.kinds.measures import is_measure, with_measures
from matching.kinds.tables import words

STOP = words("stop_words")
_MODEL = re.compile(r"(?=.*\d)(?=.*[a-z])[a-z0-9]{4,}|\d{5,}")
_DIGIT = re.compile(r"\d")
# A full stop ends a word that is shortened, and a percentage is an amount: std. 19 %.
_APART = re.compile(r"\b([a-z]{1,3})[ /-](\d{2,}[a-z]{0,3})\b(?![.,]\d| ?%)", re.IGNORECASE)


@lru_cache(maxsize=200_000)
def is_model(word: str) -> bool:
    """Say whether a word is a model number: letters and digits, or many digits, and no measure."""
    return _MODEL.fullmatch(word) is not None and not is_measure(word)


def _as_one_word(found: re.Match[str]) -> str:
    letters, number = found.groups()
    return found[0] if letters.lower() in STOP or is_measure(number.lower()) else letters + number


def words_of_description(text: str) -> str:
    """Give the plain words of a text, each measure and model number as one: `GS 782C, 0,5 l` is `gs782c 500ml`."""
    if _DIGIT.search(text) is None:
        return plain(text)
    return plain(_APART.sub(_as_one_word, with_measures(text)))
