"""What people decided, derived from the log: which decisions are in force, and on which pairs."""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from mdm.tables.columns import CLUSTERED, RowNumber, partial


class Decision(SQLModel, table=True):
    """What a person decided, and whether it is in force; an override names a record, an attribute and perhaps a key."""

    __table_args__ = (
        partial("ix_decision_record_id", "record_id", where="record_id IS NOT NULL"),
        partial("ix_decision_target_token", "target_token", where="target_token IS NOT NULL"),
    )
    position: int = Field(sa_type=RowNumber, primary_key=True, sa_column_kwargs={"autoincrement": False})
    entity_type: str = Field(index=True)
    kind: str
    in_force: bool
    record_id: int | None = Field(sa_type=BigInteger)
    attribute: str | None
    target_token: int | None = Field(sa_type=BigInteger)


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
