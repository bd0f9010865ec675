"""What the resolver keeps of dated lines beside the golden records: what is wrong with them, and whom they are for."""

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from mdm.tables.columns import CLUSTERED


class LineFinding(SQLModel, table=True):
    """Something wrong with the dated lines of a golden record, from one commit to another.

    `finding` follows from all that it says. `key` and `said` are JSON; `valid_from` is "" where the days are open, and
    `valid_to` is null. `sources` are the systems that it names, each between two bars.
    """

    __tablename__ = "line_finding"
    __table_args__ = (
        # With all that a page is narrowed by, so that what does not belong on it is not read.
        Index("ix_line_finding_page", "entity_type", "kind", "golden", "valid_from", "finding", "until", "sources"),
        CLUSTERED,
    )
    golden: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    finding: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    since: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    until: int | None = Field(sa_type=BigInteger)
    entity_type: str
    attribute: str
    kind: str
    key: str = Field(sa_type=Text)
    valid_from: str
    valid_to: str | None
    sources: str
    said: str = Field(sa_type=Text)


class LineHolder(SQLModel, table=True):
    """Whom the dated lines of a golden record are for, from one commit to another: what its nearest reference means.

    `attribute` is "" and `target_token` 0 where it refers to nothing: its lines are for all.
    """

    __tablename__ = "line_holder"
    __table_args__ = (Index("ix_line_holder_target", "entity_type", "attribute", "target_token", "golden"), CLUSTERED)
    golden: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    target_token: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    since: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    until: int | None = Field(sa_type=BigInteger)
    entity_type: str
    attribute: str
