"""The name of a person.

`Ramirez, Alejandro`, `Alejandro Ramirez`, `Dr. A. Ramirez` and `RAMIREZ Alejandro` can all be one
person. Titles do not count; initials, nicknames (Bob, Kasia, Pepe), middle names, hyphens, accents,
scripts and slips of the keyboard are understood, and so is a surname at birth (`Meier geb. Koch`,
`Meier (née Koch)`). Jr and Sr, II and III are two persons where both names tell one, else one name more.
The same surname with another given name speaks strongly against a match: families share surnames.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from matching.columns import PART
from matching.fields import Field, WordColumn, fields_of
from matching.kinds.copied_words import COPIED
from matching.kinds.folding import folded_words, is_junk, phonetic, transliteration
from matching.kinds.generation import GENERATIONS, by_generation, generation_of, told_apart, without_generation
from matching.kinds.kind import Kind, Level, always_valid, as_text, takes_text
from matching.kinds.pairs import Codes, Outcomes, PairComparison, each_distinct
from matching.kinds.person_pairs import (
    CLOSE,
    DIFFERENT,
    EXACT,
    INITIALS,
    MIDDLE,
    OTHER_GIVEN,
    OTHER_SURNAME,
    PARTIAL,
    prepare_names,
)
from matching.kinds.person_vocabulary import BIRTH, PARTICLES, TITLES, heads_of, nicknames
from matching.kinds.spelling import near, same_when_joined
from matching.kinds.strings import Strings, by_words, each_word, made_of_words, words_in_order

Words = tuple[str, ...]

FEW = 64
"""So few names, such as those that one new record meets, are sooner judged one by one than put in columns."""

_BRACKETS = re.compile(r"\(([^)]*)\)|[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]")
_OPENING = re.compile(r"[(\"“”„«»]")


class PersonName(NamedTuple):
    """A standardised name taken apart for comparison."""

    given: Words
    family: Words
    every: Words


def _without_titles(words: list[str]) -> list[str]:
    return words if TITLES.isdisjoint(words) else [word for word in words if word not in TITLES] or words


def _without_particles(words: list[str]) -> list[str]:
    return words if PARTICLES.isdisjoint(words) else [word for word in words if word not in PARTICLES] or words


def _bracket(found: re.Match[str]) -> str:
    """Leave out what stands in brackets, unless it is the surname at birth."""
    inside = (found[1] or found[2] or "").strip()
    return f" {inside} " if not BIRTH.isdisjoint(folded_words(inside)[:1]) else " "


def _at_birth(words: list[str]) -> tuple[list[str], list[str]]:
    """Part the name from a surname at birth: the words after `geb.` or `née`, which is neither first nor last."""
    for place in range(1, len(words) - 1) if not BIRTH.isdisjoint(words) else ():
        if words[place] in BIRTH:
            start = place - 1 if words[place - 1] == "z" and place > 1 else place  # Polish: z domu
            return words[:start], words[place + 1 :]
    return words, []


def person_parts(text: str) -> tuple[str, str] | None:
    """Give the given names and the surname of a person's name, None where the text is no name.

    A surname at birth stands before the present one, as one surname of two words; the generation (`jr`) before all.
    """
    if _OPENING.search(text):
        text = _BRACKETS.sub(_bracket, text)
    if is_junk(text) or not any(map(str.isalpha, text)):
        return None
    family, _, given = text.partition(",")
    givens = _given_names(given)
    found = (givens, _surname(family)) if givens else _whole_name(family)
    generation = generation_of(text)
    if generation and found[1]:
        return found[0], f"{generation} {found[1]}"
    return found if found[0] or found[1] else None


@lru_cache(maxsize=1 << 17)
def _given_names(text: str) -> str:
    """Clean what stands after the comma, "" where it is no more than titles: many names share it."""
    givens = _without_titles(folded_words(text))
    return "" if TITLES.issuperset(givens) else " ".join(givens)


@lru_cache(maxsize=1 << 17)
def _surname(text: str) -> str:
    """Clean what stands before the comma: many names share it."""
    families, birth = _at_birth(_without_titles(folded_words(text)))
    return " ".join(_without_particles([*birth, *families]))


def _whole_name(text: str) -> tuple[str, str]:
    """Part a name without a comma into given names and surname."""
    words, birth = _at_birth(_without_titles(folded_words(text)))
    givens, families = _split(words)
    return " ".join(givens), " ".join(_without_particles([*birth, *families]))


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """Take the last word as the surname, with the particles before it; a single word is a surname."""
    start = max(len(words) - 1, 0)
    while start > 1 and words[start - 1] in PARTICLES:
        start -= 1
    return _without_particles(words[:start]) if start else [], words[start:]


def _standardise(value: object) -> str | None:
    parts = person_parts(as_text(value))
    return PART.join(parts) if parts else None


def taken_apart(given: str, family: str) -> PersonName:
    """Prepare the given names and the surname of one person for `judge`."""
    givens, families = tuple(given.split()), tuple(family.split())
    return PersonName(givens, families, givens + families)


@lru_cache(maxsize=200_000)
def _alike(one: str, other: str) -> int:
    """Give 3 for one name spelt or said in two ways, 1 for an initial that fits, 0 otherwise."""
    if min(len(one), len(other)) == 1:
        return int(one[0] == other[0])
    if near(one, other) or nicknames(one, other):
        return 3
    return 3 if min(len(one), len(other)) >= 4 and transliteration(one) == transliteration(other) else 0


def judge(one: PersonName, other: PersonName) -> int:
    """Give the level of a pair of names, whichever comes first.

    Words are paired off from the name that is the first in the alphabet: from the other it may come out otherwise.
    """
    if other.every < one.every:
        one, other = other, one
    if one.given == other.given and one.family == other.family:
        return EXACT
    if len(one.every) == len(other.every) == 2 and (one.family == other.family or one.given == other.given):
        return _one_word_apart(one, other)
    left, right = list(one.every), list(other.every)
    common = [word for word in one.every if word in other.every]
    for word in common:
        if word in left and word in right:
            left.remove(word)
            right.remove(word)
    full, initials = sum(len(word) > 1 for word in common), 0
    for word in tuple(left):
        kin = max(right, key=lambda candidate: (_alike(word, candidate), candidate), default="")
        strength = _alike(word, kin) if kin else 0
        if strength:
            left.remove(word)
            right.remove(kin)
            full, initials = full + (strength == 3), initials + (strength == 1)
    if not left and not right:
        return CLOSE if full >= 2 or not initials else INITIALS
    if left and right:
        return _both_have_more(one, other, common)
    return _one_has_more(full, initials)


def _one_word_apart(one: PersonName, other: PersonName) -> int:
    """Judge the frequent case apart, because it is quick: two words each, one of them the same."""
    same_family = one.family == other.family
    strength = _alike(one.every[0], other.every[0]) if same_family else _alike(one.every[1], other.every[1])
    if strength:
        return CLOSE if strength == 3 else INITIALS
    return OTHER_GIVEN if same_family else OTHER_SURNAME


def _one_has_more(full: int, initials: int) -> int:
    if full >= 2:
        return MIDDLE
    if full and initials:
        return INITIALS
    return PARTIAL if full else DIFFERENT


def _some_alike(left: Words, right: Words) -> bool:
    return any(one == other or _alike(one, other) == 3 for one in left for other in right)


def _glued_initials(one: PersonName, other: PersonName) -> bool:
    """Say whether the given names of one are the initials of the other's, written as one word: JC."""
    short, long = sorted((one.given, other.given), key=len)
    return len(short) == 1 and len(long) > 1 and short[0] == "".join(word[0] for word in long)


