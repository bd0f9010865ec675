"""What source records refer to, where they disagree with the golden record, and which are behind; all derived."""

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from mdm.tables.columns import CLUSTERED, partial


class Reference(SQLModel, table=True):
    """What one attribute of a living source record refers to, and what that meant from one commit to another.

    `valid_from` ("" where the days are open) and `valid_to` (null then) are the days on which it says so: of a dated
    attribute each value on its days, of others all days. `target` is the key as the record means it. `standing` is
    `arrived`, `deleted` (nothing living bears the golden number of the target) or `waiting` (the target has not
    arrived, and there is no number).
    """

    __table_args__ = (
        Index("ix_reference_golden", "golden", "entity_type", "attribute", "record_id"),
        partial("ix_reference_target", "target_token", where="until IS NULL"),
        partial("ix_reference_waiting", "entity_type", "attribute", "record_id", where="standing <> 'arrived'"),
        partial("ix_reference_begins", "valid_from", where="until IS NULL AND valid_from <> ''"),
        partial("ix_reference_ends", "valid_to", where="until IS NULL AND valid_to IS NOT NULL"),
        CLUSTERED,
    )
    record_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    attribute: str = Field(primary_key=True)
    target_token: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    valid_from: str = Field(primary_key=True)
    since: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    until: int | None = Field(sa_type=BigInteger)
    entity_type: str
    target: str = Field(sa_type=Text)
    valid_to: str | None
    golden: int | None = Field(sa_type=BigInteger)
    standing: str


class Refetch(SQLModel, table=True):
    """That a source record has changed in its source since its last version here, from one commit to another.

    `event` is the position of the oldest word of the source that nothing has answered, and `version` (in JSON) and
    `event_time` are what the newest of them names.
    """

    __table_args__ = (partial("ix_refetch_open", "entity_type", "event", "record_id", where="until IS NULL"), CLUSTERED)
    record_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    since: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    until: int | None = Field(sa_type=BigInteger)
    entity_type: str
    event: int = Field(sa_type=BigInteger)
    version: str | None
    event_time: str | None


class HierarchyEdge(SQLModel, table=True):
    """The golden record that another has above it by one attribute on some days, from one commit to another.

    `valid_from` is "" where the days are open, and `valid_to` is null; the end is out. `target_token` is the
    key that survives there, and `record_id` the record that it comes from. There is no `parent` while nothing living
    bears the key. An edge that is `set_aside` would close a cycle on these days.
    """

    __tablename__ = "hierarchy_edge"
    __table_args__ = (
        Index("ix_hierarchy_edge_parent", "parent", "attribute", "golden"),
        partial("ix_hierarchy_edge_target", "target_token", where="until IS NULL"),
        CLUSTERED,
    )
    golden: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    attribute: str = Field(primary_key=True)
    valid_from: str = Field(primary_key=True)
    since: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    until: int | None = Field(sa_type=BigInteger)
    entity_type: str
    valid_to: str | None
    target_token: int = Field(sa_type=BigInteger)
    record_id: int = Field(sa_type=BigInteger)
    trust: int
    parent: int | None = Field(sa_type=BigInteger)
    set_aside: bool


class HierarchyGroup(SQLModel, table=True):
    """How much a golden record and all below it have, as things stand on the latest day that its type has seen.

    Only of those that have something above or below. `total` is a JSON object of counts, by level, source and what
    refers to them.
    """

    __tablename__ = "hierarchy_group"
    __table_args__ = (CLUSTERED,)
    entity_type: str = Field(primary_key=True)
    attribute: str = Field(primary_key=True)
    golden: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    parent: int | None = Field(sa_type=BigInteger)
    total: str = Field(sa_type=Text)


class HierarchyMismatch(SQLModel, table=True):
    """That the records of a golden record lead to different ones above it on some days, from one commit to another."""

    __tablename__ = "hierarchy_mismatch"
    __table_args__ = (Index("ix_hierarchy_mismatch_page", "entity_type", "attribute", "golden"), CLUSTERED)
    golden: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    attribute: str = Field(primary_key=True)
    valid_from: str = Field(primary_key=True)
    since: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    until: int | None = Field(sa_type=BigInteger)
    entity_type: str
    valid_to: str | None


class Divergence(SQLModel, table=True):
    """That a source record disagrees with its golden record about an attribute, from one commit to another."""

    __table_args__ = (
        partial("ix_divergence_page", "entity_type", "attribute", "golden", where="until IS NULL"),
        CLUSTERED,
    )
    golden: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    record_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    attribute: str = Field(primary_key=True)
    since: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    until: int | None = Field(sa_type=BigInteger)
    entity_type: str
