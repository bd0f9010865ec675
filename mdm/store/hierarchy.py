"""Hierarchies as the resolver keeps them: edges between golden records as intervals, and where systems disagree."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction
from mdm.store.moments import HOLDS, THEN, Moment
from mdm.store.xref import NOW

PLACE = ("golden", "attribute", "valid_from", "since")


class StoredEdge(NamedTuple):
    """One row of `hierarchy_edge`, without its end."""

    golden: int
    attribute: str
    valid_from: str
    since: int
    entity_type: str
    valid_to: str | None
    target_token: int
    record_id: int
    trust: int
    parent: int | None
    set_aside: bool


_COLUMNS = ", ".join(f"edge.{name}" for name in StoredEdge._fields)


def concerning(transaction: Transaction, goldens: Collection[int], tokens: Collection[int]) -> list[StoredEdge]:
    """The edges above these golden numbers as they stand, and above all of which one leads to one of these keys."""
    standing = f"SELECT {_COLUMNS} FROM hierarchy_edge AS edge WHERE until IS NULL AND golden"
    below = "SELECT golden FROM hierarchy_edge WHERE target_token {in} AND until IS NULL"
    statement = f"{standing} {{in}} UNION {standing} IN ({below})"
    return _edges(transaction.rows(statement, list(goldens), list(tokens)))


def of_type(transaction: Transaction, entity_type: str) -> list[StoredEdge]:
    """All edges of one entity type as they stand."""
    statement = f"SELECT {_COLUMNS} FROM hierarchy_edge AS edge WHERE entity_type = ? AND until IS NULL"
    return _edges(transaction.rows(statement, entity_type))


def upward(transaction: Transaction, attribute: str, goldens: Collection[int], *, at: int = NOW) -> list[StoredEdge]:
    """The edges of these golden numbers and of everything above them at a position, on all days, set aside or not."""
    if not goldens:
        return []
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


class Said(NamedTuple):
    """What one record of a golden record leads to by an attribute, and on which days."""

    golden: int
    attribute: str
    parent: int
    valid_from: str
    valid_to: str | None


def said_differently(transaction: Transaction, goldens: Collection[int], attributes: Collection[str]) -> list[Said]:
    """What the records of these golden numbers say where they lead to different golden records, on whichever days.

    A record that names itself says that nothing is above it, and disagrees with nobody.
    """
    if not goldens or not attributes:
        return []
    told = (
        "SELECT {0} FROM source_record AS member"
        " JOIN reference ON record_id = member.id AND until IS NULL AND standing = 'arrived'"
        " WHERE member.golden {{in}} AND attribute {{in}} AND target_token <> member.key_token {1}"
    )
    rows = transaction.rows(
        told.format("member.golden, attribute", "GROUP BY member.golden, attribute"
                    " HAVING count(DISTINCT reference.golden) > 1"),
        list(goldens), list(attributes),
    )  # fmt: skip
    if not rows:
        return []
    apart = set(rows)
    columns = "member.golden, attribute, reference.golden, valid_from, valid_to"
    found = transaction.rows(told.format(columns, ""), sorted({golden for golden, _ in apart}), list(attributes))
    return [Said(*row) for row in found if (row[0], row[1]) in apart]


class Mismatch(NamedTuple):
    """The days on which the records of a golden record disagree about an attribute: a row but for its end."""

    golden: int
    attribute: str
    valid_from: str
    since: int
    entity_type: str
    valid_to: str | None


def mismatched(transaction: Transaction, goldens: Collection[int]) -> list[Mismatch]:
    """The mismatches of these golden numbers that stand."""
    if not goldens:
        return []
    rows = transaction.rows(
        f"SELECT {', '.join(Mismatch._fields)} FROM hierarchy_mismatch WHERE golden {{in}} AND until IS NULL",
        list(goldens),
    )
    return [Mismatch(*row) for row in rows]


def change_mismatches(
    transaction: Transaction, *, ended: Sequence[Mismatch], begun: Sequence[Mismatch], position: int
) -> None:
    """End mismatches at a position, and begin others."""
    closed = [(*one[: len(PLACE)], position) for one in ended]
    bulk.update(transaction, "hierarchy_mismatch", (*PLACE, "until"), closed, keys=len(PLACE))
    bulk.insert(transaction, "hierarchy_mismatch", Mismatch._fields, begun)


_BELOW = f"edge.parent = above.golden AND edge.attribute = ? AND NOT edge.set_aside AND {HOLDS.format('edge')}"


def ancestors(transaction: Transaction, golden: int, attribute: str, *, when: Moment, limit: int) -> list[int]:
    """What stands above a golden number at a moment, the nearest first."""
    rows = transaction.rows(
        "WITH RECURSIVE up(golden, depth) AS (SELECT CAST(? AS BIGINT), 0 UNION ALL"
        " SELECT edge.parent, depth + 1 FROM up JOIN hierarchy_edge AS edge ON edge.golden = up.golden"
        f" AND edge.attribute = ? AND NOT edge.set_aside AND edge.parent IS NOT NULL AND {HOLDS.format('edge')}"
        " WHERE depth < ?)"
        " SELECT golden FROM up WHERE depth > 0 ORDER BY depth",
        golden, attribute, *when.both, limit,
    )  # fmt: skip
    return [row[0] for row in rows]


def is_set_aside(transaction: Transaction, golden: int, attribute: str, *, when: Moment) -> bool:
    """Whether what a golden number had above it at a moment would have closed a cycle."""
    found = transaction.one(
        "SELECT 1 FROM hierarchy_edge AS edge WHERE golden = ? AND attribute = ? AND set_aside"
        f" AND {HOLDS.format('edge')}",
        golden, attribute, *when.both,
    )  # fmt: skip
    return found is not None


def below(
    transaction: Transaction, golden: int, attribute: str, *, when: Moment, depth: int, limit: int
) -> list[tuple[int, int, int]]:
    """(golden, parent, depth) of what stands below a golden number at a moment, the nearest first."""
    return transaction.rows(
        "WITH RECURSIVE above(golden, parent, depth) AS (SELECT CAST(? AS BIGINT), CAST(0 AS BIGINT), 0 UNION ALL"
        " SELECT edge.golden, edge.parent, depth + 1 FROM above JOIN hierarchy_edge AS edge"
        f" ON {_BELOW} WHERE depth < ?)"
        " SELECT golden, parent, depth FROM above WHERE depth > 0 LIMIT ?",
        golden, attribute, *when.both, depth, limit,
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


def group(transaction: Transaction, golden: int, own: tuple[str, str], *, when: Moment, deepest: int) -> Group:
    """Count the whole group at a moment, as far down as the deepest level; own: entity type and attribute.

    One statement, so that the group is found once and counted three times.
    """
    entity_type, attribute = own
    rows = transaction.rows(
        "WITH RECURSIVE above(golden, depth) AS (SELECT CAST(? AS BIGINT), 0 UNION ALL"
        f" SELECT edge.golden, depth + 1 FROM above JOIN hierarchy_edge AS edge ON {_BELOW} WHERE depth < ?)"
        " SELECT 0, '', '', depth, count(*) FROM above GROUP BY depth UNION ALL"
        " SELECT 1, source, '', 0, count(*) FROM above"
        f" JOIN xref ON xref.golden = above.golden AND {THEN.format('xref')}"
        " JOIN source_record ON source_record.id = xref.record_id GROUP BY source UNION ALL"
        " SELECT 2, told.entity_type, told.attribute, 0, count(DISTINCT bears.golden) FROM above"
        f" JOIN reference AS told ON told.golden = above.golden AND {HOLDS.format('told')}"
        f" JOIN xref AS bears ON bears.record_id = told.record_id AND {THEN.format('bears')}"
        " WHERE NOT (told.entity_type = ? AND told.attribute = ?) GROUP BY told.entity_type, told.attribute",
        golden, attribute, *when.both, deepest, when.at, when.at, *when.both, when.at, when.at, entity_type, attribute,
    )  # fmt: skip
    told = sorted(rows)
    levels = [count for what, _, _, _, count in told if what == 0]
    sources = {source: count for what, source, _, _, count in told if what == 1}
    referring = {(of, by): count for what, of, by, _, count in told if what == 2}
    return Group(levels, sources, referring)


def _edges(rows: Sequence[tuple[Any, ...]]) -> list[StoredEdge]:
    return [StoredEdge(*row)._replace(set_aside=bool(row[-1])) for row in rows]


class Version(NamedTuple):
    """What one source record of a golden record with a mismatch says is above it, and the days of the mismatch."""

    golden: int
    entity_type: str
    attribute: str
    since: int
    valid_from: str
    valid_to: str | None
    source: str
    source_id: str
    target: str
    parent: int


def mismatches(
    transaction: Transaction, *, when: Moment, only: Collection[tuple[str, str]], after: tuple[int, str], limit: int
) -> list[Version]:
    """Each record's version of the next golden numbers, of these (entity type, attribute), whose records disagreed."""
    if not only:
        return []
    among = " OR ".join(["(entity_type = ? AND attribute = ?)"] * len(only))
    rows = transaction.rows(
        "SELECT apart.golden, apart.entity_type, apart.attribute, apart.since, apart.valid_from, apart.valid_to,"
        " source, source_id, target, told.golden"
        f" FROM (SELECT * FROM hierarchy_mismatch AS stood WHERE ({among})"
        f" AND (golden, attribute) > (?, ?) AND {HOLDS.format('stood')} ORDER BY golden, attribute LIMIT ?) AS apart"
        f" JOIN xref ON xref.golden = apart.golden AND {THEN.format('xref')}"
        " JOIN reference AS told ON told.record_id = xref.record_id AND told.attribute = apart.attribute"
        f" AND told.standing = 'arrived' AND {HOLDS.format('told')}"
        " JOIN source_record ON source_record.id = xref.record_id WHERE told.target_token <> source_record.key_token"
        " ORDER BY apart.golden, apart.attribute, source, source_id",
        *(word for pair in sorted(only) for word in pair), *after, *when.both, limit, when.at, when.at, *when.both,
    )  # fmt: skip
    return [Version(*row) for row in rows]