def _both_have_more(one: PersonName, other: PersonName, common: Sequence[str]) -> int:
    if same_when_joined(one.every, other.every):
        return CLOSE
    if same_when_joined(one.given, other.given) and one.family == other.family:
        return CLOSE
    if _some_alike(one.family, other.family):
        return INITIALS if one.family == other.family and _glued_initials(one, other) else OTHER_GIVEN
    if one.given and other.given and _some_alike(one.given[:1], other.given[:1]):
        return OTHER_SURNAME
    return OTHER_GIVEN if common else DIFFERENT


def _prepare(values: Sequence[str]) -> PairComparison:
    givens, families = fields_of(values, 2)
    apart = told_apart(families)
    if apart is not None:
        families, generation = apart
        return by_generation(_prepare_without_generations(givens, families), generation)
    return _prepare_without_generations(givens, families)


def _prepare_without_generations(givens: Field, families: Field) -> PairComparison:
    @cache
    def name(place: int) -> PersonName:
        return taken_apart(givens.texts[givens.codes[place]], families.texts[families.codes[place]])

    def judged(left: Codes, right: Codes) -> Outcomes:
        return each_distinct(lambda one, other: judge(name(one), name(other)), range(len(givens.codes)), left, right)

    if len(givens.codes) <= FEW:
        return judged
    return prepare_names(givens, families, heads_of, judged=judged)


