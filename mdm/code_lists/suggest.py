"""The codes that an unmapped value was most likely meant to be, for the steward who maps it."""

from typing import TypedDict

from rapidfuzz import fuzz, process

from mdm.code_lists.models import CodeList
from mdm.code_lists.spelling import fold

LOOKED_AT, FARTHEST = 30, 50


class Suggestion(TypedDict):
    """A code, what people call it, and how near the value is to one of its spellings, from 0 to 100."""

    code: str
    label: str | None
    score: int


def suggest(code_list: CodeList, value: str, *, limit: int = 3) -> list[Suggestion]:
    """The nearest codes, best first; none where nothing is near."""
    written = [(text, code) for _, text, code in code_list.written]
    near = process.extract(
        value.casefold(), [text.casefold() for text, _ in written], scorer=_nearness, limit=LOOKED_AT,
        score_cutoff=FARTHEST,
    )  # fmt: skip
    best: dict[str, int] = {}
    for _, score, place in near:
        code = written[place][1]
        best[code] = max(best.get(code, 0), round(score))
    ranked = sorted(best.items(), key=lambda each: (-each[1], each[0]))[:limit]
    return [{"code": code, "label": code_list.codes[code].label, "score": score} for code, score in ranked]


def _nearness(one: str, other: str, *, score_cutoff: float = 0) -> float:
    """Word by word or as one word, whichever is nearer: `Sr Cons` is short for `Senior Consultant`."""
    found = max(fuzz.WRatio(one, other), fuzz.ratio(fold(one), fold(other)), _abbreviates(one, other))
    return found if found >= score_cutoff else 0


def _abbreviates(one: str, other: str) -> float:
    """High where each word of one is short for a word of the other: its letters in order, the first the same."""
    short, long = sorted((one.replace(".", " ").split(), other.split()), key=lambda words: sum(map(len, words)))
    if len(short) != len(long) or not short:
        return 0
    return 85.0 if all(map(_short_for, short, long)) else 0


def _short_for(short: str, long: str) -> bool:
    letters = iter(long)
    return short[0] == long[0] and all(letter in letters for letter in short)
