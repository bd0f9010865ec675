"""Make files of any size for measurements: `python benchmarks/generate.py customers 100000 OUT_DIR`.

`records.csv` holds companies as four sources hold them, with about 30 % duplicates; `truth.csv` says which
records are one company (`record_id,cluster_id`). Records stream to disk, so memory stays flat. The same
numbers of records and the same seed give the same bytes.
"""

import argparse
import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import TypeVar

from mdm.demo import mess, numbers
from mdm.demo.systems import SYSTEMS, tax_number
from mdm.demo.words import Country, Town, abbreviations, countries

Choice = TypeVar("Choice")
COLUMNS = (
    *("record_id", "source", "name", "tax_id", "email", "phone", "address.street", "address.city"),
    *("address.postcode", "address.country", "website", "updated"),
)
_FRESH = 0.70  # the share of records that start a new company; the others are further copies of a recent one
_WINDOW = 20_000  # further copies come from about so many companies made last, so that memory stays flat
_WEIGHTED_NAMES = 20_000


@dataclass(slots=True)
class Company:
    """A true company: what every copy of it starts from."""

    cluster: str
    country: Country
    town: Town
    name: str
    form: tuple[str, ...]
    tax_id: str
    email: str
    phone: str
    street: str
    postcode: str
    domain: str


@dataclass(frozen=True, slots=True)
class Names:
    """Distinctive words of names in order of frequency, with Zipf's weights summed up."""

    stems: list[str]
    weights: list[float]


def names(random: Random, country: Country) -> Names:
    """Make the country's names: some are borne by hundreds of companies, most by one or two."""
    words = country.words
    family = [f"{one} {other}" for one in words["surname"] for other in words["surname"]]
    made = [front + back for front in words["front"] for back in words["back"]]
    longer = [f"{stem} {name}" for stem in made for name in words["surname"]]
    stems = list(words["surname"]) + made
    random.shuffle(stems)
    rest = family + longer
    random.shuffle(rest)
    stems = (stems + rest)[:_WEIGHTED_NAMES]
    return Names(stems, list(accumulate(1 / (rank + 20) for rank in range(len(stems)))))


def pick(random: Random, choices: tuple[Choice, ...]) -> Choice:
    """Pick one of the choices: quicker than `random.choice`, which matters a million times over."""
    return choices[int(random.random() * len(choices))]


class Maker:
    """Makes companies one after the other."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.countries = list(countries().values())
        self.shares = list(accumulate(country.weight for country in self.countries))
        self.names = {country.code: names(random, country) for country in self.countries}
        self.made = 0

    def company(self) -> Company:
        """Make the next company."""
        random = self.random
        country = random.choices(self.countries, cum_weights=self.shares)[0]
        known = self.names[country.code]
        stem = random.choices(known.stems, cum_weights=known.weights)[0]
        business = pick(random, country.words["business"])
        town = pick(random, country.towns)
        self.made += 1
        word = mess.stripped(stem).lower().replace(" ", "").replace("'", "")
        domain = f"{word}{self.made % 997}.{country.domain}"
        street, number = pick(random, country.words["street"]), 1 + int(random.random() * 240)
        return Company(
            cluster=f"company-{self.made}",
            country=country,
            town=town,
            name=f"{business} {stem}" if country.business_first else f"{stem} {business}",
            form=pick(random, country.forms),
            tax_id=numbers.tax_id(random, country.code),
            email=f"{pick(random, ('info', 'office', 'accounts', 'mail'))}@{domain}",
            phone=numbers.fill(random, town.phone.replace(" 0###", " ####").replace("555", "%##")),
            street=f"{number} {street}" if country.number_first else f"{street} {number}",
            postcode=numbers.fill(random, town.postcode),
            domain=domain,
        )


def company_name(random: Random, company: Company) -> str:
    """Write the name as somebody typed it: the form varies, words are shortened, mistyped or lose letters."""
    chance = random.random()
    name = company.name
    if chance < 0.10:
        name = mess.abbreviated(name, abbreviations("business"))
    elif chance < 0.18:
        name = mess.typing_error(random, name)
    form = "" if chance > 0.75 else company.form[0] if chance > 0.3 else pick(random, company.form)
    name = name + form if form.startswith(",") else f"{name} {form}"
    chance = random.random()
    if chance < 0.12:
        name = mess.expanded(name, company.country.code)
    elif chance < 0.24:
        name = mess.stripped(name)
    return name.upper() if chance > 0.85 else name.strip()


def address(random: Random, company: Company) -> tuple[str, str, str, str]:
    """Write the address: street, city, postcode, country; some are shortened, some are another office."""
    street, chance = company.street, random.random()
    if chance < 0.2:
        street = mess.abbreviated(street, abbreviations("street"))
    elif chance < 0.25:
        street = f"{pick(random, company.country.words['street'])} {1 + int(chance * 900)}"
    city = company.town.name
    if chance > 0.9 and company.town.others:
        city = company.town.others[0]
    return street, city, company.postcode, company.country.name if chance > 0.7 else company.country.code


def row(random: Random, company: Company, *, source: str) -> tuple[str, ...]:
    """Write one copy of the company, in the order of the columns after the id."""
    chance = random.random()
    tax_id = tax_number(source, company.country.code, company.tax_id) if chance < 0.75 else ""
    email = company.email if chance > 0.25 else f"{pick(random, company.country.words['first'])}@{company.domain}"
    phone = f"+{company.country.dial} {company.phone}" if random.random() < 0.65 else ""
    where = address(random, company) if chance < 0.9 else ("", "", "", company.country.code)
    website = f"https://www.{company.domain}" if source == "crm" else ""
    day = int(chance * 1e6) % 28 + 1
    updated = f"202{day % 6}-{day % 12 + 1:02d}-{day:02d}T08:00:00Z"
    if chance < 0.9 and random.random() < 0.3:
        email = ""  # a copy without an address keeps its e-mail, so that somebody could still place it
    return source, company_name(random, company), tax_id, email, phone, *where, website, updated


def customers(random: Random, count: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Make `count` records as pairs of the true company and the row after the id."""
    maker, recent = Maker(random), list[Company]()
    for _ in range(count):
        if not recent or random.random() < _FRESH:
            company = maker.company()
            if len(recent) < _WINDOW:
                recent.append(company)
            else:
                recent[int(random.random() * _WINDOW)] = company
        else:
            company = recent[int(random.random() * len(recent))]
        yield company.cluster, row(random, company, source=pick(random, SYSTEMS))


def generate(count: int, folder: Path, *, seed: int = 2026) -> None:
    """Write `records.csv` and `truth.csv` of `count` customers into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        (folder / "records.csv").open("w", encoding="utf-8", newline="") as records,
        (folder / "truth.csv").open("w", encoding="utf-8", newline="") as truth,
    ):
        writer, key = (csv.writer(file, lineterminator="\n") for file in (records, truth))
        writer.writerow(COLUMNS)
        key.writerow(("record_id", "cluster_id"))
        for number, (cluster, values) in enumerate(customers(Random(seed), count), start=1):
            writer.writerow((f"r{number}", *values))
            key.writerow((f"r{number}", cluster))


def main() -> None:
    """Read the command line, write the files and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["customers"])
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=2026)
    arguments = parser.parse_args()
    start = time.perf_counter()
    generate(arguments.count, arguments.folder, seed=arguments.seed)
    seconds = time.perf_counter() - start
    print(f"{arguments.count} records in {seconds:.1f} s ({arguments.count / seconds:,.0f} a second)")


if __name__ == "__main__":
    main()
