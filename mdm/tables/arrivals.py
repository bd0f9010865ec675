"""What came in, and how: batches, rejected rows, mappings of files, and what sources send as versions."""

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel


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
