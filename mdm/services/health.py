"""Whether the hub can do its work: the database, its schema, its durability and the resolver's lag; and its counts."""

from collections.abc import Iterable
from typing import Any

from mdm.errors import Unavailable
from mdm.services.hub import Hub
from mdm.settings import Settings, later, now, seconds_between
from mdm.store import changes as stored_changes
from mdm.store import golden as stored_golden
from mdm.store import health as stored_health
from mdm.store import log as stored_log
from mdm.store import records as stored_records
from mdm.store import schema
from mdm.store.database import Database, Transaction
from mdm.store.golden import COUNTED
from mdm.store.health import Waiting

Document = dict[str, Any]


def readiness(settings: Settings) -> tuple[bool, Document]:
    """Whether the hub can do its work now, and each check with its outcome; never raises for a database that is away.

    `checks` has `database`, `migration`, `durability`, `disk` and `resolver`, as far as it comes, each with `ok` and,
    where that is false, a `detail` that says what to do.
    """
    checks: Document = {}
    try:
        database = Database(settings.database_url)
        try:
            is_ready = _check(database, checks, settings)
        finally:
            database.close()
    except Unavailable as error:
        checks["database"] = {"ok": False, "detail": error.detail}
        is_ready = False
    return is_ready, {"status": "ready" if is_ready else "not ready", "checks": checks}


def stats(hub: Hub) -> Document:
    """How much the hub holds, by entity type, how far log and feed reach, and how far the resolver is behind."""
    with hub.database.read() as transaction:
        counts = of_each(hub.entity_types(seen_by=transaction), stored_golden.counts(transaction))
        pending, since = stored_health.pending(transaction), stored_health.waiting(transaction).since
        marked, reached = stored_records.count_marked(transaction), _reached(transaction)
    return {
        "hub": hub.settings.hub_name,
        "entity_types": {
            name: {**counted, "pending": pending.get(name, 0), "marked": marked.get(name, 0)}
            for name, counted in counts.items()
        },
        "positions": reached,
        "waiting_seconds": 0 if since is None else seconds_between(since, now()),
    }


def held(hub: Hub) -> dict[str, dict[str, int]]:
    """How much the hub holds, by entity type."""
    with hub.database.read() as transaction:
        return of_each(hub.entity_types(seen_by=transaction), stored_golden.counts(transaction))


def of_each(entity_types: Iterable[str], counts: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """What there is of each entity type, those included of which there is nothing."""
    return {name: counts.get(name, dict.fromkeys(COUNTED, 0)) for name in sorted(entity_types)}


def _reached(transaction: Transaction) -> dict[str, int]:
    return {"log": stored_log.head(transaction), "feed": stored_changes.head(transaction)}


def _check(database: Database, checks: Document, settings: Settings) -> bool:
    if not database.exists():
        raise Unavailable(f"there is no hub at {database.url!r} yet: run `mdm init`")
    at, newest = schema.current(database), schema.newest()
    checks["database"] = {"ok": True}
    checks["migration"] = _told(at == newest, "a migration is pending: run `mdm init`") | {"at": at, "newest": newest}
    if at != newest:
        return False
    with database.read() as transaction:
        unsafe = stored_health.unsafe(transaction)
        pending, waiting = stored_health.pending(transaction), stored_health.waiting(transaction)
        marked = stored_records.count_marked(transaction)
    checks["durability"] = _told(
        not unsafe,
        f"commits may be lost after they are acknowledged: {', '.join(unsafe)}; mend the database's settings",
    )
    has_room = database.postgresql or stored_health.room(str(database.url.database)) >= stored_health.LEAST_ROOM
    checks["disk"] = _told(
        has_room, f"less than {stored_health.LEAST_ROOM // 2**20} MiB are free where the hub is kept: make room"
    )
    stands = _resolver(waiting, sum(marked.values()), patience=settings.resolver_patience_seconds)
    checks["resolver"] = stands | {"pending": pending, "marked": marked}
    return all(check["ok"] for check in checks.values())


def _resolver(waiting: Waiting, marked: int, *, patience: int) -> Document:
    """A resolver that is behind but works is well; one that does nothing while something waits is not."""
    long_ago = later(now(), seconds=-patience)
    waits = waiting.since is not None or marked > 0
    stalled = waits and max(waiting.since or "", waiting.resolved_at or "") < long_ago
    what = f"facts wait since {waiting.since}" if waiting.since else f"{marked:,} records wait for it once more"
    return _told(
        not stalled,
        f"nothing has been resolved for more than {patience} seconds though {what}:"
        " see that `mdm serve` or `mdm worker` runs, and what it logs",
    ) | {"waiting_since": waiting.since}


def _told(ok: bool, otherwise: str) -> Document:  # noqa: FBT001  the outcome of a check
    return {"ok": ok} if ok else {"ok": ok, "detail": otherwise}
