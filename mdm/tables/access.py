"""Who may call the hub: keys of programs, accounts of people, signing in, and requests that count once."""

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from mdm.tables.columns import RowNumber


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
    expires_at: str | None
    last_used_at: str | None


class Account(SQLModel, table=True):
    """A person who signs in: with a password of which only a slow hash is kept, or at a provider that knows them."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("provider", "subject"),)
    name: str = Field(primary_key=True)
    display_name: str
    password_hash: str | None
    provider: str | None
    subject: str | None
    role: str
    entity_type: str | None
    created_at: str
    disabled_at: str | None


class SignInSession(SQLModel, table=True):
    """A person who is signed in: only the hash of what their browser carries is kept."""

    __tablename__ = "sign_in_session"
    hash: str = Field(primary_key=True)
    account: str = Field(index=True)
    created_at: str
    seen_at: str
    viewing_as: str | None


class SignInTry(SQLModel, table=True):
    """How often a password was tried lately, for one account or from one address; neither can be read from it."""

    __tablename__ = "sign_in_try"
    place: str = Field(primary_key=True)
    tries: int
    until: str


class OnceRequest(SQLModel, table=True):
    """A request with an Idempotency-Key: what it was, who carries it out until when, what it did, its answer."""

    __tablename__ = "once"
    actor: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request: str
    run: str
    until: str
    created_at: str = Field(index=True)
    position: int | None = Field(sa_type=BigInteger)
    status: int | None
    media_type: str | None
    body: bytes | None


class AccessChange(SQLModel, table=True):
    """A change of an account, a key or a view: who made it, of what, and when. The database takes no other change."""

    __tablename__ = "access_change"
    __table_args__ = (Index("ix_access_change_subject", "subject", "number"),)
    number: int = Field(sa_type=RowNumber, primary_key=True, sa_column_kwargs={"autoincrement": False})
    recorded_at: str
    actor: str
    action: str
    subject: str
    detail: str = Field(sa_type=Text)
    correlation_id: str | None
