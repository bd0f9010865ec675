"""People as three sources hold them: forms of their own, and the usual mistakes."""

from collections.abc import Iterator
from datetime import date
from random import Random

from copies import copies, pick
from persons import MAILBOXES, Home, Maker, Person

from mdm.demo import mess
from mdm.demo.words import abbreviations, split, table

SOURCES = ("crm", "billing", "support")
COLUMNS = (
    *("record_id", "source", "given_name", "surname", "birth_date", "street", "postcode", "city", "email", "phone"),
    "updated",
)
NICKNAMES = {row["given"]: split(row["called"]) for row in table("given_names") if row["called"]}


def written_name(random: Random, person: Person, maker: Maker) -> tuple[str, str]:
    """Write given name and surname as somebody typed them."""
    given, surname, chance = person.given, person.surname, random.random()
    if chance < 0.10:
        given = pick(random, NICKNAMES.get(given, (given,)))
    elif chance < 0.14:
        given = f"{given[0]}."
    elif chance < 0.20:
        given = mess.typing_error(random, given)
    elif chance < 0.21:
        given, surname = surname, given
    chance = random.random()
    if chance < 0.06:
        surname = mess.typing_error(random, surname)
    elif chance < 0.08:
        surname = maker.surname_after_marriage(surname)
    elif chance < 0.18:
        given, surname = mess.stripped(given), mess.stripped(surname)
    return given, surname


def written_date(random: Random, born: date, *, source: str) -> str:
    """Write the day of birth in the source's form; some are missing, turned around or off by a digit."""
    chance = random.random()
    year, month, day = born.year, born.month, born.day
    if chance < 0.06:
        return ""
    if chance < 0.08 and day <= 12:
        month, day = day, month
    elif chance < 0.10:
        day = 1 + (day + int(random.random() * 20)) % 28
    elif chance < 0.11:
        year += pick(random, (-10, -1, 1, 10))
    return f"{day:02d}.{month:02d}.{year}" if source == "billing" else f"{year}-{month:02d}-{day:02d}"


def written_address(random: Random, home: Home) -> tuple[str, str, str]:
    """Write street, postcode and city; some are shortened, mistyped or missing."""
    street, postcode, chance = home.street, home.postcode, random.random()
    if chance < 0.05:
        return "", "", home.town.name
    if chance < 0.25:
        street = mess.abbreviated(street, abbreviations("street"))
    elif chance < 0.30:
        street = mess.typing_error(random, street)
    elif chance < 0.33:
        postcode = postcode[:-2] + postcode[-2:][::-1]
    city = pick(random, home.town.others) if chance > 0.92 and home.town.others else home.town.name
    return street, postcode, city


def written_phone(random: Random, person: Person, home: Home, *, source: str) -> str:
    """Write the mobile or the household's number in the source's form, or nothing."""
    chance = random.random()
    if chance < 0.30:
        return ""
    number = home.phone if chance < 0.45 else person.mobile
    if source == "crm":
        return f"+{home.country.dial} {number}"
    return home.country.trunk + (number.replace(" ", "") if source == "billing" else number)


def people(random: Random, count: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Make `count` records as pairs of the true person and the row after the id."""
    maker = Maker(random)
    for person in copies(random, count, maker.person):
        yield person.cluster, row(random, person, maker, source=pick(random, SOURCES))


def row(random: Random, person: Person, maker: Maker, *, source: str) -> tuple[str, ...]:
    """Write one copy of the person, in the order of the columns after the id."""
    home = maker.home() if random.random() < 0.10 else person.home
    given, surname = written_name(random, person, maker)
    if source == "billing":
        given, surname = given.upper(), surname.upper()
    chance = random.random()
    email = "" if chance < 0.35 else person.email
    if chance > 0.92:  # another mailbox
        email = f"{person.email.partition('@')[0]}{int(chance * 1e6) % 90 + 10}@{pick(random, MAILBOXES)}"
    born = written_date(random, person.born, source=source)
    day = int(chance * 1e6) % 28 + 1
    updated = f"202{day % 6}-{day % 12 + 1:02d}-{day:02d}T08:00:00Z"
    phone = written_phone(random, person, home, source=source)
    return source, given, surname, born, *written_address(random, home), email, phone, updated
