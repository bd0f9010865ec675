"""The employees' rows in six systems: each knows people by another name, number and mailbox."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

from mdm.demo import mess
from mdm.demo.books import Books, Entry, updated
from mdm.demo.cost_centers import CostCenter
from mdm.demo.people import Employment, Person, people
from mdm.demo.systems import Row, mobile_number
from mdm.demo.vocabulary import role

_ENDLESS = "9999-12-31"
_LEADING = {"partner", "senior_manager"}
_BORN = {"DE": "geb.", "FR": "née", "NL": "geb."}
"""Where payroll keeps the surname at birth behind the present one, and the word before it."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How often a system knows a person and each fact, and how its users write names."""

    present: float
    number: float
    email: float
    phone: float
    called: float  # by the name that colleagues say
    former: float  # still under the surname before a marriage
    mistype: float
    center: float


HABITS: dict[str, Habit] = {
    "hcm": Habit(0.97, 1.00, 0.85, 0.60, 0.00, 0.05, 0.005, 0.95),
    "erp": Habit(0.80, 0.90, 0.45, 0.00, 0.00, 0.45, 0.03, 0.95),
    "psa": Habit(0.72, 0.60, 0.90, 0.35, 0.55, 0.35, 0.05, 0.80),
    "expense": Habit(0.75, 0.85, 0.90, 0.30, 0.10, 0.35, 0.02, 0.85),
    "crm": Habit(0.30, 0.15, 0.97, 0.60, 0.60, 0.40, 0.03, 0.00),
    "procurement": Habit(0.22, 0.40, 0.95, 0.20, 0.20, 0.40, 0.03, 0.70),
}


@dataclass(frozen=True, slots=True)
class Copy:
    """What one system holds of one employment of a person."""

    person: Person
    source: str
    employment: Employment
    number: bool
    email: str
    phone: bool
    called: bool
    former: bool
    mistyped: bool


def agreement(one: Copy, other: Copy) -> int:
    """Count the strong facts that two copies of a person have in common."""
    return sum(
        (
            one.former == other.former and not (one.mistyped or other.mistyped) and one.called == other.called,
            one.number and other.number and one.employment == other.employment,
            bool(one.email) and one.email == other.email,
            one.phone and other.phone,
            one.source == other.source == "hcm",  # the same birth date
        )
    )


def enter(books: Books, centers: list[CostCenter]) -> list[Person]:
    """Enter the employees of six systems; gives the true people."""
    every = people(books, centers)
    random = books.stream("employees")
    planned = [copy for one in every for copy in _copies(random, one)]
    entries = [Entry(copy.source, copy.person.entity, _row(books, random, copy)) for copy in planned]
    books.enter("employee", entries, random)
    _manage(books, random, every)
    _cost(books, every)
    nicknamed = {copy.person.entity for copy in planned if copy.called}
    for one in every:
        for what in _mess(one, nicknamed=one.entity in nicknamed):
            books.plant(what, one.entity)
    for one, other in pairwise(every):
        if one.kind == other.kind != "single" and one.family == other.family:
            books.trap(one.kind, one.entity, other.entity)
    return every


def _mess(one: Person, *, nicknamed: bool = False) -> Iterator[str]:
    """Say what makes a person hard to recognise."""
    first = one.employments[0]
    if one.spellings:
        yield "people written in other letters"
    if one.former:
        yield "people with a surname of before"
    if len(one.employments) > 1:
        yield "contractors who were employed" if first.contractor else "people who came back"
    if nicknamed:
        yield "people under a nickname"


def _copy(random: Random, person: Person, source: str, employment: Employment) -> Copy:
    habit = HABITS[source]
    box = person.emails[-1] if employment.contractor or (person.former and random.random() < habit.former) else ""
    return Copy(
        person=person,
        source=source,
        employment=employment,
        number=random.random() < habit.number and (source != "crm" or not employment.contractor),
        email=(box or person.emails[0]) if random.random() < habit.email else "",
        phone=random.random() < habit.phone,
        called=bool(person.called) and random.random() < habit.called,
        former=bool(person.former) and random.random() < habit.former,
        mistyped=person.kind == "single" and random.random() < habit.mistype,
    )


def _copies(random: Random, person: Person) -> list[Copy]:
    """Plan the copies: HCM and ERP keep every employment, the others the last one, or the one of before."""
    planned = []
    for source, habit in HABITS.items():
        if random.random() < habit.present:
            spells = person.employments if source in {"hcm", "erp"} else person.employments[-1:]
            if source == "erp":
                spells = tuple(spell for spell in spells if not spell.contractor)
            if source == "procurement" and person.employments[0].contractor:
                spells = person.employments[:1]
            planned += [_copy(random, person, source, spell) for spell in spells]
    planned = planned or [_copy(random, person, "hcm", person.employments[-1])]
    return _mended(_guarded(planned))


