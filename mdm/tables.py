"""Every table of the hub: rows without behaviour.

Facts (`log`, `payload`, `rules_document`, `code_list`, `code_mapping`) are appended and never changed; everything
the resolver writes can be derived from them again. `PERSONAL` names each column that may hold personal data.
Times are ISO 8601 UTC text, because SQLite drops time zones and text sorts alike everywhere.
"""

from typing import Any

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

# SQLite's fast row number is an `INTEGER PRIMARY KEY` and nothing else.
RowNumber: Any = BigInteger().with_variant(Integer(), "sqlite")
CLUSTERED = {"sqlite_with_rowid": False}


def _partial(name: str, *columns: str, where: str) -> Index:
    """An index of only those rows of which the condition holds."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Hub(SQLModel, table=True):
    """The hub itself: its name and the salt of its key tokens."""

    id: int = Field(primary_key=True)
    name: str
    salt: bytes


class Log(SQLModel, table=True):
    """The envelope of one fact; positions have no gaps and each row carries the hash of the row before."""

    position: int = Field(sa_type=RowNumber, primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    entity_type: str | None
    actor: str
    correlation_id: str | None
    recorded_at: str
    key_token: int | None = Field(sa_type=BigInteger, index=True)
    commitment: bytes
    previous_hash: bytes


class Payload(SQLModel, table=True):
    """What a fact says, apart from its envelope so that it can be erased while the chain still verifies."""

    position: int = Field(sa_type=RowNumber, primary_key=True, sa_column_kwargs={"autoincrement": False})
    salt: bytes
    body: bytes


class RulesDocument(SQLModel, table=True):
    """One version of an entity type's rules, by content hash."""

    __tablename__ = "rules_document"
    version: str = Field(primary_key=True)
    entity_type: str = Field(index=True)
    document: str = Field(sa_type=Text)
    position: int = Field(sa_type=BigInteger)


class CodeList(SQLModel, table=True):
    """One version of a code list, as JSON; the one with the greatest position holds."""

    __tablename__ = "code_list"
    __table_args__ = (Index("ix_code_list_position", "position"), CLUSTERED)
    code_list: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    document: str = Field(sa_type=Text)


class CodeMapping(SQLModel, table=True):
    """What one source means by a folded value, or that it is mapped no longer; the greatest position holds."""

    __tablename__ = "code_mapping"
    __table_args__ = (Index("ix_code_mapping_position", "position"), CLUSTERED)
    code_list: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    folded: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    value: str = Field(sa_type=Text)
    code: str | None


class Resolution(SQLModel, table=True):
    """How far one entity type is resolved, under which rules, and at which tick."""

    entity_type: str = Field(primary_key=True)
    upto: int = Field(sa_type=BigInteger)
    position: int = Field(sa_type=BigInteger)
    rules_version: str
    tick: str | None
    cut_records: int


class SourceRecord(SQLModel, table=True):
    """A source record as it stands, its standardised cells, its keys, its cluster and its golden number.

    `first_position` is the log position of its first version, and `id` the same; a record that a decision named
    before it arrived has a negative `id` for ever, and no `first_position` and no `golden` until it arrives.
    """

    __tablename__ = "source_record"
    __table_args__ = (
        _partial("ix_source_record_hangs_on", "hangs_on", where="hangs_on IS NOT NULL"),
        Index("ix_source_record_entity_type", "entity_type", "id"),
    )
    id: int = Field(sa_type=RowNumber, primary_key=True, sa_column_kwargs={"autoincrement": False})
    key_token: int = Field(sa_type=BigInteger, unique=True)
    first_position: int | None = Field(sa_type=BigInteger)
    entity_type: str
    source: str
    source_id: str
    deleted: bool
    layers: bytes = Field(sa_type=LargeBinary)
    cells: bytes = Field(sa_type=LargeBinary)
    keys: bytes = Field(sa_type=LargeBinary)
    cluster: int = Field(sa_type=BigInteger, index=True)
    golden: int | None = Field(sa_type=BigInteger, index=True)
    hangs_on: int | None = Field(sa_type=BigInteger)
    cut: bool


