"""People and companies in one file, as four sources hold them: sister companies, families, and few who share a name."""

from collections.abc import Iterator, Sequence
from random import Random

import companies
import person_records
import persons
from companies import Company
from copies import copies, pick
from persons import Person

from mdm.demo.systems import SYSTEMS

COLUMNS = (
    *("record_id", "source", "name", "birth_date", "street", "postcode", "city", "country", "email", "phone"),
    *("tax_id", "updated"),
)
_PEOPLE = 0.6  # the share of people among the things
_SISTERS = 0.15  # the share of companies that belong to the group of a recent one


class Maker:
    """Makes people and companies one after the other."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.people = persons.Maker(random, evenness=40)
        self.companies = companies.Maker(random)

    def make(self, recent: Sequence[Person | Company]) -> Person | Company:
        """Make the next: relatives and sisters are those of one among a few that were made before."""
        some = [pick(self.random, recent) for _ in range(4)] if recent else []
        if self.random.random() < _PEOPLE:
            return self.people.person([one for one in some if isinstance(one, Person)])
        groups = [one for one in some if isinstance(one, Company)]
        if groups and self.random.random() < _SISTERS:
            return self.companies.sister(groups)
        return self.companies.company()


def mixed(random: Random, count: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Make `count` records as pairs of the true thing and the row after the id."""
    maker = Maker(random)
    for thing in copies(random, count, maker.make):
        source = pick(random, SYSTEMS)
        if isinstance(thing, Person):
            yield thing.cluster, person_row(random, thing, maker, source=source)
        else:
            yield thing.cluster, company_row(random, thing, source=source)


def person_row(random: Random, person: Person, maker: Maker, *, source: str) -> tuple[str, ...]:
    """Write one copy of the person: the name in one cell, as the source orders it."""
    made = person_records.row(random, person, maker.people, source=source)
    _, given, surname, born, street, postcode, city, email, phone, updated = made
    name = f"{surname}, {given}" if source == "billing" else f"{given} {surname}"
    if source == "erp":
        name = f"{surname} {given}".upper()
    return source, name, born, street, postcode, city, person.home.country.code, email, phone, "", updated


def company_row(random: Random, company: Company, *, source: str) -> tuple[str, ...]:
    """Write one copy of the company, in the order of the columns after the id."""
    made = companies.row(random, company, source=source)
    _, name, tax_id, email, phone, street, city, postcode, country, _, updated = made
    return source, name, "", street, postcode, city, country, email, phone, tax_id, updated
