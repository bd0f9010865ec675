"""Which facts of a company each system holds: the plan of every copy, before it is written down.

The data is hard but fair: every copy agrees with another copy of its company in at least two strong facts
(name, tax id, address, e-mail, phone), and a copy of a company that resembles another one keeps its tax id or
a clean name and its own address.
"""

from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from mdm.demo.companies import Company

TaxId = Literal["valid", "broken", "bare", "missing", "placeholder"]
Place = Literal["own", "former", "missing"]


@dataclass(frozen=True, slots=True)
class Habit:
    """How often a system knows a customer and each of its facts, as probabilities."""

    present: float
    tax_id: float
    address: float
    mailbox: int  # which of the company's mailboxes the system keeps
    email: float
    person: float
    phone: float
    website: float


HABITS: dict[str, Habit] = {
    "crm": Habit(0.86, 0.60, 0.90, 0, 0.55, 0.60, 0.75, 0.80),
    "psa": Habit(0.56, 0.40, 0.75, 0, 0.50, 0.45, 0.50, 0.15),
    "erp": Habit(0.64, 0.95, 0.97, 1, 0.55, 0.10, 0.60, 0.00),
    "billing": Habit(0.56, 0.85, 0.90, 1, 0.85, 0.15, 0.30, 0.00),
}


@dataclass(frozen=True, slots=True)
class Copy:
    """What one system holds of one company; `clean` names carry no errors, `known` ones can be recognised."""

    company: Company
    source: str
    tax_id: TaxId
    place: Place
    emails: tuple[str, ...]
    phone: bool
    website: bool
    clean: bool = False
    known: bool = True


def strong_agreement(left: Copy, right: Copy) -> int:
    """Count the strong facts that two copies of one company have in common."""
    return sum(
        (
            left.known and right.known,
            left.tax_id == right.tax_id == "valid",
            left.place == right.place != "missing",
            not set(left.emails).isdisjoint(right.emails),
            left.phone and right.phone,
        )
    )


def _tax_id(random: Random, habit: Habit) -> TaxId:
    if random.random() >= habit.tax_id:
        return "placeholder" if random.random() < 0.08 else "missing"
    chance = random.random()
    return "broken" if chance < 0.025 else "bare" if chance < 0.035 else "valid"


def _place(random: Random, habit: Habit) -> Place:
    if random.random() >= habit.address:
        return "missing"
    return "own"


def _emails(random: Random, company: Company, habit: Habit) -> tuple[str, ...]:
    emails = []
    if company.mailboxes and random.random() < habit.email:
        emails.append(company.mailboxes[min(habit.mailbox, len(company.mailboxes) - 1)])
    if company.people and random.random() < habit.person:
        emails += random.sample(company.people, 2 if len(company.people) > 1 and random.random() < 0.25 else 1)
    return tuple(emails)


def _copy(random: Random, company: Company, source: str) -> Copy:
    habit = HABITS[source]
    return Copy(
        company=company,
        source=source,
        tax_id=_tax_id(random, habit),
        place=_place(random, habit),
        emails=_emails(random, company, habit),
        phone=random.random() < habit.phone,
        website=bool(company.website) and random.random() < habit.website,
        known=company.kind != "single" or random.random() > 0.015,
    )


def _guarded(random: Random, copy: Copy) -> Copy:
    """Leave the copy enough to tell it from the companies that resemble its own."""
    kind = copy.company.kind
    if kind in {"single", "switchboard"} or copy.tax_id == "valid":
        return copy
    if kind == "abroad" or random.random() < 0.7:
        return replace(copy, tax_id="valid")
    people = tuple(email for email in copy.emails if email in copy.company.people)
    return replace(copy, place="own", clean=True, emails=people)


def _mended(copies: list[Copy]) -> list[Copy]:
    """Give facts back to copies that agree with no other; the first becomes a good anchor."""
    anchor = replace(copies[0], tax_id="valid", place="own", known=True)
    result = [anchor]
    for copy in copies[1:]:
        if all(strong_agreement(copy, other) < 2 for other in result):
            tax_id: TaxId = copy.tax_id if copy.known else "valid"
            copy = replace(copy, tax_id=tax_id, place="own")  # noqa: PLW2901 - mended in place
        result.append(copy)
    return result


def copies(random: Random, company: Company) -> list[Copy]:
    """Plan the copies of one company: some systems hold it twice, one may hold an office it left."""
    sources = [source for source, habit in HABITS.items() if random.random() < habit.present]
    sources = sources or [random.choice(list(HABITS))]
    twice = [source for source in sources if random.random() < 0.035]
    planned = [_guarded(random, _copy(random, company, source)) for source in sources + twice]
    random.shuffle(planned)
    if len(planned) > 1:
        planned = _mended(planned)
    if len(planned) > 1 and random.random() < 0.09:
        planned[-1] = replace(planned[-1], place="former", tax_id="valid", known=True)
    return planned
