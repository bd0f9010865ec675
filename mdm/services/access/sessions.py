"""Sessions of people: opened by a password, known by a random token, and ended.

Only the hash of a token is kept. Whoever tries passwords is held up for each account and for each address, over all
processes of the hub, and learns nothing of which accounts there are: an unknown one answers as a known one does, takes
as long and is held up alike.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import structlog

from mdm.auth import Principal, Role
from mdm.errors import TooMany, Unauthorised
from mdm.log import Author
from mdm.services.access import access_changes, passwords
from mdm.services.access.accounts import ensure_role, place
from mdm.services.hub import Hub
from mdm.settings import Settings, later
from mdm.store import accounts as stored
from mdm.store.accounts import SignedIn
from mdm.store.database import Transaction
from mdm.tables import Account, SignInSession

log = structlog.get_logger()
QUARTER = 15 * 60
"""Seconds for which a wrong password counts."""
NOTED_AFTER = 60
"""Seconds after which it is noted again that a session is in use."""


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is signed in: who, what they are called, and what every form of theirs has to carry.

    viewing_as: the role that an admin looks at the hub as, who then has the rights of that role and changes nothing.
    """

    principal: Principal
    display_name: str
    csrf: str = field(repr=False)
    viewing_as: str | None = None


def sign_in(hub: Hub, *, name: str, password: str, address: str, at: str) -> str:
    """Open a session and give its token, which is shown this once.

    name: as it was typed; capitals and spaces around it do not matter.
    address: where the request came from.

    Raises:
        Unauthorised: there is no such account, it is disabled, or the password is another; not told which.
        TooMany: too many wrong passwords for this account or from this address.
    """
    name = name.strip().casefold()
    places = {
        place(hub, "account", name): hub.settings.sign_in_tries,
        place(hub, "address", address): hub.settings.sign_in_tries_address,
    }
    _ensure_few(hub, places, at)
    with hub.database.read() as reader:
        account = stored.by_name(reader, name)
        kept = account.password_hash if account is not None and account.disabled_at is None else None
    known = passwords.matches(password, kept)
    with hub.database.write() as writer:
        # Read again: it may have been given another password or been disabled while this one was judged.
        account = stored.by_name(writer, name) if known else None
        if account is not None and (account.password_hash, account.disabled_at) == (kept, None):
            token = opened(hub, writer, account, at=at)
            stored.forget_tries(writer, place(hub, "account", name))
            stored.take_back_try(writer, place(hub, "address", address))
            log.info("signed in", account=account.name)
            return token
    log.warning("sign-in refused")
    raise Unauthorised("the name or the password is wrong")


def opened(hub: Hub, writer: Transaction, account: Account, *, at: str) -> str:
    """Open a session of an account that has proved who it is; always a new one, whatever the browser brought."""
    token = secrets.token_urlsafe(32)
    oldest = _oldest(hub.settings, at)
    stored.forget_expired(writer, seen_before=oldest.seen, created_before=oldest.created, moment=at)
    stored.open_session(
        writer, SignInSession(hash=_hash(token), account=account.name, created_at=at, seen_at=at, viewing_as=None)
    )
    return token


def found(hub: Hub, token: str, *, at: str) -> Session:
    """Who bears this token; raises Unauthorised when the session is over, or never was."""
    session_hash, oldest = _hash(token), _oldest(hub.settings, at)
    with hub.database.read() as reader:
        row = stored.signed_in(reader, session_hash)
    if row is None or row.disabled_at is not None or row.seen_at < oldest.seen or row.created_at < oldest.created:
        raise Unauthorised("you are not signed in, or no longer")
    if row.seen_at <= later(at, seconds=-NOTED_AFTER):
        with hub.database.write() as writer:
            stored.seen(writer, session_hash, at)
    principal = _principal(row)
    viewing_as = None if principal.role == row.role else principal.role
    return Session(principal, row.display_name, csrf_token(token), viewing_as)


def view_as(hub: Hub, token: str, role: str, *, author: Author) -> None:
    """Have an admin's session look at the hub as another role, until it stops; it is recorded who did."""
    ensure_role(role)
    with hub.database.write() as writer:
        stored.view_as(writer, _hash(token), role)
        access_changes.record(writer, "view_as.begun", f"role:{role}", author=author)
    log.info("viewing as another role", role=role, actor=author.actor)


def stop_viewing(hub: Hub, token: str, *, author: Author) -> None:
    """Have a session look at the hub as who they are again; nothing happens when it does."""
    with hub.database.write() as writer:
        row = stored.signed_in(writer, _hash(token))
        if row is not None and row.viewing_as is not None:
            stored.view_as(writer, _hash(token), None)
            access_changes.record(writer, "view_as.ended", f"role:{row.viewing_as}", author=author)


def sign_out(hub: Hub, token: str) -> None:
    """End a session; nothing happens when there is none."""
    with hub.database.write() as writer:
        stored.end_session(writer, _hash(token))


def csrf_token(token: str) -> str:
    """What forms of this session carry: it follows from the token, and the token does not follow from it."""
    return hmac.new(token.encode(errors="replace"), b"csrf", hashlib.sha256).hexdigest()


def is_csrf_token(session: Session, given: str) -> bool:
    """Whether a form or a script of this session's own pages sent it."""
    return hmac.compare_digest(session.csrf.encode(), given.encode(errors="replace"))


@dataclass(frozen=True, slots=True)
class _Oldest:
    seen: str
    created: str


def _oldest(settings: Settings, at: str) -> _Oldest:
    return _Oldest(
        later(at, seconds=-60 * settings.session_idle_minutes), later(at, seconds=-3600 * settings.session_hours)
    )


def _ensure_few(hub: Hub, places: dict[str, int], at: str) -> None:
    """Count this try before it is judged, so that many at once are no more than one after the other."""
    with hub.database.read() as reader:
        held = [_held_until(stored.tried(reader, one), limit, at) for one, limit in places.items()]
    if not any(held):
        with hub.database.write() as writer:
            until = later(at, seconds=QUARTER)
            counted = {one: stored.count_try(writer, one, moment=at, until=until) for one in sorted(places)}
        held = [tries.until if tries.tries > places[one] else None for one, tries in counted.items()]
    if any(held):
        until = max(filter(None, held))
        seconds = int((datetime.fromisoformat(until) - datetime.fromisoformat(at)).total_seconds()) + 1
        log.warning("sign-in held up")
        raise TooMany(f"too many wrong passwords; try again in {-(-seconds // 60)} minutes", retry_after=seconds)


def _held_until(tries: stored.Tries | None, limit: int, at: str) -> str | None:
    return tries.until if tries is not None and tries.tries >= limit and tries.until > at else None


def _principal(row: SignedIn) -> Principal:
    viewed = row.viewing_as if row.role == "admin" else None
    return Principal(row.account, cast("Role", viewed or row.role), entity_type=row.entity_type, sort="user")


def _hash(token: str) -> str:
    # One round is enough, as for keys: the token is 256 random bits.
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