class BlockMember(SQLModel, table=True):
    """One record under one blocking key."""

    __tablename__ = "block_member"
    __table_args__ = (CLUSTERED,)
    key: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    record_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})


class BlockSize(SQLModel, table=True):
    """How many living and deleted records stand under one blocking key."""

    __tablename__ = "block_size"
    __table_args__ = (CLUSTERED,)
    key: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    living: int
    deleted: int


class Edge(SQLModel, table=True):
    """A candidate pair at or above the review threshold; weight in thousandths of a bit."""

    __table_args__ = (Index("ix_edge_right_id", "right_id", "left_id"), CLUSTERED)
    left_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    right_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    weight: int
    living: bool


class Decision(SQLModel, table=True):
    """What a person decided, and whether it is in force; an override names a record and an attribute."""

    __table_args__ = (_partial("ix_decision_record_id", "record_id", where="record_id IS NOT NULL"),)
    position: int = Field(sa_type=RowNumber, primary_key=True, sa_column_kwargs={"autoincrement": False})
    entity_type: str = Field(index=True)
    kind: str
    in_force: bool
    record_id: int | None = Field(sa_type=BigInteger)
    attribute: str | None


class DecisionVoid(SQLModel, table=True):
    """A decision that, while in force itself, voids an earlier one."""

    __tablename__ = "decision_void"
    __table_args__ = (CLUSTERED,)
    voided: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})


class DecisionPair(SQLModel, table=True):
    """A pair of records that a decision speaks of; the latest in force holds."""

    __tablename__ = "decision_pair"
    __table_args__ = (
        Index("ix_decision_pair_right_id", "right_id"),
        Index("ix_decision_pair_position", "position"),
        CLUSTERED,
    )
    left_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    right_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    verdict: str
    in_force: bool


class SourceLink(SQLModel, table=True):
    """A must-link from outside that is in force: a crosswalk row, by its old master, or a merge inside a source.

    Each record has at most one of a kind and old master; `master` is empty for a merge.
    """

    __tablename__ = "source_link"
    __table_args__ = (Index("ix_source_link_other_id", "other_id"), CLUSTERED)
    record_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(primary_key=True)
    master: str = Field(primary_key=True)
    other_id: int = Field(sa_type=BigInteger)
    position: int = Field(sa_type=BigInteger)


class GoldenVersion(SQLModel, table=True):
    """One version of a golden record, between two resolver commits; no attributes when nothing living bears it."""

    __tablename__ = "golden_version"
    __table_args__ = (
        _partial("ix_golden_version_current", "entity_type", "golden", where="until IS NULL"),
        _partial("ix_golden_version_due", "entity_type", "due", where="until IS NULL AND due IS NOT NULL"),
    )
    golden: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    entity_type: str
    since: int = Field(sa_type=BigInteger)
    until: int | None = Field(sa_type=BigInteger)
    rules_version: str
    attributes: bytes | None = Field(sa_type=LargeBinary)
    lineage: bytes | None = Field(sa_type=LargeBinary)
    due: str | None


class Xref(SQLModel, table=True):
    """Which golden number a source record bears, from one resolver commit to another."""

    __table_args__ = (Index("ix_xref_golden", "golden"), CLUSTERED)
    record_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    since: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    until: int | None = Field(sa_type=BigInteger)
    golden: int = Field(sa_type=BigInteger)


