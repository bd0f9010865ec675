"""The cost centres: departments with one name in sixty legal entities, told apart by code and legal entity."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from mdm.demo import mess
from mdm.demo.books import Books, Entry, updated
from mdm.demo.legal_entities import LegalEntity
from mdm.demo.systems import Row
from mdm.demo.words import countries, table

_PRESENT = {"erp": 0.97, "hcm": 0.72, "psa": 0.45, "expense": 0.40, "procurement": 0.25}
_HEAD = "1000"
_ENDLESS = "9999-12-31"


@dataclass(frozen=True, slots=True)
class CostCenter:
    """One true cost centre; `head` is the one above it, None at the top of a legal entity."""

    entity: str
    name: str
    short: str
    other: str
    code: str
    legal_entity: str
    country: str
    head: str | None
    opened: str
    closed: str | None


def enter(books: Books, entities: list[LegalEntity]) -> list[CostCenter]:
    """Enter the cost centres of five systems; gives the true ones."""
    random = books.stream("cost centers")
    centers = [center for number, one in enumerate(entities) for center in _of(random, one, number)]
    books.enter("cost_center", [entry for one in centers for entry in _entries(books, random, one)], random)
    _belong(books, centers)
    _traps(books, centers)
    return centers


def _of(random: Random, one: LegalEntity, number: int) -> Iterator[CostCenter]:
    departments = table("departments")
    chosen = [departments[0], *random.sample(departments[1:], random.choice((1, 2, 3, 3)))]
    head = f"cost-center-{number:03d}-{_HEAD}"
    for row in sorted(chosen, key=lambda row: row["number"]):
        is_head = row["number"] == _HEAD
        closed = f"2025-{random.randint(1, 12):02d}-28" if random.random() < 0.06 and not is_head else None
        yield CostCenter(
            entity=f"cost-center-{number:03d}-{row['number']}",
            name=row["name"],
            short=row["short"],
            other=row["other"],
            code=f"{1010 + number * 10}{row['number']}",
            legal_entity=one.entity,
            country=one.country,
            head=None if is_head else head,
            opened=f"20{random.randint(10, 23)}-{random.choice((1, 4, 7, 10)):02d}-01",
            closed=closed,
        )


def _name(random: Random, one: CostCenter, source: str) -> str:
    """Write the name as in the ERP, shortened, or in another order, with the country's code behind it in a few."""
    chance = random.random()
    name = one.short if chance < 0.15 else one.other if chance < 0.25 and source != "erp" else one.name
    if source == "erp" and random.random() < 0.5:
        name = name.upper()
    if source in {"psa", "expense"} and random.random() < 0.2:
        name = f"{name} {one.country}"
    return mess.typing_error(random, name) if source == "psa" and random.random() < 0.05 else name


def _code(source: str, code: str) -> str:
    """Write the code padded, parted by a dot or a dash, or plain."""
    shapes = {"erp": f"{code:0>10}", "psa": f"{code[:4]}-{code[4:]}", "procurement": f"{code[:4]}.{code[4:]}"}
    return shapes.get(source, code)


def _entries(books: Books, random: Random, one: CostCenter) -> Iterator[Entry]:
    """Every copy keeps two of code, plain name and legal entity; that of a head, which others hang below, the first."""
    sources = [source for source, chance in _PRESENT.items() if random.random() < chance] or ["erp"]
    for source in sources + (["psa"] if "psa" in sources and random.random() < 0.05 else []):
        row: Row = {"name": _name(random, one, source)}
        if source == "erp" or random.random() < 0.88:
            row["code"] = _code(source, one.code)
        else:
            row["name"] = one.name
        if "code" not in row or random.random() < 0.9:
            books.refer(row, "legal_entity", ("legal_entity", one.legal_entity), source=source)
        if "legal_entity" not in row or one.head is None:
            row["name"], row["code"] = one.name, _code(source, one.code)
        if source == "erp":
            row["currency"] = countries()[one.country].currency
            row["valid_from"] = one.opened
        if source in {"erp", "procurement"}:
            row["valid_to"] = one.closed or _ENDLESS
        row["updated"] = updated(random)
        yield Entry(source, one.entity, row)


def _belong(books: Books, centers: list[CostCenter]) -> None:
    """ERP, HCM and PSA know the cost centre above, by their own ids."""
    heads = {one.entity: one.head for one in centers if one.head}
    for source in ("erp", "hcm", "psa"):
        known = books.ids[source, "cost_center"]
        for row in books.files[f"{source}_cost_centers"]:
            entity = books.truth["cost_center"][f"{source}:cost_center:{row['id']}"]
            if (head := heads.get(entity)) and head in known:
                row["parent"] = known[head]


def _traps(books: Books, centers: list[CostCenter]) -> None:
    """Cost centres with one name in two legal entities of a country, and neighbours of one legal entity."""
    for place, one in enumerate(centers):
        for other in centers[place + 1 :]:
            if one.name == other.name and one.country == other.country:
                books.trap("same_name", one.entity, other.entity)
            elif one.legal_entity == other.legal_entity:
                books.trap("neighbour", one.entity, other.entity)
