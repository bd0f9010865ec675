"""What people and systems said: appended and never changed, and everything else follows from it."""

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from mdm.tables.columns import CLUSTERED, RowNumber, partial

DECIDED = ("kind <> 'record'", "kind IN ('verdict', 'override', 'undo', 'code_mapping', 'code_list', 'rules')")
"""What is true of the facts by which people decide, few among many.

The first says nothing that the second does not, but spares SQLite looking up the kind of each record in a list.
"""


class Hub(SQLModel, table=True):
    """The hub itself: its name and the salt of its key tokens."""

    id: int = Field(primary_key=True)
    name: str
    salt: bytes


class Log(SQLModel, table=True):
    """The envelope of one fact; positions have no gaps and each row carries the hash of the row before."""

    __table_args__ = (
        partial("ix_log_rules", "entity_type", "position", where="kind = 'rules'"),
        partial("ix_log_resolved", "entity_type", "position", where="kind = 'resolved'"),
        partial("ix_log_tick", "position", where="kind = 'tick'"),
        partial("ix_log_decided", "position", where=" AND ".join(DECIDED)),
        partial("ix_log_incarnation", "key_token", where="kind = 'incarnation'"),
        partial("ix_log_changed", "key_token", where="kind = 'changed'"),
    )
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


class LatestFact(SQLModel, table=True):
    """The position of the latest fact that a resolver has to read: of one entity type, or of all (no name)."""

    __tablename__ = "latest_fact"
    entity_type: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)


class RulesDocument(SQLModel, table=True):
    """One version of an entity type's rules, by content hash; `shown` is what the views for reports tell under it."""

    __tablename__ = "rules_document"
    version: str = Field(primary_key=True)
    entity_type: str = Field(index=True)
    document: str = Field(sa_type=Text)
    position: int = Field(sa_type=BigInteger, index=True)
    shown: str | None = Field(sa_type=Text)


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