class Change(SQLModel, table=True):
    """One event of the change feed, in compact form; positions have no gaps."""

    sequence: int = Field(sa_type=RowNumber, primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(sa_type=BigInteger)
    entity_type: str
    kind: str
    golden: int = Field(sa_type=BigInteger)
    record_id: int | None = Field(sa_type=BigInteger)
    others: str | None
    version_before: int | None
    version_after: int | None
    decision: int | None = Field(sa_type=BigInteger)


class Task(SQLModel, table=True):
    """One thing a steward should look at; its id follows from what it is about, in JSON where that is no record."""

    __table_args__ = (
        Index("ix_task_left_id", "left_id"),
        Index("ix_task_right_id", "right_id"),
        Index("ix_task_open", "entity_type", "status", "weight"),
    )
    id: str = Field(primary_key=True)
    entity_type: str
    kind: str
    left_id: int | None = Field(sa_type=BigInteger)
    right_id: int | None = Field(sa_type=BigInteger)
    weight: int | None
    status: str
    opened: int = Field(sa_type=BigInteger)
    closed: int | None = Field(sa_type=BigInteger)
    about: str | None = Field(sa_type=Text)


class ReferenceLink(SQLModel, table=True):
    """A source record that names another one by its source key, or that holds a value of a code list."""

    __tablename__ = "reference_link"
    __table_args__ = (CLUSTERED,)
    target_token: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    record_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})


class DirtyRecord(SQLModel, table=True):
    """A source record to resolve again because something it refers to has moved."""

    __tablename__ = "dirty_record"
    __table_args__ = (CLUSTERED,)
    entity_type: str = Field(primary_key=True)
    record_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})


class QualityMeasure(SQLModel, table=True):
    """How good the data of an entity type was before a day; "" is all sources together, and the record as a whole."""

    __tablename__ = "quality_measure"
    __table_args__ = (CLUSTERED,)
    entity_type: str = Field(primary_key=True)
    tick: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    attribute: str = Field(primary_key=True)
    records: int
    fillable: int
    filled: int
    judged: int
    valid: int
    identified: int
    unique_count: int
    dated: int
    recent: int | None
    median_age: int | None
    compared: int
    differing: int
    golden_records: int | None
    golden_filled: int | None
    position: int = Field(sa_type=BigInteger)
    rules_version: str


class VersionSort(SQLModel, table=True):
    """What one source sends as the version of one entity type: integers, times, or none."""

    __tablename__ = "version_sort"
    source: str = Field(primary_key=True)
    entity_type: str = Field(primary_key=True)
    sort: str


class Batch(SQLModel, table=True):
    """One file or request that brought source records."""

    id: str = Field(primary_key=True)
    file: str
    source: str
    entity_type: str
    actor: str
    started_at: str
    finished_at: str | None
    accepted: int
    unchanged: int
    quarantined: int


class Quarantine(SQLModel, table=True):
    """A rejected row: where it stood, the rule it broke, the row itself, and what became of it.

    `raw` is the row as it came; `parts` its values by column as they stand after mending. `position` is the log
    position it was taken at.
    """

    __table_args__ = (Index("ix_quarantine_status", "status", "file", "line", "id"),)
    id: str = Field(primary_key=True)
    batch: str
    source: str
    entity_type: str
    file: str
    line: int
    column: str | None
    value: str | None = Field(sa_type=Text)
    rule: str
    detail: str = Field(sa_type=Text)
    raw: str = Field(sa_type=Text)
    parts: str | None = Field(sa_type=Text)
    status: str
    recorded_at: str
    settled_by: str | None
    settled_at: str | None
    reason: str | None = Field(sa_type=Text)
    position: int | None = Field(sa_type=BigInteger)


class MappingDocument(SQLModel, table=True):
    """One mapping of a file's columns to attributes, by content hash."""

    __tablename__ = "mapping_document"
    version: str = Field(primary_key=True)
    document: str = Field(sa_type=Text)


class ApiKey(SQLModel, table=True):
    """A key of the API: only its hash is kept."""

    __tablename__ = "api_key"
    id: str = Field(primary_key=True)
    hash: str = Field(unique=True)
    role: str
    source: str | None
    entity_type: str | None
    created_at: str
    revoked_at: str | None


PERSONAL: dict[str, tuple[str, ...]] = {
    "payload": ("body",),
    "source_record": ("key_token", "source_id", "layers", "cells", "keys"),
    "block_member": ("key",),
    "block_size": ("key",),
    "golden_version": ("attributes", "lineage"),
    "quarantine": ("value", "detail", "raw", "parts", "reason"),
    "log": ("key_token",),
    "task": ("id", "about"),
    "code_mapping": ("folded", "value"),
    "reference_link": ("target_token",),
}
