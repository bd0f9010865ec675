"""Where references lead: written by the resolver as intervals, and those that lead nowhere, for readers."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction

Standing = Literal["arrived", "deleted", "waiting"]
PLACE = ("record_id", "attribute", "target_token", "valid_from", "since")


class StoredReference(NamedTuple):
    """One row of `reference`, without its end."""

    record_id: int
    attribute: str
    target_token: int
    valid_from: str
    since: int
    entity_type: str
    target: str
    valid_to: str | None
    golden: int | None
    standing: Standing

    @property
    def means(self) -> int | None:
        """The golden number of a living golden record that it leads to."""
        return self.golden if self.standing == "arrived" else None


_COLUMNS = ", ".join(StoredReference._fields)


def concerning(transaction: Transaction, ids: Collection[int], tokens: Collection[int]) -> list[StoredReference]:
    """What these records refer to as things stand, and everything that refers to these key tokens."""
    standing = f"SELECT {_COLUMNS} FROM reference WHERE until IS NULL AND"
    rows = transaction.rows(
        f"{standing} record_id {{in}} UNION ALL {standing} target_token {{in}}", list(ids), list(tokens)
    )
    return [StoredReference(*row) for row in rows]


def meanings(transaction: Transaction, tokens: Collection[int]) -> dict[int, tuple[int, Standing]]:
    """The golden number that each of these key tokens bears, and whether anything of that lives; by token."""
    rows = transaction.rows(
        "SELECT key_token, golden, CASE WHEN EXISTS (SELECT 1 FROM source_record AS member"
        " WHERE member.golden = target.golden AND NOT member.deleted) THEN 'arrived' ELSE 'deleted' END"
        " FROM source_record AS target WHERE key_token {in} AND golden IS NOT NULL",
        list(tokens),
    )
    return {token: (golden, standing) for token, golden, standing in rows}


def gone(transaction: Transaction, tokens: Collection[int]) -> list[int]:
    """Those of these key tokens that have arrived, and of whose golden record nothing lives."""
    return [token for token, (_, standing) in meanings(transaction, tokens).items() if standing == "deleted"]


def referring(transaction: Transaction, ids: Collection[int]) -> list[int]:
    """Those of these records that refer to anything as things stand: nothing that its source has deleted does."""
    if not ids:
        return []
    rows = transaction.rows(
        "SELECT DISTINCT record_id FROM reference WHERE record_id {in} AND until IS NULL", list(ids)
    )
    return [row[0] for row in rows]


def retired(transaction: Transaction, ids: Collection[int], attributes: Collection[str], *, at: int) -> list[int]:
    """Those of these records that counted as deleted at a position because what one of the attributes led to did."""
    if not attributes:
        return []
    rows = transaction.rows(
        "SELECT DISTINCT record_id FROM reference WHERE record_id {in} AND attribute {in} AND standing = 'deleted'"
        " AND since <= ? AND (until IS NULL OR until > ?)",
        list(ids), list(attributes), at, at,
    )  # fmt: skip
    return [row[0] for row in rows]


def change(
    transaction: Transaction, *, ended: Sequence[StoredReference], begun: Sequence[StoredReference], position: int
) -> None:
    """End intervals at a position, and begin others."""
    closed = [(*one[: len(PLACE)], position) for one in ended]
    bulk.update(transaction, "reference", (*PLACE, "until"), closed, keys=len(PLACE))
    bulk.insert(transaction, "reference", StoredReference._fields, begun)


class Waiting(NamedTuple):
    """One of a group of references that lead to nothing living, and how many there are of them, and since when."""

    source: str
    entity_type: str
    attribute: str
    standing: Standing
    references: int
    oldest: int
    source_id: str
    target: str
    since: int


def waiting(
    transaction: Transaction, *, at: int, only: Mapping[tuple[str, str], Sequence[Standing]], source: str | None,
    before: int, samples: int,
) -> list[Waiting]:  # fmt: skip
    """Some references of each group (source, entity type, attribute, standing) that led nowhere, the oldest first.

    only: the standings wanted of each (entity type, attribute).  before: only those that have led nowhere since
    before a position.
    """
    if not only:
        return []
    among = " OR ".join(["(reference.entity_type = ? AND attribute = ? AND standing {in})"] * len(only))
    own = "" if source is None else " AND source = ?"
    rows = transaction.rows(
        "SELECT source, entity_type, attribute, standing, alike, oldest, source_id, target, since FROM ("
        "SELECT source, reference.entity_type, attribute, standing, source_id, target, reference.since,"
        " count(*) OVER kin AS alike, min(reference.since) OVER kin AS oldest,"
        " row_number() OVER (PARTITION BY source, reference.entity_type, attribute, standing"
        " ORDER BY reference.since, reference.record_id) AS place"
        " FROM reference JOIN source_record ON source_record.id = reference.record_id"
        f" WHERE standing <> 'arrived' AND ({among}) AND reference.since <= ?"
        f" AND (reference.until IS NULL OR reference.until > ?) AND reference.since < ?{own}"
        " WINDOW kin AS (PARTITION BY source, reference.entity_type, attribute, standing)) AS grouped"
        " WHERE place <= ? ORDER BY oldest, source, entity_type, attribute, standing, place",
        *(word for pair, standings in sorted(only.items()) for word in (*pair, list(standings))), at, at, before,
        *([] if source is None else [source]), samples,
    )  # fmt: skip
    return [Waiting(*row) for row in rows]
