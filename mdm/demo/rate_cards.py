"""The rate cards: one customer has several, by year and currency, under nearly one name and code."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from random import Random
from typing import cast

from mdm.demo.books import Books, Entry, updated
from mdm.demo.companies import Company
from mdm.demo.legal_entities import LegalEntity
from mdm.demo.planted import Planted, Way
from mdm.demo.systems import Row
from mdm.demo.vocabulary import ROLES, is_mapped, role, unit
from mdm.demo.words import countries

_PRESENT = {"psa": 0.92, "erp": 0.78, "billing": 0.58, "crm": 0.52}
_CUSTOMERS = 72
_STANDARDS = 14
_SPOILT, _AT_ODDS = 4, 12
_OVER, _TO_COME = ("2019-01-01", "2020-01-01"), ("2028-01-01", "2029-01-01")
_YEARS = (2024, 2025, 2026)
_LEVELS = ("Level 2", "Level 3", "Level 4", "Level 5")


@dataclass(frozen=True, slots=True)
class RateLine:
    """What a role costs in one unit from one day to another, the last one not included."""

    role: str
    grade: str
    unit: str
    rate: int
    valid_from: str
    valid_to: str


@dataclass(frozen=True, slots=True)
class RateCard:
    """One true rate card; `holder` is the customer's entity, None for the standard of a legal entity."""

    entity: str
    holder: str | None
    label: str
    legal_entity: str
    currency: str
    year: int
    code: str
    lines: tuple[RateLine, ...]

    @property
    def name(self) -> str:
        """The name as the project system has it."""
        return f"{self.label} rates {self.year} {self.currency}"


def enter(books: Books, companies: list[Company], entities: list[LegalEntity]) -> list[RateCard]:
    """Enter the rate cards of four systems; gives the true ones."""
    random = books.stream("rate cards")
    cards = [*_of_customers(books, random, companies, entities), *_standards(random, entities)]
    books.enter("rate_card", [entry for one in cards for entry in _entries(books, random, one)], random)
    _spoil(books)
    for one, other in combinations(cards, 2):
        if one.label == other.label:
            books.trap("currency" if one.year == other.year else "year", one.entity, other.entity)
    return cards


def _of_customers(
    books: Books, random: Random, companies: list[Company], entities: list[LegalEntity]
) -> Iterator[RateCard]:
    """Customers that every system knows have cards for a year or two, some in two currencies."""
    known = [one for one in companies if sum(one.entity in books.ids[s, "customer"] for s in _PRESENT) >= 3]
    for number, one in enumerate(random.sample(known, _CUSTOMERS), start=1):
        home = countries()[one.country].currency
        local = [entity for entity in entities if entity.country == one.country] or entities
        contract = random.choice(local).entity
        currencies = [home, "USD" if home == "EUR" else "EUR"] if random.random() < 0.3 else [home]
        for year in random.sample(_YEARS, random.choice((1, 2, 2))):
            for currency in currencies:
                yield RateCard(
                    entity=f"rate-card-{number:03d}-{year}-{currency}",
                    holder=one.entity,
                    label=one.name,
                    legal_entity=contract,
                    currency=currency,
                    year=year,
                    code=f"RC-{year}-{number:04d}-{currency}",
                    lines=_lines(random, year),
                )


def _standards(random: Random, entities: list[LegalEntity]) -> Iterator[RateCard]:
    """A legal entity has standard rates for each year, under one name in the whole group."""
    for number, one in enumerate(random.sample(entities, _STANDARDS), start=900):
        currency = countries()[one.country].currency
        for year in _YEARS[1:]:
            yield RateCard(
                entity=f"rate-card-{number}-{year}-{currency}",
                holder=None,
                label="Standard",
                legal_entity=one.entity,
                currency=currency,
                year=year,
                code=f"RC-{year}-{number:04d}-{currency}",
                lines=_lines(random, year),
            )


def _lines(random: Random, year: int) -> tuple[RateLine, ...]:
    """A rate for each of some roles, for a third of them with a rise in the middle of the year."""
    lines = []
    start, middle, end = f"{year}-01-01", f"{year}-07-01", f"{year + 1}-01-01"
    for one in random.sample(ROLES, random.choice((3, 4, 5))):
        rate, grade = random.randrange(80, 320, 5), random.choice(("", *_LEVELS))
        measure = "hour" if random.random() < 0.6 else "day"
        rate = rate * 8 if measure == "day" else rate
        if random.random() < 0.33:
            lines.append(RateLine(one, grade, measure, rate, start, middle))
            lines.append(RateLine(one, grade, measure, round(rate * 1.04), middle, end))
        else:
            lines.append(RateLine(one, grade, measure, rate, start, end))
    return tuple(lines)


def _name(random: Random, one: RateCard, source: str) -> str:
    chance = random.random()
    if chance < 0.2:
        name = f"{one.year} rate card {one.label} ({one.currency})"
    elif chance < 0.35:
        name = f"{one.label} - rates {one.year}"
    else:
        name = one.name
    return name.upper()[:40].strip() if source == "erp" and random.random() < 0.5 else name


