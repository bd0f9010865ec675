"""The codes that an unmapped value was most likely meant to be, for the steward who maps it."""

from collections.abc import Iterator, Sequence
from typing import TypedDict

from rapidfuzz import fuzz, process

from mdm.code_lists.models import CodeList

LOOKED_AT, FARTHEST = 30, 50
SHORT_FOR = 92


class Suggestion(TypedDict):
    """A code, what people call it, and how near the value is to one of its spellings, from 0 to 100."""

    code: str
    label: str | None
    score: int


def suggest(code_list: CodeList, value: str, *, limit: int = 3) -> list[Suggestion]:
    """The nearest codes, best first; none where nothing is near."""
    written = [(text.casefold(), code) for _, text, code in code_list.written]
    best: dict[str, int] = {}
    for score, code in _near(value.casefold(), written):
        best[code] = max(best.get(code, 0), score)
    ranked = sorted(best.items(), key=lambda each: (-each[1], each[0]))[:limit]
    return [{"code": code, "label": code_list.codes[code].label, "score": score} for code, score in ranked]


def _near(value: str, written: Sequence[tuple[str, str]]) -> Iterator[tuple[int, str]]:
    """How near the value is to the spellings, by letters and words, or as an abbreviation word by word."""
    texts = [text for text, _ in written]
    for _, score, place in process.extract(value, texts, scorer=fuzz.WRatio, limit=LOOKED_AT, score_cutoff=FARTHEST):
        yield round(score), written[place][1]
    words = value.replace(".", " ").split()
    for text, code in written:
        if _abbreviates(words, text.split()):
            yield SHORT_FOR, code


def _abbreviates(short: Sequence[str], long: Sequence[str]) -> bool:
    """Whether each word is short for a word of the other: its letters in order, the first the same."""
    return len(short) == len(long) and all(map(_short_for, short, long))


def _short_for(short: str, long: str) -> bool:
    letters = iter(long)
    return short[0] == long[0] and all(letter in letters for letter in short)
