"""What one resolver commit has in hand: the records it touches, as they stood and as they will stand."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson

from matching.columns import Table
from mdm.code_lists import NONE, CodeLists, Value
from mdm.entity_types import EntityType, Judgement
from mdm.log import document
from mdm.resolution.known_cells import KnownCells
from mdm.store import present as stored_present
from mdm.store import records as stored_records
from mdm.store.database import Transaction
from mdm.store.present import Present
from mdm.store.records import StoredRecord
from mdm.store.resolution import StandingRow

ALL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class State:
    """How far an entity type is resolved."""

    upto: int = 0
    position: int = 0
    rules_version: str = ""
    tick: str | None = None
    cut_records: int = 0


@dataclass(slots=True)
class Work:
    """One commit of one entity type's resolver. `afresh`: new rules, so that every record is worked out again.

    `dirty` are the records that are worked out again, `own` those of them that are so for another reason than that.
    `references` is the smallest member key of what each written key leads to, and `existing` are the written keys
    that lead to a living golden record, as far as any rule asks; `gone` are those that lead to one of which nothing
    lives, and `retired` which of them each changed record counts as deleted for. `boundaries` are the positions at
    which what it refers to was read, and `standing` is how all types stand where that has been read since, under the
    lock of the log. `stood_under` are the rules that the stored state was resolved under. `codes` are
    the code lists as of `upto`, `codes_before` those at the commit before, and `values_held` what the changed records
    hold of them now, read once. `known` are cells read for earlier commits. `marked` are those that a move of what
    they refer to has marked and this commit resolves again; `leaves_marked`: it leaves others for commits to come.
    `refreshing`: it is made for what is outdated. `repeated` is what the log says of the commit, where it is made
    again.
    """

    MOST_AGAIN: ClassVar[int] = 250
    """So much that is outdated is done again in one commit, of what a day has reached and of what is marked."""

    reader: Transaction
    entity_type: EntityType
    salt: bytes
    state: State
    upto: int
    tick: str | None
    afresh: bool
    stood_under: EntityType | None = None
    records: dict[int, StoredRecord] = field(default_factory=dict)
    before: dict[int, StoredRecord] = field(default_factory=dict)
    ids: dict[int, int] = field(default_factory=dict)
    dirty: set[int] = field(default_factory=set)
    own: set[int] = field(default_factory=set)
    marked: list[int] = field(default_factory=list)
    leaves_marked: bool = False
    references: dict[str, str] = field(default_factory=dict)
    codes: CodeLists = NONE
    codes_before: CodeLists = NONE
    values_held: dict[int, list[tuple[Value, str, Any]]] = field(default_factory=dict)
    existing: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    boundaries: dict[str, int] = field(default_factory=dict)
    standing: dict[str, StandingRow] = field(default_factory=dict)
    retired: dict[int, set[str]] = field(default_factory=dict)
    judgements: dict[tuple[str, str | bytes, bool], Judgement] = field(default_factory=dict)
    known: KnownCells = field(default_factory=KnownCells)
    read_present: Present | None = None
    refreshing: bool = False
    repeated: Mapping[str, Any] | None = None

    @property
    def present(self) -> Present:
        """What there is any of, as the commit began; read once."""
        if self.read_present is None:
            self.read_present = stored_present.present(self.reader, self.entity_type.entity_type)
        return self.read_present

    @property
    def due_at_most(self) -> int:
        """How many golden records that a day has reached are decided again in this commit.

        `MOST_AGAIN` in one that takes in a day, and in those that are made for what is outdated; none in others, so
        that whoever waits for a record does not wait for that. Of a commit that is repeated, as many as it says.
        """
        day = self.tick is not None and self.tick != self.state.tick
        if self.repeated is not None:
            formerly = ALL if day else 0  # a day was taken in whole before commits said how many
            return int(self.repeated.get("due_first", self.repeated.get("due_at_most", formerly)))
        return self.MOST_AGAIN if day or self.refreshing else 0

    @property
    def values_anew(self) -> bool:
        """Whether the values of every golden record are decided anew: rules are new that say more than who is the same.

        A commit that is repeated says so itself where they were not, since once they always were.
        """
        if self.repeated is not None:
            return self.afresh and not self.repeated.get("values_stand")
        return self.afresh and (
            self.stood_under is None or not only_matching_differs(self.stood_under, self.entity_type)
        )

    @property
    def said_otherwise(self) -> set[int]:
        """The records that may give golden records other values than before."""
        if self.values_anew or not self.afresh:
            return self.dirty
        return self.own | {id_ for id_ in self.dirty if not self._says_the_same(id_)}

    def _says_the_same(self, id_: int) -> bool:
        record, before = self.records[id_], self.before.get(id_)
        return before is not None and (record.layers, record.cells, record.deleted) == (
            before.layers, before.cells, before.deleted
        )  # fmt: skip

    def load(self, column: str, values: Collection[int]) -> list[StoredRecord]:
        """The stored records whose column is one of these values, each read once, as they will stand."""
        if column == "id":
            values = [value for value in values if value not in self.records]
        return [self.keep(record) for record in stored_records.by_column(self.reader, column, values)]

    def keep(self, record: StoredRecord) -> StoredRecord:
        """Take a stored record into hand; what is there already wins."""
        if record.id not in self.records:
            self.before[record.id] = record
            self.records[record.id] = record.twin()
            self.ids[record.key_token] = record.id
        return self.records[record.id]

    def add(self, record: StoredRecord) -> StoredRecord:
        """Take a record into hand that has no row yet."""
        self.records[record.id] = record
        self.ids[record.key_token] = record.id
        return record

    def living(self, ids: Iterable[int]) -> list[int]:
        """Those of these records that have arrived and are not deleted."""
        return [id_ for id_ in ids if self.records[id_].living]

    def key(self, id_: int) -> str:
        """The written source key of a record in hand."""
        return self.records[id_].key

    def was_living(self, id_: int) -> bool:
        """Whether the record was living before this commit."""
        return id_ in self.before and self.before[id_].living

    def bore(self, id_: int) -> int | None:
        """The golden number that the record bore before this commit."""
        return self.before[id_].golden if id_ in self.before else None


def only_matching_differs(one: EntityType, other: EntityType) -> bool:
    """Whether two versions of an entity type say the same but for who is the same."""
    return all(getattr(one, name) == getattr(other, name) for name in EntityType.model_fields if name != "match")


def cells_of(record: StoredRecord) -> dict[str, str]:
    """The standardised cells of a record."""
    return orjson.loads(record.cells)  # type: ignore[no-any-return]


def layers_of(record: StoredRecord) -> list[dict[str, Any]]:
    """The layers its values come from."""
    return orjson.loads(record.layers)  # type: ignore[no-any-return]


def may_hold(record: StoredRecord, written: tuple[bytes, ...]) -> bool:
    """Whether a record holds one of these names, as they stand in JSON: most hold none, which is seen unread."""
    layers = record.layers
    for name in written:  # noqa: SIM110  a loop: `any` takes twice as long over so few
        if name in layers:
            return True
    return False


def write_cells(work: Work, ids: list[int], table: Table) -> None:
    """Keep the standardised columns of these records, one row each, as their cells."""
    columns = [(name, column.cells, column.codes.tolist()) for name, column in table.items()]
    for row, id_ in enumerate(ids):
        cells = {name: values[codes[row]] for name, values, codes in columns if codes[row] >= 0}
        work.records[id_].cells = document(cells)
