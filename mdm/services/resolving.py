"""Resolve: bring golden records, cross-references, tasks and the feed up to what the log says."""

from collections.abc import Mapping
from contextlib import ExitStack

from mdm import pipeline, tracing
from mdm.code_lists import NONE
from mdm.entity_types import order
from mdm.log import Author, Fact
from mdm.resolution.codes import FACTS
from mdm.resolution.known_cells import KnownCells
from mdm.resolution.work import State, Work
from mdm.services.hub import Hub
from mdm.services.measuring import measured_before
from mdm.services.uncollected import uncollected
from mdm.store import golden_writing, log, records, resolution
from mdm.store import quality as stored_quality
from mdm.store import readiness as stored_readiness
from mdm.store.database import Transaction
from mdm.store.log import StoredFact
from mdm.store.resolution import StandingRow, StateRow

RETRIES = 20
FEW = 10
"""Records that arrive of which all that a resolver commit looks up is little."""


def resolve(hub: Hub, entity_type: str, *, author: Author, upto: int | None = None) -> int:
    """Resolve all that is pending for one entity type, unless it is resolved up to a position; returns its commits."""
    with hub.database.locked(entity_type):
        return catch_up(hub, entity_type, author=author, upto=upto)


def catch_up(hub: Hub, entity_type: str, *, author: Author, upto: int | None = None) -> int:
    """Do as `resolve` for a caller who holds the type's lock."""
    commits, known = 0, KnownCells()
    left: set[str] | None = {entity_type}
    while left is not None and entity_type in left:
        left = step(hub, entity_type, author=author, known=known, upto=None if commits else upto)
        commits += left is not None
    return commits


def resolve_arrived(hub: Hub, *, author: Author) -> None:
    """Resolve every entity type, those that others refer to first, until all that has arrived is resolved.

    What a day or a wide change has outdated stays so: see `refresh`. Nobody has to wait for that. So do the records
    that refer to what has moved, where they are many.
    """
    while any(resolve(hub, name, author=author) for name in waiting(hub)):
        pass  # that may have marked others, which come before the rest


def resolve_all(hub: Hub, *, author: Author) -> None:
    """Resolve all that has arrived, and do again all that is outdated, until nothing is pending anywhere."""
    resolve_arrived(hub, author=author)
    while sum(refresh(hub, name, author=author) for name in outdated(hub)):
        resolve_arrived(hub, author=author)


def outdated(hub: Hub) -> list[str]:
    """Types of which a day has outdated golden records, or a wide change answers about readiness or whole records.

    Those that others refer to come first.
    """
    with hub.database.read() as reader:
        marked = {*stored_readiness.marked_types(reader), *records.marked_types(reader)}
        return _in_order(hub, reader, {*golden_writing.due_types(reader), *marked})


def refresh(hub: Hub, entity_type: str, *, author: Author) -> bool:
    """Do again some of what a day or a wide change has outdated, in one commit; False: there is none.

    One commit for each time that the lock is taken, so that those who wait for a record come in between.
    """
    with hub.database.locked(entity_type):
        return step(hub, entity_type, author=author, refreshing=True) is not None


def waiting(hub: Hub) -> list[str]:
    """The entity types of which something that has arrived is not resolved yet, those that others refer to first."""
    with hub.database.read() as reader:
        return _in_order(hub, reader, resolution.waiting(reader, few=Work.MOST_AGAIN))


def _in_order(hub: Hub, reader: Transaction, names: set[str]) -> list[str]:
    return [name for name in order(hub.entity_types(seen_by=reader).values()) if name in names] if names else []


def tick(hub: Hub, date: str, *, author: Author) -> int:
    """Let a day pass: decay, expiry and valid time use the latest tick and no clock.

    Before it does, how good the data of each entity type is gets measured and kept. That reads every record, in one
    snapshot, and nobody waits for it. Returns the position of the tick.
    """
    measured = measured_before(hub, date)
    with hub.database.write() as writer:
        first = log.append(writer, [*measured, Fact("tick", None, {"date": date})], author=author)
        said = ((first + place, str(fact.entity_type), fact.body) for place, fact in enumerate(measured))
        stored_quality.keep(writer, said)
        return first + len(measured)


def latest_tick(hub: Hub) -> str | None:
    """The latest day that every entity type has seen pass (ISO date), None before the first."""
    with hub.database.read() as reader:
        states = [resolution.state(reader, name) for name in resolution.in_force(reader)]
    ticks = [state.tick if state else None for state in states]
    return min((tick for tick in ticks if tick), default=None) if all(ticks) else None


