"""Who may call the hub."""

from sqlmodel import Field, SQLModel


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
