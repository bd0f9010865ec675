"""Keys of the API: made, listed, revoked, and recognised."""

import hashlib
import hmac
import secrets
from functools import lru_cache
from typing import Any, cast, get_args

import structlog

from mdm.auth import Principal, Role
from mdm.errors import Fault, InvalidInput, NotFound, Unauthorised
from mdm.ingest.incoming import time_text
from mdm.ingest.key_parts import ensure_source
from mdm.log import Author
from mdm.services.access import access_changes
from mdm.services.hub import Hub
from mdm.services.stewarding.leaving import let_go
from mdm.settings import now
from mdm.store import keys as stored_keys
from mdm.store.keys import Bearer
from mdm.tables import ApiKey

log = structlog.get_logger()
_NO_HASH = "0" * 64


def create(
    hub: Hub, *, role: str, source: str | None = None, entity_type: str | None = None, expires: str | None = None,
    author: Author,
) -> dict[str, Any]:  # fmt: skip
    """Make a key: `{"id", "key", "role", "expires_at"}`. The key is shown this once; only its hash is kept.

    expires: the day (its beginning, UTC) or moment from which on it no longer works; never, if left out.

    Raises:
        InvalidInput: the role is unknown, no source can be called so, a key of role `source` names none, or `expires`
            is no future time.
        NotFound: no such entity type.
    """
    if role not in get_args(Role):
        detail = f"there is no role {role!r}; the roles are {', '.join(get_args(Role))}"
        raise InvalidInput(detail, faults=[Fault("/role", detail, "role")])
    if source is not None:
        ensure_source(source)
    if role == "source" and source is None:
        detail = "a key of role source must name the source it may send for"
        raise InvalidInput(detail, faults=[Fault("/source", detail, "required")])
    if entity_type is not None:
        hub.entity_type(entity_type)
    expires_at = None if expires is None else _future(expires, author.recorded_at)
    key_id = secrets.token_hex(6)
    written = f"mdm_{key_id}_{secrets.token_urlsafe(32)}"
    with hub.database.write() as transaction:
        stored_keys.add(transaction, ApiKey(
            id=key_id, hash=_hash(written), role=role, source=source, entity_type=entity_type,
            created_at=author.recorded_at, revoked_at=None, expires_at=expires_at, last_used_at=None,
        ))  # fmt: skip
        said = {"role": role, "source": source, "entity_type": entity_type, "expires_at": expires_at}
        access_changes.record(transaction, "key.created", f"key:{key_id}", author=author, detail=said)
    log.info("key created", key_id=key_id, role=role, actor=author.actor)
    return {"id": key_id, "key": written, "role": role, "expires_at": expires_at}


def listed(hub: Hub) -> list[dict[str, Any]]:
    """All keys without their secrets, oldest first; `revoked_at` says which no longer work."""
    with hub.database.read() as transaction:
        return [key.model_dump(exclude={"hash"}) for key in stored_keys.listed(transaction)]


def revoke(hub: Hub, key_id: str, *, author: Author) -> dict[str, Any]:
    """Take a key out of use, from the next request on; once revoked it stays so. Gives it as `listed` does.

    The tasks that it holds or was given are anybody's again.
    """
    with hub.database.write() as transaction:
        key = stored_keys.by_id(transaction, key_id)
        if key is None:
            raise NotFound(f"there is no key {key_id!r}; `mdm key list` shows them all")
        if key.revoked_at is None:
            key.revoked_at = author.recorded_at
            access_changes.record(transaction, "key.revoked", f"key:{key_id}", author=author)
        document = key.model_dump(exclude={"hash"})
    let_go(hub, f"key:{key_id}", author=author)
    log.info("key revoked", key_id=key_id, actor=author.actor)
    return document


def authenticate(hub: Hub, secret: str, *, at: str | None = None) -> Principal:
    """Who a key belongs to; raises Unauthorised for one that is unknown, altered, revoked or over, not saying which.

    at: ISO 8601 UTC; the present when it is left out.
    """
    key_id = id_of(secret)
    with hub.database.read() as transaction:
        found = stored_keys.bearers(transaction, {key_id})
    return recognised(secret, found.get(key_id), at=at or now())


def id_of(secret: str) -> str:
    """The id that a key says it has; "" for what cannot be a key."""
    prefix, _, rest = secret.partition("_")
    key_id = rest.partition("_")[0]
    return key_id if prefix == "mdm" and key_id.isalnum() and key_id.isascii() else ""


def recognised(secret: str, key: Bearer | None, *, at: str) -> Principal:
    """Judge a key by what is kept under its id; raises Unauthorised as `authenticate` does."""
    over = key is None or key.revoked_at is not None or (key.expires_at or "~") <= at
    known = _NO_HASH if key is None or over else key.hash
    # Compared in constant time, and also when there is no such key, so that timing tells nothing.
    if not hmac.compare_digest(_hash(secret), known) or key is None:
        raise Unauthorised("the key is not known, was revoked or is over; `mdm key create` makes one")
    return _principal(key.id, key.role, key.source, key.entity_type)


@lru_cache(maxsize=1_000)
def _principal(key_id: str, role: str, source: str | None, entity_type: str | None) -> Principal:
    """The same object for the same words: to make one takes as long as to look a key up in memory."""
    return Principal(key_id, cast("Role", role), source, entity_type)


def _future(written: str, present: str) -> str:
    try:
        moment = str(time_text(written))
    except ValueError as error:
        detail = f"expires {error}"
    else:
        if moment > present:
            return moment
        detail = f"a key that expires at {moment} would never work"
    raise InvalidInput(detail, faults=[Fault("/expires", detail, "expires", written)])


def _hash(written: str) -> str:
    # One round of SHA-256 is enough: the secret is 256 random bits, so there is nothing to guess and no
    # dictionary to try. A slow password hash would only make every request slow.
    return hashlib.sha256(written.encode(errors="surrogatepass")).hexdigest()
