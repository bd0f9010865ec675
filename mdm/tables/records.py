"""Source records as they stand, what may join them, and what marks them to be resolved again; all derived."""

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlmodel import Field, SQLModel

from mdm.tables.columns import CLUSTERED, RowNumber, partial


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
        partial("ix_source_record_hangs_on", "hangs_on", where="hangs_on IS NOT NULL"),
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
