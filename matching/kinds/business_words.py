"""Words that many firms have in their name: sharing one says little, and a slip in one is no other business."""

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from matching.kinds.legal_forms import Words, words_of
from matching.kinds.person_vocabulary import is_given_name
from matching.kinds.spelling import near
from matching.kinds.tables import rows

_LONG = 8
"""So many letters has a business word that a slip leaves what it is: Easter is no slip of eastern."""


@lru_cache(maxsize=1)
def meanings() -> dict[Words, str]:
    """Map each way of writing a business word to the word that is compared, as one token."""
    return {
        words_of(spelling): "".join(words_of(spellings[0]))
        for spellings in rows("business_words")
        for spelling in spellings
    }


@lru_cache(maxsize=1)
def business_words() -> frozenset[str]:
    """Give the words that many firms have in their name, as they are compared."""
    return frozenset(meanings().values())


@lru_cache(maxsize=1)
def _misspelt() -> dict[str, list[tuple[str, str]]]:
    """Map each way of writing a long business word, as it is and without a letter, to both ways of writing it."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for spelling, meaning in meanings().items():
        if len(spelling) == 1 and len(spelling[0]) >= _LONG:
            for text in (spelling[0], *_without_a_letter(spelling[0])):
                found[text].append((spelling[0], meaning))
    return found


@lru_cache(maxsize=200_000)
def slip_of(word: str) -> str:
    """Give the business word that a word is a slip of the keyboard away from, "" where it is none.

    `Tetiles` is no word for `textile`, but near to `textiles`, which is one.
    """
    if len(word) < _LONG - 1 or word in business_words() or is_given_name(word):
        return ""
    known = (one for text in (word, *_without_a_letter(word)) for one in _misspelt().get(text, ()))
    slips = (meaning for spelling, meaning in known if near(word, spelling) and not _an_ending(word, spelling))
    return next(slips, "")


def _an_ending(one: str, other: str) -> bool:
    """Say whether one word only goes on where the other ends: that is no slip but perhaps another word."""
    return one.startswith(other) or other.startswith(one)


def _without_a_letter(word: str) -> Iterator[str]:
    """Give a word without each of its letters: words a slip apart have one of these in common."""
    return (word[:place] + word[place + 1 :] for place in range(len(word)))
