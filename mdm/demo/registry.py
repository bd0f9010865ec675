"""Hands out the names, numbers and addresses of the demo, so that no two companies share one by accident."""

from dataclasses import dataclass, field
from itertools import count
from random import Random

from mdm.demo import numbers
from mdm.demo.words import Country, Town, countries


@dataclass(frozen=True, slots=True)
class Address:
    """A true address, before any system writes it in its own way."""

    street: str
    number: str
    town: Town
    postcode: str


@dataclass(slots=True)
class Registry:
    """Hands out names, numbers and addresses, each to one company only."""

    random: Random
    taken: set[str] = field(default_factory=set)
    entities: int = 0

    def country(self) -> Country:
        """Pick a country, large economies more often."""
        every = list(countries().values())
        return self.random.choices(every, [country.weight for country in every])[0]

    def entity(self) -> str:
        """Name the next true entity."""
        self.entities += 1
        return f"customer-{self.entities:05d}"

    def once(self, text: str) -> bool:
        """Say whether nobody has the text yet; whoever asks first has it."""
        if text in self.taken:
            return False
        self.taken.add(text)
        return True

    def stem(self, country: Country) -> str:
        """Make the distinctive part of a name: an invented word, sometimes a family name or two."""
        words, random = country.words, self.random
        for attempt in count(1):
            stem = random.choice(words["front"]) + random.choice(words["back"])
            if random.random() < 0.3:
                stem = f"{random.choice(words['surname'])} & {random.choice(words['surname'])}"
            elif random.random() < 0.1:
                stem = f"{stem} {random.choice(words['surname'])}"
            # A country runs out of two-part names in a very large firm: they grow longer then.
            stem += "".join(f" {random.choice(words['surname'])}" for _ in range(attempt // 100))
            if self.once(stem):
                break
        return stem

    def tax_id(self, country: str) -> str:
        """Make a valid tax id that no other company has."""
        while True:
            number = numbers.tax_id(self.random, country)
            if self.once(number):
                return number

    def address(self, country: Country, town: Town | None = None) -> Address:
        """Make an address in the town, or in any town of the country."""
        place = town or self.random.choice(country.towns)
        street = self.random.choice(country.words["street"])
        number = str(self.random.randint(1, 180)) + ("a" if self.random.random() < 0.08 else "")
        return Address(street, number, place, numbers.fill(self.random, place.postcode))

    def phone(self, country: Country, town: Town) -> str:
        """Make a main number `dial code|national number` that no other company has."""
        for _ in range(200):
            phone = f"{country.dial}|{numbers.fill(self.random, town.phone)}"
            if self.once(phone):
                break
        return phone
