"""Source records to be fetched again: written by the resolver as intervals, and read by age."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction
from mdm.store.moments import THEN
from mdm.store.xref import described

PLACE = ("record_id", "since")


class StoredRefetch(NamedTuple):
    """One row of `refetch`, without its end."""

    record_id: int
    since: int
    entity_type: str
    event: int
    version: str | None
    event_time: str | None

    @property
    def told(self) -> dict[str, object]:
        """As it is shown beside a source key: since which word of its source, and what the newest of them names."""
        return described(self.event, self.version, self.event_time)


_COLUMNS = ", ".join(f"refetch.{name}" for name in StoredRefetch._fields)


def any_of(transaction: Transaction, source: str) -> bool:
    """Whether a source ever said of a record that it is to be fetched; it may have sent none."""
    joined = "refetch JOIN source_record ON source_record.id = refetch.record_id"
    return transaction.one(f"SELECT 1 FROM {joined} WHERE source = ? LIMIT 1", source) is not None


def of_records(transaction: Transaction, ids: Collection[int]) -> dict[int, StoredRefetch]:
    """Those of these records that are to be fetched again, by record id."""
    rows = transaction.rows(f"SELECT {_COLUMNS} FROM refetch WHERE record_id {{in}} AND until IS NULL", list(ids))
    return {row[0]: StoredRefetch(*row) for row in rows}


def change(
    transaction: Transaction, *, ended: Sequence[StoredRefetch], begun: Sequence[StoredRefetch], position: int
) -> None:
    """End intervals at a position, and begin others."""
    closed = [(one.record_id, one.since, position) for one in ended]
    bulk.update(transaction, "refetch", (*PLACE, "until"), closed, keys=len(PLACE))
    bulk.insert(transaction, "refetch", StoredRefetch._fields, begun)


class Waiting(NamedTuple):
    """A record to be fetched again; of a group, how many there are of its source and type, and the oldest word."""

    record_id: int
    source: str
    entity_type: str
    source_id: str
    golden: int | None
    event: int
    version: str | None
    event_time: str | None
    alike: int
    oldest: int


class Among(NamedTuple):
    """Of which records: as things stood at a position, of a source, and behind since before a position."""

    entity_types: Sequence[str]
    source: str | None
    at: int
    before: int


_FROM = (
    "FROM refetch JOIN source_record ON source_record.id = refetch.record_id"
    f" LEFT JOIN xref ON xref.record_id = refetch.record_id AND {THEN.format('xref')}"
    f" WHERE refetch.entity_type {{in}} AND {THEN.format('refetch')} AND event < ?"
)
_TOLD = "refetch.record_id, source, refetch.entity_type, source_id, xref.golden, event, version, event_time"


def grouped(transaction: Transaction, among: Among, *, samples: int) -> list[Waiting]:
    """Some of each source and entity type, the oldest first."""
    own, values = _asked(among)
    rows = transaction.rows(
        f"SELECT * FROM (SELECT {_TOLD}, count(*) OVER kin AS alike, min(event) OVER kin AS oldest,"
        " row_number() OVER (PARTITION BY source, refetch.entity_type ORDER BY event, refetch.record_id) AS place"
        f" {_FROM}{own} WINDOW kin AS (PARTITION BY source, refetch.entity_type)) AS grouped"
        " WHERE place <= ? ORDER BY oldest, source, entity_type, place",
        *values, samples,
    )  # fmt: skip
    return [Waiting(*row[:-1]) for row in rows]


def page(transaction: Transaction, among: Among, *, after: tuple[int, int], limit: int) -> list[Waiting]:
    """The next records, the oldest first; `after`: the word and the record that the page before ended with."""
    own, values = _asked(among)
    rows = transaction.rows(
        f"SELECT {_TOLD}, 1, event {_FROM}{own} AND (event > ? OR (event = ? AND refetch.record_id > ?))"
        " ORDER BY event, refetch.record_id LIMIT ?",
        *values, after[0], *after, limit,
    )  # fmt: skip
    return [Waiting(*row) for row in rows]


def _asked(among: Among) -> tuple[str, list[object]]:
    own = "" if among.source is None else " AND source = ?"
    more = [] if among.source is None else [among.source]
    return own, [among.at, among.at, list(among.entity_types), among.at, among.at, among.before, *more]
