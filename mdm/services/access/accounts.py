"""Accounts of people: made, listed, given another password or role, disabled and enabled.

An account is never deleted, because facts name it for ever. None of this is a fact of the log; each change is kept in
`access_changes`, and is a line of the hub's own log.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import structlog

from mdm.auth import PEOPLE
from mdm.errors import Conflict, Fault, InvalidInput, NotFound
from mdm.log import Author
from mdm.services.access import access_changes, passwords
from mdm.services.hub import Hub
from mdm.services.stewarding.leaving import let_go
from mdm.store import accounts as stored
from mdm.store.database import Transaction
from mdm.tables import Account

log = structlog.get_logger()
NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
SHOWN = ("name", "display_name", "role", "entity_type", "created_at", "disabled_at", "provider")


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to make an account for: what they sign in with, their role, the entity type it is narrowed to, if any."""

    name: str
    role: str
    entity_type: str | None = None
    display_name: str | None = None


def add(hub: Hub, person: Person, *, password: str, author: Author) -> dict[str, Any]:
    """Make an account that signs in with a password, and give it as `listed` does.

    Raises:
        InvalidInput: the name, the role or the password cannot be taken.
        NotFound: no such entity type.
        Conflict: there is an account of this name, perhaps a disabled one.
    """
    ensure_role(person.role)
    kept = passwords.hashed(password, name=ensure_name(person.name))
    if person.entity_type is not None:
        hub.entity_type(person.entity_type)
    with hub.database.locked("accounts"), hub.database.write() as writer:
        if stored.by_name(writer, person.name) is not None:
            raise Conflict(f"there is an account {person.name} already; `mdm user list` shows them all")
        account = Account(
            name=person.name, display_name=person.display_name or person.name, password_hash=kept, provider=None,
            subject=None, role=person.role, entity_type=person.entity_type, created_at=author.recorded_at,
            disabled_at=None,
        )  # fmt: skip
        stored.add(writer, account)
        document = shown(account)
        _record(writer, "created", person.name, author, role=person.role, entity_type=person.entity_type)
    log.info("account created", account=person.name, role=person.role, actor=author.actor)
    return document


def get(hub: Hub, name: str) -> dict[str, Any]:
    """One account as `listed` gives it; raises NotFound when there is none."""
    with hub.database.read() as reader:
        return shown(_known(reader, name))


def listed(hub: Hub) -> list[dict[str, Any]]:
    """All accounts by name, without what they sign in with; `disabled_at` says which may no longer."""
    with hub.database.read() as reader:
        return [shown(account) for account in stored.listed(reader)]


def set_password(hub: Hub, name: str, password: str, *, author: Author) -> None:
    """Give an account another password; it is signed out everywhere, and wrong tries no longer count."""
    kept = passwords.hashed(password, name=name)
    with hub.database.write() as writer:
        account = _known(writer, name)
        if account.provider is not None:
            raise Conflict(f"{name} signs in at {account.provider}, and has no password here")
        account.password_hash = kept
        stored.end_sessions(writer, name)
        stored.forget_tries(writer, place(hub, "account", name))
        _record(writer, "password", name, author)
    log.info("password changed", account=name, actor=author.actor)


def set_role(hub: Hub, name: str, role: str, *, author: Author) -> dict[str, Any]:
    """Give an account another role; it is signed out everywhere, and tasks that it may not decide are let go."""
    ensure_role(role)
    _ensure_another(name, author)
    with hub.database.write() as writer:
        account = _known(writer, name)
        before, account.role = account.role, role
        stored.end_sessions(writer, name)
        document = shown(account)
        _record(writer, "role", name, author, before=before, role=role)
    let_go(hub, f"user:{name}", author=author)
    log.info("role changed", account=name, before=before, role=role, actor=author.actor)
    return document


def narrow(hub: Hub, name: str, entity_type: str | None, *, author: Author) -> dict[str, Any]:
    """Narrow an account to an entity type, or to none (None); it is signed out everywhere, and lets go of tasks."""
    if entity_type is not None:
        hub.entity_type(entity_type)
    _ensure_another(name, author)
    with hub.database.write() as writer:
        account = _known(writer, name)
        before, account.entity_type = account.entity_type, entity_type
        stored.end_sessions(writer, name)
        document = shown(account)
        _record(writer, "narrowed", name, author, before=before, entity_type=entity_type)
    let_go(hub, f"user:{name}", author=author)
    log.info("account narrowed", account=name, entity_type=entity_type, actor=author.actor)
    return document


def disable(hub: Hub, name: str, *, author: Author) -> dict[str, Any]:
    """Let an account sign in no longer, and end its sessions at once; what it did stays signed with its name.

    The tasks that it holds or was given are anybody's again.
    """
    _ensure_another(name, author)
    with hub.database.write() as writer:
        account = _known(writer, name)
        if account.disabled_at is None:
            account.disabled_at = author.recorded_at
            _record(writer, "disabled", name, author)
        stored.end_sessions(writer, name)
        document = shown(account)
    let_go(hub, f"user:{name}", author=author)
    log.info("account disabled", account=name, actor=author.actor)
    return document


def enable(hub: Hub, name: str, *, author: Author) -> dict[str, Any]:
    """Let a disabled account sign in again."""
    with hub.database.write() as writer:
        account = _known(writer, name)
        if account.disabled_at is not None:
            account.disabled_at = None
            _record(writer, "enabled", name, author)
        document = shown(account)
    log.info("account enabled", account=name, actor=author.actor)
    return document


def shown(account: Account) -> dict[str, Any]:
    """An account as it may be shown."""
    return {field: getattr(account, field) for field in SHOWN}


def ensure_name(name: str) -> str:
    """The name again, if an account may be called so."""
    if not NAME.fullmatch(name):
        detail = f"a name has up to 64 of a-z, 0-9 and . _ @ + -, and begins with a letter or digit; not {name!r}"
        raise InvalidInput(detail, faults=[Fault("/name", detail, "name", name)])
    return name


def ensure_role(role: str) -> None:
    """Let a role pass that a person may have; `source` is for programs only."""
    if role not in PEOPLE:
        detail = f"a person cannot have the role {role!r}; the roles are {', '.join(PEOPLE)}"
        raise InvalidInput(detail, faults=[Fault("/role", detail, "role")])


def place(hub: Hub, sort: str, name: str) -> str:
    """Under which name tries are counted: of an account or an address, which nobody can read from it."""
    return hashlib.blake2b(f"{sort}:{name}".encode(errors="replace"), key=hub.salt, digest_size=16).hexdigest()


def _known(transaction: Transaction, name: str) -> Account:
    account = stored.by_name(transaction, name)
    if account is None:
        raise NotFound(f"there is no account {name!r}; `mdm user list` shows them all")
    return account


def _ensure_another(name: str, author: Author) -> None:
    """Nobody takes their own access away by mistake: another admin does, or whoever has the machine."""
    if author.actor == f"user:{name}":
        raise Conflict("this is your own account: another admin has to change it, or `mdm user` on the machine itself")


def _record(writer: Transaction, change: str, name: str, author: Author, **detail: object) -> None:
    access_changes.record(writer, f"account.{change}", f"user:{name}", author=author, detail=detail)
