"""Whether golden records are ready for business processes; derived."""

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from mdm.tables.columns import CLUSTERED, partial


class Readiness(SQLModel, table=True):
    """What one golden record lacks for one process, since which commit; `missing` is a JSON list, empty when ready.

    On `due` the answer may be another one by itself. `first_ready` is the first commit after which it was ready.
    """

    __table_args__ = (
        partial("ix_readiness_due", "entity_type", "due", "golden", where="due IS NOT NULL"),
        CLUSTERED,
    )
    golden: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    process: str = Field(primary_key=True)
    entity_type: str
    missing: str = Field(sa_type=Text)
    since: int = Field(sa_type=BigInteger)
    ready_since: int | None = Field(sa_type=BigInteger)
    first_ready: int | None = Field(sa_type=BigInteger)
    due: str | None
