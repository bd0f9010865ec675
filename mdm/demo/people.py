"""The true people of the firm: their names through life, their employments, and those who resemble each other."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Literal

from mdm.demo import mess
from mdm.demo.books import Books
from mdm.demo.cost_centers import CostCenter
from mdm.demo.registry import Registry
from mdm.demo.vocabulary import ROLES
from mdm.demo.words import Country, countries, split, table

Kind = Literal["single", "father_son", "namesake", "twin", "spouse"]
MAIL = "caldervoss.com"
PEOPLE = 250
_PAIRS: tuple[tuple[Kind, int], ...] = (("father_son", 7), ("namesake", 10), ("twin", 4), ("spouse", 5))
GRADES = ("G1", "G2", "G3", "G4", "G5", "G6")


@dataclass(frozen=True, slots=True)
class Employment:
    """One time with the firm, its last day included; a contractor's number starts with C."""

    number: str
    hired: str
    ended: str | None
    contractor: bool


@dataclass(frozen=True, slots=True)
class Person:
    """One true person.

    `former` is the surname before a marriage; `native` is the name in its own script, and `spellings` are ways of
    writing it in Latin letters; `emails` are the present address and those of before.
    """

    entity: str
    kind: Kind
    country: str
    given: str
    called: tuple[str, ...]
    middle: str
    family: str
    former: str
    native: str
    spellings: tuple[tuple[str, str], ...]
    birth_date: str
    phone: str
    emails: tuple[str, ...]
    employments: tuple[Employment, ...]
    center: CostCenter
    role: str
    grade: str


@dataclass(slots=True)
class _Office:
    """Hands out numbers and mailboxes."""

    random: Random
    registry: Registry
    centers: list[CostCenter]
    numbers: int = 10_000
    people: int = 0

    def number(self, *, contractor: bool = False) -> str:
        self.numbers += self.random.randint(1, 9)
        return f"C{self.numbers}" if contractor else str(self.numbers)

    def mailbox(self, given: str, family: str) -> str:
        local = mess.stripped(f"{given}.{family}").lower().replace(" ", "").replace("'", "")
        for number in range(1, 100):
            box = f"{local}{number if number > 1 else ''}@{MAIL}"
            if self.registry.once(box):
                break
        return box


def people(books: Books, centers: list[CostCenter]) -> list[Person]:
    """Make the people of the firm, and note those who resemble each other without being one."""
    random = books.stream("people")
    office = _Office(random, Registry(random), [one for one in centers if one.closed is None])
    every: list[Person] = []
    for kind, count in _PAIRS:
        for _ in range(count):
            every += _pair(office, kind)
    every += [_single(office) for _ in range(PEOPLE)]
    return every


def _single(office: _Office, kind: Kind = "single", center: CostCenter | None = None) -> Person:
    random = office.random
    center = center or random.choice(office.centers)
    country = countries()[center.country]
    row = random.choice([row for row in table("given_names") if row["country"] == center.country])
    office.people += 1
    person = Person(
        entity=f"employee-{office.people:04d}",
        kind=kind,
        country=center.country,
        given=row["given"],
        called=split(row["called"]),
        middle=row["middle"] if random.random() < 0.4 else "",
        family=random.choice(country.words["surname"]),
        former="",
        native="",
        spellings=(),
        birth_date=_day(random, 1958, 2001),
        phone=office.registry.phone(country, random.choice(country.towns)),
        emails=(),
        employments=_employments(office),
        center=center,
        role=random.choice(ROLES),
        grade=random.choice(GRADES),
    )
    if kind == "single" and random.random() < 0.07:
        person = _from_abroad(random, person)
    elif kind == "single" and random.random() < 0.09:
        person = _married(random, person, country)
    return _with_mail(office, person)


def _day(random: Random, first: int, last: int) -> str:
    start = date(first, 1, 1)
    return (start + timedelta(days=random.randrange(365 * (last - first)))).isoformat()


def _employments(office: _Office) -> tuple[Employment, ...]:
    """One employment; for some two, after a break or because a contractor was employed; a few have left."""
    random = office.random
    chance = random.random()
    if chance < 0.06:
        first = Employment(office.number(), _day(random, 2008, 2014), _day(random, 2015, 2018), contractor=False)
        return first, Employment(office.number(), _day(random, 2019, 2025), None, contractor=False)
    if chance < 0.12:
        end = _day(random, 2021, 2024)
        first = Employment(office.number(contractor=True), _day(random, 2017, 2020), end, contractor=True)
        start = (date.fromisoformat(end) + timedelta(days=1)).isoformat()  # the end is the last day
        return first, Employment(office.number(), start, None, contractor=False)
    left = _day(random, 2025, 2026) if chance > 0.93 else None
    if chance < 0.18:
        return (Employment(office.number(contractor=True), _day(random, 2018, 2024), left, contractor=True),)
    return (Employment(office.number(), _day(random, 2008, 2024), left, contractor=False),)


def _from_abroad(random: Random, person: Person) -> Person:
    rows = table("transliterated")
    given = random.choice([row for row in rows if row["part"] == "given"])
    family = random.choice([row for row in rows if row["part"] == "family"])
    spellings = tuple(zip(split(given["spellings"]), split(family["spellings"]), strict=True))
    return replace(
        person,
        given=spellings[0][0],
        family=spellings[0][1],
        called=(),
        middle="",
        native=f"{given['native']} {family['native']}",
        spellings=spellings,
    )


def _married(random: Random, person: Person, country: Country) -> Person:
    """Give another surname, or one joined to the old with a hyphen."""
    other = random.choice([name for name in country.words["surname"] if name != person.family])
    now = f"{other}-{person.family}" if random.random() < 0.3 else other
    return replace(person, former=person.family, family=now)


def _with_mail(office: _Office, person: Person) -> Person:
    """Give a mailbox, after a marriage a second one, and a contractor's one of before."""
    boxes = []
    if person.former:
        boxes.append(office.mailbox(person.given, person.former))
    if person.employments[0].contractor:
        boxes.append(office.mailbox(f"ext-{person.given}", person.former or person.family))
    if not person.employments[-1].contractor:
        boxes.append(office.mailbox(person.given, person.family))
    return replace(person, emails=tuple(reversed(boxes)))


def _pair(office: _Office, kind: Kind) -> list[Person]:
    """Make two people who resemble each other.

    Father and son share name, home and telephone; namesakes a name; twins birth date, home and surname; spouses
    home, surname and often the cost centre.
    """
    random = office.random
    one = _single(office, kind)
    center = one.center if random.random() < 0.5 else random.choice(office.centers)
    other = _single(office, kind, center if kind != "namesake" else random.choice(office.centers))
    if kind in {"father_son", "namesake"}:
        other = replace(other, given=one.given, called=one.called, family=one.family)
    else:
        while other.given == one.given:
            other = replace(other, given=_single(office, kind, center).given, called=())
        other = replace(other, family=one.family)
    if kind != "namesake":
        other = replace(other, phone=one.phone)
    if kind == "father_son":
        year = int(one.birth_date[:4])
        one = replace(one, birth_date=f"{min(year, 1972)}{one.birth_date[4:]}", middle="")
        other = replace(other, birth_date=f"{max(year, 1995)}{other.birth_date[4:]}", middle="")
    if kind == "twin":
        other = replace(other, birth_date=one.birth_date)
    return [one, _with_mail(office, other)]
