"""Source records as they stand: read by id, token, cluster or golden number; written in bulk."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction

COLUMNS = (
    "id", "key_token", "first_position", "entity_type", "source", "source_id", "deleted", "layers", "cells", "keys",
    "cluster", "golden", "hangs_on", "cut",
)  # fmt: skip
PLACE = ("id", "cluster", "golden", "hangs_on", "cut")
_ROW, _PLACED = attrgetter(*COLUMNS), attrgetter(*PLACE)


@dataclass(slots=True)
class StoredRecord:
    """One row of `source_record`: layers and cells are JSON, keys a packed array of 64-bit integers."""

    id: int
    key_token: int
    first_position: int | None
    entity_type: str
    source: str
    source_id: str
    deleted: bool
    layers: bytes
    cells: bytes
    keys: bytes
    cluster: int
    golden: int | None
    hangs_on: int | None
    cut: bool

    def twin(self) -> "StoredRecord":
        """A copy to change; written out because `dataclasses.replace` takes ten times as long."""
        return StoredRecord(
            self.id, self.key_token, self.first_position, self.entity_type, self.source, self.source_id, self.deleted,
            self.layers, self.cells, self.keys, self.cluster, self.golden, self.hangs_on, self.cut,
        )  # fmt: skip

    @property
    def key(self) -> str:
        """The written source key."""
        return f"{self.source}:{self.entity_type}:{self.source_id}"

    @property
    def living(self) -> bool:
        """It has arrived and is not deleted."""
        return self.first_position is not None and not self.deleted


def by_column(transaction: Transaction, column: str, values: Collection[int]) -> list[StoredRecord]:
    """The records whose `id`, `key_token`, `cluster`, `golden` or `hangs_on` is one of these."""
    if not values:
        return []
    rows = transaction.rows(f"SELECT {', '.join(COLUMNS)} FROM source_record WHERE {column} {{in}}", list(values))
    return [StoredRecord(*row) for row in rows]


def cells(transaction: Transaction, ids: Collection[int]) -> list[tuple[int, bytes, bool]]:
    """(id, cells, deleted) of records that have arrived: all that comparing needs."""
    if not ids:
        return []
    return transaction.rows("SELECT id, cells, deleted FROM source_record WHERE id {in}", list(ids))


def of_type(transaction: Transaction, entity_type: str) -> list[StoredRecord]:
    """All records of one entity type, those not yet arrived included, by id."""
    rows = transaction.rows(
        f"SELECT {', '.join(COLUMNS)} FROM source_record WHERE entity_type = ? ORDER BY id", entity_type
    )
    return [StoredRecord(*row) for row in rows]


def sizes(transaction: Transaction, goldens: Collection[int]) -> dict[int, int]:
    """How many records bear each of these golden numbers."""
    rows = transaction.rows(
        "SELECT golden, count(*) FROM source_record WHERE golden {in} GROUP BY golden", list(goldens)
    )
    return dict(rows)


def borne(transaction: Transaction, tokens: Collection[int]) -> list[tuple[int, int]]:
    """(key token, golden number) of those of these keys that bear one."""
    return transaction.rows(
        "SELECT key_token, golden FROM source_record WHERE key_token {in} AND golden IS NOT NULL", list(tokens)
    )


def living(
    transaction: Transaction, source: str, entity_type: str, *, after: int | None, limit: int
) -> list[tuple[int, int]]:
    """The next (id, key token) of the records of one source and entity type that it has not deleted, by id.

    One that counts as deleted only because its target is (`on_delete: retire`) is among them: it refers to that still.
    """
    return transaction.rows(
        "SELECT id, key_token FROM source_record WHERE entity_type = ? AND id > ? AND source = ?"
        " AND (NOT deleted OR EXISTS (SELECT 1 FROM reference WHERE record_id = source_record.id AND until IS NULL))"
        " AND first_position IS NOT NULL ORDER BY id LIMIT ?",
        entity_type, -(2**62) if after is None else after, source, limit,
    )  # fmt: skip


def lowest_id(transaction: Transaction) -> int:
    """The smallest id given so far, at most 0: the next record not yet arrived gets one less."""
    row = transaction.one("SELECT min(id) FROM source_record")
    return min((row and row[0]) or 0, 0)


def save(transaction: Transaction, records: Iterable[StoredRecord]) -> None:
    """Write whole rows, new or changed."""
    bulk.upsert(transaction, "source_record", COLUMNS, list(map(_ROW, records)), keys=1)


def place(transaction: Transaction, records: Iterable[StoredRecord]) -> None:
    """Write only where records stand now: cluster, golden number, what they hang on, whether their piece was cut."""
    bulk.update(transaction, "source_record", PLACE, list(map(_PLACED, records)), keys=1)


def representatives(transaction: Transaction, tokens: Collection[int]) -> dict[int, str]:
    """For each key token that has arrived: the smallest member key of the golden record that bears it."""
    return {token: key for token, (key, _) in reached(transaction, tokens).items()}


def reached(transaction: Transaction, tokens: Collection[int]) -> dict[int, tuple[str, bool]]:
    """For each key token that has arrived: the smallest member key of its golden record, and whether any lives."""
    if not tokens:
        return {}
    rows = transaction.rows(
        "SELECT target.key_token, member.source, member.entity_type, member.source_id, member.deleted"
        " FROM source_record AS target JOIN source_record AS member ON member.golden = target.golden"
        " WHERE target.key_token {in}",
        list(tokens),
    )
    found: dict[int, tuple[str, bool]] = {}
    for token, source, entity_type, source_id, deleted in rows:
        key = f"{source}:{entity_type}:{source_id}"
        smallest, lives = found.get(token, (key, False))
        found[token] = min(smallest, key), lives or not deleted
    return found


def borne_with(transaction: Transaction, tokens: Collection[int]) -> dict[int, list[str]]:
    """For each key token that has arrived: all the member keys of its golden record, in order."""
    rows = transaction.rows(
        "SELECT target.key_token, member.source, member.entity_type, member.source_id"
        " FROM source_record AS target JOIN source_record AS member ON member.golden = target.golden"
        " WHERE target.key_token {in}",
        list(tokens),
    )
    found: dict[int, list[str]] = {}
    for token, *key in sorted(rows):
        found.setdefault(token, []).append(":".join(key))
    return found


def lead_to_living(transaction: Transaction, tokens: Collection[int]) -> list[int]:
    """Those of these key tokens whose golden record is there and has a living member."""
    return [token for token, (_, lives) in reached(transaction, tokens).items() if lives]


def link(
    transaction: Transaction, links: Collection[tuple[int, int]], *, instead_of: Collection[tuple[int, int]]
) -> None:
    """Say which records refer to which key token: (token, record id)."""
    bulk.delete(transaction, "reference_link", ("target_token", "record_id"), sorted(instead_of))
    bulk.upsert(transaction, "reference_link", ("target_token", "record_id"), sorted(links), keys=2)


def unlink(transaction: Transaction, entity_type: str) -> None:
    """Forget what the records of one type refer to, before a change of rules says it anew."""
    transaction.run(
        "DELETE FROM reference_link WHERE record_id IN (SELECT id FROM source_record WHERE entity_type = ?)",
        entity_type,
    )


def mark_referring(transaction: Transaction, tokens: Collection[int]) -> None:
    """Mark all records that refer to these keys, or on which people set that, as to be resolved again."""
    transaction.run(
        "INSERT INTO dirty_record (entity_type, record_id) SELECT entity_type, id FROM reference_link"
        " JOIN source_record ON id = record_id WHERE target_token {in}"
        " UNION SELECT entity_type, record_id FROM decision WHERE target_token {in} ON CONFLICT DO NOTHING",
        list(tokens), list(tokens),
    )  # fmt: skip


def marked(transaction: Transaction, entity_type: str, *, limit: int) -> list[int]:
    """The records of one type that are to be resolved again, the first so many of them by id."""
    rows = transaction.rows(
        "SELECT record_id FROM dirty_record WHERE entity_type = ? ORDER BY record_id LIMIT ?", entity_type, limit
    )
    return [row[0] for row in rows]


def marked_among(transaction: Transaction, entity_type: str, ids: Collection[int]) -> set[int]:
    """Those of these records that are to be resolved again."""
    rows = transaction.rows(
        "SELECT record_id FROM dirty_record WHERE entity_type = ? AND record_id {in}", entity_type, list(ids)
    )
    return {row[0] for row in rows}


def marked_types(transaction: Transaction) -> list[str]:
    """The entity types of which records are to be resolved again, told without counting them."""
    rows = transaction.rows(
        "SELECT entity_type FROM resolution"
        " WHERE EXISTS (SELECT 1 FROM dirty_record WHERE dirty_record.entity_type = resolution.entity_type)"
    )
    return [row[0] for row in rows]


def count_marked(transaction: Transaction) -> dict[str, int]:
    """How many records of each type are to be resolved again; nothing of a type without any."""
    return dict(transaction.rows("SELECT entity_type, count(*) FROM dirty_record GROUP BY entity_type"))


def unmark(transaction: Transaction, entity_type: str, ids: Collection[int]) -> None:
    """Say that these have been resolved again."""
    bulk.delete(transaction, "dirty_record", ("entity_type", "record_id"), [(entity_type, id_) for id_ in sorted(ids)])


class Place(NamedTuple):
    """The golden number of a record, whether others bear it, too, whether a steward is asked about it, and its life."""

    golden: int
    matched: bool
    doubtful: bool
    living: bool


def place_of(transaction: Transaction, token: int) -> Place:
    """Where the record with a key token, which has been resolved, has its place."""
    golden, matched, doubtful, deleted = transaction.rows(
        "SELECT golden, EXISTS (SELECT 1 FROM source_record AS other"
        " WHERE other.golden = own.golden AND other.id <> own.id),"
        " EXISTS (SELECT 1 FROM task WHERE status = 'open' AND left_id = own.id)"
        " OR EXISTS (SELECT 1 FROM task WHERE status = 'open' AND right_id = own.id), deleted"
        " FROM source_record AS own WHERE key_token = ?",
        token,
    )[0]  # fmt: skip
    return Place(golden, bool(matched), bool(doubtful), not deleted)
