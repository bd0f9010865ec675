"""The crosswalk of each golden record as it is looked up, kept in the commit that changes it."""

import orjson

from mdm.resolution.golden import GoldenChanges
from mdm.resolution.work import Work
from mdm.store import crosswalks as stored
from mdm.store import xref
from mdm.store.database import Transaction


def write(writer: Transaction, work: Work, golden: GoldenChanges, *, position: int) -> None:
    """Keep the living members of golden records of which one came, went, died or revived."""
    changed = [
        number
        for number, members in golden.after.items()
        if members != golden.before.get(number)
        or any(work.was_living(id_) != work.records[id_].living for id_ in members)
    ]
    living = {number: work.living(golden.after[number]) for number in changed}
    since = dict.fromkeys(golden.moved, position)
    since |= xref.since(writer, [id_ for ids in living.values() for id_ in ids if id_ not in since])
    kept = [
        (number, work.entity_type.entity_type, _members(work, ids), max(since[id_] for id_ in ids))
        for number, ids in sorted(living.items())
        if ids
    ]
    gone = {number for number, ids in living.items() if not ids} | (golden.before.keys() - golden.after.keys())
    stored.change(writer, gone=sorted(gone), kept=kept)


def _members(work: Work, ids: list[int]) -> str:
    placed = sorted((work.records[id_].source, work.records[id_].source_id) for id_ in ids)
    return orjson.dumps([{"source": source, "source_id": source_id} for source, source_id in placed]).decode()
