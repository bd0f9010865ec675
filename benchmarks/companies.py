"""Companies as four sources hold them, made one after the other; about three records in ten are further copies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random

from copies import copies, pick

from mdm.demo import mess, numbers
from mdm.demo.systems import SYSTEMS, tax_number
from mdm.demo.words import Country, Town, abbreviations, countries

COLUMNS = (
    *("record_id", "source", "name", "tax_id", "email", "phone", "address.street", "address.city"),
    *("address.postcode", "address.country", "website", "updated"),
)
_WEIGHTED_NAMES = 20_000


@dataclass(slots=True)
class Company:
    """A true company: what every copy of it starts from."""

    cluster: str
    country: Country
    town: Town
    stem: str
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
            stem=stem,
            name=f"{business} {stem}" if country.business_first else f"{stem} {business}",
            form=pick(random, country.forms),
            tax_id=numbers.tax_id(random, country.code),
            email=f"{pick(random, ('info', 'office', 'accounts', 'mail'))}@{domain}",
            phone=numbers.fill(random, town.phone.replace(" 0###", " ####").replace("555", "%##")),
            street=f"{number} {street}" if country.number_first else f"{street} {number}",
            postcode=numbers.fill(random, town.postcode),
            domain=domain,
        )

    def sister(self, recent: Sequence[Company]) -> Company:
        """Make a company of the same group as a recent one: name, domain and often the house are the same."""
        random, company = self.random, pick(random=self.random, choices=recent)
        self.made += 1
        code, words = company.country.code, company.country.words
        other = pick(random, words["business"])
        name = f"{other} {company.stem}" if company.country.business_first else f"{company.stem} {other}"
        sister = replace(
            company,
            cluster=f"company-{self.made}",
            name=name if name != company.name else f"{name} {company.town.name}",
            tax_id=numbers.tax_id(random, code),
        )
        if random.random() < 0.5:
            town = pick(random, company.country.towns)
            phone = numbers.fill(random, town.phone.replace(" 0###", " ####").replace("555", "%##"))
            sister = replace(sister, town=town, phone=phone, postcode=numbers.fill(random, town.postcode))
        return sister


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
    maker = Maker(random)
    for company in copies(random, count, lambda _: maker.company()):
        yield company.cluster, row(random, company, source=pick(random, SYSTEMS))
