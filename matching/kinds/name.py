"""The name of a person or a firm, where one column holds both.

A legal form, a business word, a number or an & makes it a firm; a comma, a title or a known given
name makes it a person. Two persons are compared as persons, everything else as firms.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np

from matching.columns import PART
from matching.fields import WordColumn
from matching.kinds import company_name, person_name
from matching.kinds.business_words import business_words
from matching.kinds.company_judge import form_and_aside
from matching.kinds.copied_words import COPIED, FIRM_WORDS
from matching.kinds.folding import folded_plain, is_simple, plain_words
from matching.kinds.kind import Kind, Level, always_valid, as_text, takes_text
from matching.kinds.pairs import Bounded, Codes, Flags, Outcomes, PairComparison, at_best
from matching.kinds.person_vocabulary import TITLES, is_given_name
from matching.kinds.strings import InBulk, Strings, by_words, together

_FIRM_SIGN = re.compile(r"[&+@/\d]")
_FIRM_WORD = re.compile(r"\b(?:and|und|et|of|the|for|de la|des|du)\b", re.IGNORECASE)
_MOST_WORDS = 6
_NUMBERS = frozenset(("ii", "iii", "iv"))
"""What numbers the generations of persons numbers firms, too."""
_TITLES = TITLES - _NUMBERS
_PERSON, _COMPANY, _REST = "p", "c", slice(2, None)
_LEVEL_OF_PERSON = np.array((0, 1, 2, 2, 3, 4, 6, 6, 7), dtype=np.int8)
"""By the level of two persons, the level here; the levels of two firms are those here."""


def _is_person(text: str, core: str) -> bool:
    """Say whether a name without a legal form, whose words as those of a firm are `core`, is that of a person."""
    words = plain_words(text)
    if len(words) > _MOST_WORDS or _FIRM_SIGN.search(text):
        return False
    if not (FIRM_WORDS.isdisjoint(words) and is_simple(text)) and _FIRM_WORD.search(text):
        return False
    if text.count(",") == 1 or not _TITLES.isdisjoint(words):
        return True
    if is_given_name(folded_plain(words[0])) and 2 <= len(words) <= 4:
        return True
    return 2 <= len(words) <= 4 and business_words().isdisjoint(core.split()) and _NUMBERS.isdisjoint(words)


def _standardise(value: object) -> str | None:
    """Give p, given names, surname of a person, or c, words, legal form of a firm, as the three parts."""
    text = as_text(value)
    firm = company_name.company_parts(text)
    if firm is None:
        return None
    core, form = firm
    person = not form_and_aside(form)[0] and _is_person(text, core)
    parts = person_name.person_parts(text) if person else firm
    return PART.join((_PERSON if person else _COMPANY, *parts)) if parts else None


def _are_persons(values: Sequence[str]) -> Flags:
    return np.fromiter((value[0] == _PERSON for value in values), dtype=bool, count=len(values))


def _prepare(values: Sequence[str]) -> PairComparison:
    person = _are_persons(values)
    number = np.cumsum(person) - 1
    persons = person_name.KIND.prepare([value[_REST] for value in values if value[0] == _PERSON])
    companies = company_name.KIND.prepare(
        [
            f"{value[_REST].replace(PART, ' ').strip()}{PART}" if value[0] == _PERSON else value[_REST]
            for value in values
        ]
    )

    def of_either(persons: PairComparison, companies: PairComparison) -> PairComparison:
        def compare(left: Codes, right: Codes) -> Outcomes:
            both = person[left] & person[right]
            levels = np.empty(len(left), dtype=np.int8)
            places, others = np.flatnonzero(both), np.flatnonzero(~both)
            levels[places] = _LEVEL_OF_PERSON[persons(number[left[places]], number[right[places]])]
            levels[others] = companies(left[others], right[others])
            return levels

        return compare

    return Bounded(of_either(persons, companies), of_either(at_best(persons), at_best(companies)))


def _part(name: str) -> Callable[[str], Sequence[str]]:
    """Take a part from the kind that the value is of; the words of a person count as they do for a firm."""

    def part(value: str) -> Sequence[str]:
        sort, rest = value.split(PART, 1)
        return (person_name.KIND if sort == _PERSON else company_name.KIND).parts[name](rest)

    return part


def _in_bulk(name: str) -> InBulk:
    """Take the strings of persons and of firms each from their kind, as `_part` does."""

    def strings(words: WordColumn) -> Strings:
        sorts = ((_PERSON, person_name), (_COMPANY, company_name))
        return together([kind.OF_WORDS[name](words.of_sort(sort)) for sort, kind in sorts])

    return by_words(strings, of=3)


KIND = Kind(
    name="name",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={part: _part(part) for part in company_name.KIND.parts},
    in_bulk={part: _in_bulk(part) for part in person_name.OF_WORDS},
    levels=(
        Level("exact", "the same name", 0.61, 0.001),
        Level("close", "the same name, spelt, ordered or said differently", 0.13, 0.0019),
        Level("form", "the same name with another legal form or with initials", 0.06, 0.012),
        Level("contained", "one name contains the other or is its acronym", 0.12, 0.035),
        Level("similar", "most words in common", 0.04, 0.05),
        Level("related", "a shared name with another given name, business, place or number", 0.03, 0.45, most=0.1),
        Level("different", "different names", 0.01, 0.4501),
    ),
    prepare=_prepare,
    copied=COPIED,
    accepts=takes_text,
)