def _guarded(planned: list[Copy]) -> list[Copy]:
    """Leave a copy enough to tell it from somebody who resembles its person, and to know who leads others."""
    return [
        one
        if one.person.kind == "single" and one.person.role not in _LEADING
        else replace(one, number=True, email=one.email or one.person.emails[0])
        for one in planned
    ]


def _mended(planned: list[Copy]) -> list[Copy]:
    """Give facts back to copies that agree with no other in two."""
    result = planned[:1]
    for copy in planned[1:]:
        whole = copy
        if all(agreement(whole, other) < 2 for other in result):
            whole = replace(whole, email=result[0].email or whole.person.emails[0], mistyped=False, number=True)
        if all(agreement(whole, other) < 2 for other in result):
            whole = replace(whole, phone=True, called=result[0].called, former=result[0].former)
            result = [replace(result[0], phone=True, email=whole.email), *result[1:]]
        result.append(whole)
    return result


def _name(random: Random, copy: Copy) -> str | tuple[str, str]:
    """Write the name in the columns of the system: one, given name and surname, or surname and given name."""
    person, source = copy.person, copy.source
    given, family = person.given, person.former if copy.former else person.family
    if person.spellings:
        given, family = _transliterated(person, source)
    elif copy.called:
        given = random.choice(person.called)
    if source == "hcm":
        return (f"{given} {person.middle}".strip(), family)
    if source == "erp":
        born = _BORN.get(person.country) if person.former and not copy.former else None
        family = f"{family} {born} {person.former}" if born else family
        return (mess.expanded(family, person.country).upper(), mess.expanded(given, person.country).upper())
    if copy.mistyped:
        family = mess.typing_error(random, family)
    if source == "expense":
        return (family, given)
    if source == "procurement":
        return (mess.stripped(given), mess.stripped(family))
    return f"{given} {family}" if source == "psa" else mess.stripped(f"{given} {family}")


def _transliterated(person: Person, source: str) -> tuple[str, str]:
    """HCM keeps the name in its own script; every other system has it in letters of its users' language."""
    given, _, family = person.native.partition(" ")
    return (given, family) if source == "hcm" else person.spellings[{"erp": 0, "psa": 1, "crm": 1}.get(source, 2)]


def _row(books: Books, random: Random, copy: Copy) -> Row:
    person, source, spell = copy.person, copy.source, copy.employment
    row: Row = {"name": _name(random, copy)}
    if copy.number:
        row["employee_number"] = f"{spell.number:0>8}" if source == "erp" else spell.number
    if copy.email:
        row["email"] = copy.email.upper() if source == "erp" else copy.email
    if copy.phone:
        row["phone"] = mobile_number(random, source, person.phone)
    if source == "hcm":
        row["birth_date"] = person.birth_date
        row["grade"] = person.grade
    if source in {"hcm", "erp", "psa"}:
        row["hire_date"] = spell.hired
    if source in {"hcm", "erp"} and (spell.ended or source == "erp"):
        row["end_date"] = spell.ended or _ENDLESS
    if source in {"hcm", "psa"}:
        row["worker_type"] = _worker_type(source, contractor=spell.contractor)
    row["role"] = role(source, person.role)
    books.refer(row, "legal_entity", ("legal_entity", person.center.legal_entity), source=source)
    if random.random() < HABITS[source].center:
        books.refer(row, "cost_center", ("cost_center", person.center.entity), source=source)
    row["updated"] = updated(random, years=3 if spell.ended else 0)
    return row


def _worker_type(source: str, *, contractor: bool) -> str:
    words = ("Employee", "Contingent Worker") if source == "hcm" else ("staff", "external")
    return words[contractor]


def _manage(books: Books, random: Random, every: list[Person]) -> None:
    """Let HCM, PSA, expense and CRM know who leads whom, each by its own ids; who leads goes by one name everywhere."""
    leads = {one.center.legal_entity: one.entity for one in every if one.role in _LEADING and not any(_mess(one))}
    leader = {one.entity: leads.get(one.center.legal_entity, "") for one in every}
    for source in ("hcm", "psa", "expense", "crm"):
        known = books.ids[source, "employee"]
        for row in books.files[f"{source}_employees"]:
            entity = books.truth["employee"][f"{source}:employee:{row['id']}"]
            lead = leader[entity]
            if lead != entity and lead in known and random.random() < 0.9:
                row["manager"] = known[lead]


def _cost(books: Books, every: list[Person]) -> None:
    """Let HCM and ERP know what an hour of most people costs; of some nobody does, so that no margin can be told."""
    random = books.stream("cost rates")
    rates = {one.entity: f"{random.randrange(38, 142)}.00" if random.random() < 0.94 else "" for one in every}
    for source, share in (("hcm", 0.9), ("erp", 0.6)):
        for row in books.files[f"{source}_employees"]:
            rate = rates[books.truth["employee"][f"{source}:employee:{row['id']}"]]
            if rate and random.random() < share:
                row["cost_rate"] = rate
