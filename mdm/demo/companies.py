"""The true customers: single companies, and the sisters, namesakes and neighbours that must stay apart."""

from dataclasses import dataclass, replace
from typing import Literal

from mdm.demo import mess
from mdm.demo.registry import Address, Registry
from mdm.demo.words import Country, countries

Kind = Literal["single", "sister", "abroad", "namesake", "switchboard"]
Trap = tuple[str, str, str]
_FREE_MAIL = {"DE": "gmx.de", "FR": "orange.fr", "IT": "libero.it", "PL": "wp.pl", "CZ": "seznam.cz"}
_ACCOUNTS = {"DE": "rechnung", "FR": "compta", "ES": "facturas", "IT": "amministrazione", "PL": "faktury"}


@dataclass(frozen=True, slots=True)
class Company:
    """One true company. `former` is the address it moved away from; `people` are its contacts' addresses."""

    entity: str
    kind: Kind
    country: str
    name: str
    business: str
    form: tuple[str, ...]
    tax_id: str
    address: Address
    former: Address
    phone: str
    mailboxes: tuple[str, ...]
    people: tuple[str, ...]
    website: str


def trading_name(country: Country, stem: str, business: str) -> str:
    """Join stem and line of business in the order of the country."""
    return f"{business} {stem}" if country.business_first else f"{stem} {business}"


def _domain(stem: str, suffix: str) -> str:
    return "".join(letter for letter in mess.stripped(stem).lower() if letter.isalnum()) + "." + suffix


def _people(registry: Registry, country: Country, domain: str) -> tuple[str, ...]:
    words, random = country.words, registry.random
    names = [(random.choice(words["first"]), random.choice(words["surname"])) for _ in range(3)]
    locals_ = [mess.expanded(f"{first}.{last}", country.code).lower() for first, last in names]
    return tuple(sorted({local.replace(" ", "").replace("'", "") + "@" + domain for local in locals_}))


def single(registry: Registry, *, kind: Kind = "single", country: Country | None = None) -> Company:
    """Make a company with a name, numbers and addresses of its own."""
    land, random = country or registry.country(), registry.random
    stem, business = registry.stem(land), random.choice(land.words["business"])
    address = registry.address(land)
    company = Company(
        entity=registry.entity(),
        kind=kind,
        country=land.code,
        name=trading_name(land, stem, business),
        business=business,
        form=random.choice(land.forms),
        tax_id=registry.tax_id(land.code),
        address=address,
        former=registry.address(land, address.town if random.random() < 0.7 else None),
        phone=registry.phone(land, address.town),
        mailboxes=(),
        people=(),
        website="",
    )
    free = _FREE_MAIL.get(land.code) if kind == "single" and random.random() < 0.3 else None
    if free:
        local = _domain(company.name, free).replace(f".{free}", f"@{free}")
        return replace(company, mailboxes=(local,))
    return with_domain(registry, company, _domain(stem, random.choice((land.domain, land.domain, "com"))))


def with_domain(registry: Registry, company: Company, domain: str) -> Company:
    """Give the company mailboxes, people and a website under the domain."""
    domain = domain if registry.once(domain) else _domain(company.name, domain.split(".", 1)[1])
    accounts = _ACCOUNTS.get(company.country, "accounts")
    return replace(
        company,
        mailboxes=(f"info@{domain}", f"{accounts}@{domain}"),
        people=_people(registry, countries()[company.country], domain),
        website=f"www.{domain}",
    )


