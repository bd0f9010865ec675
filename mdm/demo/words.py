"""The word lists that ship with the demo: countries, towns, names, legal forms and abbreviations."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Town:
    """A town with its other spellings and the shapes of its postcodes and phone numbers.

    In the shapes `#` is any digit, `%` a digit from 1 to 9 and `@` a letter; the phone is the national
    number without its trunk prefix.
    """

    name: str
    others: tuple[str, ...]
    region: str
    postcode: str
    phone: str


@dataclass(frozen=True, slots=True)
class Country:
    """A country as the generator needs it: how it writes names, numbers and addresses."""

    code: str
    name: str
    native: str
    iso3: str
    dial: str
    trunk: str
    domain: str
    currency: str
    number_first: bool
    business_first: bool
    weight: int
    towns: tuple[Town, ...]
    forms: tuple[tuple[str, ...], ...]
    words: dict[str, tuple[str, ...]]


def _rows(name: str) -> list[dict[str, str]]:
    text = files("mdm.demo").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _town(row: dict[str, str]) -> Town:
    return Town(row["town"], _split(row["others"]), row["region"], row["postcode"], row["phone"])


@cache
def countries() -> dict[str, Country]:
    """Every country of the demo by its ISO 3166 code, in the order of `countries.csv`."""
    towns, forms, words = _rows("towns.csv"), _rows("legal_forms.csv"), _rows("words.csv")
    return {
        row["code"]: Country(
            code=row["code"],
            name=row["name"],
            native=row["native"],
            iso3=row["iso3"],
            dial=row["dial"],
            trunk=row["trunk"],
            domain=row["domain"],
            currency=row["currency"],
            number_first=row["number"] == "first",
            business_first=row["business"] == "first",
            weight=int(row["weight"]),
            towns=tuple(_town(town) for town in towns if town["country"] == row["code"]),
            forms=tuple(_split(form["spellings"]) for form in forms if form["country"] == row["code"]),
            words={word["role"]: _split(word["words"]) for word in words if word["country"] == row["code"]},
        )
        for row in _rows("countries.csv")
    }


@cache
def abbreviations(role: str) -> tuple[tuple[str, str], ...]:
    """Pairs of a long and a short spelling, for the role `business` or `street`."""
    return tuple((row["long"], row["short"]) for row in _rows("abbreviations.csv") if row["role"] == role)


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Give the rows of a word list of its own: departments, services, given names and their like."""
    return tuple(_rows(f"{name}.csv"))


def split(cell: str) -> tuple[str, ...]:
    """Take apart a cell with several words."""
    return _split(cell)
