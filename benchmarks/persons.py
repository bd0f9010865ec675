"""True people: names by Zipf's law, families at one address, and namesakes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from copies import pick

from mdm.demo import mess, numbers
from mdm.demo.words import Country, Town, countries, table

MAILBOXES = ("gmail.com", "outlook.com", "yahoo.com", "icloud.com", "web.de", "mail.com", "proton.me")
_FIRST_DAY = date(1940, 1, 1)
_DAYS = 365 * 66
_SURNAMES = 20_000


@dataclass(frozen=True, slots=True)
class Home:
    """Where a household lives, and its telephone."""

    country: Country
    town: Town
    street: str
    postcode: str
    phone: str


@dataclass(frozen=True, slots=True)
class Person:
    """A true person: what every copy starts from."""

    cluster: str
    given: str
    surname: str
    born: date
    home: Home
    email: str
    mobile: str


class Maker:
    """Makes people one after the other; the higher `evenness`, the more evenly names are spread."""

    def __init__(self, random: Random, *, evenness: int = 3) -> None:
        self.random = random
        self.countries = list(countries().values())
        self.shares = list(accumulate(country.weight for country in self.countries))
        self.given, self.surnames = given_names(random), surnames(random)
        self.given_weights = list(accumulate(1 / (rank + evenness) for rank in range(len(self.given))))
        self.surname_weights = list(accumulate(1 / (rank + 2 * evenness + 1) for rank in range(len(self.surnames))))
        self.made = 0

    def person(self, recent: Sequence[Person]) -> Person:
        """Make the next person: of a household made before, a namesake of somebody, or a stranger."""
        chance = self.random.random()
        if recent and chance < 0.25:
            return self._relative(pick(self.random, recent))
        if recent and chance < 0.27:
            other = pick(self.random, recent)
            return self._known_as(other.given, other.surname, self.home())
        return self._known_as(self._given(), self._surname(), self.home())

    def _relative(self, other: Person) -> Person:
        """Make somebody of the same household: some are twins, some bear the name of their father or mother."""
        chance = self.random.random()
        given = other.given if chance < 0.03 else self._given()
        surname = self._surname() if chance > 0.9 else other.surname
        relative = self._known_as(given, surname, other.home)
        twins = 0.03 <= chance < 0.06 and given != other.given
        return replace(relative, born=other.born) if twins else relative

    def _known_as(self, given: str, surname: str, home: Home) -> Person:
        random = self.random
        self.made += 1
        plain = [mess.stripped(name).lower().replace(" ", "").replace("'", "") for name in (given, surname)]
        box = f"{pick(random, ('.', '', '_')).join(plain)}{int(random.random() * 1000) or ''}"
        return Person(
            cluster=f"person-{self.made}",
            given=given,
            surname=surname,
            born=_FIRST_DAY + timedelta(days=int((random.random() + random.random()) / 2 * _DAYS)),
            home=home,
            email=f"{box}@{pick(random, MAILBOXES)}",
            mobile=numbers.fill(random, "7%# ######"),
        )

    def surname_after_marriage(self, surname: str) -> str:
        """Give another surname, or one joined to the old with a hyphen."""
        other = self._surname()
        return other if self.random.random() < 0.5 else f"{surname}-{other}"

    def home(self) -> Home:
        """Make the home of a new household."""
        random = self.random
        country = random.choices(self.countries, cum_weights=self.shares)[0]
        town = pick(random, country.towns)
        street, number = pick(random, country.words["street"]), 1 + int(random.random() * 240)
        return Home(
            country,
            town,
            f"{number} {street}" if country.number_first else f"{street} {number}",
            numbers.fill(random, town.postcode),
            numbers.fill(random, town.phone.replace(" 0###", " ####").replace("555", "%##")),
        )

    def _given(self) -> str:
        return self.random.choices(self.given, cum_weights=self.given_weights)[0]

    def _surname(self) -> str:
        return self.random.choices(self.surnames, cum_weights=self.surname_weights)[0]


def given_names(random: Random) -> list[str]:
    """Every given name of the word lists, in an order of frequency that is drawn."""
    names = {row["given"] for row in table("given_names")}
    names.update(name for country in countries().values() for name in country.words["first"])
    ordered = sorted(names)
    random.shuffle(ordered)
    return ordered


def surnames(random: Random) -> list[str]:
    """Surnames in order of frequency: those of the word lists, made ones, and double ones."""
    known = sorted({name for country in countries().values() for name in country.words["surname"]})
    made = sorted(
        {one + other for country in countries().values() for one in country.words["front"]
         for other in country.words["back"]}
    )  # fmt: skip
    random.shuffle(known)
    random.shuffle(made)
    double = [f"{pick(random, made)}-{pick(random, known)}" for _ in range(_SURNAMES - len(known) - len(made))]
    return known + made + sorted(set(double))
