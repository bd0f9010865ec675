"""Records that their systems delete, or merge into others: a second file says so after the first."""

from random import Random

from mdm.demo import companies, systems
from mdm.demo.books import CHANGES, Books, Load, updated
from mdm.demo.companies import Company
from mdm.demo.planted import Planted
from mdm.demo.registry import Registry
from mdm.demo.systems import Row

_LATER = "2026-05-31T18:00:00Z"
_CLOSED = 6
_LEAVERS = 8
_DROPPED = 5
_MERGED = 12


def enter(books: Books, population: list[Company]) -> None:
    """Enter what is deleted or merged, and the files of changes that say so."""
    random = books.stream("departures")
    registry = Registry(random)
    closed = [companies.single(registry) for _ in range(_CLOSED)]
    for source in ("crm", "billing"):
        load, later = _load(books, source, "customer"), _changes(books, source, "customer")
        for one in closed:
            _delete(books, load, later, _closed(random, one, source))
    for one in _held_twice(books, random, population):
        _merge(books, random, one)
    _delete_copies(books, random, ("psa", "employee"), _LEAVERS)
    _delete_copies(books, random, ("erp", "service_item"), _DROPPED)


def _load(books: Books, source: str, entity_type: str) -> Load:
    return next(load for load in books.loads if (load.source, load.entity_type) == (source, entity_type))


def _changes(books: Books, source: str, entity_type: str) -> Load:
    load = _load(books, source, entity_type)
    later = Load(load.name + CHANGES, source, entity_type)
    books.files[later.name] = []
    books.loads.append(later)
    return later


def _closed(random: Random, one: Company, source: str) -> Row:
    address = systems.postal_address(random, source, one.country, one.address)
    return {"name": systems.with_form(one.name, one.form[0]), "tax_id": one.tax_id, "address": address}


def _delete(books: Books, load: Load, later: Load, row: Row) -> None:
    identifier = books.add(load, {**row, "updated": "2025-02-01T08:00:00Z"})
    books.files[later.name].append({"id": identifier, "deleted": True, "updated": _LATER})
    key = f"{load.source}:{load.entity_type}:{identifier}"
    books.planted.append(Planted("records deleted at their source", "deleted", (key,)))


def _delete_copies(books: Books, random: Random, of: tuple[str, str], count: int) -> None:
    """Delete second copies of records that their system keeps: what somebody had entered twice."""
    load, later = _load(books, *of), _changes(books, *of)
    for row in random.sample(books.files[load.name], count):
        _delete(books, load, later, {name: value for name, value in row.items() if name not in {"id", "updated"}})


def _held_twice(books: Books, random: Random, population: list[Company]) -> list[Company]:
    """Pick companies that the CRM knows: its users had entered them a second time, by their initials."""
    known = [one for one in population if one.kind == "single" and one.entity in books.ids["crm", "customer"]]
    return random.sample(known, _MERGED)


def _merge(books: Books, random: Random, one: Company) -> None:
    """Let the CRM merge the second account into the first: nothing but its word joins the two."""
    load = _load(books, "crm", "customer")
    winner = books.ids["crm", "customer"][one.entity]
    loser = books.add(load, {"name": systems.acronym(one.name, ""), "updated": updated(random, years=2)})
    said: Row = {"id": loser, "deleted": True, "merged_into": winner, "updated": _LATER}
    books.files[load.name + CHANGES].append(said)
    keys = (f"crm:customer:{loser}", f"crm:customer:{winner}")
    books.planted.append(Planted("records merged at their source", "together", keys))
