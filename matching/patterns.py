"""Cleans many texts by their patterns: words that are copied as they are stand in for one another.

Most words of a name say no more than that they stand there. Texts that are the same but for such words have one
pattern. Of each pattern one text is cleaned, with stand-ins for these words, and then the words of each text take
the places of their stand-ins.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count

import numpy as np

from matching.arrow import binaries, put_together, told_apart
from matching.columns import PART, Column, numbered
from matching.fields import Codes, bounds_in, parted
from matching.sets import ranges

MANY = 1_000
"""Fewer texts are sooner cleaned one by one."""
_MOST_JOINED = 4
"""So many words at most may be joined by hyphens."""

Clean = Callable[[str], str | None]
Copied = Callable[[str], tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class CopiedWords:
    """Which words of a text are copied.

    `word` gives a word as it is copied, and its sort; None where it is not. `stand_ins` are words of each sort, any of
    which may stand for any other.
    """

    word: Copied
    stand_ins: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Word:
    """What stands between two spaces: words that are copied, joined by hyphens, and perhaps a comma; or else a text."""

    copied: tuple[tuple[str, str], ...]
    rest: str

    @property
    def sort(self) -> str:
        """What is the same for words that may stand for one another."""
        return PART.join((*(sort for _, sort in self.copied), self.rest))


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of texts: those of text `i` are `codes[starts[i]:starts[i + 1]]`, places among the distinct ones."""

    codes: Codes
    starts: Codes
    distinct: list[_Word]

    def of(self, text: int) -> list[_Word]:
        """Give the words of one text."""
        return [self.distinct[code] for code in self.codes[self.starts[text] : self.starts[text + 1]].tolist()]


class _Pieces:
    """What cleaned texts are put together of, pattern by pattern: strings, or which word of a text stands there."""

    def __init__(self) -> None:
        self.texts: defaultdict[str, int] = defaultdict(count().__next__)
        self.values: list[int] = []
        self.sizes: list[int] = []

    def add(self, pieces: Sequence[str | tuple[int, int]]) -> None:
        """Add those of one pattern; a word is told by the place of its text, and its place in that."""
        self.values += [
            self.texts[piece] if isinstance(piece, str) else -1 - piece[0] * _MOST_JOINED - piece[1] for piece in pieces
        ]
        self.sizes.append(len(pieces))


def cleaned_by_pattern(clean: Clean, copied: CopiedWords, texts: Sequence[str]) -> Column:
    """Clean texts, which hold no separators, as if each had been cleaned by itself."""
    words = _words_of(texts, copied)
    patterns = _patterns(words)
    first = np.flatnonzero(np.diff(np.maximum.accumulate(patterns), prepend=-1) > 0)
    pieces = _Pieces()
    alone = np.zeros(len(first), dtype=bool)
    for pattern, text in enumerate(first.tolist()):
        found = _template(clean, copied, words.of(text))
        alone[pattern] = found is None
        pieces.add(found or ())
    by_themselves = np.flatnonzero(alone[patterns])
    patterns[by_themselves] = np.arange(len(by_themselves)) + len(first)
    for text in by_themselves.tolist():
        pieces.add((clean(texts[text]) or "",))
    return _put_together(words, patterns, pieces)


def _words_of(texts: Sequence[str], copied: CopiedWords) -> _Words:
    text = (PART.join(texts) + PART).encode("utf-8", "surrogatepass")
    apart = text.replace(b" ", PART.encode())
    bounds = bounds_in(apart)
    codes, distinct = told_apart(binaries(apart, bounds))
    known = cache(copied.word)  # the same with a comma, and without
    return _Words(codes, np.searchsorted(bounds, bounds_in(text)), [_word(one, known) for one in parted(distinct)])


def _word(text: str, copied: Copied) -> _Word:
    bare = text.removesuffix(",")
    joined = bare.split("-")
    if len(joined) <= _MOST_JOINED:
        found = [known for one in joined if (known := copied(one))]
        if len(found) == len(joined):
            return _Word(tuple(found), text[len(bare) :])
    return _Word((), text)


def _patterns(words: _Words) -> Codes:
    """Number the patterns of texts in the order in which they first occur."""
    sorts = numbered([word.sort for word in words.distinct], missing=None)[0]
    return told_apart(binaries(sorts[words.codes].tobytes(), words.starts * sorts.itemsize))[0]


def _template(clean: Clean, copied: CopiedWords, words: Sequence[_Word]) -> list[str | tuple[int, int]] | None:
    """Give the pieces of a cleaned text of a pattern; None where its texts have to be cleaned each by itself.

    That is where a stand-in does not come out once: not at all, or said aside, or said by another word, too.
    """
    used: Counter[str] = Counter()
    places: dict[str, tuple[int, int]] = {}
    said = []
    for place, word in enumerate(words):
        stand_ins = []
        for number, (_, sort) in enumerate(word.copied):
            if used[sort] == len(copied.stand_ins[sort]):
                return None
            stand_ins.append(copied.stand_ins[sort][used[sort]])
            places[stand_ins[-1]] = place, number
            used[sort] += 1
        said.append("-".join(stand_ins) + word.rest)
    found = re.split(r"\b", clean(" ".join(said)) or "")
    if Counter(one for one in found if one in places) != Counter(places.keys()):
        return None
    return [places.get(one, one) for one in found if one]


def _put_together(words: _Words, patterns: Codes, pieces: _Pieces) -> Column:
    """Put each text together of the pieces of its pattern, and code the texts."""
    values, ends = _pieces_of(words, patterns, pieces)
    codes, cells = put_together(list(pieces.texts), values, ends)
    return Column(codes.astype(np.int32), cells)


def _pieces_of(words: _Words, patterns: Codes, pieces: _Pieces) -> tuple[Codes, Codes]:
    """Give the places of the pieces that each text is made of, one behind the other, and where those of each end."""
    places = _copied_places(words, pieces)
    sizes = np.array(pieces.sizes, dtype=np.int64)
    each, first = sizes[patterns], (np.cumsum(sizes) - sizes)[patterns]
    owners = np.repeat(np.arange(len(patterns)), each)
    values = np.array(pieces.values, dtype=np.int64)[ranges(first, each)]
    of_text = np.flatnonzero(values < 0)
    word, number = np.divmod(-1 - values[of_text], _MOST_JOINED)
    values[of_text] = places[words.codes[words.starts[owners[of_text]] + word], number]
    return values, np.cumsum(each)


def _copied_places(words: _Words, pieces: _Pieces) -> Codes:
    """Give the place of each copied word among the texts of the pieces: (distinct words, words joined in each)."""
    found = np.full((len(words.distinct), _MOST_JOINED), -1, dtype=np.int64)
    for row, word in enumerate(words.distinct):
        for number, (text, _) in enumerate(word.copied):
            found[row, number] = pieces.texts[text]
    return found
