"""A description or a title in free words, such as that of a product or a service.

Words count by how much they tell: a model number (xt200hd) more than a long word, a long word more
than a short one, `the` nothing. Two texts with different model numbers are different things even
where the words agree. A model number may be written apart (GS 782, GS-782) and a measure in another
unit (1 TB, 1000 GB; 0,5 l, 500 ml).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from matching.kinds.folding import is_junk, plain
from matching.kinds.kind import Kind, Level, always_valid, as_text, takes_text
from matching.kinds.model_numbers import STOP, is_model, words_of_description
from matching.kinds.pairs import PairComparison, each_distinct
from matching.kinds.variants import are_variants

_NUMBERING = re.compile(r"^\s*0\d{2}\w?\s*[-–]\s*")
# A longer word after the hyphen is a word by itself: 24-port.
_MARKED_NUMBER = re.compile(r"(?<=[a-z])[-/](?=\d)|(?<=\d)[-/](?=\d|[a-z]{1,2}\b|[a-z]+\d)", re.IGNORECASE)


class Text(NamedTuple):
    """A standardised text taken apart for comparison."""

    text: str
    words: frozenset[str]
    models: frozenset[str]
    weight: int


def _standardise(value: object) -> str | None:
    """Give the plain words; a track's leading number goes, a hyphen inside a model number closes up."""
    text = as_text(value)
    if is_junk(text):
        return None
    words = words_of_description(_MARKED_NUMBER.sub("", _NUMBERING.sub("", text)))
    return words or plain(text) or None


@lru_cache(maxsize=200_000)
def weight_of(word: str) -> int:
    """Say how much a word tells, in whole points: by its length, and more for one with digits."""
    if word in STOP:
        return 0
    if is_model(word):
        return 20
    return min(2 + len(word), 9) if word.isalpha() else 4


def _take_apart(value: str) -> Text:
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
    return max(12, min(text.weight - sum(map(weight_of, text.models)) for text in (one, other)))


def judge(one: Text, other: Text) -> int:
    """Give the level of a pair of texts."""
    if one.words == other.words or one.text == other.text:
        return 1
    models = _models(one, other)
    level = _without_variants(one, other, models)
    if level in (2, 3, 4) and are_variants(one.words - other.words, other.words - one.words):
        return 6
    return level


def _without_variants(one: Text, other: Text, models: int) -> int:
    common = sum(map(weight_of, one.words & other.words))
    least, most = sorted((one.weight, other.weight))
    contained = 100 * common >= 60 * least and least >= 12
    if models > 0:
        return 2 if 100 * common >= 30 * least else 3
    if models < 0:
        return 7 if 100 * common >= 60 * _without_models(one, other) else 8
    if fuzz.ratio(one.text, other.text) >= 88 or 100 * common >= 80 * most:
        return 3
    if contained or fuzz.ratio(one.text, other.text) >= 82:
        return 4
    return 5 if 100 * common >= 30 * least else 8


def _prepare(values: Sequence[str]) -> PairComparison:
    texts = [_take_apart(value) for value in values]
    return lambda left, right: each_distinct(judge, texts, left, right)


def telling_words(value: str) -> Sequence[str]:
    """Give the twelve words of a text that tell most: model numbers first, then the longest."""
    words = sorted({word for word in value.split(" ") if len(word) > 2 and weight_of(word)})
    return sorted(words, key=lambda word: (-weight_of(word), -len(word)))[:12]


KIND = Kind(
    name="text",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={"": lambda value: ("".join(sorted(value.split(" "))),), "tokens": telling_words},
    levels=(
        Level("same", "the same words", 0.33, 0.001),
        Level("model", "the same model number and similar words", 0.15, 0.0015),
        Level("near", "nearly the same words", 0.2, 0.006),
        Level("contained", "one text contains most of the other", 0.2, 0.025),
        Level("overlap", "some telling words in common", 0.06, 0.1),
        Level("variant", "similar words with another number, measure, colour or size", 0.01, 0.05),
        Level("other_model", "similar words with another model number", 0.02, 0.15),
        Level("different", "different words", 0.03, 0.6675),
    ),
    prepare=_prepare,
    accepts=takes_text,
)
