"""Golden records for readers: versions by number and position, pages, and what their lineage points to."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from mdm.store.database import Transaction
from mdm.store.sums import HELD
from mdm.store.xref import NOW

_COLUMNS = "golden, version, entity_type, since, until, rules_version, attributes, lineage, dated"


@dataclass(frozen=True, slots=True)
class StoredGolden:
    """One golden version: attributes as JSON, lineage as compressed JSON; neither when nothing living bears it.

    dated: the values of dated attributes on all days as JSON, None where there are none.
    """

    golden: int
    version: int
    entity_type: str
    since: int
    until: int | None
    rules_version: str
    attributes: bytes | None
    lineage: bytes | None
    dated: bytes | None


def at(transaction: Transaction, golden: Collection[int], *, position: int = NOW) -> dict[int, StoredGolden]:
    """The versions that stood at a position, by golden number; a number not yet given then is absent."""
    if not golden:
        return {}
    rows = transaction.rows(
        f"SELECT {_COLUMNS} FROM golden_version WHERE golden {{in}} AND since <= ? AND (until IS NULL OR until > ?)",
        list(golden), position, position,
    )  # fmt: skip
    return {row[0]: StoredGolden(*row) for row in rows}


def living(transaction: Transaction, golden: Collection[int], *, position: int = NOW) -> set[int]:
    """Those of these golden numbers that a living record bore at a position."""
    if not golden:
        return set()
    rows = transaction.rows(
        "SELECT golden FROM golden_version WHERE golden {in} AND since <= ? AND (until IS NULL OR until > ?)"
        " AND attributes IS NOT NULL",
        list(golden), position, position,
    )  # fmt: skip
    return {row[0] for row in rows}


def versions(transaction: Transaction, golden: int, *, position: int = NOW) -> list[StoredGolden]:
    """All versions of one golden number that there were at a position, oldest first; the last of them stood then."""
    rows = transaction.rows(
        f"SELECT {_COLUMNS} FROM golden_version WHERE golden = ? AND since <= ? ORDER BY version", golden, position
    )
    found = [StoredGolden(*row) for row in rows]
    return [one if one.until is None or one.until <= position else replace(one, until=None) for one in found]


def activity(transaction: Transaction, golden: Collection[int]) -> dict[int, list[tuple[int, bool]]]:
    """(since, active) of all versions of each of these golden numbers, oldest first."""
    if not golden:
        return {}
    rows = transaction.rows(
        "SELECT golden, since, attributes IS NOT NULL FROM golden_version WHERE golden {in} ORDER BY golden, version",
        list(golden),
    )
    found: dict[int, list[tuple[int, bool]]] = {}
    for number, since, active in rows:
        found.setdefault(number, []).append((since, bool(active)))
    return found


def numbered(transaction: Transaction, wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], StoredGolden]:
    """The versions with these (golden number, version)."""
    rows = transaction.rows(
        f"SELECT {_COLUMNS} FROM golden_version WHERE golden {{in}} AND version {{in}}",
        sorted({golden for golden, _ in wanted}), sorted({version for _, version in wanted}),
    )  # fmt: skip
    found = {(row[0], row[1]): StoredGolden(*row) for row in rows}
    return {place: found[place] for place in wanted if place in found}


def page(
    transaction: Transaction, entity_type: str | None, *, after: int, limit: int, position: int = NOW
) -> list[StoredGolden]:
    """The next golden records that are active at a position, by golden number."""
    (active, values), of = _active(position), [] if entity_type is None else [entity_type]
    rows = transaction.rows(
        f"SELECT {_COLUMNS} FROM golden_version WHERE golden > ? AND {active}{' AND entity_type = ?' * len(of)}"
        " ORDER BY golden LIMIT ?",
        after, *values, *of, limit,
    )  # fmt: skip
    return [StoredGolden(*row) for row in rows]


def numbers(
    transaction: Transaction, entity_types: Collection[str], *, after: int, limit: int, position: int = NOW
) -> list[tuple[int, str]]:
    """The next golden numbers of these types that are active at a position, each with its type."""
    active, values = _active(position)
    # Type by type, as the index has them: of several at once all would be read and sorted.
    found = [
        row
        for of in entity_types
        for row in transaction.rows(
            f"SELECT golden, entity_type FROM golden_version WHERE golden > ? AND {active} AND entity_type = ?"
            " ORDER BY golden LIMIT ?",
            after, *values, of, limit,
        )
    ]  # fmt: skip
    return sorted(found)[:limit]


def _active(position: int) -> tuple[str, list[int]]:
    """What a version meets that is active at a position, and the values that it asks for; of now by its own index."""
    if position == NOW:
        return "attributes IS NOT NULL AND until IS NULL", []
    return "attributes IS NOT NULL AND since <= ? AND (until IS NULL OR until > ?)", [position, position]


def due_after(
    transaction: Transaction, entity_type: str | None, *, until: str, after: int, limit: int
) -> list[tuple[int, str]]:
    """The next golden numbers, with their entity types, that may change by themselves up to a day."""
    conditions, values = ["until IS NULL", "due IS NOT NULL", "due <= ?", "golden > ?"], list[Any]([until, after])
    if entity_type is not None:
        conditions.append("entity_type = ?")
        values.append(entity_type)
    return transaction.rows(
        f"SELECT golden, entity_type FROM golden_version WHERE {' AND '.join(conditions)} ORDER BY golden LIMIT ?",
        *values, limit,
    )  # fmt: skip


def batch_files(transaction: Transaction, batches: Collection[str]) -> dict[str, str]:
    """The file that each of these batches was read from."""
    if not batches:
        return {}
    return dict(transaction.rows("SELECT id, file FROM batch WHERE id {in}", list(batches)))


COUNTED = (*HELD, "open_tasks", "quarantined")
"""What there is of each entity type."""
COUNTS = (
    f"SELECT what AS counted, entity_type, count AS many FROM kept_sum WHERE what IN {HELD} AND day = ''"
    " UNION ALL SELECT 'open_tasks', entity_type, count(*) FROM task WHERE status = 'open' GROUP BY 2"
    " UNION ALL SELECT 'quarantined', entity_type, count(*) FROM quarantine WHERE status = 'open' GROUP BY 2"
)
"""The statement that tells it: rows of the name, the entity type and how many."""


def counts(transaction: Transaction) -> dict[str, dict[str, int]]:
    """How much there is of each entity type: source records, golden records, open tasks, rows in quarantine."""
    return by_type(transaction.rows(COUNTS))


def by_type(rows: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """The rows of COUNTS by entity type and name."""
    found: dict[str, dict[str, int]] = {}
    for name, entity_type, many in rows:
        found.setdefault(entity_type, dict.fromkeys(COUNTED, 0))[name] = many
    return found


def published(transaction: Transaction, tokens: Collection[int]) -> dict[int, list[bytes]]:
    """The attributes (JSON) of every version of the golden record that each of these records (key tokens) bears."""
    rows = transaction.rows(
        "SELECT key_token, attributes FROM source_record JOIN golden_version"
        " ON golden_version.golden = source_record.golden WHERE key_token {in} AND attributes IS NOT NULL",
        list(tokens),
    )
    found: dict[int, list[bytes]] = {}
    for token, attributes in rows:
        found.setdefault(token, []).append(bytes(attributes))
    return found
