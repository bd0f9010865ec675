"""Find the legal form in a company's name and take it apart from the rest."""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import OSA

from matching.kinds.folding import folded_plain, is_simple, plain_words
from matching.kinds.tables import rows

Words = tuple[str, ...]

_AND = re.compile(r"[&+]|\b(?:und|et|and|u)\b", re.IGNORECASE)
_AND_WORDS = frozenset(("und", "et", "and", "u"))
_SAME_FAMILY = ({"inc", "corp"}, {"ltd", "lda"}, {"srl", "sl"}, {"as", "as tr"}, {"ltd", "ltd sti"})
_VAGUE = frozenset(("corp", "ltd"))
_ANYWHERE = frozenset(("gmbh", "gmbh co kg", "ltd", "llc", "inc", "plc", "llp", "sarl", "srl", "ohg", "sp zoo", "sro"))
_EAST_ASIAN = re.compile("[\u3040-\u9fff\uac00-\ud7a3]")
"""Kana, Chinese characters and Hangul, and the signs that stand for some of them in brackets."""
_IN_BRACKETS = {"(株)": "株式会社", "(有)": "有限会社", "(주)": "주식회사", "(유)": "유한회사"}
_NEVER_FIRST = frozenset(
    ("ltd", "corp", "inc", "lda", "co", "as", "ab", "se", "ad", "cv", "pc", "lp", "ky", "bt", "dd")
)


def written_apart(text: str) -> str:
    """Part East Asian legal forms from the name, before or behind which they stand without a space."""
    if text.isascii() or not _EAST_ASIAN.search(text):
        return text
    text = unicodedata.normalize("NFKC", text)
    for short, form in _IN_BRACKETS.items():
        text = text.replace(short, form)
    return _written_together().sub(r" \g<0> ", text)


@lru_cache(maxsize=1)
def _written_together() -> re.Pattern[str]:
    forms = (spelling for _, *spellings in rows("legal_forms") for spelling in spellings)
    return re.compile("|".join(sorted(filter(_EAST_ASIAN.search, forms), key=len, reverse=True)))


def words_of(text: str) -> Words:
    """Give the folded words of a company's name; &, + and `und` are all `and`."""
    text = written_apart(text)
    words = plain_words(text)
    if not _AND_WORDS.isdisjoint(words) or "&" in text or "+" in text or not is_simple(text):
        words = plain_words(_AND.sub(" and ", text))
    return tuple(map(folded_plain, words))


@lru_cache(maxsize=1)
def _spellings() -> dict[Words, str]:
    return {words_of(spelling): form for form, *spellings in rows("legal_forms") for spelling in spellings}


@lru_cache(maxsize=1)
def _long_words() -> tuple[str, ...]:
    """Give the spellings of one word that are long enough to be known when misspelt."""
    single = (words[0] for words in _spellings() if len(words) == 1)
    return tuple(word for word in single if len(word) >= 6 or word == "gmbh")


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(map(len, _spellings()))


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    return frozenset(words[0] for words in _spellings())


@lru_cache(maxsize=1)
def _last_words() -> frozenset[str]:
    return frozenset(words[-1] for words in _spellings())


@lru_cache(maxsize=1)
def words_of_forms() -> frozenset[str]:
    """Give all words of legal forms."""
    return frozenset(word for words in _spellings() for word in words)


@lru_cache(maxsize=1)
def _border_words() -> frozenset[str]:
    """Give the words with which a legal form begins or ends."""
    return _first_words() | _last_words()


@lru_cache(maxsize=100_000)
def misspelt(word: str) -> str | None:
    """Give the word of a legal form that this one is, with a slip of the keyboard."""
    if len(word) < 4:
        return None
    return next((known for known in _long_words() if OSA.distance(word, known, score_cutoff=1) <= 1), None)


def _at_end(words: Words) -> tuple[Words, str] | None:
    known = bool(words) and words[-1] in _last_words()
    for length in range(min(_longest(), len(words) - 1) if known else 0, 0, -1):
        if form := _spellings().get(words[-length:]):
            return words[:-length], form
    meant = misspelt(words[-1]) if len(words) > 1 else None
    return _at_end((*words[:-1], meant)) if meant else None


def _at_start(words: Words) -> tuple[Words, str] | None:
    known = bool(words) and words[0] in _first_words()
    for length in range(min(_longest(), len(words) - 1) if known else 0, 0, -1):
        form = _spellings().get(words[:length])
        letters = len(words[length - 1]) == 1 == len(words[length])
        if form and not letters and (length > 1 or form not in _NEVER_FIRST):
            return words[length:], form
    return None


def _in_the_middle(words: Words) -> tuple[Words, str] | None:
    for start in range(1, len(words) - 1):
        if words[start] not in _first_words():
            continue
        for length in range(min(_longest(), len(words) - start), 0, -1):
            form = _spellings().get(words[start : start + length])
            if form in _ANYWHERE and (length > 1 or len(words[start]) > 2):
                return words[:start] + words[start + length :], str(form)
    return None


def take_legal_form(words: Words) -> tuple[Words, str]:
    """Split the words of a name into those of the name itself and its legal form ("" where it has none)."""
    if _border_words().isdisjoint(words) and not (words and misspelt(words[-1])):
        return words, ""  # as most names of persons do: seen at one glance
    found = _at_end(words) or _at_start(words) or _in_the_middle(words)
    if not found:
        return words, ""
    rest, form = found
    before, after = _at_start(rest), _at_end(rest)
    if before and form in _VAGUE:
        rest, form = before
    elif after:
        rest = after[0]
    while len(rest) > 1 and rest[-1] == "and":
        rest = rest[:-1]
    return rest, form


@lru_cache(maxsize=10_000)
def compatible(form: str, other: str) -> bool:
    """Say whether two legal forms may belong to one company; a missing one may."""
    return not form or not other or form == other or any({form, other} <= family for family in _SAME_FAMILY)
