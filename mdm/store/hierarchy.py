"""Hierarchies as the resolver keeps them: edges between golden records as intervals, and where systems disagree."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction
from mdm.store.xref import NOW

PLACE = ("golden", "attribute", "since")


class StoredEdge(NamedTuple):
    """One row of `hierarchy_edge`, without its end."""

    golden: int
    attribute: str
    since: int
    entity_type: str
    target_token: int
    record_id: int
    trust: int
    parent: int | None
    set_aside: bool


_COLUMNS = ", ".join(f"edge.{name}" for name in StoredEdge._fields)


def of_goldens(transaction: Transaction, goldens: Collection[int]) -> list[StoredEdge]:
    """The edges above these golden numbers as they stand."""
    statement = f"SELECT {_COLUMNS} FROM hierarchy_edge AS edge WHERE golden {{in}} AND until IS NULL"
    return _edges(transaction.rows(statement, list(goldens)))


def to_targets(transaction: Transaction, tokens: Collection[int]) -> list[StoredEdge]:
    """The edges that stand on these key tokens."""
    statement = f"SELECT {_COLUMNS} FROM hierarchy_edge AS edge WHERE target_token {{in}} AND until IS NULL"
    return _edges(transaction.rows(statement, list(tokens)))


def of_type(transaction: Transaction, entity_type: str) -> list[StoredEdge]:
    """All edges of one entity type as they stand."""
    statement = f"SELECT {_COLUMNS} FROM hierarchy_edge AS edge WHERE entity_type = ? AND until IS NULL"
    return _edges(transaction.rows(statement, entity_type))


def upward(transaction: Transaction, attribute: str, goldens: Collection[int], *, at: int = NOW) -> list[StoredEdge]:
    """The edges of these golden numbers and of everything above them at a position, those set aside included."""
    stood = "edge.attribute = ? AND edge.since <= ? AND (edge.until IS NULL OR edge.until > ?)"
    rows = transaction.rows(
        f"WITH RECURSIVE up(golden) AS (SELECT golden FROM hierarchy_edge AS edge WHERE golden {{in}} AND {stood}"
        f" UNION SELECT edge.parent FROM up JOIN hierarchy_edge AS edge ON edge.golden = up.golden AND {stood}"
        " WHERE edge.parent IS NOT NULL)"
        f" SELECT {_COLUMNS} FROM up JOIN hierarchy_edge AS edge ON edge.golden = up.golden AND {stood}",
        list(goldens), *(attribute, at, at) * 3,
    )  # fmt: skip
    return _edges(rows)


def change(
    transaction: Transaction, *, ended: Sequence[StoredEdge], begun: Sequence[StoredEdge], position: int
) -> None:
    """End edges at a position, and begin others."""
    closed = [(*one[: len(PLACE)], position) for one in ended]
    bulk.update(transaction, "hierarchy_edge", (*PLACE, "until"), closed, keys=len(PLACE))
    bulk.insert(transaction, "hierarchy_edge", StoredEdge._fields, begun)


def disagreeing(
    transaction: Transaction, goldens: Collection[int], attributes: Collection[str]
) -> set[tuple[int, str]]:
    """Of these golden numbers, those whose records lead to different golden records; by (number, attribute).

    A record that names itself says that nothing is above it, and disagrees with nobody.
    """
    rows = transaction.rows(
        "SELECT member.golden, attribute FROM source_record AS member"
        " JOIN reference ON record_id = member.id AND until IS NULL AND standing = 'arrived'"
        " WHERE member.golden {in} AND attribute {in} AND target_token <> member.key_token"
        " GROUP BY member.golden, attribute HAVING count(DISTINCT reference.golden) > 1",
        list(goldens), list(attributes),
    )  # fmt: skip
    return set(rows)


def mismatched(transaction: Transaction, goldens: Collection[int]) -> list[tuple[int, str, int]]:
    """(golden, attribute, since) of the mismatches that stand of these golden numbers."""
    return transaction.rows(
        "SELECT golden, attribute, since FROM hierarchy_mismatch WHERE golden {in} AND until IS NULL", list(goldens)
    )


def change_mismatches(
    transaction: Transaction, entity_type: str, *, ended: Sequence[tuple[int, str, int]],
    begun: Sequence[tuple[int, str]], position: int,
) -> None:  # fmt: skip
    """End mismatches at a position, and begin others."""
    closed = [(*one, position) for one in ended]
    bulk.update(transaction, "hierarchy_mismatch", (*PLACE, "until"), closed, keys=len(PLACE))
    rows = [(*one, position, entity_type) for one in begun]
    bulk.insert(transaction, "hierarchy_mismatch", (*PLACE, "entity_type"), rows)


_BELOW = (
    "edge.parent = above.golden AND edge.attribute = ? AND NOT edge.set_aside AND edge.since <= ?"
    " AND (edge.until IS NULL OR edge.until > ?)"
)
_THEN = "{0}.since <= ? AND ({0}.until IS NULL OR {0}.until > ?)"


def ancestors(transaction: Transaction, golden: int, attribute: str, *, at: int, limit: int) -> list[int]:
    """What stands above a golden number at a position, the nearest first."""
    rows = transaction.rows(
        "WITH RECURSIVE up(golden, depth) AS (SELECT CAST(? AS BIGINT), 0 UNION ALL"
        " SELECT edge.parent, depth + 1 FROM up JOIN hierarchy_edge AS edge ON edge.golden = up.golden"
        " AND edge.attribute = ? AND NOT edge.set_aside AND edge.parent IS NOT NULL AND edge.since <= ?"
        " AND (edge.until IS NULL OR edge.until > ?) WHERE depth < ?)"
        " SELECT golden FROM up WHERE depth > 0 ORDER BY depth",
        golden, attribute, at, at, limit,
    )  # fmt: skip
    return [row[0] for row in rows]


def is_set_aside(transaction: Transaction, golden: int, attribute: str, *, at: int) -> bool:
    """Whether what a golden number had above it at a position would have closed a cycle."""
    found = transaction.one(
        "SELECT 1 FROM hierarchy_edge WHERE golden = ? AND attribute = ? AND set_aside AND since <= ?"
        " AND (until IS NULL OR until > ?)",
        golden, attribute, at, at,
    )  # fmt: skip
    return found is not None


def below(
    transaction: Transaction, golden: int, attribute: str, *, at: int, depth: int, limit: int
) -> list[tuple[int, int, int]]:
    """(golden, parent, depth) of what stands below a golden number at a position, the nearest first."""
    return transaction.rows(
        "WITH RECURSIVE above(golden, parent, depth) AS (SELECT CAST(? AS BIGINT), CAST(0 AS BIGINT), 0 UNION ALL"
        " SELECT edge.golden, edge.parent, depth + 1 FROM above JOIN hierarchy_edge AS edge"
        f" ON {_BELOW} WHERE depth < ?)"
        " SELECT golden, parent, depth FROM above WHERE depth > 0 LIMIT ?",
        golden, attribute, at, at, depth, limit,
    )  # fmt: skip


def all_below(transaction: Transaction, goldens: Collection[int], attribute: str) -> list[int]:
    """Everything that stands below any of these golden numbers now."""
    rows = transaction.rows(
        "WITH RECURSIVE above(golden) AS (SELECT edge.golden FROM hierarchy_edge AS edge WHERE edge.parent {in}"
        " AND edge.attribute = ? AND NOT edge.set_aside AND edge.until IS NULL UNION"
        " SELECT edge.golden FROM above JOIN hierarchy_edge AS edge ON edge.parent = above.golden"
        " AND edge.attribute = ? AND NOT edge.set_aside AND edge.until IS NULL) SELECT golden FROM above",
        list(goldens), attribute, attribute,
    )  # fmt: skip
    return [row[0] for row in rows]


class Group(NamedTuple):
    """What a golden record and all below it have in number.

    levels: golden records by level, itself first.  sources: cross-references by source.  referring: golden records that
    refer to them, by (entity type, attribute); what makes the hierarchy itself is not counted.
    """

    levels: list[int]
    sources: dict[str, int]
    referring: dict[tuple[str, str], int]


def group(transaction: Transaction, golden: int, own: tuple[str, str], *, at: int, deepest: int) -> Group:
    """Count the whole group at a position, as far down as the deepest level; own: entity type and attribute.

    One statement, so that the group is found once and counted three times.
    """
    entity_type, attribute = own
    rows = transaction.rows(
        "WITH RECURSIVE above(golden, depth) AS (SELECT CAST(? AS BIGINT), 0 UNION ALL"
        f" SELECT edge.golden, depth + 1 FROM above JOIN hierarchy_edge AS edge ON {_BELOW} WHERE depth < ?)"
        " SELECT 0, '', '', depth, count(*) FROM above GROUP BY depth UNION ALL"
        " SELECT 1, source, '', 0, count(*) FROM above"
        f" JOIN xref ON xref.golden = above.golden AND {_THEN.format('xref')}"
        " JOIN source_record ON source_record.id = xref.record_id GROUP BY source UNION ALL"
        " SELECT 2, told.entity_type, told.attribute, 0, count(DISTINCT bears.golden) FROM above"
        f" JOIN reference AS told ON told.golden = above.golden AND {_THEN.format('told')}"
        f" JOIN xref AS bears ON bears.record_id = told.record_id AND {_THEN.format('bears')}"
        " WHERE NOT (told.entity_type = ? AND told.attribute = ?) GROUP BY told.entity_type, told.attribute",
        golden, attribute, at, at, deepest, at, at, at, at, at, at, entity_type, attribute,
    )  # fmt: skip
    told = sorted(rows)
    levels = [count for what, _, _, _, count in told if what == 0]
    sources = {source: count for what, source, _, _, count in told if what == 1}
    referring = {(of, by): count for what, of, by, _, count in told if what == 2}
    return Group(levels, sources, referring)


def _edges(rows: Sequence[tuple[Any, ...]]) -> list[StoredEdge]:
    return [StoredEdge(*row)._replace(set_aside=bool(row[-1])) for row in rows]


class Version(NamedTuple):
    """What one source record of a golden record with a mismatch says is above it."""

    golden: int
    entity_type: str
    attribute: str
    since: int
    source: str
    source_id: str
    target: str
    parent: int


def mismatches(
    transaction: Transaction, *, at: int, only: Collection[tuple[str, str]], after: tuple[int, str], limit: int
) -> list[Version]:
    """Each record's version of the next golden numbers, of these (entity type, attribute), whose records disagreed."""
    if not only:
        return []
    among = " OR ".join(["(entity_type = ? AND attribute = ?)"] * len(only))
    rows = transaction.rows(
        "SELECT apart.golden, apart.entity_type, apart.attribute, apart.since, source, source_id, target, told.golden"
        f" FROM (SELECT golden, entity_type, attribute, since FROM hierarchy_mismatch WHERE ({among})"
        " AND (golden, attribute) > (?, ?)"
        " AND since <= ? AND (until IS NULL OR until > ?) ORDER BY golden, attribute LIMIT ?) AS apart"
        " JOIN xref ON xref.golden = apart.golden AND xref.since <= ? AND (xref.until IS NULL OR xref.until > ?)"
        " JOIN reference AS told ON told.record_id = xref.record_id AND told.attribute = apart.attribute"
        " AND told.standing = 'arrived' AND told.since <= ? AND (told.until IS NULL OR told.until > ?)"
        " JOIN source_record ON source_record.id = xref.record_id WHERE told.target_token <> source_record.key_token"
        " ORDER BY apart.golden, apart.attribute, source, source_id",
        *(word for pair in sorted(only) for word in pair), *after, at, at, limit, at, at, at, at,
    )  # fmt: skip
    return [Version(*row) for row in rows]
