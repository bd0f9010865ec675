"""What a hub holds and what of it presses, as the first page tells a person."""

from collections.abc import Iterable
from typing import Any

from mdm.services.health import of_each
from mdm.services.hub import Hub
from mdm.settings import now
from mdm.store import at_a_glance as stored

Document = dict[str, Any]
MANY = 1_000


def look(
    hub: Hub, entity_types: Iterable[str], who: str, *, narrowed: str | None = None, moment: str | None = None
) -> Document:
    """How much the hub holds, how far it has come and what waits for a person, in one statement.

    `{"entity_types", "log", "feed", "pending", "last_record_at", "overdue", "due_today", "decided", "opinions"}`: the
    counts and positions of `health.stats`; what waits and came last of the last 10,000 facts; how many open tasks are
    overdue, due today, and decided though not yet in force; and how many second opinions the person may give, where
    MANY stands for that many and more.

    narrowed: the one entity type whose tasks and opinions are for them.
    moment: the day of which is today (ISO 8601 UTC); the present when it is left out.
    """
    with hub.database.read() as transaction:
        seen = stored.read(transaction, narrowed, who=who, today=(moment or now())[:10], most=MANY)
    return {**seen._asdict(), "entity_types": of_each(entity_types, seen.entity_types)}
