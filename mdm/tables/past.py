"""How derived state was that keeps only its present elsewhere: intervals between two resolver commits."""

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from mdm.tables.columns import CLUSTERED


class TaskVersion(SQLModel, table=True):
    """A row of `task` as it stood from one resolver commit to another; closed ones stand on as closed."""

    __tablename__ = "task_version"
    __table_args__ = (Index("ix_task_version_page", "status", "entity_type", "place", "id"), CLUSTERED)
    id: str = Field(primary_key=True)
    since: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    until: int | None = Field(sa_type=BigInteger)
    entity_type: str
    kind: str
    left_id: int | None = Field(sa_type=BigInteger)
    right_id: int | None = Field(sa_type=BigInteger)
    weight: int | None
    status: str
    opened: int = Field(sa_type=BigInteger)
    closed: int | None = Field(sa_type=BigInteger)
    about: str | None = Field(sa_type=Text)
    priority: int
    place: int = Field(sa_type=BigInteger)
    due: str | None
