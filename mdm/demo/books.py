"""The books of the firm while they are being written: the rows of each file, and what is true about them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from mdm.demo.companies import Trap
from mdm.demo.ids import source_id
from mdm.demo.planted import Planted
from mdm.demo.systems import Row

SYSTEMS = ("billing", "crm", "psa", "hcm", "expense", "procurement", "erp")
"""The firm's systems in the order of their files: those that others refer to arrive late."""
CHANGES = "_changes"
ENDINGS = {
    "crm": ".csv",
    "psa": ".csv",
    "hcm": ".jsonl",
    "expense": ".tsv",
    "procurement": ".parquet",
    "billing": ".jsonl.gz",
    "erp": ".csv",
}
_PLURALS = {"legal_entity": "legal_entities"}
TODAY = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Load:
    """One file to take in: its name without ending, whose it is, and what it holds."""

    name: str
    source: str
    entity_type: str

    @property
    def is_changes(self) -> bool:
        """Whether the file says what has changed since the first one."""
        return self.name.endswith(CHANGES)

    @property
    def file(self) -> str:
        """The name of the file."""
        return self.name + ENDINGS[self.source]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row to be entered: in whose books, and of which true entity."""

    source: str
    entity: str
    row: Row


@dataclass(slots=True)
class Books:
    """The files as they are being written.

    `random` belongs to customers and legal entities; every other subject draws from a stream of its own, so
    that one can change without the others.
    """

    seed: int
    random: Random
    files: dict[str, list[Row]] = field(default_factory=dict)
    loads: list[Load] = field(default_factory=list)
    truth: dict[str, dict[str, str]] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)
    ids: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    traps: list[Trap] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)

    def stream(self, subject: str) -> Random:
        """Give a subject its own random numbers."""
        return Random(f"{self.seed}:{subject}")  # noqa: S311 - made-up data that must be the same every time

    def open(self, source: str, entity_type: str) -> Load:
        """Begin the file of one system and entity type."""
        load = Load(f"{source}_{_PLURALS.get(entity_type, entity_type + 's')}", source, entity_type)
        self.files[load.name] = []
        self.loads.append(load)
        self.ids[source, entity_type] = {}
        return load

    def write(self, load: Load, row: Row, entity: str) -> str:
        """Enter a row of a true entity; gives the id that the system has for it."""
        identifier = self.add(load, row)
        key = f"{load.source}:{load.entity_type}:{identifier}"
        self.truth.setdefault(load.entity_type, {})[key] = entity
        self.keys.setdefault(entity, []).append(key)
        self.ids[load.source, load.entity_type].setdefault(entity, identifier)
        return identifier

    def add(self, load: Load, row: Row) -> str:
        """Add a row to a file, of no true entity that counts; gives its id."""
        rows = self.files[load.name]
        identifier = source_id(load.source, load.entity_type, len(rows) + 1)
        rows.append({"id": identifier, **row})
        return identifier

    def enter(self, entity_type: str, entries: Iterable[Entry], random: Random) -> None:
        """Enter rows of one entity type, one file a system, each in an order of its own."""
        every = list(entries)
        for source in SYSTEMS:
            mine = [entry for entry in every if entry.source == source]
            if mine:
                load = self.open(source, entity_type)
                random.shuffle(mine)
                for entry in mine:
                    self.write(load, entry.row, entry.entity)

    def refer(self, row: Row, attribute: str, target: tuple[str, str], *, source: str) -> None:
        """Let a row refer to a true entity (type, entity) by the id that its own system has, if it has one."""
        entity_type, entity = target
        if found := self.ids.get((source, entity_type), {}).get(entity):
            row[attribute] = found

    def plant(self, what: str, entity: str) -> None:
        """Note that a true entity's records hold some mess, and are one thing all the same."""
        keys = tuple(self.keys.get(entity, ()))
        if len(keys) > 1:
            self.planted.append(Planted(what, "together", keys))

    def trap(self, kind: str, one: str, other: str) -> None:
        """Note that the records of two true entities resemble each other and must not merge."""
        pairs = ((left, right) for left in self.keys.get(one, ()) for right in self.keys.get(other, ()))
        self.traps.extend((kind, left, right) for left, right in pairs)


def updated(random: Random, *, years: int = 0) -> str:
    """Say when a row was last changed: some time in the two years before today, or years before that."""
    moment = TODAY - timedelta(days=365 * years, seconds=random.randrange(2 * 365 * 86_400))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
