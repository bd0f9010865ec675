"""The demo firm: its records as seven systems hold them, with the truth, the traps and what was planted."""

from dataclasses import dataclass
from pathlib import Path
from random import Random

from mdm.demo import (
    companies,
    cost_centers,
    customers,
    departures,
    employees,
    exports,
    hierarchies,
    legal_entities,
    project_templates,
    rate_cards,
    references,
    service_items,
    tax_rules,
    vocabulary,
)
from mdm.demo.books import SYSTEMS, Books, Load
from mdm.demo.companies import Trap
from mdm.demo.exports import Export
from mdm.demo.planted import Planted
from mdm.demo.registry import Registry
from mdm.demo.systems import Row


@dataclass(frozen=True, slots=True)
class Firm:
    """The files of the demo firm, and what is true about them.

    Attributes:
        seed: What it was made from.
        files: The rows of each file by the file's name without ending. Absent keys are values that the system
            lacks; `email` and `phone` are lists, `address` is a dictionary of its parts, most else is text.
        loads: The files in the order to load them: many references lead to records that come later.
        truth: For each entity type, the true entity of every record key `source:type:id`.
        traps: (kind, key, key): records that resemble each other and must not merge.
        planted: The mess that was put in on purpose, besides rows that must be quarantined.
    """

    seed: int
    files: dict[str, list[Row]]
    loads: list[Load]
    truth: dict[str, dict[str, str]]
    traps: list[Trap]
    planted: list[Planted]


SEED = 2026


def firm(seed: int = SEED, *, size: int = 1) -> Firm:
    """Make the demo firm: about 6,000 records; the same seed and size give the same bytes everywhere.

    `size` multiplies the customers, nothing else.
    """
    random = Random(seed)  # noqa: S311 - made-up data that must be the same every time
    registry = Registry(random)
    population = companies.population(registry, size=size)
    entities = legal_entities.legal_entities(registry)
    books = Books(seed, random)
    legal_entities.enter(books, registry, entities)
    customers.enter(books, population.companies, entities)
    for kind, one, other in [*legal_entities.traps(entities), *population.traps]:
        books.trap(kind, one, other)
    centers = cost_centers.enter(books, entities)
    items = service_items.enter(books)
    project_templates.enter(books, centers, items)
    employees.enter(books, centers)
    rate_cards.enter(books, population.companies, entities)
    tax_rules.enter(books, entities)
    hierarchies.enter(books, population.companies, population.traps)
    departures.enter(books, population.companies)
    references.lose(books)
    loads = sorted(books.loads, key=_arrival)
    planted = [*books.planted, *references.planted(books, loads), *hierarchies.planted(books)]
    return Firm(seed, books.files, loads, books.truth, books.traps, planted)


def _arrival(load: Load) -> tuple[bool, int, str]:
    return load.is_changes, SYSTEMS.index(load.source), load.entity_type


def exported(firm: Firm) -> dict[str, Export]:
    """Give every file as its system exports it, and the bad rows in it, by the file's name."""
    return {
        load.file: exports.export(load, firm.files[load.name], Random(f"{firm.seed}:{load.name}"))  # noqa: S311
        for load in firm.loads
    }


def write(firm: Firm, folder: Path) -> dict[str, Export]:
    """Write every file as `exported` gives it, and beside them the mapping files and what systems mean by codes."""
    for below in ("mappings", "code_lists"):
        (folder / below).mkdir(parents=True, exist_ok=True)
    found = exported(firm)
    for name, made in found.items():
        (folder / name).write_bytes(made.data)
    for load in firm.loads:
        (folder / mapping_file(load)).write_text(exports.mapping_text(load), encoding="utf-8")
    for name, text in vocabulary.documents().items():
        (folder / "code_lists" / name).write_text(text, encoding="utf-8")
    return found


def mapping_file(load: Load) -> str:
    """Where the mapping file of one system and entity type is written, in the firm's folder."""
    return f"mappings/{load.source}_{load.entity_type}.yaml"