@uncollected()
def step(
    hub: Hub, entity_type: str, *, author: Author, known: KnownCells | None = None, upto: int | None = None,
    refreshing: bool = False,
) -> set[str] | None:  # fmt: skip
    """Make one resolver commit; None when nothing was pending. The caller holds the type's lock.

    Returns the entity types of which something waits by then: often none, and then nobody has to look again.

    known: what the commits before have read, where the lock was held all the time.  upto: nothing is done where the
    type is resolved up to this position.  refreshing: what is outdated is pending, too.
    """
    known = KnownCells() if known is None else known
    for _ in range(RETRIES):
        with ExitStack() as timed:
            with hub.database.read() as reader:
                work, facts = _pick_up(hub, reader, entity_type, upto=upto, refreshing=refreshing)
                if work is None:
                    return None
                # Only here, since a worker looks many times before there is something to do.
                about: tracing.Attributes = {"mdm.entity_type": entity_type, "mdm.facts": len(facts)}
                timed.enter_context(tracing.span("resolver commit", about))
                few = len(facts) <= FEW and all(fact.kind == "record" for fact in facts)
                if few:
                    reader.expect_few()
                work.known, work.refreshing = known, refreshing
                result = pipeline.work_out(work, facts)
            with hub.database.write() as writer:
                if few:
                    writer.expect_few()
                if not work.boundaries or _stand_still(writer, work):
                    pipeline.publish(writer, work, result, author=author)
                    return resolution.waiting(writer, few=Work.MOST_AGAIN)
        known.forget()
    raise RuntimeError(f"{entity_type}: what it refers to changed {RETRIES} times while it was resolved")


def replay(hub: Hub, fact: StoredFact, *, author: Author, known: KnownCells) -> None:
    """Repeat one resolver commit that is in the log, at the boundary it was made at; known: see `step`."""
    with hub.database.read() as reader:
        work, facts = _take(
            hub, reader, str(fact.entity_type), upto=fact.body["upto"], version=fact.body["rules_version"]
        )
        work.known, work.repeated = known, fact.body
        result = pipeline.work_out(work, facts)
    with hub.database.write() as writer:
        pipeline.publish(writer, work, result, author=author, at=fact.position)


def _pick_up(
    hub: Hub, reader: Transaction, entity_type: str, *, upto: int | None, refreshing: bool
) -> tuple[Work | None, list[StoredFact]]:
    states = resolution.states(reader)
    state = states.get(entity_type)
    if upto is not None and state is not None and state.upto >= upto:
        return None, []
    after = state.upto if state else 0
    limit = hub.settings.resolve_chunk
    facts, reached = log.pending(reader, entity_type, after=after, upto=None, limit=limit)
    while state is None and len(facts) == limit and all(fact.kind != "rules" for fact in facts):
        limit *= 2  # days and code lists that are older than the type: its first commit reaches its rules
        facts, reached = log.pending(reader, entity_type, after=after, upto=None, limit=limit)
    pending = facts or 0 < len(records.marked(reader, entity_type, limit=Work.MOST_AGAIN + 1)) <= Work.MOST_AGAIN
    if not pending and not (refreshing and _outdated(reader, entity_type, tick=state.tick if state else None)):
        return None, []
    named = [fact.body["version"] for fact in facts if fact.kind == "rules"]
    version = named[-1] if named else state.rules_version if state else ""
    work = _work(hub, reader, state, upto=reached, version=version, facts=facts)
    work.boundaries = _boundaries(work, states)
    return work, facts


def _outdated(reader: Transaction, entity_type: str, *, tick: str | None) -> bool:
    due = tick is not None and golden_writing.due(reader, entity_type, tick=tick, limit=1)
    marked = stored_readiness.marked(reader, entity_type, limit=1) or records.marked(reader, entity_type, limit=1)
    return bool(due or marked)


def _take(hub: Hub, reader: Transaction, entity_type: str, *, upto: int, version: str) -> tuple[Work, list[StoredFact]]:
    state = resolution.state(reader, entity_type)
    after = state.upto if state else 0
    facts, _ = log.pending(reader, entity_type, after=after, upto=upto, limit=upto - after + 1)
    return _work(hub, reader, state, upto=upto, version=version, facts=facts), facts


def _work(
    hub: Hub, reader: Transaction, row: StateRow | None, *, upto: int, version: str, facts: list[StoredFact]
) -> Work:
    state = State(*row[1:]) if row else State()
    entity_type = hub.rules(version, seen_by=reader)
    codes = hub.code_lists(reader, upto=upto) if entity_type.code_lists else NONE
    others = any(fact.kind in FACTS for fact in facts) and entity_type.code_lists
    ticks = [state.tick, *(fact.body["date"] for fact in facts if fact.kind == "tick")]
    return Work(
        reader=reader,
        entity_type=entity_type,
        salt=hub.salt,
        state=state,
        upto=upto,
        tick=max((date for date in ticks if date), default=None),
        afresh=row is not None and state.rules_version != version,
        codes=codes,
        codes_before=hub.code_lists(reader, upto=state.upto) if others else codes,
        stood_under=hub.rules(row.rules_version, seen_by=reader) if row else None,
    )


def _boundaries(work: Work, states: Mapping[str, StateRow | StandingRow]) -> dict[str, int]:
    """Where everything this type refers to stands: a commit must not be written over other targets than it read."""
    names = sorted(set(work.entity_type.references.values()))
    return {name: states[name].position if name in states else 0 for name in names}


def _stand_still(writer: Transaction, work: Work) -> bool:
    """Whether what a type refers to stands where it was read, and will until the commit ends."""
    writer.lock_log()
    work.standing = resolution.standing(writer)
    return _boundaries(work, work.standing) == work.boundaries
