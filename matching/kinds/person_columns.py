"""Names of persons in columns, and which of them are the same when written as one word."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.fields import Field
from matching.kinds.pairs import Codes, Flags, coded, only_where
from matching.kinds.spelling import joined_pairs

MOST_WORDS = 5
"""Names of more words than this are judged one by one."""

Counts = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Names:
    """Names in columns: `words[i]` holds the places of the words of name `i`, given names first, 0 for no more.

    `vocabulary` is in the order of the alphabet, and `long` says which words are no initials. `sizes` counts the
    words of each name, `givens` those of its given names. `given` and `family` number given names and surnames as
    they are written, `initials` the initials of two given names and more, as one word, like `given`.
    """

    vocabulary: list[str]
    long: Flags
    words: Codes
    sizes: Counts
    givens: Counts
    given: Codes
    family: Codes
    initials: Codes


def names_of(givens: Field, families: Field) -> Names:
    """Put names in columns, given names and surnames apart; each distinct one is looked at once."""
    given_words, family_words = ([text.split() for text in field.texts] for field in (givens, families))
    vocabulary = ["", *sorted({word for words in (*given_words, *family_words) for word in words})]
    places = {word: place for place, word in enumerate(vocabulary)}
    first, then = _padded(given_words, places), _padded(family_words, places)
    counts = _sizes(given_words)[givens.codes]
    initials = ["".join(word[0] for word in words) if len(words) > 1 else "" for words in given_words]
    numbers = coded([*givens.texts, *initials])
    given, glued = numbers[: len(initials)], numbers[len(initials) :]
    return Names(
        vocabulary,
        np.fromiter((len(word) > 1 for word in vocabulary), dtype=bool, count=len(vocabulary)),
        _one_after_the_other(first[givens.codes], counts, then[families.codes]),
        np.minimum(counts + _sizes(family_words)[families.codes], MOST_WORDS + 1).astype(np.int8),
        np.minimum(counts, MOST_WORDS + 1).astype(np.int8),
        given[givens.codes],
        families.known,
        glued[givens.codes],
    )


def _sizes(listed: Sequence[Sequence[str]]) -> Codes:
    return np.fromiter(map(len, listed), dtype=np.int64, count=len(listed))


def _padded(listed: Sequence[Sequence[str]], places: Mapping[str, int]) -> Codes:
    """Give the places of the first MOST_WORDS words of each text, 0 for no more: (texts, MOST_WORDS)."""
    none = [""] * MOST_WORDS
    every = [places[word] for words in listed for word in (*words, *none)[:MOST_WORDS]]
    return np.array(every, dtype=np.int64).reshape(-1, MOST_WORDS)


def _one_after_the_other(first: Codes, counts: Codes, then: Codes) -> Codes:
    """Put the words of each row after its first ones, of which there are so many: MOST_WORDS are kept."""
    found = first.copy()
    for place in range(MOST_WORDS):
        rows = np.flatnonzero((counts + place < MOST_WORDS) & (then[:, place] > 0))
        found[rows, counts[rows] + place] = then[rows, place]
    return found


def prepare_joined(givens: Field, families: Field, names: Names) -> Callable[[Codes, Codes], Flags]:
    """Prepare to say whether two names, or given names before one surname, are the same when written as one word."""
    pairs = zip(givens.codes.tolist(), families.codes.tolist(), strict=True)
    every = joined_pairs([givens.texts[one] + families.texts[other] for one, other in pairs])
    by_text, text = joined_pairs(givens.texts), givens.codes

    def given(left: Codes, right: Codes) -> Flags:
        return by_text(text[left], text[right])

    def joined(left: Codes, right: Codes) -> Flags:
        found = only_where(names.sizes[left] != names.sizes[right], every, left, right)
        maybe = (names.family[left] == names.family[right]) & (names.givens[left] != names.givens[right])
        return found | only_where(maybe & ~found, given, left, right)

    return joined