def _every(value: str) -> list[str]:
    given, _, family = value.partition(PART)
    return f"{given} {without_generation(family)}".split()


def _sorted_words(value: str) -> str:
    return " ".join(sorted(_every(value)))


def _words(words: WordColumn) -> WordColumn:
    """Give the words of names, without a generation before the surname."""
    family = words.fields == 1
    begins = family & (np.diff(words.owners * 2 + words.fields, prepend=-1) > 0)
    more = np.append((~begins & family)[1:], False)  # another word of the surname follows
    return words.where(~(begins & more & words.told(GENERATIONS.__contains__)))


def _long(words: WordColumn) -> WordColumn:
    found = _words(words)
    return found.where(found.told(lambda text: len(text) > 1))


OF_WORDS: Mapping[str, Callable[[WordColumn], Strings]] = {
    "": lambda words: words_in_order(_words(words), between=" "),
    "tokens": lambda words: each_word(_long(words)),
    "phonetic": lambda words: made_of_words(_long(words), phonetic),
}
"""The strings that parts of many names give, by the words of their two fields."""

KIND = Kind(
    name="person_name",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={
        "": lambda value: (_sorted_words(value),),
        "tokens": lambda value: [word for word in dict.fromkeys(_every(value)) if len(word) > 1],
        "first": lambda value: value.split(PART)[0].split()[:1],
        "last": lambda value: value.split(PART)[1].split()[-1:],
        "initials": lambda value: ("".join(sorted(word[0] for word in _every(value))),),
        "phonetic": lambda value: [phonetic(word) for word in dict.fromkeys(_every(value)) if len(word) > 1],
        "acronym": lambda value: ("".join(word[0] for word in _every(value)),),
    },
    in_bulk={part: by_words(strings, of=2) for part, strings in OF_WORDS.items()},
    levels=(
        Level("exact", "the same name", 0.645, 0.0018),
        Level("close", "the same name, spelt, ordered or said differently", 0.15, 0.0016),
        Level("middle", "the same name, one with more names", 0.06, 0.002),
        Level("initials", "the same name, one with initials", 0.05, 0.0045),
        Level("partial", "one name is part of the other", 0.04, 0.02),
        Level("other_surname", "the same given name with another surname", 0.03, 0.1701),
        Level("other_given", "the same surname with another given name", 0.0145, 0.4, most=0.15),
        Level("different", "different names", 0.0105, 0.4),
    ),
    prepare=_prepare,
    copied=COPIED,
    accepts=takes_text,
    independent_parts=True,
)
