"""The demo firm: its customers and legal entities as four systems hold them, with the truth and the traps."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from mdm.demo import companies, copies, legal_entities, numbers, systems
from mdm.demo.companies import Company, Trap
from mdm.demo.copies import Copy
from mdm.demo.legal_entities import LegalEntity, LegalEntityCopy
from mdm.demo.registry import Registry
from mdm.demo.systems import Row

_TODAY = datetime(2026, 6, 1, tzinfo=UTC)
_ADDRESS = ("street", "city", "region", "postcode", "country")
_COLUMNS = {
    "legal_entity": (
        *("id", "name", "registration_number", "tax_id", "lei"),
        *(f"address.{part}" for part in _ADDRESS),
        *("country", "currency", "updated"),
    ),
    "customer": (
        *("id", "name", "tax_id", "email", "phone"),
        *(f"address.{part}" for part in _ADDRESS),
        *("website", "legal_entity", "updated"),
    ),
}


@dataclass(frozen=True, slots=True)
class Load:
    """One file to take in: whose it is, what it holds, and which columns say id and event time."""

    file: str
    source: str
    entity_type: str
    id_column: str
    event_time_column: str


@dataclass(frozen=True, slots=True)
class Firm:
    """The files of the demo firm, and what is true about them.

    Attributes:
        files: The rows of each file by the file's name. Absent keys are values that the system lacks; `email`
            and `phone` are lists, `address` is a dictionary of its parts, everything else is text.
        loads: The files in the order to load them; legal entities come before the customers who name them.
        truth: For each entity type, the true entity of every record key `source:type:id`.
        traps: (`sister`, `namesake` or `switchboard`, key, key): records that resemble each other and must
            not merge.
    """

    files: dict[str, list[Row]]
    loads: list[Load]
    truth: dict[str, dict[str, str]]
    traps: list[Trap]


@dataclass(slots=True)
class _Books:
    """The files as they are being written."""

    random: Random
    files: dict[str, list[Row]] = field(default_factory=dict)
    loads: list[Load] = field(default_factory=list)
    truth: dict[str, dict[str, str]] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)

    def open(self, source: str, entity_type: str) -> str:
        name = f"{source}_{'legal_entities' if entity_type == 'legal_entity' else 'customers'}.csv"
        self.files[name] = []
        self.loads.append(Load(name, source, entity_type, "id", "updated"))
        return name

    def write(self, load: Load, row: Row, entity: str) -> str:
        rows = self.files[load.file]
        identifier = systems.source_id(load.source, load.entity_type, len(rows) + 1)
        rows.append({"id": identifier, **row})
        key = f"{load.source}:{load.entity_type}:{identifier}"
        self.truth.setdefault(load.entity_type, {})[key] = entity
        self.keys.setdefault(entity, []).append(key)
        return identifier


def _updated(random: Random, *, years: int = 0) -> str:
    moment = _TODAY - timedelta(days=365 * years, seconds=random.randrange(2 * 365 * 86_400))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _legal_entity_files(books: _Books, entities: list[LegalEntity], registry: Registry) -> dict[str, dict[str, str]]:
    """Write the legal entities of every system; the id of each one by source and true entity."""
    every = [copy for one in entities for copy in legal_entities.copies(registry, one)]
    ids: dict[str, dict[str, str]] = {source: {} for source in systems.SYSTEMS}
    for source in systems.SYSTEMS:
        books.open(source, "legal_entity")
        load = books.loads[-1]
        mine: list[LegalEntityCopy] = [copy for copy in every if copy.source == source]
        books.random.shuffle(mine)
        for copy in mine:
            row = legal_entities.row(books.random, copy)
            row["updated"] = _updated(books.random)
            entity = copy.legal_entity.entity
            identifier = books.write(load, row, entity)
            ids[source].setdefault(entity, identifier)
    return ids


def _tax_id(random: Random, copy: Copy) -> str | None:
    company, source = copy.company, copy.source
    if copy.tax_id == "missing":
        return None
    if copy.tax_id == "placeholder":
        return systems.placeholder(random)
    if copy.tax_id == "broken":
        return numbers.broken_tax_id(random, company.country, company.tax_id)
    if copy.tax_id == "bare":
        return company.tax_id.replace("-", "") if company.country == "US" else company.tax_id[2:]
    return systems.tax_number(source, company.country, company.tax_id)


def _customer_row(random: Random, copy: Copy) -> Row:
    company, source = copy.company, copy.source
    row: Row = {"name": systems.company_name(random, copy)}
    if tax_id := _tax_id(random, copy):
        row["tax_id"] = tax_id
    if copy.emails:
        shout = source == "erp" and random.random() < 0.3
        row["email"] = [email.upper() if shout else email for email in copy.emails]
    if copy.phone:
        row["phone"] = [systems.phone_number(random, source, company.phone)]
    if copy.place != "missing":
        address = company.address if copy.place == "own" else company.former
        row["address"] = parts = systems.postal_address(random, source, company.country, address)
        if copy.tax_id == "valid" and random.random() < 0.03:
            del parts["street" if random.random() < 0.5 else "postcode"]
    if copy.website:
        row["website"] = random.choice(("https://", "http://", "")) + company.website
    return row


def _contract(random: Random, company: Company, entities: list[LegalEntity]) -> str:
    local = [one.entity for one in entities if one.country == company.country]
    return random.choice(local or [one.entity for one in entities])


def _customer_files(
    books: _Books, people: Iterable[Company], entities: list[LegalEntity], ids: dict[str, dict[str, str]]
) -> None:
    random = books.random
    planned = [(copy, _contract(random, one, entities)) for one in people for copy in [copies.copies(random, one)]]
    every = [(copy, contract) for group, contract in planned for copy in group]
    for source in systems.SYSTEMS:
        books.open(source, "customer")
        load = books.loads[-1]
        mine = [(copy, contract) for copy, contract in every if copy.source == source]
        random.shuffle(mine)
        for copy, contract in mine:
            row = _customer_row(random, copy)
            if contract in ids[source] and random.random() < 0.92:
                row["legal_entity"] = ids[source][contract]
            row["updated"] = _updated(random, years=4 if copy.place == "former" else 0)
            books.write(load, row, copy.company.entity)


def firm(seed: int = 2026, *, size: int = 1) -> Firm:
    """Make the demo firm: about 3,000 records; the same seed and size give the same bytes everywhere.

    `size` multiplies the customers. The legal entities stay about sixty.
    """
    random = Random(seed)  # noqa: S311 - made-up data that must be the same every time
    registry = Registry(random)
    population = companies.population(registry, size=size)
    entities = legal_entities.legal_entities(registry)
    books = _Books(random)
    ids = _legal_entity_files(books, entities, registry)
    _customer_files(books, population.companies, entities, ids)
    traps = [
        (kind, left, right)
        for kind, one, other in [*legal_entities.traps(entities), *population.traps]
        for left in books.keys[one]
        for right in books.keys[other]
    ]
    return Firm(books.files, books.loads, books.truth, traps)


def _cell(row: Row, column: str) -> str:
    attribute, _, part = column.partition(".")
    value = row.get(attribute, "")
    if isinstance(value, dict):
        return str(value.get(part, ""))
    return "; ".join(value) if isinstance(value, list) else str(value)


def write(firm: Firm, folder: Path) -> None:
    """Write the files as CSV into the folder, which is made if need be.

    The parts of an address are columns of their own (`address.street` …), several values in one cell are
    separated by `; `, and a value that the system lacks is an empty cell.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for load in firm.loads:
        columns = _COLUMNS[load.entity_type]
        with (folder / load.file).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([_cell(row, column) for column in columns] for row in firm.files[load.file])
