"""The crosswalk of each golden record as it is looked up, kept in the commit that changes it."""

import orjson

from mdm.resolution.golden import GoldenChanges
from mdm.resolution.work import Work
from mdm.store import crosswalks as stored
from mdm.store import records, refetches, xref
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord
from mdm.store.refetches import StoredRefetch


def write(writer: Transaction, work: Work, golden: GoldenChanges, *, behind: set[int], position: int) -> None:
    """Keep the living members of golden records of which one came, went, died or revived.

    behind: records that are to be fetched again, or no longer, which is told beside their keys; all must be written.
    """
    changed = [
        number
        for number, members in golden.after.items()
        if members != golden.before.get(number)
        or any(work.was_living(id_) != work.records[id_].living for id_ in members)
    ]
    living = {number: [work.records[id_] for id_ in work.living(golden.after[number])] for number in changed}
    living |= _of_others(writer, {work.records[id_].golden for id_ in behind} - {None, *changed})
    ids = [record.id for some in living.values() for record in some]
    since = dict.fromkeys(golden.moved, position)
    since |= xref.since(writer, [id_ for id_ in ids if id_ not in since])
    open_ = refetches.of_records(writer, ids) if behind or work.present.refetches else {}
    kept = [
        (number, work.entity_type.entity_type, _members(some, open_), max(since[record.id] for record in some))
        for number, some in sorted(living.items())
        if some
    ]
    gone = {number for number, some in living.items() if not some} | (golden.before.keys() - golden.after.keys())
    stored.change(writer, gone=sorted(gone), kept=kept)


def _of_others(writer: Transaction, numbers: set[int | None]) -> dict[int, list[StoredRecord]]:
    """The living members of golden records that have stayed as they were."""
    found: dict[int, list[StoredRecord]] = {number: [] for number in numbers if number is not None}
    for record in records.by_column(writer, "golden", sorted(found)):
        if record.living:
            found[record.golden or 0].append(record)
    return found


def _members(some: list[StoredRecord], behind: dict[int, StoredRefetch]) -> str:
    return orjson.dumps([
        {"source": source, "source_id": source_id}
        | ({"needs_refetch": behind[id_].told} if id_ in behind else {})
        for source, source_id, id_ in sorted((record.source, record.source_id, record.id) for record in some)
    ]).decode()  # fmt: skip
