"""Whether the hub can do its work: the database, its schema, its durability and the resolver's lag; and its counts."""

from typing import Any

from mdm.errors import Unavailable
from mdm.services.hub import Hub
from mdm.settings import Settings
from mdm.store import changes as stored_changes
from mdm.store import golden as stored_golden
from mdm.store import health as stored_health
from mdm.store import log as stored_log
from mdm.store import schema
from mdm.store.database import Database

Document = dict[str, Any]


def readiness(settings: Settings) -> tuple[bool, Document]:
    """Whether requests can be served now, and each check with its outcome; never raises for a database that is away."""
    checks: Document = {}
    try:
        database = Database(settings.database_url)
        try:
            is_ready = _check(database, checks)
        finally:
            database.close()
    except Unavailable as error:
        checks["database"] = {"ok": False, "detail": error.detail}
        is_ready = False
    return is_ready, {"status": "ready" if is_ready else "not ready", "checks": checks}


def stats(hub: Hub) -> Document:
    """How much the hub holds, by entity type, and how far log and feed reach."""
    with hub.database.read() as transaction:
        counts = stored_golden.counts(transaction)
        reached = {"log": stored_log.head(transaction), "feed": stored_changes.head(transaction)}
    empty = {"source_records": 0, "golden_records": 0, "open_tasks": 0, "quarantined": 0}
    return {
        "hub": hub.settings.hub_name,
        "entity_types": {name: counts.get(name, empty) for name in sorted(hub.entity_types())},
        "positions": reached,
    }


def latest(hub: Hub) -> Document:
    """How far the hub has come, at little cost: `{"pending", "last_record_at"}`, of the last 10,000 facts."""
    with hub.database.read() as transaction:
        pending, last = stored_health.latest(transaction)
    return {"pending": pending, "last_record_at": last}


def _check(database: Database, checks: Document) -> bool:
    if not database.exists():
        raise Unavailable(f"there is no hub at {database.url!r} yet: run `mdm init`")
    at, newest = schema.current(database), schema.newest()
    checks["database"] = {"ok": True}
    checks["migration"] = {"ok": at == newest, "at": at, "newest": newest}
    if at != newest:
        checks["migration"]["detail"] = "a migration is pending: run `mdm init`"
        return False
    with database.read() as transaction:
        durable = stored_health.durable(transaction)
        pending = stored_health.pending(transaction)
    checks["durability"] = {"ok": durable}
    if not durable:
        checks["durability"]["detail"] = "commits are not flushed before they are acknowledged"
    has_room = database.postgresql or stored_health.room(str(database.url.database)) >= stored_health.LEAST_ROOM
    checks["disk"] = {"ok": has_room}
    if not has_room:
        checks["disk"]["detail"] = f"less than {stored_health.LEAST_ROOM // 2**20} MiB are free where the hub is kept"
    # A resolver that is behind still answers look-ups truthfully, so lag is told and is no reason to be taken out.
    checks["resolver"] = {"ok": True, "pending": pending}
    return durable and has_room
