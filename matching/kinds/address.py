"""A postal address, as one text or as street, city, region, postcode and country.

House number, street, postcode and city are told apart; kinds of street (Street, Straße, rue) may be
abbreviated, attached or missing. The same street with another house number is another address.
Offices move, so a different address speaks only a little against a match.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from matching.columns import PART
from matching.fields import Field, fields_of
from matching.kinds.address_fields import COMPASS, FIELDS, PIECES, standardise_address
from matching.kinds.identifier import keystroke_pairs
from matching.kinds.kind import Kind, Level, always_valid
from matching.kinds.letters import letters_of
from matching.kinds.pairs import (
    Codes,
    Flags,
    Outcomes,
    PairComparison,
    both_known,
    coded,
    each_distinct,
    first_level,
    only_where,
)
from matching.kinds.strings import field, joined_by

SAME, SAME_STREET_AND_HOUSE, SAME_STREET, NEAR_HOUSE, OTHER_HOUSE, SAME_PLACE, OTHER_STREET, DIFFERENT = range(1, 9)
_ALIKE = 84
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _accepts(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return None
    if not isinstance(value, dict):
        return f"expected an address as text or as an object with {', '.join(FIELDS)}, not {value!r}"
    unknown = sorted(map(str, set(value) - set(FIELDS)))
    if unknown:
        return f"has unknown fields {', '.join(unknown)}: an address has {', '.join(FIELDS)}"
    return next(
        (f"{field} is not text: {text!r}" for field, text in value.items() if isinstance(text, dict | list)),
        None,
    )


@lru_cache(maxsize=200_000)
def _same_words(one: str, other: str) -> bool:
    if one == other or one.replace(" ", "") == other.replace(" ", ""):
        return True
    short, long = sorted((one.split(), other.split()), key=lambda words: (len(words), words))
    if short and set(short) <= set(long) and len(short[0]) > 1 and not short[0].isdigit():
        return True
    if any(map(str.isdigit, one + other)):
        return False
    return fuzz.ratio(one, other) >= _ALIKE or fuzz.token_sort_ratio(one, other) >= 88


def _prepare_words(texts: Sequence[str]) -> Callable[[Codes, Codes], Flags]:
    """Prepare `_same_words` for any pairs of distinct texts, by their places.

    Texts that are the same, one within the other, or alike share all letters, all words of one, or most letters.
    """
    joined = coded([text.replace(" ", "") for text in texts])
    words, letters = _word_marks(texts), letters_of(texts)

    def same_words(left: Codes, right: Codes) -> Flags:
        one, other = words[left], words[right]
        within = (one & ~other == 0) | (other & ~one == 0)
        most = (100 - _ALIKE) * (letters.lengths[left] + letters.lengths[right])
        maybe = within | (joined[left] == joined[right]) | (100 * letters.apart(left, right).astype(np.int32) <= most)
        return only_where(maybe, judged, left, right)

    def judged(left: Codes, right: Codes) -> Flags:
        return each_distinct(_same_words, texts, left, right).astype(bool)

    return same_words


def _word_marks(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Give each text one bit of 64 for every word of it; two words may have the same bit."""
    bits: dict[str, int] = {}
    marks = []
    for text in texts:
        mark = 0
        for word in text.split():
            mark |= 1 << bits.setdefault(word, len(bits)) % 64
        marks.append(mark)
    return np.array(marks, dtype=np.uint64)


def _marks_agree(one: str, other: str) -> bool:
    """Say whether the kinds of street, and the directions, do not speak against one street."""
    marks, others = frozenset(one.split()), frozenset(other.split())
    return _agree(marks & COMPASS, others & COMPASS) and _agree(marks - COMPASS, others - COMPASS)


def _agree(marks: frozenset[str], others: frozenset[str]) -> bool:
    return not marks or not others or not marks.isdisjoint(others)


def _prepare(values: Sequence[str]) -> PairComparison:
    streets, marks, houses, cities, _, postcodes, countries = fields_of(values, 7)
    street, country = streets.known, countries.known
    same_place, same_street = _prepare_place(cities, postcodes), _prepare_street(streets, marks)
    level_by_house = _prepare_house(houses)

    def compare(left: Codes, right: Codes) -> Outcomes:
        there, elsewhere = same_place(left, right)
        levels = np.where(there, np.int8(OTHER_STREET), np.int8(DIFFERENT))
        known = both_known(street, left, right)
        levels[there & ~known] = SAME_PLACE
        abroad = both_known(country, left, right) & (country[left] != country[right])
        levels[abroad] = DIFFERENT
        found = np.flatnonzero(only_where(known & ~abroad, same_street, left, right))
        levels[found] = level_by_house(left[found], right[found], ~elsewhere[found])
        return levels

    return compare


