"""How values, names and moments are written on a page."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

from matching.rules import ALWAYS_WEIGHT
from stewardship_ui import help_words

_SPANS = ((60, "second", 1), (3600, "minute", 60), (86400, "hour", 3600), (86400 * 60, "day", 86400),
          (86400 * 730, "month", 86400 * 30))  # fmt: skip
# The order in which the fields of an address are written.
_ADDRESS = ("street", "house", "unit", "postcode", "city", "region", "country")
ACRONYMS = {"id": "ID", "iban": "IBAN", "vat": "VAT", "lei": "LEI", "url": "URL", "erp": "ERP", "crm": "CRM"}
SPELT = {"center": "centre"}
"""Words of names in code that are spelt otherwise on a page, as the labels of entity types do."""


SHORT = 15
"""A word of so few letters fits everywhere."""
# After `@` and `//`, before a dot, a slash and the like, with letters on either side.
_JOINT = re.compile(r"(?<=\w@)(?=\w)|(?<=\w)(?=[./_?&=]\w)|(?<=://)(?=\w)")
_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def label(name: str) -> str:
    """The name of an attribute or an entity type, as a word: `tax_id` is `Tax ID`."""
    words = [ACRONYMS.get(word) or SPELT.get(word, word) for word in name.replace("_", " ").replace(".", " ").split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def spoken(text: str) -> str:
    """A text with the names of attributes and entity types in it as words: `same tax_id` is `same tax ID`."""
    return _NAME.sub(lambda found: " ".join(ACRONYMS.get(word, word) for word in found[0].split("_")), text)


def opened(text: str) -> str:
    """A sentence with a capital at its head, unless it begins with a name in code, such as `as_of` or an ID."""
    return text[:1].upper() + text[1:] if re.match(r"[a-z]+[ ,:;]", text) else text


def written(value: Any) -> str:
    """A value as one line of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(written, value))
    if isinstance(value, Mapping):
        known = [name for name in _ADDRESS if name in value] if set(value) <= set(_ADDRESS) else list(value)
        parts = [value[name] for name in known if value[name] not in {None, ""}]
        return ", ".join(map(written, parts))
    return str(value)


def breakable(text: str) -> Markup:
    """A text whose addresses stay whole, and are broken at their joints, not inside a word, where they fill a line."""
    return Markup("").join(_address(word) for word in re.split(r"(\s+)", text))


def _address(word: str) -> Markup:
    parts = _JOINT.split(word) if len(word) > SHORT else [word]
    if len(parts) == 1:
        return escape(word)
    return Markup('<span class="address">{}</span>').format(Markup("<wbr>").join(map(escape, parts)))


def ago(then: str, now: str) -> str:
    """How long a moment lies back, or ahead, in one unit: `3 days ago`, `in 5 hours`."""
    seconds = int((_moment(now) - _moment(then)).total_seconds())
    size = abs(seconds)
    unit, length = next(((unit, length) for limit, unit, length in _SPANS if size < limit), ("year", 86400 * 365))
    count = size // length
    if unit == "second" and count < 10:
        return "just now"
    told = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{told} ago" if seconds >= 0 else f"in {told}"


def exactly(moment: str) -> str:
    """A moment in UTC, to the second."""
    return _moment(moment).strftime("%Y-%m-%d %H:%M:%S UTC")


def day(written: str) -> str:
    """A day of a picture, shortly: `3 Mar`."""
    moment = _moment(written)
    return f"{moment.day} {moment:%b}"


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def signed(weight: float) -> str:
    """A weight in bits with its sign: `+3.6`, `−5.1`."""
    return f"{'+' if weight >= 0 else '−'}{abs(weight):.1f}"


def weighed(weight: float) -> str:
    """The match weight of a pair; where a rule decides, its weight is none of evidence and says nothing."""
    return "by a rule" if abs(weight) >= ALWAYS_WEIGHT / 1000 else signed(weight)


def person(actor: str) -> str:
    """Who did something, shortly: the id of a key by its first letters, whoever else by name."""
    sort, _, name = actor.partition(":")
    return f"key {name[:6]}" if sort == "key" else name or actor


def with_code(text: str) -> Markup:
    """A text with the names in it that stand between backticks as code."""
    plain, *rest = text.split("`")
    return Markup("").join([escape(plain), *(_code(part, place) for place, part in enumerate(rest))])


def _code(part: str, place: int) -> Markup:
    return escape(part) if place % 2 else Markup("<code>{}</code>").format(part)


def with_names(text: str, mentions: Collection[str]) -> Markup:
    """A comment with the names in it that are somebody's set off."""
    names = sorted((re.escape(one.partition(":")[2]) for one in mentions), key=len, reverse=True)
    if not names:
        return escape(text)
    parts = re.split(rf"(@(?:{'|'.join(names)}))(?![\w@+-])", text, flags=re.IGNORECASE)
    return Markup("").join(
        Markup('<b class="named">{}</b>').format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


FILTERS: dict[str, Callable[..., Any]] = {
    "label": label, "written": written, "opened": opened, "ago": ago, "exactly": exactly, "day": day,
    "signed": signed, "weighed": weighed, "person": person,
    "spoken": spoken, "breakable": breakable, "with_code": with_code, "with_names": with_names,
    "anchor": help_words.anchor,
}  # fmt: skip
