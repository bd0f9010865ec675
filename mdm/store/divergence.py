"""Where source records disagree with their golden record: written by the resolver as intervals, read in pages."""

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction
from mdm.store.xref import NOW

PLACE = ("golden", "record_id", "attribute", "since")


class StoredDivergence(NamedTuple):
    """One row of `divergence`, without its end."""

    golden: int
    record_id: int
    attribute: str
    since: int
    entity_type: str


class Filter(NamedTuple):
    """Which divergence is asked for; None takes all."""

    entity_type: str | None = None
    source: str | None = None
    attribute: str | None = None
    golden: int | None = None


class Told(NamedTuple):
    """One disagreement that stands, with the record that it is of."""

    golden: int
    attribute: str
    record_id: int
    since: int
    entity_type: str
    source: str
    source_id: str
    layers: bytes


def standing(transaction: Transaction, goldens: Collection[int]) -> list[StoredDivergence]:
    """What stands of these golden numbers."""
    if not goldens:
        return []
    rows = transaction.rows(
        f"SELECT {', '.join(StoredDivergence._fields)} FROM divergence WHERE golden {{in}} AND until IS NULL",
        list(goldens),
    )
    return [StoredDivergence(*row) for row in rows]


def change(
    transaction: Transaction, *, ended: Sequence[StoredDivergence], begun: Sequence[StoredDivergence], position: int
) -> None:
    """End disagreements at a position, and begin others."""
    closed = [(*one[: len(PLACE)], position) for one in ended]
    bulk.update(transaction, "divergence", (*PLACE, "until"), closed, keys=len(PLACE))
    bulk.insert(transaction, "divergence", StoredDivergence._fields, begun)


def page(
    transaction: Transaction, wanted: Filter, *, after: tuple[int, str, int] = (0, "", 0), limit: int, at: int = NOW
) -> list[Told]:
    """The next disagreements that stand, or stood at a position, by golden number, attribute and record."""
    conditions, values = _conditions(wanted)
    stood, then = ("until IS NULL", ()) if at == NOW else ("since <= ? AND (until IS NULL OR until > ?)", (at, at))
    rows = transaction.rows(
        "SELECT told.golden, attribute, record_id, since, told.entity_type, source, source_id, layers"
        " FROM divergence AS told JOIN source_record ON id = record_id"
        f" WHERE {stood} AND (told.golden, attribute, record_id) > (?, ?, ?){conditions}"
        " ORDER BY told.golden, attribute, record_id LIMIT ?",
        *then, *after, *values, limit,
    )  # fmt: skip
    return [Told(*row) for row in rows]


class Target(NamedTuple):
    """What a reference means, and the smallest id that each source has for it."""

    golden: int
    ids: dict[str, str]


def targets(transaction: Transaction, tokens: Collection[int]) -> dict[int, Target]:
    """What each of these key tokens means, and what sources call that."""
    rows = transaction.rows(
        "SELECT target.key_token, member.golden, member.source, min(member.source_id) FROM source_record AS target"
        " JOIN source_record AS member ON member.golden = target.golden AND NOT member.deleted"
        " WHERE target.key_token {in} GROUP BY target.key_token, member.golden, member.source",
        list(tokens),
    )
    found: dict[int, Target] = {}
    for token, golden, source, source_id in rows:
        found.setdefault(token, Target(golden, {})).ids[source] = source_id
    return found


def counts(transaction: Transaction) -> list[tuple[str, str, str, int]]:
    """(entity type, source, attribute, how many) of what stands."""
    return transaction.rows(
        "SELECT told.entity_type, source, attribute, count(*) FROM divergence AS told"
        " JOIN source_record ON id = record_id WHERE until IS NULL"
        " GROUP BY told.entity_type, source, attribute ORDER BY told.entity_type, source, attribute"
    )


def by_day(transaction: Transaction, wanted: Filter, end: Literal["since", "until"]) -> dict[str, int]:
    """How many disagreements began (`since`) or ended (`until`) on each day (UTC)."""
    conditions, values = _conditions(wanted)
    return dict(
        transaction.rows(
            "SELECT substr(recorded_at, 1, 10), count(*) FROM divergence AS told JOIN source_record ON id = record_id"
            f" JOIN log ON log.position = told.{end} WHERE 1 = 1{conditions} GROUP BY 1",
            *values,
        )
    )


def _conditions(wanted: Filter) -> tuple[str, list[object]]:
    conditions, values = "", list[object]()
    for column, value in (
        ("told.entity_type", wanted.entity_type), ("source", wanted.source), ("told.attribute", wanted.attribute),
        ("told.golden", wanted.golden),
    ):  # fmt: skip
        if value is not None:
            conditions += f" AND {column} = ?"
            values.append(value)
    return conditions, values
