"""Judge a pair of texts: at which level they agree."""

from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from matching.kinds.model_numbers import STOP, is_model
from matching.kinds.variants import are_variants

SAME, MODEL, NEAR, CONTAINED, OVERLAP, VARIANT, OTHER_MODEL, DIFFERENT = range(1, 9)
"""The levels at which two texts agree."""
SOME, MOST, NEARLY_ALL = 30, 60, 80
"""Shares of the weight of words, in hundredths."""
MUCH_THE_SAME, NEARLY_THE_SAME = 82, 88
"""Likeness of the letters, of 100."""
LEAST = 12
"""A text that weighs less tells too little for most of it to be in another."""


class Text(NamedTuple):
    """A standardised text taken apart for comparison."""

    text: str
    words: frozenset[str]
    models: frozenset[str]
    weight: int


@lru_cache(maxsize=200_000)
def weight_of(word: str) -> int:
    """Say how much a word tells, in whole points: by its length, and more for one with digits."""
    if word in STOP:
        return 0
    if is_model(word):
        return 20
    return min(2 + len(word), 9) if word.isalpha() else 4


def taken_apart(value: str) -> Text:
    """Prepare one standardised text for `judge`."""
    words = frozenset(value.split(" "))
    models = frozenset(word for word in words if is_model(word))
    return Text(value.replace(" ", ""), words, models, sum(map(weight_of, words)))


def _stands_in(one: Text, other: Text) -> bool:
    """Say whether a model number of letters and digits stands in the other text, however that parts it."""
    return any(len(model) >= 5 and not model.isdigit() and model in other.text for model in one.models)


def _models(one: Text, other: Text) -> int:
    """Give 1 where a model number is shared, -1 where both have some and none is shared, else 0."""
    if not one.models and not other.models:
        return 0  # as most: seen at one glance
    if not one.models.isdisjoint(other.models) or _stands_in(one, other) or _stands_in(other, one):
        return 1
    if not one.models or not other.models:
        return 0
    near = any(
        long.startswith(short) and len(short) >= 5
        for model in one.models
        for rival in other.models
        for short, long in [sorted((model, rival), key=len)]
    )
    return 0 if near else -1


def _without_models(one: Text, other: Text) -> int:
    """Give the weight of the lesser text without its model numbers."""
    return max(LEAST, min(text.weight - sum(map(weight_of, text.models)) for text in (one, other)))


def judge(one: Text, other: Text) -> int:
    """Give the level of a pair of texts."""
    if one.words == other.words or one.text == other.text:
        return SAME
    models = _models(one, other)
    level = _without_variants(one, other, models)
    if level in (MODEL, NEAR, CONTAINED) and are_variants(one.words - other.words, other.words - one.words):
        return VARIANT
    return level


def _without_variants(one: Text, other: Text, models: int) -> int:
    common = sum(map(weight_of, one.words & other.words))
    least, most = sorted((one.weight, other.weight))
    if models > 0:
        return MODEL if 100 * common >= SOME * least else NEAR
    if models < 0:
        return OTHER_MODEL if 100 * common >= MOST * _without_models(one, other) else DIFFERENT
    if fuzz.ratio(one.text, other.text) >= NEARLY_THE_SAME or 100 * common >= NEARLY_ALL * most:
        return NEAR
    if (100 * common >= MOST * least and least >= LEAST) or fuzz.ratio(one.text, other.text) >= MUCH_THE_SAME:
        return CONTAINED
    return OVERLAP if 100 * common >= SOME * least else DIFFERENT
