"""The valid word that an unknown one was most likely meant to be, for messages that say what to do."""

import difflib
from collections.abc import Collection


def nearest(word: str, words: Collection[str]) -> str | None:
    """Give the valid word closest to `word`, or None where there is no word to give."""
    folded = {valid.casefold(): valid for valid in sorted(words)}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0)
    return folded[close[0]] if close else None


def hint(word: str, words: Collection[str]) -> str:
    """Say which valid word is nearest, as the end of a sentence: `; the nearest is 'tax_id'`."""
    found = nearest(word, words)
    return "" if found is None else f"; the nearest is {found!r}"
