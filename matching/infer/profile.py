"""Profile: what the values of a column look like."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from matching.columns import PART
from matching.kinds import email, iban, lei, money, phone, tax_id
from matching.kinds.birth_date import year_of
from matching.kinds.date import iso_date
from matching.kinds.folding import folded, is_junk, plain
from matching.kinds.kind import Kind, as_text
from matching.kinds.legal_forms import take_legal_form, words_of
from matching.kinds.number import decimal_text
from matching.kinds.person_vocabulary import is_given_name
from matching.kinds.several import parted

SAMPLE = 2_000
"""So many distinct values of a column are looked at: the most frequent ones and others spread over all."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_URL = re.compile(r"(?:https?://|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,6}(?:/\S*)?", re.IGNORECASE)
_PHONE = re.compile(r"[+(]?[\d\s()./-]{6,24}(?:\s*(?:x|ext)\.?\s*\d+)?", re.IGNORECASE)
_DIALLED = re.compile(r"^(?:\+|00[1-9]|\(|0\d+[ /-])|^\d{3}[-/. ]\d{3}[-. ]\d{4}$")
"""What no number but that of a telephone looks like, whatever its column is called."""
_SEVERAL = re.compile(f"[{re.escape(email.KIND.between + phone.KIND.between)}]")
_DIGIT = re.compile(r"\d")
"""Dates, numbers, codes and telephone numbers have one; names of persons and firms are more than digits."""
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9 ./_-]{2,29}")


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of the values of a column, 0 to 1, and what they are like on average.

    `filled` is the share of records with a value, `distinct` that of distinct values among those; `listed` says that
    some cells are lists of them, and `several` that a cell may hold more than one e-mail address or telephone number.
    """

    filled: float
    distinct: float
    values: int
    words: float
    length: float
    email: float
    url: float
    phone: float
    dialled: float
    date: float
    year: float
    number: float
    money: float
    code: float
    iban: float
    lei: float
    tax_id: float
    countried: float
    legal_form: float
    given_name: float
    listed: bool
    several: bool


def profile(cells: Sequence[object]) -> Profile:
    """Look at the cells of one column; the order of the records does not matter."""
    texts = _texts(cells)
    sample = _sample(texts)
    count = max(len(sample), 1)
    numbered = [text for text in sample if _DIGIT.search(text)]
    lettered = [text for text in sample if not text.isdecimal()]
    known = texts.total()
    listed = any(isinstance(cell, list) for cell in cells)

    def share(fits: Callable[[str], object], among: Sequence[str] = sample) -> float:
        return sum(bool(fits(text)) for text in among) / count

    return Profile(
        filled=min(known / max(len(cells), 1), 1.0),  # a list has several texts
        distinct=len(texts) / max(known, 1),
        values=len(texts),
        words=sum(len(text.split()) for text in sample) / count,
        length=sum(map(len, sample)) / count,
        email=share(lambda text: all(map(_EMAIL.fullmatch, _each(text, email.KIND)))),
        url=share(_URL.fullmatch),
        phone=share(lambda text: all(map(_is_phone, _each(text, phone.KIND))), numbered),
        dialled=share(lambda text: all(map(_is_dialled, _each(text, phone.KIND))), numbered),
        date=share(_is_date, numbered),
        year=share(year_of, numbered),
        number=share(lambda text: decimal_text(text) is not None, numbered),
        money=share(_is_money, numbered),
        code=share(_CODE.fullmatch, numbered),
        iban=share(partial(_valid, iban.KIND), numbered),
        lei=share(partial(_valid, lei.KIND), numbered),
        tax_id=share(partial(_valid, tax_id.KIND), numbered),
        countried=share(tax_id.names_country, numbered),
        legal_form=share(lambda text: bool(take_legal_form(words_of(text))[1]), lettered),
        given_name=share(lambda text: any(is_given_name(folded(word)) for word in plain(text).split()[:3]), lettered),
        listed=listed,
        several=listed or any(map(_SEVERAL.search, texts)),
    )


def _texts(cells: Sequence[object]) -> Counter[str]:
    """Count the texts that are not junk; cells of the same text are looked at once."""
    texts: Counter[str] = Counter()
    written = Counter(cell for cell in cells if type(cell) is str)
    typed = (cell for cell in cells if type(cell) is not str)
    others = ((one, 1) for cell in typed for one in (cell if isinstance(cell, list) else [cell]))
    for cell, times in chain[tuple[object, int]](written.items(), others):
        text = as_text(cell)
        if text and not is_junk(text):
            texts[text] += times
    return texts


def _sample(texts: Counter[str]) -> list[str]:
    by_text = sorted(texts)
    if len(texts) <= SAMPLE:
        return by_text
    often = sorted(by_text, key=texts.__getitem__, reverse=True)[: SAMPLE // 4]  # the first of as many by their texts
    chosen = set(often)
    rest = [text for text in by_text if text not in chosen]
    step = max(len(rest) // (SAMPLE - len(often)), 1)
    return often + rest[::step][: SAMPLE - len(often)]


def _each(text: str, kind: Kind) -> list[str]:
    return parted(text, kind.between) or [text]


def _is_phone(text: str) -> bool:
    return bool(_PHONE.fullmatch(text)) and 6 <= sum(map(str.isdigit, text)) <= 15


def _is_dialled(text: str) -> bool:
    return bool(_PHONE.fullmatch(text) and _DIALLED.search(text))


def _is_date(text: str) -> bool:
    return iso_date(text) is not None


def _is_money(text: str) -> bool:
    """Say whether the text is an amount with its currency."""
    value = money.KIND.standardise(text)
    return value is not None and not value.endswith(PART)


def _valid(kind: Kind, text: str) -> bool:
    value = kind.standardise(text)
    return value is not None and kind.valid(value)
