"""Compare many pairs of texts in columns; those that need a closer look are judged one by one."""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from matching.kinds.model_numbers import is_model
from matching.kinds.pairs import Codes, Flags, Outcomes, PairComparison, coded, each_distinct, first_level, numbered
from matching.kinds.text_judge import (
    CONTAINED,
    DIFFERENT,
    LEAST,
    MOST,
    MUCH_THE_SAME,
    NEAR,
    NEARLY_ALL,
    NEARLY_THE_SAME,
    OVERLAP,
    SAME,
    SOME,
    Text,
    judge,
    taken_apart,
    weight_of,
)
from matching.kinds.variants import variant_of

FEW = 64
"""So few texts, such as those that one new record meets, are sooner judged one by one than put in columns."""

Counts = npt.NDArray[np.int64]


def prepare_texts(values: Sequence[str]) -> PairComparison:
    """Prepare the comparison of standardised texts: every pair gets the level that `judge` gives it."""

    @cache
    def text(place: int) -> Text:
        return taken_apart(values[place])

    def judged(left: Codes, right: Codes) -> Outcomes:
        return each_distinct(lambda one, other: judge(text(one), text(other)), range(len(values)), left, right)

    return judged if len(values) <= FEW else _in_columns(values, judged)


def _in_columns(values: Sequence[str], judged: PairComparison) -> PairComparison:
    """Judge what can be counted; not model numbers, and not what may be a variant of another."""
    words = [sorted(set(value.split(" "))) for value in values]
    common, weights, has = _prepare_common(words)
    modelled, varied = has(is_model), has(lambda word: variant_of(word) is not None)
    letters = np.array([value.replace(" ", "") for value in values], dtype=object)
    same_words, same_letters = coded([" ".join(each) for each in words]), coded(letters.tolist())

    def compare(left: Codes, right: Codes) -> Outcomes:
        same = (same_words[left] == same_words[right]) | (same_letters[left] == same_letters[right])
        levels = np.where(same, np.int8(SAME), np.int8(0))
        counted = np.flatnonzero(~same & ~modelled[left] & ~modelled[right])
        one, other = left[counted], right[counted]
        shared, least = 100 * common(one, other), np.minimum(weights[one], weights[other])
        nearly = shared >= NEARLY_ALL * np.maximum(weights[one], weights[other])
        alike = _alike(letters, one, other, ~nearly)
        conditions = (
            (nearly | (alike >= NEARLY_THE_SAME), NEAR),
            (((shared >= MOST * least) & (least >= LEAST)) | (alike >= MUCH_THE_SAME), CONTAINED),
            (shared >= SOME * least, OVERLAP),
        )
        levels[counted] = first_level(
            [flags for flags, _ in conditions], [level for _, level in conditions], otherwise=DIFFERENT
        )
        may_vary = ((levels == NEAR) | (levels == CONTAINED)) & varied[left] & varied[right]
        doubtful = np.flatnonzero((levels == 0) | may_vary)
        levels[doubtful] = judged(left[doubtful], right[doubtful])
        return levels

    return compare


def _alike(letters: npt.NDArray[np.object_], left: Codes, right: Codes, asked: Flags) -> npt.NDArray[np.float64]:
    """Say how alike the letters of two texts are, of 100; 0 where they are not much, or it is not asked."""
    found = np.zeros(len(left))
    found[asked] = process.cpdist(
        letters[left[asked]], letters[right[asked]],
        scorer=fuzz.ratio, score_cutoff=MUCH_THE_SAME, dtype=np.float64, workers=1,
    )  # fmt: skip
    return found


def _prepare_common(
    words: Sequence[Sequence[str]],
) -> tuple[Callable[[Codes, Codes], Counts], Counts, Callable[[Callable[[str], bool]], Flags]]:
    """Prepare to weigh the words that two texts share, to weigh each text, and to say which have a word of a sort."""
    from scipy.sparse import csr_array  # slow to load, and only many texts need it

    codes, vocabulary = numbered(list(chain.from_iterable(words)))
    starts = np.cumsum([0, *map(len, words)])
    weight = np.array(list(map(weight_of, vocabulary)), dtype=np.int64)
    shape = (len(words), len(vocabulary))
    weighed = csr_array((weight[codes], codes, starts), shape=shape)
    told = csr_array((np.ones(len(codes), dtype=np.int64), codes, starts), shape=shape)

    def common(left: Codes, right: Codes) -> Counts:
        return np.asarray(weighed[left].multiply(told[right]).sum(axis=1)).ravel()

    def has(is_such: Callable[[str], bool]) -> Flags:
        such = np.fromiter(map(is_such, vocabulary), dtype=np.int64, count=len(vocabulary))
        return np.asarray(told @ such > 0)

    return common, np.asarray(weighed.sum(axis=1)).ravel(), has