def _prepare_place(cities: Field, postcodes: Field) -> Callable[[Codes, Codes], tuple[Flags, Flags]]:
    """Prepare to say whether postcode or city agree, and whether they disagree: neither where both are missing."""
    city, postcode = cities.known, postcodes.known
    same_city, keystroke = _prepare_words(cities.texts), keystroke_pairs(postcodes.texts)

    def same_place(left: Codes, right: Codes) -> tuple[Flags, Flags]:
        one, other, first, second = city[left], city[right], postcode[left], postcode[right]
        known_city, known_postcode = (one >= 0) & (other >= 0), (first >= 0) & (second >= 0)
        equal = known_postcode & (first == second)
        near = only_where(known_postcode & ~known_city & ~equal, keystroke, first, second)
        there = equal | near | only_where(known_city & ~equal, same_city, one, other)
        return there, (known_city | known_postcode) & ~there

    return same_place


def _prepare_street(streets: Field, marks: Field) -> Callable[[Codes, Codes], Flags]:
    """Prepare to say whether two streets have the same name, and no other kind or direction."""
    street, mark = streets.codes, marks.codes
    same_name = _prepare_words(streets.texts)

    def agree(left: Codes, right: Codes) -> Flags:
        return each_distinct(_marks_agree, marks.texts, mark[left], mark[right]).astype(bool)

    return lambda left, right: only_where(same_name(street[left], street[right]), agree, left, right)


def _prepare_house(houses: Field) -> Callable[[Codes, Codes, Flags], Outcomes]:
    """Prepare to give the level of two addresses in streets of the same name, and whether in the same place."""
    house, listed = houses.codes, houses.texts
    number = coded([text.rstrip(_LETTERS) for text in listed])
    known = np.array([bool(text) for text in listed], dtype=bool)
    long = np.array([len(text) >= 3 for text in listed], dtype=bool)
    keystroke = keystroke_pairs([f"000{text}" for text in listed])

    def level(left: Codes, right: Codes, here: Flags) -> Outcomes:
        one, other = house[left], house[right]
        both = known[one] & known[other]
        equal = both & (one == other)
        near = (long[one] | long[other]) & keystroke(one, other)
        conditions = (equal & here, equal, ~here, ~both, number[one] == number[other], near)
        levels = (SAME, SAME_STREET_AND_HOUSE, DIFFERENT, SAME_STREET, SAME_STREET_AND_HOUSE, NEAR_HOUSE)
        return first_level(conditions, levels, otherwise=OTHER_HOUSE)

    return level


def _part(place: int) -> Callable[[str], Sequence[str]]:
    def part(value: str) -> Sequence[str]:
        found = value.split(PART)[place]
        return (found,) if found else ()

    return part


KIND = Kind(
    name="address",
    help=__doc__ or "",
    standardise=standardise_address,
    valid=always_valid,
    parts={
        "": lambda value: (value.replace(PART, " "),),
        "street": _part(0),
        "house": _part(2),
        "city": _part(3),
        "postcode": _part(5),
        "country": _part(6),
    },
    in_bulk={
        "": joined_by(" "),
        "street": field(0, of=7),
        "house": field(2, of=7),
        "city": field(3, of=7),
        "postcode": field(5, of=7),
        "country": field(6, of=7),
    },
    levels=(
        Level("same", "the same address", 0.55, 0.004),
        Level("same_street_and_house", "the same street and house, but another place or part of it", 0.06, 0.003),
        Level("same_street", "the same street, a house number missing", 0.06, 0.008),
        Level("near_house", "the same street with a house number one digit apart", 0.025, 0.025),
        Level("other_house", "the same street with another house number", 0.03, 0.2),
        Level("same_place", "the same place, a street missing", 0.12, 0.1),
        Level("other_street", "the same place, but another street", 0.085, 0.4),
        Level("different", "different addresses", 0.07, 0.26),
    ),
    prepare=_prepare,
    accepts=_accepts,
    fields=FIELDS,
    pieces=PIECES,
    any_texts=True,
)
