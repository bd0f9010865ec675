"""Names of persons in columns, and which of them are the same when written as one word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.kinds.pairs import Codes, Flags, coded, only_where
from matching.kinds.spelling import near_pairs

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
    taken = [(given.split(), family.split()) for given, family in zip(givens, families, strict=True)]
    vocabulary = ["", *sorted({word for both in taken for words in both for word in words})]
    places = {word: place for place, word in enumerate(vocabulary)}
    words: list[int] = []
    for given, family in taken:
        every = [*given, *family][:MOST_WORDS]
        words += [*map(places.__getitem__, every), *(0,) * (MOST_WORDS - len(every))]
    sizes = [(min(len(given) + len(family), MOST_WORDS + 1), min(len(given), MOST_WORDS)) for given, family in taken]
    counts = np.array(sizes, dtype=np.int8).reshape(-1, 2)
    initials = ["".join(word[0] for word in given) if len(given) > 1 else "" for given, _ in taken]
    given_or_initials = coded([*givens, *initials])
    return Names(
        vocabulary,
        np.fromiter((len(word) > 1 for word in vocabulary), dtype=bool, count=len(vocabulary)),
        np.array(words, dtype=np.int64).reshape(-1, MOST_WORDS),
        counts[:, 0],
        counts[:, 1],
        given_or_initials[: len(taken)],
        coded(families),
        given_or_initials[len(taken) :],
    )


def prepare_joined(givens: Sequence[str], families: Sequence[str], names: Names) -> Callable[[Codes, Codes], Flags]:
    """Prepare to say whether two names, or given names before one surname, are the same when written as one word."""
    every = _joined([f"{given}{family}" for given, family in zip(givens, families, strict=True)])
    given = _joined(givens)

    def joined(left: Codes, right: Codes) -> Flags:
        found = only_where(names.sizes[left] != names.sizes[right], every, left, right)
        maybe = (names.family[left] == names.family[right]) & (names.givens[left] != names.givens[right])
        return found | only_where(maybe & ~found, given, left, right)

    return joined


def _joined(texts: Sequence[str]) -> Callable[[Codes, Codes], Flags]:
    texts = [text.replace(" ", "") for text in texts]
    text, near = coded(texts), near_pairs(texts)
    return lambda left, right: (text[left] == text[right]) | near(left, right)
