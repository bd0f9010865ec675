"""Who may call the hub: keys of programs, accounts of people, and what belongs to their signing in."""

from sqlalchemy import UniqueConstraint
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


class SignInTry(SQLModel, table=True):
    """How often a password was tried lately, for one account or from one address; neither can be read from it."""

    __tablename__ = "sign_in_try"
    place: str = Field(primary_key=True)
    tries: int
    until: str
