"""Headings: what a column holds by its name alone, in whatever words, order and abbreviations it is called."""

import re
from collections.abc import Iterable
from functools import lru_cache

from matching.kinds.folding import plain
from matching.kinds.tables import rows

_ALTERNATIVES = re.compile(r"[/|]")
_NUMBERED = ("phone", "fax", "tax_id", "birth", "house", "postcode", "country")
"""What is a number or code itself: of a `mobile number` the beginning tells more."""
_OTHER_PERSON = "relative"
"""The role of a name that is that of somebody else: `father_forename` is no given name of the record's person."""

_BOTH_NAMES = ({"given", "family"}, {"given", "name"}, {"family", "name"})
"""Roles of two names that make a whole one; the others need an `and` between them, `customer first name` has none."""


def role(column: str) -> str | None:
    """Say what a column holds by its name alone: `Vorname` is a given name; None where that says nothing.

    Of `customer_phone` the end says it, of `phone_primary` the beginning, of `Ort / Town` either.
    """
    whole = _words(column)
    if " ".join(whole) in _table("system"):
        return "stamp"
    found = _role(whole) or next(filter(None, (_role(_words(part)) for part in _ALTERNATIVES.split(column))), None)
    others = _table("relative")
    if (found in {"given", "family", "both", "person", "name"} and others & set(whole)) or (
        whole and others >= set(whole)
    ):
        return _OTHER_PERSON
    return found


def _role(words: list[str]) -> str | None:
    if _names_both(words):
        return "both"
    ends = _first(words[start:] for start in range(len(words)))
    which = _table("which")
    beginnings = _first(words[:end] for end in range(len(words) - 1, 0, -1) if set(words[end:]) <= which)
    numbered = ends in {"identifier", "register"} and beginnings in _NUMBERED
    return beginnings if numbered else ends or beginnings


def _names_both(words: list[str]) -> bool:
    """Say whether the words end in those for both names of a person: `first and surname`, `Name und Vorname`."""
    for place in range(1, len(words)):
        joined = words[place] in _table("and")
        one = _first(words[start:place] for start in range(place))
        other = _roles().get(" ".join(words[place + joined :]))
        pairs = _BOTH_NAMES if joined else _BOTH_NAMES[:1]
        if {one, other} in pairs:
            return True
    return False


def _first(parts: Iterable[list[str]]) -> str | None:
    return next(filter(None, (_roles().get(" ".join(part)) for part in parts)), None)


def _words(column: str) -> list[str]:
    """Give the words of a heading, abbreviations written out and without the number of the first of several."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    short = _short()
    words = [short.get(word, word) for word in re.sub(r"(?<=[a-z]{2})(?=\d)", " ", plain(apart)).split()]
    first_of_several = len(words) > 1 and re.fullmatch("0*1", words[-1])
    return words[:-1] if first_of_several else words


@lru_cache(maxsize=1)
def _roles() -> dict[str, str]:
    return {name: role for role, *names in rows("headers", "matching.infer") for name in names}


@lru_cache(maxsize=1)
def _short() -> dict[str, str]:
    return {short: word for word, *shorts in rows("heading_abbreviations", "matching.infer") for short in shorts}


@lru_cache(maxsize=4)
def _table(which: str) -> frozenset[str]:
    """Give the words of a row of the words that stand beside what a column holds."""
    return next(frozenset(words) for name, *words in rows("heading_words", "matching.infer") if name == which)
