"""The name of a firm or organisation.

Its legal form (GmbH, Ltd, S.p.A., Sp. z o.o. and their long forms) is understood wherever it
stands and compared apart from the name. Umlauts, accents, scripts, capitals, the order of words,
usual abbreviations (Intl, Mfg, &), acronyms and slips of the keyboard do not keep two names apart.
Sister companies do count as different: Acme Consulting is not Acme Legal.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from matching.columns import PART
from matching.kinds.folding import is_junk, phonetic
from matching.kinds.kind import Kind, Level, Outcomes, always_valid, as_text, takes_text
from matching.kinds.legal_forms import Words, compatible, take_legal_form, words_of
from matching.kinds.spelling import pair_off, same_when_joined
from matching.kinds.tables import rows, words

EXACT, CLOSE, OTHER_FORM, CONTAINED, SIMILAR, RELATED, DIFFERENT = range(1, 8)

_STOP = words("company_fillers")
_ROMAN = frozenset(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"])


class CompanyName(NamedTuple):
    """A standardised name taken apart for comparison."""

    words: Words
    bag: frozenset[str]
    generic: frozenset[str]
    numbering: frozenset[str]
    form: str


@lru_cache(maxsize=1)
def _meanings() -> dict[Words, str]:
    """Map each way of writing a business word to the word that is compared, as one token."""
    return {
        words_of(spelling): "".join(words_of(spellings[0]))
        for spellings in rows("business_words")
        for spelling in spellings
    }


@lru_cache(maxsize=1)
def business_words() -> frozenset[str]:
    """Give the words that many firms have in their name, as they are compared."""
    return frozenset(_meanings().values())


def _with_meanings(words: Words) -> list[str]:
    found, place = [], 0
    meanings = _meanings()
    while place < len(words):
        pair = meanings.get(words[place : place + 2]) if place + 1 < len(words) else None
        found.append(pair or meanings.get(words[place : place + 1]) or words[place])
        place += 2 if pair else 1
    return found


def _join_letters(words: Sequence[str]) -> list[str]:
    """Write letters that stand alone next to each other as one word: `I B M`, `H & M`."""
    joined: list[str] = []
    letters = ""
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            letters += word
            continue
        if letters:
            joined.append(letters)
        letters = ""
        if word:
            joined.append(word)
    return joined


def company_parts(text: str) -> tuple[str, str] | None:
    """Give the words of a company's name and its legal form, None where the text is no name."""
    if is_junk(text):
        return None
    name, form = take_legal_form(words_of(text))
    words = [word for word in name if word not in _STOP or len(word) == 1] or list(name)
    core = " ".join(_with_meanings(tuple(_join_letters(words))))
    return (core, form) if core and not is_junk(core) else None


def _standardise(value: object) -> str | None:
    parts = company_parts(as_text(value))
    return PART.join(parts) if parts else None


def taken_apart(core: str, form: str) -> CompanyName:
    """Prepare the words and the legal form of one name for `judge`."""
    words = tuple(core.split(" "))
    bag = frozenset(words)
    return CompanyName(words, bag, bag & business_words(), frozenset(filter(_is_numbering, bag)), form)


@lru_cache(maxsize=200_000)
def _is_numbering(word: str) -> bool:
    return word in _ROMAN or any(map(str.isdigit, word))


def _acronym(one: CompanyName, other: CompanyName) -> bool:
    return len(one.words) == 1 and len(other.words) >= 3 and one.words[0] == "".join(word[0] for word in other.words)


def judge(one: CompanyName, other: CompanyName) -> int:
    """Give the level of a pair of names."""
    if one.bag == other.bag:
        return EXACT if compatible(one.form, other.form) else OTHER_FORM
    shared = set(one.bag & other.bag)
    left, right = set(one.bag - shared), set(other.bag - shared)
    if left and right:
        if same_when_joined(one.words, other.words):
            left, right = set(), set()
        shared.update(pair_off(left, right))
    if not left and not right:
        return CLOSE if compatible(one.form, other.form) else OTHER_FORM
    if shared <= one.generic:
        # Deutsche Bank is made of business words alone: two of them still make a name.
        contained = len(shared) >= 2 and not (left and right)
        return CONTAINED if contained or _acronym(one, other) or _acronym(other, one) else DIFFERENT
    shared -= one.generic
    if not (left.isdisjoint(one.numbering) and right.isdisjoint(other.numbering)):
        return RELATED
    if left and right:
        return _both_have_more(len(shared), left - one.generic, right - other.generic)
    return CONTAINED if "holding" not in (left or right) and compatible(one.form, other.form) else RELATED


def _both_have_more(shared: int, left: set[str], right: set[str]) -> int:
    """Hold two names with more words for similar where they share most of their telling words."""
    return SIMILAR if shared >= 2 and shared > min(len(left), len(right)) and (left or right) else RELATED


def _compare(left: Sequence[str], right: Sequence[str]) -> Outcomes:
    names = {value: taken_apart(*value.split(PART)) for value in {*left, *right}}
    return np.fromiter(
        (judge(names[one], names[other]) for one, other in zip(left, right, strict=True)),
        dtype=np.int8,
        count=len(left),
    )


def _words(value: str) -> list[str]:
    return value.split(PART, maxsplit=1)[0].split(" ")


def telling(words: Sequence[str]) -> Sequence[str]:
    """Give the words that tell firms apart: all but business words, or all where there is nothing else."""
    return [word for word in dict.fromkeys(words) if word not in business_words()] or list(dict.fromkeys(words))


def acronym_of(words: Sequence[str]) -> Sequence[str]:
    """Give the acronym of three words or more, or the word that may itself be one."""
    if len(words) == 1:
        return tuple(words) if 3 <= len(words[0]) <= 6 else ()
    return ("".join(word[0] for word in words),) if len(words) >= 3 else ()


KIND = Kind(
    name="company_name",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={
        "": lambda value: ("".join(sorted(_words(value))),),
        "tokens": lambda value: telling(_words(value)),
        "first": lambda value: telling(_words(value))[:1],
        "last": lambda value: telling(_words(value))[-1:],
        "initials": lambda value: ("".join(sorted(word[0] for word in _words(value))),),
        "phonetic": lambda value: [phonetic(word) for word in telling(_words(value))[:2]],
        "acronym": lambda value: acronym_of(_words(value)),
    },
    levels=(
        Level("exact", "the same name", 0.62, 0.001),
        Level("close", "the same name, spelt differently", 0.12, 0.0019),
        Level("other_form", "the same name with another legal form", 0.025, 0.03),
        Level("contained", "one name contains the other or is its acronym", 0.145, 0.04),
        Level("similar", "most words in common", 0.05, 0.06),
        Level("related", "a shared name, but another business, place or number: sister companies", 0.03, 0.42),
        Level("different", "different names", 0.01, 0.4471),
    ),
    prepare=_prepare,
    accepts=takes_text,
)
