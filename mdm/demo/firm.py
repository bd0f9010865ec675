"""The demo firm: its records as seven systems hold them, with the truth, the traps and what was planted."""

from dataclasses import dataclass
from pathlib import Path
from random import Random

from mdm.demo import (
    companies,
    cost_centers,
    customers,
    employees,
    exports,
    legal_entities,
    project_templates,
    rate_cards,
    service_items,
    tax_rules,
)
from mdm.demo.books import SYSTEMS, Books, Load
from mdm.demo.companies import Trap
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
    """

    seed: int
    files: dict[str, list[Row]]
    loads: list[Load]
    truth: dict[str, dict[str, str]]
    traps: list[Trap]


def firm(seed: int = 2026, *, size: int = 1) -> Firm:
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
    cards = rate_cards.enter(books, population.companies, entities)
    tax_rules.enter(books, entities)
    return Firm(seed, books.files, sorted(books.loads, key=_arrival), books.truth, books.traps)


def _arrival(load: Load) -> tuple[int, str]:
    return SYSTEMS.index(load.source), load.entity_type


def write(firm: Firm, folder: Path) -> None:
    """Write every file as its system exports it, and the mapping file of each into `mappings`."""
    (folder / "mappings").mkdir(parents=True, exist_ok=True)
    for load in firm.loads:
        made = exports.sheet(load, firm.files[load.name])
        (folder / load.file).write_bytes(exports.packed(load.file, "".join(exports.lines(made))))
        (folder / mapping_file(load)).write_text(exports.mapping_text(load), encoding="utf-8")


def mapping_file(load: Load) -> str:
    """Where the mapping file of one system and entity type is written, in the firm's folder."""
    return f"mappings/{load.source}_{load.entity_type}.yaml"