def _entries(books: Books, random: Random, one: RateCard) -> Iterator[Entry]:
    """Every copy keeps currency and period, and two of code, party and the name as the project system has it."""
    sources = [source for source, chance in _PRESENT.items() if random.random() < chance] or ["psa"]
    for source in sources + (["crm"] if "crm" in sources and random.random() < 0.04 else []):
        row: Row = {"name": _name(random, one, source), "currency": one.currency, "valid_from": f"{one.year}-01-01"}
        if one.holder:
            books.refer(row, "customer", ("customer", one.holder), source=source)
        books.refer(row, "legal_entity", ("legal_entity", one.legal_entity), source=source)
        party = "customer" in row or (not one.holder and "legal_entity" in row)
        if not party or random.random() < (0.92 if source != "crm" else 0.7):
            row["code"] = one.code.replace("-", "/") if source == "psa" else one.code
        if "code" not in row or not party:
            row["name"] = one.name
        row["lines"] = [_written(line, one, source) for line in one.lines]
        row["updated"] = updated(random)
        yield Entry(source, one.entity, row)


def _written(line: RateLine, card: RateCard, source: str) -> Row:
    written: Row = {
        "role": role(source, line.role),
        "currency": card.currency,
        "unit": unit(source, line.unit),
        "rate": f"{line.rate}.00",
        "valid_from": line.valid_from,
        "valid_to": line.valid_to,
    }
    # A grade is of the project system and of billing; the others price by role alone.
    return {**written, "grade": line.grade} if line.grade and source in {"psa", "billing"} else written


def _spoil(books: Books) -> None:
    """Plant lines that overlap in one system's card, lines that are long over, and lines that have not begun."""
    random = books.stream("rate lines")
    for source in ("psa", "erp", "crm"):
        rows = random.sample(books.files[f"{source}_rate_cards"], 3 * _SPOILT)
        for place, row in enumerate(rows):
            lines = cast("list[Row]", row["lines"])
            known = [one for one in lines if is_mapped("roles", source, str(one["role"]))]
            line = _FURTHER[place % 3](random.choice(known))
            lines.append(line)
            key = f"{source}:rate_card:{row['id']}"
            what, way = _WHAT[place % 3]
            books.planted.append(Planted(what, way, (key,), str(line["valid_from"])))
            books.planted += _beside(key, line)
    _at_odds(books)


def _beside(key: str, line: Row) -> list[Planted]:
    """What else a line that is over or to come brings: days without a line beside it."""
    if line["valid_from"] == _OVER[0]:
        return [
            Planted("rate lines that nothing followed", "expired", (key,), _OVER[1]),
            Planted("rate lines before a gap", "gap", (key,), _OVER[1]),
        ]
    if line["valid_from"] == _TO_COME[0]:
        return [Planted("rate lines after a gap", "gap", (key,), _TO_COME[0])]
    return []


def _at_odds(books: Books) -> None:
    """Plant rates that billing has otherwise than the project system: both price by role and grade."""
    random = books.stream("rates at odds")
    spoilt = {one.keys[0] for one in books.planted if one.way in {"line", "overlap"}}
    rows = {source: {row["id"]: row for row in books.files[f"{source}_rate_cards"]} for source in ("psa", "billing")}
    ids = {source: books.ids[source, "rate_card"] for source in rows}
    both = [one for one in ids["billing"] if one in ids["psa"] and f"psa:rate_card:{ids['psa'][one]}" not in spoilt]
    coded = [one for one in both if all("code" in rows[source][ids[source][one]] for source in rows)]
    for entity in random.sample(coded, _AT_ODDS):
        known = [
            (mine, other)
            for mine, other in zip(*(_lines_of(rows[source][ids[source][entity]]) for source in rows), strict=True)
            if is_mapped("roles", "psa", str(mine["role"])) and is_mapped("roles", "billing", str(other["role"]))
        ]
        _, line = random.choice(known)
        line["rate"] = f"{float(str(line['rate'])) + 7:.2f}"
        keys = tuple(f"{source}:rate_card:{ids[source][entity]}" for source in rows)
        books.planted.append(Planted("rate lines in conflict", "conflict", keys, str(line["valid_from"])))


def _lines_of(row: Row) -> "list[Row]":
    return cast("list[Row]", row["lines"])


def _over(line: Row) -> Row:
    return {**line, "rate": "75.00", "valid_from": _OVER[0], "valid_to": _OVER[1]}


def _to_come(line: Row) -> Row:
    return {**line, "rate": "444.00", "valid_from": _TO_COME[0], "valid_to": _TO_COME[1]}


def _overlapping(line: Row) -> Row:
    """Make a line of the same key, at another rate, that begins in the middle of the first."""
    start, end = (date.fromisoformat(str(line[name])) for name in ("valid_from", "valid_to"))
    return {**line, "rate": "99.00", "valid_from": (start + (end - start) / 2).isoformat()}


_FURTHER = (_over, _to_come, _overlapping)
_WHAT: tuple[tuple[str, Way], ...] = (
    ("rate lines that are over", "line"),
    ("rate lines that have not begun", "line"),
    ("rate lines that overlap", "overlap"),
)
