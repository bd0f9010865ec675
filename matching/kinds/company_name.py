"""The name of a firm or organisation.

Its legal form (GmbH, Ltd, S.p.A., Sp. z o.o. and their long forms, 株式会社 and 有限公司 without a space)
is understood wherever it stands and compared apart from the name. Umlauts, accents, scripts, capitals,
the order of words, usual abbreviations (Intl, Mfg, &), acronyms and slips of the keyboard do not keep two
names apart, and what only one of them says aside hardly does: a place in brackets at the end, `formerly`
another name.
Sister companies do count as different: Acme Consulting is not Acme Legal.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from matching.columns import PART
from matching.fields import WordColumn
from matching.kinds.business_words import business_words, meanings
from matching.kinds.company_aside import take_aside
from matching.kinds.company_pairs import prepare
from matching.kinds.copied_words import COPIED, FILLERS
from matching.kinds.folding import is_junk, phonetic
from matching.kinds.kind import Kind, Level, always_valid, as_text, takes_text
from matching.kinds.legal_forms import Words, take_legal_form, words_of, written_apart
from matching.kinds.pairs import Codes, Flags
from matching.kinds.strings import Strings, by_words, each_word, made_of_words, words_in_order


@lru_cache(maxsize=1)
def _first_of_meanings() -> frozenset[str]:
    return frozenset(words[0] for words in meanings())


def _with_meanings(words: Words) -> Sequence[str]:
    if _first_of_meanings().isdisjoint(words):
        return words
    found, place = [], 0
    known = meanings()
    while place < len(words):
        pair = known.get(words[place : place + 2]) if place + 1 < len(words) else None
        found.append(pair or known.get(words[place : place + 1]) or words[place])
        place += 2 if pair else 1
    return found


def _join_letters(words: Words) -> Words:
    """Write letters that stand alone next to each other as one word: `I B M`, `H & M`."""
    if 1 not in map(len, words):
        return words
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
    return tuple(joined)


def company_parts(text: str) -> tuple[str, str] | None:
    """Give the words of a company's name, and its legal form; None where it is no name.

    The last words may be said aside: they stand in brackets after the form, too.
    """
    if is_junk(text):
        return None
    text = written_apart(text)  # some of these forms stand in brackets
    name, said_aside = take_aside(text)
    if said_aside and (parts := _core_and_form(name)) and (aside := _core_and_form(said_aside)):
        return f"{parts[0]} {aside[0]}", f"{parts[1]}({aside[0]})"
    return _core_and_form(text)


def _core_and_form(text: str) -> tuple[str, str] | None:
    """Give the words that count of a text, and the legal form apart from them; None where nothing counts."""
    name, form = take_legal_form(words_of(text))
    words = name
    if not FILLERS.isdisjoint(name):
        words = tuple(word for word in name if word not in FILLERS or len(word) == 1) or name
    core = " ".join(_with_meanings(_join_letters(words)))
    return (core, form) if core and not is_junk(core) else None


def _standardise(value: object) -> str | None:
    parts = company_parts(as_text(value))
    return PART.join(parts) if parts else None


def _words(value: str) -> list[str]:
    return value.split(PART, maxsplit=1)[0].split(" ")


def _sorted_words(value: str) -> str:
    return "".join(sorted(_words(value)))


def telling(words: Sequence[str]) -> Sequence[str]:
    """Give the words that tell firms apart: all but business words, or all where there is nothing else."""
    return [word for word in dict.fromkeys(words) if word not in business_words()] or list(dict.fromkeys(words))


def _telling(words: WordColumn) -> WordColumn:
    """Give the telling words of many names, each perhaps more than once."""
    core = words.where(words.fields == 0)
    general = core.told(business_words().__contains__)
    some = np.zeros(int(core.owners.max(initial=-1)) + 1, dtype=bool)
    some[core.owners[~general]] = True
    return core.where(~(general & some[core.owners]))


def _first_two(words: WordColumn) -> WordColumn:
    """Give the first two distinct words of each name."""
    others = words.where(words.first() | (words.codes != words.codes[np.maximum.accumulate(_places(words.first()))]))
    begins = _places(others.first())
    return others.where(np.arange(len(others.owners)) - np.maximum.accumulate(begins) < 2)


def _places(flags: Flags) -> Codes:
    """Give the place of each flag that holds, 0 for others."""
    return np.where(flags, np.arange(len(flags)), 0)


OF_WORDS: Mapping[str, Callable[[WordColumn], Strings]] = {
    "": lambda words: words_in_order(words.where(words.fields == 0), between=""),
    "tokens": lambda words: each_word(_telling(words)),
    "phonetic": lambda words: made_of_words(_first_two(_telling(words)), phonetic),
}
"""The strings that parts of many names give, by the words of their two fields."""


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
        "": lambda value: (_sorted_words(value),),
        "tokens": lambda value: telling(_words(value)),
        "first": lambda value: telling(_words(value))[:1],
        "last": lambda value: telling(_words(value))[-1:],
        "initials": lambda value: ("".join(sorted(word[0] for word in _words(value))),),
        "phonetic": lambda value: [phonetic(word) for word in telling(_words(value))[:2]],
        "acronym": lambda value: acronym_of(_words(value)),
    },
    in_bulk={part: by_words(strings, of=2) for part, strings in OF_WORDS.items()},
    levels=(
        Level("exact", "the same name", 0.62, 0.001),
        Level("close", "the same name, spelt differently", 0.12, 0.0019),
        Level("other_form", "the same name with another legal form", 0.025, 0.03),
        Level("contained", "one name contains the other or is its acronym", 0.145, 0.04),
        Level("similar", "most words in common, or the others shortened", 0.05, 0.06),
        Level("related", "a shared name, but another business, place or number: sister companies", 0.03, 0.42),
        Level("different", "different names", 0.01, 0.4471),
    ),
    prepare=prepare,
    copied=COPIED,
    accepts=takes_text,
)
