"""Derive all state again from the log: to compare it with what stands, or to replace it."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from mdm.log import Author
from mdm.resolution.known_cells import KnownCells
from mdm.services.hub import Hub
from mdm.services.resolving import replay
from mdm.services.scratch import scratch
from mdm.services.stewarding import task_states
from mdm.services.uncollected import uncollected
from mdm.store import copies, digests, log, proposals, quality, second_opinions, task_work
from mdm.store.database import Transaction
from mdm.store.xref import NOW

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the state derived from the log is the state that stands, to the bit, history included."""

    match: bool
    digest_log: str
    digest_live: str
    records: int


@dataclass(slots=True)
class Derived:
    """A scratch hub on the way through the resolver commits of another, and the last that it has repeated.

    `worked` is the last fact about work on tasks that it has derived something from; `known` are the cells in hand of
    each entity type.
    """

    hub: Hub
    reached: int = 0
    worked: int = 0
    known: defaultdict[str, KnownCells] = field(default_factory=lambda: defaultdict(KnownCells))


def verify(hub: Hub) -> Verification:
    """Derive all state again beside the hub and compare; nothing is written, and nobody waits.

    Log and state are those of one read snapshot, so that whatever happens meanwhile is in neither.
    """
    with scratch(hub) as beside:
        with hub.database.read() as reader, beside.database.write() as writer:
            copies.copy(reader, writer, copies.FACTS)
            digest_live, records = _digest(reader)
        _replay(Derived(beside))
        with beside.database.write() as writer:
            _derive(writer)
            digest_log, _ = _digest(writer)
    return Verification(digest_log == digest_live, digest_log, digest_live, records)


def rebuild(hub: Hub) -> Verification:
    """Replace all derived state by what the log gives; readers see the old one until then, and records are taken in.

    Deriving holds no lock; only to catch up with the last commits and to replace does it keep others from resolving.
    """
    with derived_beside(hub) as derived:
        return put_in_place(hub, derived)


@contextmanager
def derived_beside(hub: Hub) -> Iterator[Derived]:
    """Bring a scratch hub through all resolver commits so far."""
    with scratch(hub) as beside:
        with hub.database.read() as reader, beside.database.write() as writer:
            copies.copy(reader, writer, copies.FACTS)
        derived = Derived(beside)
        while _replay(derived) > BATCH:
            _follow(hub, derived)  # what came meanwhile may be much, too
        yield derived


def put_in_place(hub: Hub, derived: Derived) -> Verification:
    """Catch up with the commits that were made meanwhile, and replace all derived state in one transaction."""
    with ExitStack() as kept:
        with _everything_locked(hub):
            while not _replaced(hub, derived):
                pass  # a type was installed meanwhile, whose locks are not among these
            standing = kept.enter_context(hub.database.read())
            log.head(standing)  # what a transaction sees is settled by its first query
        with derived.hub.database.write() as writer:
            _derive(writer)
            digest_log, _ = _digest(writer)
            upto = log.head(writer)
        digest_live, records = _digest(standing, upto=upto)  # people may have proposed something since
    return Verification(digest_log == digest_live, digest_log, digest_live, records)


def _replaced(hub: Hub, derived: Derived) -> bool:
    _follow(hub, derived)
    _replay(derived)
    with derived.hub.database.read() as reader, hub.database.write() as writer:
        writer.lock_log()
        if log.resolved(writer, after=derived.reached, limit=1):
            return False
        if task_work.facts(writer, after=derived.worked, limit=1):
            return False
        copies.copy(reader, writer, copies.DERIVED)
        _derive(writer)  # from the hub's own log: some may have come since that was copied
    return True


def _derive(writer: Transaction) -> None:
    """Work out what follows from the log without a resolver."""
    proposals.derive(writer)
    second_opinions.derive(writer)
    quality.derive(writer)


@contextmanager
def _everything_locked(hub: Hub) -> Iterator[None]:
    """No resolver commits and no work on tasks meanwhile; other facts are still taken in."""
    names = sorted(hub.entity_types())
    with ExitStack() as locks:
        for name in [*map(task_states.lock_of, names), *names]:
            locks.enter_context(hub.database.locked(name))
        yield


def _follow(hub: Hub, derived: Derived) -> None:
    """Copy the facts that the scratch hub does not have yet."""
    with hub.database.read() as reader, derived.hub.database.write() as writer:
        copies.follow(reader, writer, after=log.head(writer))


@uncollected()
def _replay(derived: Derived) -> int:
    """Repeat the resolver commits that have not been repeated; how many they were."""
    author, repeated = Author("rebuild", ""), 0
    while True:
        with derived.hub.database.read() as reader:
            facts = log.resolved(reader, after=derived.reached, limit=BATCH)
        if not facts:
            derived.worked = task_states.derive(derived.hub, after=derived.worked, batch=BATCH)
            return repeated
        for fact in facts:
            replay(derived.hub, fact, author=author, known=derived.known[str(fact.entity_type)])
        derived.reached, repeated = facts[-1].position, repeated + len(facts)


def _digest(reader: Transaction, *, upto: int = NOW) -> tuple[str, int]:
    return digests.state(reader) + digests.history(reader, upto=upto), digests.records(reader)
