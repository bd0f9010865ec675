"""Derive all state again from the log: to compare it with what stands, or to replace it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from mdm.log import Author
from mdm.services.hub import Hub
from mdm.services.resolving import replay
from mdm.services.scratch import scratch
from mdm.store import copies, digests, log
from mdm.store.database import Database

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the state derived from the log is the state that stands, to the bit, history included."""

    match: bool
    digest_log: str
    digest_live: str
    records: int


def verify(hub: Hub) -> Verification:
    """Derive all state again beside the hub and compare; nothing of the hub is written."""
    with _everything_locked(hub), _derived_again(hub) as derived:
        digest_log, _ = _digest(derived.database)
        digest_live, records = _digest(hub.database)
    return Verification(digest_log == digest_live, digest_log, digest_live, records)


def rebuild(hub: Hub) -> Verification:
    """Replace all derived state by what the log gives, in one transaction; readers see the old until then."""
    with _everything_locked(hub), _derived_again(hub) as derived:
        with derived.database.read() as reader, hub.database.write() as writer:
            copies.copy(reader, writer, copies.DERIVED)
        digest_log, records = _digest(derived.database)
        digest_live, _ = _digest(hub.database)
    return Verification(digest_log == digest_live, digest_log, digest_live, records)


@contextmanager
def _everything_locked(hub: Hub) -> Iterator[None]:
    """No resolver commits meanwhile; facts are still taken in."""
    with ExitStack() as locks:
        for name in sorted(hub.entity_types()):
            locks.enter_context(hub.database.locked(name))
        yield


@contextmanager
def _derived_again(hub: Hub) -> Iterator[Hub]:
    """A scratch hub with the same log, brought through the same resolver commits."""
    with scratch(hub, copies.FACTS) as derived:
        _replay_all(derived)
        yield derived


def _replay_all(derived: Hub) -> None:
    after, author = 0, Author("rebuild", "")
    while True:
        with derived.database.read() as reader:
            facts = log.resolved(reader, after=after, limit=BATCH)
        if not facts:
            return
        for fact in facts:
            replay(derived, fact, author=author)
        after = facts[-1].position


def _digest(database: Database) -> tuple[str, int]:
    with database.read() as reader:
        return digests.state(reader) + digests.history(reader), digests.records(reader)
