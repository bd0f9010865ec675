"""The words of a text that is searched for: what each of them means, who has it, and how much that tells."""

import heapq
import math
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from matching.kinds.folding import folded_words
from mdm.resolution.search_words import LONGEST, whole_number
from mdm.store import search as stored
from mdm.store.database import Transaction
from mdm.store.search import SearchWord

Hidden = Mapping[str, Collection[str]]
"""The attributes of each entity type that a search must not look at."""
BEGUN, SPELLED = 0.8, 0.2
"""How much it counts that a word begins as asked, and that it does not go on."""
# So many words are read for one that was asked for: a bound on what a search may cost.
COMMON = 2_000
# A word of letters that nothing begins with stands for the nearest ones that begin with the same two.
SHORTEST, SAME_START, NEAR, NEAREST = 4, 2, 72, 5
NOWHERE = 3.0
"""The weight of a word that nobody has: as if many had it, so that the others decide."""


class Term(NamedTuple):
    """One word of a text, or its beginning: who has it and how much it tells; where none begins so, the words near it.

    `near` says how near each of them is, of 100.
    """

    start: str
    near: Mapping[str, float]
    goldens: frozenset[int]

    @property
    def weight(self) -> float:
        """How much it tells, in bits: what few have tells more than what many have (inverse document frequency)."""
        return math.log2(2 + COMMON / len(self.goldens)) if self.goldens else NOWHERE

    def likeness(self, word: str) -> float:
        """How well a word of a golden record is the one that was asked for, of 1; 0 when it is another one."""
        if word.startswith(self.start):
            return BEGUN + SPELLED * len(self.start) / len(word)
        return BEGUN * self.near.get(word, 0.0) / 100


def terms_of(reader: Transaction, types: Collection[str], text: str, without: Hidden) -> dict[str, list[Term]]:
    """The words of a text for each entity type; a number that is known whole stands for its parts.

    A word counts as misspelled only where nothing of any of these types begins with it.
    """
    starts = [word[:LONGEST] for word in dict.fromkeys(folded_words(text))]
    number = whole_number(text)
    if number is not None:
        found = _begun(reader, types, [number], without)
        if any(term.goldens for terms in found.values() for term in terms):
            return found
    return _begun(reader, types, starts, without)


def _begun(
    reader: Transaction, types: Collection[str], starts: Collection[str], without: Hidden
) -> dict[str, list[Term]]:
    asked = {of: without.get(of, ()) for of in types}
    found = {start: stored.beginning(reader, asked, start, limit=COMMON) for start in starts}
    known = {start for start, of_each in found.items() if any(of_each.values())}
    return {
        of: [
            Term(start, {}, _goldens(found[start][of]))
            if start in known or len(start) < SHORTEST or not start.isalpha()
            else _near(reader, of, start, without.get(of, ()))
            for start in starts
        ]
        for of in types
    }


def _near(reader: Transaction, of: str, start: str, barred: Collection[str]) -> Term:
    there = stored.vocabulary(reader, of, start[:SAME_START], without=barred)
    nearest = heapq.nlargest(NEAREST, zip(_nearness(start, there).tolist(), there, strict=True))
    near = {word: how_near for how_near, word in nearest if how_near >= NEAR}
    held = [one for word in near for one in stored.holding(reader, {of: barred}, word, limit=COMMON)[of]]
    return Term(start, near, _goldens(held))


def _goldens(words: Collection[SearchWord]) -> frozenset[int]:
    return frozenset(golden for _, _, golden, _ in words)


def _nearness(start: str, words: Sequence[str]) -> npt.NDArray[np.float64]:
    """How alike, of 100, words are to what was typed, which may be only their beginning."""
    begun = [word[: len(start) + 1] for word in words]
    whole, part = (process.cdist([start], some, scorer=fuzz.ratio, dtype=np.float64)[0] for some in (words, begun))
    nearness: npt.NDArray[np.float64] = np.maximum(whole, part - 1)
    return nearness
