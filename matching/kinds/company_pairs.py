"""Compare many pairs of company names by counting what words they share; `judge` sees only the doubtful ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from matching.columns import PART
from matching.fields import Field, fields_of
from matching.kinds.business_words import business_words, slip_of
from matching.kinds.company_judge import (
    CONTAINED,
    DIFFERENT,
    EXACT,
    OTHER_FORM,
    RELATED,
    SIMILAR,
    SISTERS,
    CompanyName,
    form_and_aside,
    is_numbering,
    judge,
    taken_apart,
)
from matching.kinds.legal_forms import compatible
from matching.kinds.pairs import (
    Codes,
    Flags,
    Outcomes,
    PairComparison,
    coded,
    crossed,
    each_distinct,
    first_level,
    numbered,
    only_where,
    same,
)
from matching.kinds.spelling import joined_pairs, near_pairs

ANY, TELLING, NUMBERING, SISTER = range(4)
"""The sorts of words that are counted."""
_MOST_WORDS = 1000
"""Two names with more pairs of words than this between them are not counted but judged."""

Counts = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Words:
    """The distinct words of some names: those of name `i` are `codes[starts[i]:starts[i + 1]]`.

    `sorts` says for every word of the vocabulary of which sorts it is, `counts` how many of each a name has.
    """

    vocabulary: list[str]
    codes: Codes
    starts: Codes
    sorts: npt.NDArray[np.int32]
    counts: Counts


def prepare(values: Sequence[str]) -> PairComparison:
    """Prepare the comparison of standardised names: every pair gets the level that `judge` gives it."""
    cores, written = fields_of(values, 2)
    forms, asides = fields_of([PART.join(form_and_aside(text)) for text in written.texts], 2)
    core, words = cores.codes, _words_of(cores.texts)
    shared, joined, agree = (
        _prepare_shared(words),
        joined_pairs(cores.texts),
        _prepare_forms(Field(forms.codes[written.codes], forms.texts)),
    )
    aside = asides.known[written.codes] >= 0
    initials = coded(["".join(sorted(word[0] for word in set(text.split(" ")))) for text in cores.texts])
    lengths = np.fromiter((text.count(" ") + 1 for text in cores.texts), dtype=np.int64, count=len(cores.texts))

    @cache
    def name(place: int) -> CompanyName:
        return taken_apart(cores.texts[core[place]], written.texts[written.codes[place]])

    def judged(left: Codes, right: Codes) -> Outcomes:
        return each_distinct(lambda one, other: judge(name(one), name(other)), range(len(values)), left, right)

    def compare(left: Codes, right: Codes) -> Outcomes:
        first, second = core[left], core[right]
        common, doubtful = shared(first, second)
        one, other = words.counts.take(first, axis=0) - common, words.counts.take(second, axis=0) - common
        both = (one[:, ANY] > 0) & (other[:, ANY] > 0)
        one_long, other_long = lengths[first], lengths[second]
        doubtful |= only_where(both & (one_long != other_long), joined, first, second)
        doubtful |= (common[:, TELLING] == 0) & (np.minimum(one_long, other_long) == 1)  # perhaps an acronym
        doubtful |= aside[left] != aside[right]
        doubtful |= both & (one[:, ANY] == other[:, ANY]) & same(initials, first, second)  # perhaps shortened
        levels = _counted(common, one, other, agree(left, right))
        places = np.flatnonzero(doubtful)
        levels[places] = judged(left[places], right[places])
        return levels

    return compare


def _counted(common: Counts, one: Counts, other: Counts, agree: Flags) -> Outcomes:
    """Judge by numbers of words: those in common, those that only one name has, and whether the forms agree."""
    both = (one[:, ANY] > 0) & (other[:, ANY] > 0)
    neither = (one[:, ANY] == 0) & (other[:, ANY] == 0)
    general = common[:, TELLING] == 0
    more = one + other
    similar = (
        (common[:, TELLING] >= 2)
        & (common[:, TELLING] > np.minimum(one[:, TELLING], other[:, TELLING]))
        & (more[:, TELLING] > 0)
    )
    conditions = (
        (neither & agree, EXACT),
        (neither, OTHER_FORM),
        (general & ~both & (common[:, ANY] >= 2), CONTAINED),
        (general, DIFFERENT),
        (more[:, NUMBERING] > 0, RELATED),
        (both & similar, SIMILAR),
        (~both & agree & (more[:, SISTER] == 0), CONTAINED),
    )
    return first_level([flags for flags, _ in conditions], [level for _, level in conditions], otherwise=RELATED)


def _prepare_shared(words: _Words) -> Callable[[Codes, Codes], tuple[Counts, Flags]]:
    """Prepare to count the words of each sort that two names share, and to say whether others may be near."""
    near, sizes = near_pairs(words.vocabulary), np.diff(words.starts)
    place = {word: code for code, word in enumerate(words.vocabulary)}
    meant = np.array([place.get(slip_of(word), -1) for word in words.vocabulary], dtype=np.int64)
    beginnings = np.array([_beginning(word) for word in words.vocabulary], dtype=np.uint32)

    def maybe_near(left: Codes, right: Codes) -> Flags:
        return only_where((beginnings[left] & beginnings[right]) > 0, near, left, right)

    def shared(left: Codes, right: Codes) -> tuple[Counts, Flags]:
        doubtful = sizes[left] * sizes[right] > _MOST_WORDS
        counted = np.flatnonzero(~doubtful)
        pair, one, other = crossed(words.starts, left[counted], right[counted])
        pair, one, other = counted[pair], words.codes[one], words.codes[other]
        equal = one == other
        doubtful[pair[only_where(~equal, maybe_near, one, other)]] = True
        doubtful[pair[(meant[one] == other) | (meant[other] == one)]] = True
        pair, word = pair[equal], one[equal]
        common = [np.bincount(pair, words.sorts[word, sort], len(left)) for sort in range(words.sorts.shape[1])]
        return np.stack(common, axis=1).astype(np.int32), doubtful

    return shared


def _prepare_forms(forms: Field) -> Callable[[Codes, Codes], Flags]:
    """Prepare to say whether the legal forms of two names may belong to one company."""
    form, listed = forms.codes, forms.texts
    table: Flags = np.array([compatible(one, other) for one in listed for other in listed], dtype=bool)
    table = table.reshape(len(listed), len(listed))
    return lambda left, right: table[form[left], form[right]]


def _words_of(cores: Sequence[str]) -> _Words:
    every, vocabulary = numbered(" ".join(cores).split(" ") if cores else [])
    sizes = np.fromiter((core.count(" ") + 1 for core in cores), dtype=np.int64, count=len(cores))
    width = len(vocabulary) + 1
    owners, codes = np.divmod(_once(np.repeat(np.arange(len(cores)), sizes) * width + every), width)
    starts = np.append(0, np.cumsum(np.bincount(owners, minlength=len(cores))))
    general = business_words()
    sorts = np.array(
        [(True, word not in general, is_numbering(word), word in SISTERS) for word in vocabulary], dtype=np.int32
    ).reshape(-1, 4)
    before = np.concatenate([np.zeros((1, 4), np.int32), np.cumsum(sorts[codes], axis=0, dtype=np.int32)])
    return _Words(vocabulary, codes, starts, sorts, np.diff(before[starts], axis=0))


def _once(numbers: Codes) -> Codes:
    ordered = np.sort(numbers)
    return ordered[np.diff(ordered, prepend=-1) > 0]


def _beginning(word: str) -> int:
    """Give a bit of 32 for each of the first two letters: words without one in common are not paired off."""
    return sum({1 << ord(letter) % 32 for letter in word[:2]})
