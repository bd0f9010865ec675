"""Source records in: one, or many at once; each accepted once, rejected ones kept in quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from golden_records.identity import golden_id
from mdm.errors import InvalidInput
from mdm.ingest import Incoming, Rejected
from mdm.log import Author, key_token
from mdm.services.hub import Hub
from mdm.services.intake.accepting import accept
from mdm.services.intake.arrivals import Age, Outcome, Status
from mdm.services.intake.prepared import prepare
from mdm.services.resolving import resolve
from mdm.store import batches, log, records
from mdm.store.batches import Origin, RejectedRow
from mdm.store.database import Transaction
from mdm.store.records import Place

__all__ = ["Outcome", "Put", "Status", "acknowledged", "put", "put_many", "take_in"]

Resolution = Literal["created", "matched", "review"]


@dataclass(frozen=True, slots=True)
class Put:
    """The answer to one record: acknowledged, and when it was waited for, the golden record it belongs to.

    `older_than`: the newest version of the record, where that is newer than the one that was sent.
    `resolution`: None, too, after a tombstone, or when the record is deleted all the same: nothing was found for it.
    """

    position: int
    status: Status
    older_than: Age | None = None
    golden_id: str | None = None
    resolution: Resolution | None = None


def put(hub: Hub, incoming: Incoming, *, author: Author, wait: bool) -> Put:
    """Take in one record, durably; with `wait` resolve it and say where it went.

    Raises:
        InvalidInput: it contradicts what is there; nothing is kept of it.
    """
    outcome, position = acknowledged(hub, incoming, author=author)
    if not wait:
        return Put(position, outcome.status, outcome.older_than)
    resolve(hub, incoming.entity_type, author=author, upto=position)
    return _where(hub, incoming, outcome)


def acknowledged(hub: Hub, incoming: Incoming, *, author: Author) -> tuple[Outcome, int]:
    """Take in one record, durably: what became of it, and its position.

    Raises:
        InvalidInput: it contradicts what is there; nothing is kept of it.
    """
    batch = Origin()
    prepared = prepare(hub.salt, [incoming], batch.id)

    def taken(writer: Transaction) -> Outcome:
        return next(accept(hub, writer, prepared, batch=batch, author=author).outcomes)

    outcome = hub.database.write_together(taken)
    if outcome.status == "quarantined" or outcome.position is None:
        raise InvalidInput(outcome.faults[0].detail, faults=outcome.faults)
    return outcome, outcome.position


def put_many(hub: Hub, items: Sequence[Incoming | Rejected], *, author: Author, batch: Origin) -> list[Outcome]:
    """Take in many records of any types in one transaction; rejected ones go to quarantine."""
    with hub.database.write() as writer:
        outcomes, rejected = take_in(hub, writer, items, author=author, batch=batch)
        batches.quarantine(writer, batch, rejected, recorded_at=author.recorded_at)
    return outcomes


def take_in(
    hub: Hub, writer: Transaction, items: Sequence[Incoming | Rejected], *, author: Author, batch: Origin
) -> tuple[list[Outcome], list[RejectedRow]]:
    """Take in many records within a transaction of the caller's; also gives what quarantine should keep."""
    taken = accept(hub, writer, prepare(hub.salt, items, batch.id), batch=batch, author=author)
    return list(taken.outcomes), taken.rejected


def _where(hub: Hub, incoming: Incoming, outcome: Outcome) -> Put:
    with hub.database.read() as reader:
        source_id = incoming.source_id
        if incoming.created is not None:  # its id may have been used before, so that it has another one here
            source_id = log.bodies(reader, [outcome.position or 0])[outcome.position or 0]["source_id"]
        written = f"{incoming.source}:{incoming.entity_type}:{source_id}"
        place = records.place_of(reader, key_token(hub.salt, written))
        prefix = hub.entity_type(incoming.entity_type, seen_by=reader).id_prefix
    resolution = None if incoming.mode == "delete" else _resolution(place)
    found = golden_id(prefix, place.golden)
    return Put(outcome.position or 0, outcome.status, outcome.older_than, found, resolution)


def _resolution(place: Place) -> Resolution | None:
    if not place.living:
        return None
    return "review" if place.doubtful else "matched" if place.matched else "created"
