"""Names of persons in columns, and which of them are the same when written as one word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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


def names_of(givens: Sequence[str], families: Sequence[str]) -> Names:
    """Put names in columns, given names and surnames apart."""
    counts = np.array([_words_in(givens), _words_in(families)])
    sizes = counts.sum(axis=0)
    every = " ".join(f"{given} {family}" for given, family in zip(givens, families, strict=True)).split()
    vocabulary = ["", *sorted(set(every))]
    places = {word: place for place, word in enumerate(vocabulary)}
    initials = [""] * len(givens)
    for number in np.flatnonzero(counts[0] > 1).tolist():
        initials[number] = "".join(word[0] for word in givens[number].split())
    given = coded([*givens, *initials])
    return Names(
        vocabulary,
        np.fromiter((len(word) > 1 for word in vocabulary), dtype=bool, count=len(vocabulary)),
        _padded(np.fromiter(map(places.__getitem__, every), dtype=np.int64, count=len(every)), sizes),
        np.minimum(sizes, MOST_WORDS + 1).astype(np.int8),
        np.minimum(counts[0], MOST_WORDS + 1).astype(np.int8),
        given[: len(givens)],
        coded(families),
        given[len(givens) :],
    )


def _words_in(texts: Sequence[str]) -> Codes:
    return np.fromiter(map(len, map(str.split, texts)), dtype=np.int64, count=len(texts))


def _padded(words: Codes, sizes: Codes) -> Codes:
    """Give the first MOST_WORDS words of each name, 0 for no more: (names, MOST_WORDS)."""
    names = np.repeat(np.arange(len(sizes)), sizes)
    places = np.arange(len(words)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    found = np.zeros((len(sizes), MOST_WORDS), dtype=np.int64)
    kept = places < MOST_WORDS
    found[names[kept], places[kept]] = words[kept]
    return found


def prepare_joined(givens: Sequence[str], families: Sequence[str], names: Names) -> Callable[[Codes, Codes], Flags]:
    """Prepare to say whether two names, or given names before one surname, are the same when written as one word."""
    every = joined_pairs([f"{given}{family}" for given, family in zip(givens, families, strict=True)])
    given = joined_pairs(givens)

    def joined(left: Codes, right: Codes) -> Flags:
        found = only_where(names.sizes[left] != names.sizes[right], every, left, right)
        maybe = (names.family[left] == names.family[right]) & (names.givens[left] != names.givens[right])
        return found | only_where(maybe & ~found, given, left, right)

    return joined
