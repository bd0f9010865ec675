"""The valid word that an unknown one was most likely meant to be, for messages that say what to do."""

import difflib
from collections.abc import Collection

from rapidfuzz.distance import OSA

_APART = str.maketrans("", "", "-_. ")
_LONG_ENOUGH = 4
"""Of shorter words any two are one keystroke apart."""


def nearest(word: str, words: Collection[str]) -> str | None:
    """Give the valid word closest to `word`, or None where there is no word to give."""
    folded = {valid.casefold(): valid for valid in sorted(words)}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0)
    return folded[close[0]] if close else None


def hint(word: str, words: Collection[str]) -> str:
    """Say which valid word is nearest, as the end of a sentence: `; the nearest is 'tax_id'`."""
    found = nearest(word, words)
    return "" if found is None else f"; the nearest is {found!r}"


def slip_of(word: str, words: Collection[str]) -> str | None:
    """Give the valid word that `word` is but for case, what parts its parts, or one keystroke; None where it is none.

    Unlike `nearest` it is for words of which most are meant to be something else altogether.
    """
    bare = _bare(word)
    for valid in sorted(words):
        longest = 1 if min(len(bare), len(_bare(valid))) >= _LONG_ENOUGH else 0
        if word != valid and OSA.distance(bare, _bare(valid)) <= longest:
            return valid
    return None


def _bare(word: str) -> str:
    return word.casefold().translate(_APART)
