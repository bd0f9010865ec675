"""What overtook a proposal: whose decision, or which change of the data that it is about."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from mdm.errors import Conflict
from mdm.log import Key, key_token
from mdm.services.deciding.decisions import decision_id
from mdm.services.hub import Hub
from mdm.services.known_keys import known
from mdm.store import decisions as stored_decisions
from mdm.store import log, resolution, xref
from mdm.store import records as stored_records
from mdm.store import tasks as stored_tasks
from mdm.store.database import Transaction
from mdm.store.proposals import StoredProposal
from mdm.store.records import StoredRecord

Document = dict[str, Any]
MOST = 200
"""Of what many records are about, as many are looked at."""


def cause(hub: Hub, reader: Transaction, stored: StoredProposal, said: Mapping[str, Any]) -> Document | None:
    """The latest thing after a proposal that bears on it: `{"what", "by", "at", "seq", "record", "decision_id"}`.

    what: a `decision` about its records or their golden records, a `record` that was sent again, or `rules` that were
    put in force. `record` is the key that it is about. None where it was something else, such as a day that passed.
    """
    after, own = stored.position, _records(hub, reader, said)
    near = _together(reader, own, after)
    for ids in ({one.id for one in own}, near.keys()):
        if decided := _decided(reader, ids, after):
            position, id_ = decided
            return _told(reader, "decision", position, record=near[id_], decision=decision_id(position))
    for keys in ([one.key for one in own], near.values()):
        if sent := _sent(hub, reader, keys, after):
            return _told(reader, "record", sent[0], record=sent[1])
    applied = resolution.applied(reader, stored.entity_type or "")
    return _told(reader, "rules", applied) if applied > after else None


def ensure_there(hub: Hub, reader: Transaction, stored: StoredProposal, said: Mapping[str, Any]) -> None:
    """Raise Conflict where what a split would part has been deleted since it was proposed, or all that would stay.

    Of a deleted record only the ID is left (rule 5). Whoever parts one that was deleted before means just that.
    """
    if stored.action != "split":
        return
    leaving = [str(key) for key in known(hub, [Key.parse(key) for key in said["parts"]["keys"]])]
    if gone := _deleted_since(hub, reader, leaving, stored.position):
        raise Conflict(f"{', '.join(gone)} has been deleted since, so that nothing of it is left to part")
    staying = said["fact"]["left"]
    if len(_deleted_since(hub, reader, staying, stored.position)) == len(staying):
        raise Conflict(f"all that would stay has been deleted since: {', '.join(staying)}")


def _deleted_since(hub: Hub, reader: Transaction, keys: Collection[str], after: int) -> list[str]:
    found = stored_records.by_column(reader, "key_token", [key_token(hub.salt, key) for key in keys])
    gone = sorted(one.key for one in found if one.deleted)
    return [key for key in gone if _sent(hub, reader, [key], after)]


def _told(
    reader: Transaction, what: str, position: int, *, record: str | None = None, decision: str | None = None
) -> Document:
    by, at = log.authors(reader, [position])[position]
    return {"what": what, "by": by, "at": at, "seq": position, "record": record, "decision_id": decision}


def _records(hub: Hub, reader: Transaction, said: Mapping[str, Any]) -> list[StoredRecord]:
    """The records that a proposal names: in the fact that it would become, or by the task that it would decide."""
    fact = said["fact"]
    keys = [*fact.get("left", ()), *fact.get("right", ()), *(key for ends in fact.get("pairs", ()) for key in ends)]
    keys += [fact["record"]] if "record" in fact else []
    if keys:
        tokens = [key_token(hub.salt, key) for key in dict.fromkeys(keys)]
        return stored_records.by_column(reader, "key_token", tokens[:MOST])
    task = stored_tasks.by_id(reader, said["parts"].get("task_id") or "")
    ends = {id_ for id_ in (task.left_id, task.right_id) if id_ is not None} if task else set[int]()
    return stored_records.by_column(reader, "id", ends)


def _together(reader: Transaction, own: Collection[StoredRecord], after: int) -> dict[int, str]:
    """Those records and all that bear, or bore then, a golden ID with one of them: their keys by id."""
    keys = {record.id: record.key for record in own}
    then = {one.golden for one in xref.of_records(reader, keys, at=after).values()}
    now = {record.golden for record in own if record.golden is not None}
    borne = [*xref.crosswalks(reader, now).values(), *xref.crosswalks(reader, then, at=after).values()]
    return {one.record_id: one.key for some in borne for one in some} | keys


def _decided(reader: Transaction, ids: Collection[int], after: int) -> tuple[int, int] | None:
    """The latest decision after a position that speaks of any of these records, and the record."""
    known = set(ids)
    ends = stored_decisions.said_after(reader, sorted(known), after=after)
    return max(((position, id_) for position, id_ in ends if id_ in known), default=None)


def _sent(hub: Hub, reader: Transaction, keys: Iterable[str], after: int) -> tuple[int, str] | None:
    """The latest fact of a source about any of these keys after a position, and the key."""
    by_token = {key_token(hub.salt, key): key for key in keys}
    found = log.latest_of_sources(reader, list(by_token), after=after)
    return None if found is None else (found[0], by_token[found[1]])
