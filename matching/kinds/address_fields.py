"""Reads a postal address: the street, its kind, house number, city, region, postcode and country as seven parts."""

import re
from collections.abc import Callable
from functools import lru_cache

from matching.columns import PART
from matching.kinds.country import country_code
from matching.kinds.folding import folded, folded_words, is_junk, plain
from matching.kinds.kind import Pieces, as_text
from matching.kinds.tables import rows, words

FIELDS = ("street", "city", "region", "postcode", "country")

_HOUSE = re.compile(r"\d{1,5}[a-z]?")
_RANGE = re.compile(r"(?<=\d)\s*[-/–]\s*\d+\w*")
_CLOSE_DOT = re.compile(r"(?<=[.])(?=\w)")
_UNIT = words("address_units")
_DIRECTIONS = {
    "n": "n", "north": "n", "s": "s", "south": "s", "e": "e", "east": "e", "w": "w", "west": "w",
    "ne": "ne", "nw": "nw", "se": "se", "sw": "sw", "northeast": "ne", "northwest": "nw",
}  # fmt: skip
COMPASS = frozenset(_DIRECTIONS.values())
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


def _has_name(street: str) -> bool:
    return not street.startswith(PART)


PIECES = Pieces(
    clean={field: _cleaned(field) for field in FIELDS},
    enough={"street": _has_name, "city": bool, "region": bool, "postcode": bool},
)


def standardise_address(value: object) -> str | None:
    """Give street, its kind, house number, city, region, postcode and country as the seven parts."""
    if isinstance(value, dict):
        return PIECES.whole(value)
    text = as_text(value) if isinstance(value, str) else ""
    return None if is_junk(text) else PIECES.whole(_from_text(text))