def sisters(registry: Registry) -> list[Company]:
    """Make two or three companies of one group in one house: other business words, often the same phone."""
    base, random = single(registry, kind="sister"), registry.random
    country = countries()[base.country]
    businesses = [word for word in country.words["business"] if word != base.business]
    domain = base.website.removeprefix("www.")
    group = [base]
    for business in random.sample(businesses, random.choice((1, 1, 2))):
        sister = replace(
            base,
            entity=registry.entity(),
            name=base.name.replace(base.business, business),
            business=business,
            tax_id=registry.tax_id(base.country),
            form=random.choice(country.forms),
            people=_people(registry, country, domain),
        )
        if random.random() < 0.4:
            sister = replace(sister, phone=registry.phone(country, base.address.town))
        if random.random() < 0.6:
            word = mess.expanded(business, base.country).lower().replace(" ", "")
            sister = replace(sister, mailboxes=tuple(f"{word}.{box}" for box in base.mailboxes))
        group.append(sister)
    return _distinct_people(group)


def _distinct_people(group: list[Company]) -> list[Company]:
    seen: set[str] = set()
    result = []
    for company in group:
        result.append(replace(company, people=tuple(one for one in company.people if one not in seen)))
        seen.update(company.people)
    return result


def abroad(registry: Registry) -> list[Company]:
    """Make two companies of one group and one name in two countries, half of them under one domain."""
    base, random = single(registry, kind="abroad"), registry.random
    other = random.choice([land for land in countries().values() if land.code != base.country])
    copy = single(registry, kind="abroad", country=other)
    copy = replace(copy, name=base.name, business=base.business)
    domain = base.website.removeprefix("www.")
    if random.random() < 0.5 and "US" not in {base.country, copy.country}:
        local = other.code.lower()
        boxes = tuple(f"{box.split('@')[0]}.{local}@{domain}" for box in copy.mailboxes)
        people = _people(registry, other, domain)
        return _distinct_people([base, replace(copy, mailboxes=boxes, people=people, website=base.website)])
    suffix = other.domain if not domain.endswith(f".{other.domain}") else "eu"
    return [base, with_domain(registry, copy, f"{domain.split('.', 1)[0]}.{suffix}")]


def namesakes(registry: Registry) -> list[Company]:
    """Make two companies that happen to have one name, or nearly, in two towns of one country."""
    base, random = single(registry, kind="namesake"), registry.random
    country = countries()[base.country]
    towns = [town for town in country.towns if town != base.address.town]
    twin = single(registry, kind="namesake", country=country)
    address = registry.address(country, random.choice(towns))
    form = base.form if random.random() < 0.6 else random.choice(country.forms)
    name = base.name if random.random() < 0.7 else mess.typing_error(random, base.name)
    twin = replace(
        twin,
        name=name,
        business=base.business,
        form=form,
        address=address,
        former=registry.address(country, address.town),
        phone=registry.phone(country, address.town),
    )
    town = _domain(address.town.name, country.domain)
    return [base, with_domain(registry, twin, f"{base.website.split('.')[1]}-{town}")]


def neighbours(registry: Registry) -> list[Company]:
    """Make three or four unrelated companies in one business centre: one address, one switchboard."""
    host = single(registry, kind="switchboard")
    country = countries()[host.country]
    guests = [single(registry, kind="switchboard", country=country) for _ in range(registry.random.choice((2, 3)))]
    return [host, *(replace(guest, address=host.address, phone=host.phone) for guest in guests)]


@dataclass(frozen=True, slots=True)
class Population:
    """All true companies, and the pairs of them (kind, entity, entity) that must not merge."""

    companies: list[Company]
    traps: list[Trap]


def population(registry: Registry, *, size: int = 1) -> Population:
    """Make about 1,060 companies times size: over a quarter in groups that must stay apart."""
    plans = [(sisters, "sister", 36), (abroad, "sister", 24), (namesakes, "namesake", 42)]
    plans.append((neighbours, "switchboard", 24))
    companies: list[Company] = []
    traps: list[Trap] = []
    for make, kind, groups in plans:
        for _ in range(groups * size):
            group = make(registry)
            companies += group
            traps += [(kind, a.entity, b.entity) for place, a in enumerate(group) for b in group[place + 1 :]]
    companies += [single(registry) for _ in range(760 * size)]
    return Population(companies, traps)
