"""A postal address, as one text or as street, city, region, postcode and country.

House number, street, postcode and city are told apart; kinds of street (Street, Straße, rue) may be
abbreviated, attached or missing. The same street with another house number is another address.
Offices move, so a different address speaks only a little against a match.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from matching.columns import PART
from matching.kinds.country import country_code
from matching.kinds.folding import folded, folded_words, is_junk, plain
from matching.kinds.identifier import keystroke_pairs
from matching.kinds.kind import Kind, Level, Pieces, always_valid, as_text
from matching.kinds.letters import letters_of
from matching.kinds.pairs import (
    Codes,
    Flags,
    Outcomes,
    PairComparison,
    both_known,
    coded,
    distinct,
    each_distinct,
    first_level,
    numbered,
    only_where,
    parts_of,
)
from matching.kinds.tables import rows, words

FIELDS = ("street", "city", "region", "postcode", "country")

SAME, SAME_STREET_AND_HOUSE, SAME_STREET, NEAR_HOUSE, OTHER_HOUSE, SAME_PLACE, OTHER_STREET, DIFFERENT = range(1, 9)
_ALIKE = 84
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_HOUSE = re.compile(r"\d{1,5}[a-z]?")
_RANGE = re.compile(r"(?<=\d)\s*[-/–]\s*\d+\w*")
_CLOSE_DOT = re.compile(r"(?<=[.])(?=\w)")
_UNIT = words("address_units")
_DIRECTIONS = {
    "n": "n", "north": "n", "s": "s", "south": "s", "e": "e", "east": "e", "w": "w", "west": "w",
    "ne": "ne", "nw": "nw", "se": "se", "sw": "sw", "northeast": "ne", "northwest": "nw",
}  # fmt: skip
_COMPASS = frozenset(_DIRECTIONS.values())
_ENDINGS = (("strasse", "str"), ("str", "str"), ("straat", "straat"), ("gatan", "gatan"), ("vagen", "vagen"))
_ORDINALS = dict(
    zip(["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"],
        ["1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th", "10th"], strict=True)
)  # fmt: skip
_FILLERS = words("street_fillers")
_NO_STREET = PART * 2
_POSTCODE = re.compile(
    r"\b(?:[A-Z]{1,2}-)?("
    r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4} ?[A-Z]{2}\b|\d{5}-\d{4}|\d{5}-\d{3}"
    r"|\d{2}-\d{3}|\d{4}-\d{3}|\d{3} \d{2}|\d{4,6}"
    r")\b"
)


@lru_cache(maxsize=1)
def _street_words() -> dict[str, str]:
    return {folded(word): kind for kind, *words in rows("street_words") for word in (kind, *words)}


def _split_ending(word: str) -> list[str]:
    for ending, kind in _ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            return [word[: -len(ending)], kind]
    return [word]


def _is_house(word: str) -> bool:
    return word[0].isdigit() and _HOUSE.fullmatch(word) is not None


def _house_at(words: list[str]) -> int:
    """Find the place of the house number: first, else last, else the first number; -1 if there is none."""
    for place in (0, len(words) - 1):
        if len(words) > 1 and _is_house(words[place]):
            return place
    return next((place for place, word in enumerate(words) if place and _is_house(word)), -1)


def _without_unit(words: list[str]) -> list[str]:
    if _UNIT.isdisjoint(words):
        return words
    cut = next((place for place, word in enumerate(words) if place >= 2 and word in _UNIT), len(words))
    return words[:cut]


def _street_words_of(text: str) -> list[str]:
    """Give the folded words of a street with its house number, of a range of numbers the first."""
    if "." in text:
        text = _CLOSE_DOT.sub(" ", text)
    if "-" in text or "/" in text or "–" in text:
        text = _RANGE.sub("", text)
    return _without_unit(folded_words(text))


def _street(text: str) -> str:
    """Give the name of the street, its kind and direction, and the house number as three parts."""
    words = _street_words_of(text)
    if not words:
        return _NO_STREET
    place = _house_at(words)
    house = words[place] if place >= 0 else ""
    if place > 0:
        letter = words[place + 1] if len(words) > place + 1 and len(words[place + 1]) == 1 else ""
        house, words = house + letter, words[:place]
    elif place == 0:
        words = words[1:]
    return f"{_name_and_marks(' '.join(words))}{PART}{house}"


@lru_cache(maxsize=1 << 17)
def _name_and_marks(words: str) -> str:
    """Give the name of a street, and its kind and direction, as two parts: many addresses share them."""
    kinds, name, marks = _street_words(), [], set()
    pieces = [piece for word in words.split() for piece in _split_ending(_ORDINALS.get(word, word))]
    for place, word in enumerate(pieces):
        if word in _DIRECTIONS and (place in (0, len(pieces) - 1) or len(word) == 1):
            marks.add(_DIRECTIONS[word])
        elif word in kinds:
            marks.add(kinds[word])
        elif word not in _FILLERS:
            name.append(word)
    name = name or [word for word in pieces if word not in kinds]
    return f"{' '.join(name or pieces)}{PART}{' '.join(sorted(marks)) if name else ''}"


@lru_cache(maxsize=50_000)
def _city(text: str) -> str:
    words = [_DIRECTIONS.get(word, word) for word in folded(re.sub(r"\(.*?\)", " ", text)).split()]
    return " ".join(word for word in words if word != "city" or len(words) == 1)


@lru_cache(maxsize=50_000)
def _postcode(text: str) -> str:
    compact = re.sub(r"[^0-9A-Za-z]", "", re.sub(r"^[A-Za-z]{1,2}-", "", text.strip())).upper()
    return compact[:5] if compact.isdigit() and len(compact) == 9 else compact


def _from_text(text: str) -> dict[str, str]:
    """Read an address out of one text: pieces between commas, the street first."""
    text = re.sub(r"^(\s*\d+\w?)\s*,", r"\1 ", text)
    pieces = [piece.strip() for piece in re.split(r"[,;\n]+", text) if piece.strip()]
    fields = dict.fromkeys(FIELDS, "")
    if len(pieces) > 1 and country_code(pieces[-1]) and not _is_state(pieces):
        fields["country"] = pieces.pop()
    fields["street"] = pieces[0] if pieces else ""
    for piece in pieces[1:]:
        found = _POSTCODE.search(piece.upper())
        rest = piece
        if found and not fields["postcode"]:
            fields["postcode"] = found[1]
            rest = f"{piece[: found.start()]} {piece[found.end() :]}".strip()
        if re.fullmatch(r"[A-Z]{2,3}", rest):
            fields["region"] = fields["region"] or rest
        elif any(map(str.isalnum, rest)):
            fields["city"] = f"{fields['city']} {rest}".strip()
    return fields


def _is_state(pieces: list[str]) -> bool:
    """Hold two letters for a state where no postcode stands before them (Springfield, IL)."""
    return bool(re.fullmatch(r"[A-Z]{2}", pieces[-1])) and not any(map(_POSTCODE.search, pieces[1:-1]))


def _country(text: str) -> str:
    return country_code(text) or plain(text).upper()


_CLEAN: dict[str, Callable[[str], str]] = {
    "street": _street,
    "city": _city,
    "region": plain,
    "postcode": _postcode,
    "country": _country,
}


def _cleaned(field: str) -> Callable[[object], str]:
    def clean(value: object) -> str:
        text = as_text(value)
        return _CLEAN[field]("" if is_junk(text) else text)

    return clean


def _joined(parts: Sequence[str]) -> str | None:
    """Join the cleaned fields: one needs a street, city, region or postcode to be an address."""
    street, *place, _ = parts
    return PART.join(parts) if any(place) or not street.startswith(PART) else None


_PIECES = Pieces({field: _cleaned(field) for field in FIELDS}, _joined)


def _standardise(value: object) -> str | None:
    """Give street, its kind, house number, city, region, postcode and country as the seven parts."""
    if isinstance(value, dict):
        return _PIECES.whole(value)
    text = as_text(value) if isinstance(value, str) else ""
    return None if is_junk(text) else _PIECES.whole(_from_text(text))


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
    return _agree(marks & _COMPASS, others & _COMPASS) and _agree(marks - _COMPASS, others - _COMPASS)


def _agree(marks: frozenset[str], others: frozenset[str]) -> bool:
    return not marks or not others or not marks.isdisjoint(others)


def _prepare(values: Sequence[str]) -> PairComparison:
    streets, marks, houses, cities, _, postcodes, countries = parts_of(values, 7)
    street, country = coded(streets), coded(countries)
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


def _prepare_place(cities: Sequence[str], postcodes: Sequence[str]) -> Callable[[Codes, Codes], tuple[Flags, Flags]]:
    """Prepare to say whether postcode or city agree, and whether they disagree: neither where both are missing."""
    city, postcode = coded(cities), coded(postcodes)
    same_city, keystroke = _prepare_words(distinct(cities)), keystroke_pairs(distinct(postcodes))

    def same_place(left: Codes, right: Codes) -> tuple[Flags, Flags]:
        one, other, first, second = city[left], city[right], postcode[left], postcode[right]
        known_city, known_postcode = (one >= 0) & (other >= 0), (first >= 0) & (second >= 0)
        equal = known_postcode & (first == second)
        near = only_where(known_postcode & ~known_city & ~equal, keystroke, first, second)
        there = equal | near | only_where(known_city & ~equal, same_city, one, other)
        return there, (known_city | known_postcode) & ~there

    return same_place


def _prepare_street(streets: Sequence[str], marks: Sequence[str]) -> Callable[[Codes, Codes], Flags]:
    """Prepare to say whether two streets have the same name, and no other kind or direction."""
    street = coded(streets)
    mark, listed = numbered(marks)
    same_name = _prepare_words(distinct(streets))

    def agree(left: Codes, right: Codes) -> Flags:
        return each_distinct(_marks_agree, listed, mark[left], mark[right]).astype(bool)

    return lambda left, right: only_where(same_name(street[left], street[right]), agree, left, right)


def _prepare_house(houses: Sequence[str]) -> Callable[[Codes, Codes, Flags], Outcomes]:
    """Prepare to give the level of two addresses in streets of the same name, and whether in the same place."""
    house, listed = numbered(houses)
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
    standardise=_standardise,
    valid=always_valid,
    parts={
        "": lambda value: (value.replace(PART, " "),),
        "street": _part(0),
        "house": _part(2),
        "city": _part(3),
        "postcode": _part(5),
        "country": _part(6),
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
    pieces=_PIECES,
    any_texts=True,
)
