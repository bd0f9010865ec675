"""Golden records, their words, cross-references, the change feed, tasks and figures of quality; all derived."""

from sqlalchemy import BigInteger, Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from mdm.tables.columns import CLUSTERED, RowNumber, partial


class GoldenVersion(SQLModel, table=True):
    """One version of a golden record, between two resolver commits; no attributes when nothing living bears it.

    `attributes` are the values in force on the latest day, `dated` those that dated attributes have on all days.
    """

    __tablename__ = "golden_version"
    __table_args__ = (
        partial("ix_golden_version_current", "entity_type", "golden", where="until IS NULL"),
        partial("ix_golden_version_due", "entity_type", "due", "golden", where="until IS NULL AND due IS NOT NULL"),
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
    dated: bytes | None = Field(sa_type=LargeBinary)


class SearchWord(SQLModel, table=True):
    """One word of the values of a golden record that is active, and the attribute that it stands in."""

    __tablename__ = "search_word"
    __table_args__ = (CLUSTERED,)
    entity_type: str = Field(primary_key=True)
    word: str = Field(primary_key=True)
    golden: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    attribute: str = Field(primary_key=True)


class Xref(SQLModel, table=True):
    """Which golden number a source record bears, from one resolver commit to another.

    A look-up reads nothing of it but `ix_xref_key_token`, which says all that it asks for.
    """

    __table_args__ = (
        Index("ix_xref_golden", "golden"),
        Index("ix_xref_key_token", "key_token", "until", "golden", "since"),
        CLUSTERED,
    )
    record_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    since: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    until: int | None = Field(sa_type=BigInteger)
    golden: int = Field(sa_type=BigInteger)
    key_token: int = Field(sa_type=BigInteger)


class Crosswalk(SQLModel, table=True):
    """The living source records of a golden number as they are looked up: in JSON, and since when the last is there."""

    golden: int = Field(sa_type=RowNumber, primary_key=True, sa_column_kwargs={"autoincrement": False})
    entity_type: str
    members: str = Field(sa_type=Text)
    seq: int = Field(sa_type=BigInteger)


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
    """One thing a steward should look at; its id follows from what it is about, in JSON where that is no record.

    `place` is where it stands in the queue, smaller is sooner; it changes with the priority and never with time.
    """

    __table_args__ = (
        # With the status, as SQLite would otherwise rather look through all open tasks.
        Index("ix_task_left_id", "left_id", "status"),
        Index("ix_task_right_id", "right_id", "status"),
        Index("ix_task_queue", "status", "place", "id"),
        Index("ix_task_queue_of_type", "status", "entity_type", "place", "id"),
        Index("ix_task_queue_of_kind", "status", "kind", "place", "id"),
        Index("ix_task_queue_of_both", "status", "entity_type", "kind", "place", "id"),
        # The other orders; type and kind stand at the end, so that a choice among them is made in the index.
        Index("ix_task_due", "status", text("coalesce(due, '9999')"), "id", "entity_type", "kind"),
        Index("ix_task_newest", "status", text("(-opened)"), "id", "entity_type", "kind"),
        Index("ix_task_likeliest", "status", text("(-coalesce(weight, -1000000000))"), "id", "entity_type", "kind"),
        Index("ix_task_doubtful", "status", text("abs(coalesce(weight, 1000000000))"), "id", "entity_type", "kind"),
        Index("ix_task_counted", "status", "entity_type", "kind", "due"),
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
    priority: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    place: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    due: str | None


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
