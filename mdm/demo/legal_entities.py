"""The firm's own legal entities: some sixty contracting companies, and their copies in each system."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from mdm.demo import mess, numbers, systems
from mdm.demo.books import Books, Entry, updated
from mdm.demo.companies import Trap
from mdm.demo.registry import Address, Registry
from mdm.demo.words import countries

GROUP = "Caldervoss"
_BUSINESSES = ("Consulting", "Technology", "Tax Advisory", "Analytics", "Interim Services", "Engineering")
_SHARED = (("NL", "Holding"), ("DE", "Beteiligungen"), ("PL", "Shared Services"), ("PT", "Shared Services"))
_ACQUIRED = 11
_PRESENT = {"crm": 0.50, "psa": 0.85, "erp": 1.00, "billing": 0.90}
_LISTED = {"hcm": 0.95, "expense": 0.80, "procurement": 0.75}


@dataclass(frozen=True, slots=True)
class LegalEntity:
    """One true legal entity of the firm."""

    entity: str
    name: str
    form: tuple[str, ...]
    country: str
    registration_number: str
    tax_id: str
    lei: str
    address: Address


@dataclass(frozen=True, slots=True)
class LegalEntityCopy:
    """What one system holds of a legal entity: which of its numbers, and an older address in a few."""

    legal_entity: LegalEntity
    source: str
    numbers: tuple[str, ...]
    address: Address | None


def _names(registry: Registry) -> list[tuple[str, str]]:
    random = registry.random
    names = [(country, business) for country in countries() for business in _BUSINESSES]
    kept = sorted(random.sample(range(len(names)), 45))
    group = [names[place] for place in kept] + list(_SHARED)
    result = [(country, f"{GROUP} {business}") for country, business in group]
    for code in list(countries())[:_ACQUIRED]:
        land = countries()[code]
        result.append((code, f"{registry.stem(land)} {random.choice(_BUSINESSES)}"))
    return result


def legal_entities(registry: Registry) -> list[LegalEntity]:
    """Make the sixty true legal entities; those of the group share one office in each country."""
    random = registry.random
    offices = {code: registry.address(land) for code, land in countries().items()}
    result = []
    for number, (code, name) in enumerate(_names(registry), start=1):
        tax_id = registry.tax_id(code)
        land = countries()[code]
        result.append(
            LegalEntity(
                entity=f"legal-entity-{number:03d}",
                name=name,
                form=random.choice(land.forms[:2]),
                country=code,
                registration_number=numbers.registration_number(random, code, tax_id),
                tax_id=tax_id,
                lei=numbers.legal_entity_identifier(random),
                address=offices[code] if name.startswith(GROUP) else registry.address(land),
            )
        )
    return result


def traps(entities: list[LegalEntity]) -> list[Trap]:
    """List pairs of the group's companies in one country, or of one name in two: none may merge."""
    group = [one for one in entities if one.name.startswith(GROUP)]
    return [
        ("sister", left.entity, right.entity)
        for place, left in enumerate(group)
        for right in group[place + 1 :]
        if left.country == right.country or left.name == right.name
    ]


def copies(registry: Registry, legal_entity: LegalEntity) -> list[LegalEntityCopy]:
    """Plan the copies in every system: each keeps at least two of the three numbers."""
    random = registry.random
    sources = [source for source in systems.SYSTEMS if random.random() < _PRESENT[source]]
    sources += [source for source in sources if random.random() < 0.03]
    result = []
    for source in sources:
        kept = ["registration_number", "tax_id", "lei"]
        if random.random() < 0.45:
            kept.remove(random.choice(kept))
        address: Address | None = legal_entity.address
        chance = random.random()
        if chance < 0.06:
            address = registry.address(countries()[legal_entity.country], legal_entity.address.town)
        elif chance < 0.14:
            address = None
        result.append(LegalEntityCopy(legal_entity, source, tuple(kept), address))
    return result


def _name(random: Random, copy: LegalEntityCopy) -> str:
    one, pen = copy.legal_entity, systems.PENS[copy.source]
    name = one.name
    if random.random() < pen.abbreviate:
        name = mess.abbreviated(name, (("Technology", "Tech."), ("Shared Services", "Sh. Services")))
    if copy.source in {"crm", "psa"} and random.random() < 0.3:
        return f"{name} {countries()[one.country].name if random.random() < 0.6 else one.country}"
    form = one.form[0] if random.random() < 0.6 else random.choice(one.form)
    name = systems.with_form(name, form)
    return name.upper() if random.random() < pen.upper else name


def row(random: Random, copy: LegalEntityCopy) -> systems.Row:
    """Write the copy as the system does, without its id."""
    one, source = copy.legal_entity, copy.source
    result: systems.Row = {"name": _name(random, copy)}
    if "registration_number" in copy.numbers:
        number = one.registration_number
        result["registration_number"] = number.replace(" ", "") if source == "erp" else number
    if "tax_id" in copy.numbers:
        result["tax_id"] = systems.tax_number(source, one.country, one.tax_id)
    if "lei" in copy.numbers:
        result["lei"] = one.lei.lower() if source == "billing" and one.lei[-1] in "13" else one.lei
    if copy.address:
        result["address"] = systems.postal_address(random, source, one.country, copy.address)
    country = countries()[one.country]
    result["country"] = {"crm": country.name, "billing": country.iso3}.get(source, country.code)
    currency = country.currency
    result["currency"] = currency.lower() if source == "billing" else currency
    return result


def enter(books: Books, registry: Registry, entities: list[LegalEntity]) -> None:
    """Enter the legal entities of every system, and whom each belongs to."""
    every = [copy for one in entities for copy in copies(registry, one)]
    for source in systems.SYSTEMS:
        load = books.open(source, "legal_entity")
        mine = [copy for copy in every if copy.source == source]
        books.random.shuffle(mine)
        for copy in mine:
            written = row(books.random, copy)
            written["updated"] = updated(books.random)
            books.write(load, written, copy.legal_entity.entity)
    random = books.stream("legal entities")
    books.enter("legal_entity", [entry for one in entities for entry in _short_entries(random, one)], random)
    _belong(books, entities)


def _short_entries(random: Random, one: LegalEntity) -> Iterator[Entry]:
    """HCM, expense and procurement list companies by name, country and a number, or two where parents are named."""
    for source, chance in _LISTED.items():
        if random.random() >= chance:
            continue
        country = countries()[one.country]
        written: systems.Row = {"name": systems.with_form(one.name, random.choice(one.form)), "country": country.code}
        written["tax_id"] = one.tax_id
        if source == "hcm":
            written["registration_number"] = one.registration_number
        written["currency"] = country.currency
        written["updated"] = updated(random)
        yield Entry(source, one.entity, written)


def _belong(books: Books, entities: list[LegalEntity]) -> None:
    """ERP and HCM know the parent: the holding of the group, and for an acquired company the group's first there."""
    holding = next(one for one in entities if one.name.endswith("Holding"))
    group = [one for one in entities if one.name.startswith(GROUP)]
    for source in ("erp", "hcm"):
        known = books.ids[source, "legal_entity"]
        parents: dict[str, str] = {}
        for one in entities:
            local = [other for other in group if other.country == one.country]
            parent = holding if one in group or not local else local[0]
            if one is not holding and one.entity in known and parent.entity in known:
                parents[known[one.entity]] = known[parent.entity]
        for written in books.files[f"{source}_legal_entities"]:
            if parent_id := parents.get(str(written["id"])):
                written["parent"] = parent_id
