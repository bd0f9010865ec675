"""A source that is asked for by its name: a misspelled one is refused, rather than answered with nothing."""

from collections.abc import Iterable

from mdm.entity_types import EntityType, hint
from mdm.errors import NotFound
from mdm.store import keys, refetches, versions
from mdm.store.database import Transaction


def ensure_known(reader: Transaction, entity_types: Iterable[EntityType], source: str | None) -> None:
    """Raise NotFound, which names the nearest, for a source of which nothing is known; None is any.

    Known is what has sent a record, what rules name, and what a key is narrowed to. entity_types: all there are.
    """
    if source is None:
        return
    known = {name for name, _ in versions.senders(reader)} | keys.sources(reader)
    for one in entity_types:
        known |= {
            *one.sources,
            *one.survive.trust,
            *(name for process in one.readiness.values() for name in process.systems),
        }
    if source not in known and not refetches.any_of(reader, source):
        raise NotFound(f"no source {source!r} has sent a record{hint(source, known)}")
