"""The tax rules: every legal entity of a country has the same ones, under the same names, codes and rates."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from random import Random

from mdm.demo import mess
from mdm.demo.books import Books, Entry, updated
from mdm.demo.legal_entities import LegalEntity
from mdm.demo.systems import Row
from mdm.demo.words import countries, split, table

_PRESENT = {"erp": 0.97, "billing": 0.60, "expense": 0.45, "procurement": 0.45}
_ENTITIES = 30
_ENDLESS = "9999-12-31"
_TYPES = {"output": ("output", "A", "sales"), "input": ("input", "V", "purchases")}


@dataclass(frozen=True, slots=True)
class TaxRule:
    """One true tax rule of a legal entity, with its rates as (first day, percent)."""

    entity: str
    country: str
    legal_entity: str
    words: tuple[tuple[str, str], ...]
    rates: tuple[tuple[str, str], ...]

    def word(self, name: str) -> str:
        """Give what the class of the rule is called: its name, type, or code."""
        return dict(self.words)[name]


def enter(books: Books, entities: list[LegalEntity]) -> list[TaxRule]:
    """Enter the tax rules of four systems; gives the true ones."""
    random = books.stream("tax rules")
    rules = list(_rules(random, entities))
    books.enter("tax_rule", [entry for one in rules for entry in _entries(books, random, one)], random)
    _traps(books, rules)
    return rules


def _rules(random: Random, entities: list[LegalEntity]) -> Iterator[TaxRule]:
    rates = {(row["country"], row["rate"]): split(row["lines"]) for row in table("tax_rates")}
    taxed = [one for one in entities if (one.country, "standard") in rates]
    for number, one in enumerate(random.sample(taxed, _ENTITIES), start=1):
        for row in random.sample(table("tax_classes"), random.choice((3, 4))):
            found = rates.get((one.country, row["rate"]), ("2010-01-01:0",))
            yield TaxRule(
                entity=f"tax-rule-{number:03d}-{row['class']}",
                country=one.country,
                legal_entity=one.entity,
                words=tuple(row.items()),
                rates=tuple((line.split(":")[0], line.split(":")[1]) for line in found),
            )


def _name(random: Random, one: TaxRule, source: str) -> str:
    """Write the name in full, short or in other words, with the rate or the country behind it in some."""
    chance = random.random()
    name = one.word("short") if chance < 0.1 else one.word("other") if chance < 0.2 else one.word("name")
    if random.random() < 0.3:
        name = f"{name} {one.rates[-1][1]}%"
    elif random.random() < 0.2:
        name = f"{name} {countries()[one.country].name}"
    if source == "procurement" and random.random() < 0.06:
        name = mess.typing_error(random, name)
    return name.upper() if source == "erp" and random.random() < 0.4 else name


def _entries(books: Books, random: Random, one: TaxRule) -> Iterator[Entry]:
    """A copy has its legal entity and the ERP's code, or else its legal entity and the name in full."""
    for source, chance in _PRESENT.items():
        if random.random() >= chance:
            continue
        row: Row = {"name": _name(random, one, source), "country": _country(source, one.country)}
        books.refer(row, "legal_entity", ("legal_entity", one.legal_entity), source=source)
        if "legal_entity" not in row:
            continue
        if source == "erp" or random.random() < 0.85:
            row["code"] = one.word("erp")
        else:
            row["name"] = one.word("name")
        if source != "expense":
            row["tax_type"] = one.word("type")
        row["lines"] = list(_lines(one, whole=source in {"erp", "billing"}))
        row["updated"] = updated(random)
        yield Entry(source, one.entity, row)


def _country(source: str, code: str) -> str:
    country = countries()[code]
    return {"expense": country.name, "billing": country.iso3}.get(source, code)


def _lines(one: TaxRule, *, whole: bool) -> Iterator[Row]:
    """Write the rates of all times, or only the one in force."""
    days = [day for day, _ in one.rates[1:]] + [_ENDLESS]
    for (start, rate), end in list(zip(one.rates, days, strict=True))[0 if whole else -1 :]:
        yield {"rate": rate, "valid_from": start, "valid_to": end}


def _traps(books: Books, rules: list[TaxRule]) -> None:
    """Rules of one class in two legal entities of a country, in one legal entity, and of one rate in two countries."""
    for one, other in combinations(rules, 2):
        if one.legal_entity == other.legal_entity:
            books.trap("same_entity", one.entity, other.entity)
        elif one.country == other.country and one.words == other.words:
            books.trap("same_country", one.entity, other.entity)
        elif one.words == other.words and one.rates[-1][1] == other.rates[-1][1]:
            books.trap("same_rate", one.entity, other.entity)
