"""Readiness as the resolver keeps it, what it is judged by, and pages of it for readers."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction
from mdm.store.moments import THEN
from mdm.store.xref import NOW


class Kept(NamedTuple):
    """One row of `readiness`: what one golden record lacks for one process, `[]` in JSON for nothing."""

    golden: int
    process: str
    entity_type: str
    missing: str
    since: int
    ready_since: int | None
    first_ready: int | None
    due: str | None

    @property
    def ready(self) -> bool:
        """Whether nothing is missing."""
        return self.ready_since is not None


_COLUMNS = ", ".join(Kept._fields)
NOTHING = "[]"
AT_ONCE = ""
"""Due before all days: an answer that a wide change has outdated, to be judged in one of the next commits."""


def kept(transaction: Transaction, goldens: Collection[int]) -> list[Kept]:
    """What is kept of these golden numbers."""
    rows = transaction.rows(f"SELECT {_COLUMNS} FROM readiness WHERE golden {{in}}", list(goldens))
    return [Kept(*row) for row in rows]


def save(transaction: Transaction, rows: Sequence[Kept]) -> None:
    """Keep these rows in place of those that stood."""
    bulk.upsert(transaction, "readiness", Kept._fields, rows, keys=2)


def remove(transaction: Transaction, places: Collection[tuple[int, str]]) -> None:
    """Forget the answers about these golden numbers and processes."""
    bulk.delete(transaction, "readiness", ("golden", "process"), sorted(places))


def due(transaction: Transaction, entity_type: str, *, tick: str) -> list[int]:
    """The golden numbers whose answer may be another one on a day."""
    rows = transaction.rows(
        "SELECT DISTINCT golden FROM readiness WHERE entity_type = ? AND due <= ?", entity_type, tick
    )
    return [row[0] for row in rows]


def mark(transaction: Transaction, goldens: Collection[int]) -> None:
    """Note that the answers about these golden numbers have to be judged anew."""
    bulk.update(transaction, "readiness", ("golden", "due"), [(one, AT_ONCE) for one in sorted(goldens)], keys=1)


def marked(transaction: Transaction, entity_type: str, *, limit: int) -> list[int]:
    """The first golden numbers of a type whose answers have to be judged anew."""
    rows = transaction.rows(
        "SELECT DISTINCT golden FROM readiness WHERE entity_type = ? AND due = ? ORDER BY golden LIMIT ?",
        entity_type, AT_ONCE, limit,
    )  # fmt: skip
    return [row[0] for row in rows]


def marked_types(transaction: Transaction) -> list[str]:
    """The entity types of which answers have to be judged anew."""
    rows = transaction.rows(
        "SELECT entity_type FROM resolution WHERE EXISTS (SELECT 1 FROM readiness"
        " WHERE readiness.entity_type = resolution.entity_type AND due = ?) ORDER BY entity_type",
        AT_ONCE,
    )
    return [row[0] for row in rows]


def outdated(transaction: Transaction, process: str) -> int:
    """How many answers about a process have to be judged anew."""
    row = transaction.one("SELECT count(*) FROM readiness WHERE due = ? AND process = ?", AT_ONCE, process)
    return 0 if row is None else int(row[0])


def goldens(transaction: Transaction, entity_type: str) -> list[int]:
    """All golden numbers of a type that are active or have an answer."""
    rows = transaction.rows(
        "SELECT golden FROM golden_version WHERE entity_type = ? AND until IS NULL AND attributes IS NOT NULL"
        " UNION SELECT golden FROM readiness WHERE entity_type = ?",
        entity_type, entity_type,
    )  # fmt: skip
    return [row[0] for row in rows]


def values(
    transaction: Transaction, goldens: Collection[int], *, at: int = NOW
) -> list[tuple[int, bytes, bytes | None]]:
    """(golden number, attributes, dated values) of those that were active at a position."""
    if not goldens:
        return []
    return transaction.rows(
        "SELECT golden, attributes, dated FROM golden_version AS stood WHERE golden {in} AND attributes IS NOT NULL"
        f" AND {THEN.format('stood')}",
        list(goldens), at, at,
    )  # fmt: skip


def sources(transaction: Transaction, goldens: Collection[int]) -> list[tuple[int, str]]:
    """(golden number, source) of the living records that bear these numbers."""
    return transaction.rows(
        "SELECT DISTINCT golden, source FROM source_record WHERE golden {in} AND NOT deleted", list(goldens)
    )


_SET = (
    " FROM decision JOIN xref AS holder ON holder.record_id = decision.record_id"
    " JOIN xref AS led ON led.key_token = target_token JOIN source_record AS named ON named.id = led.record_id"
)
"""References that people ever set, on the founding record of a golden record."""
_SET_THEN = (
    f"{_SET} AND {THEN.format('holder')} AND {THEN.format('led')} AND EXISTS (SELECT 1 FROM golden_version AS alive"
    f" WHERE alive.golden = led.golden AND {THEN.format('alive')} AND attributes IS NOT NULL)"
)
"""Those that meant something at a position, which is to be given six times. Whether one held then, the value tells."""
_KEY = "named.source || ':' || named.entity_type || ':' || named.source_id"
_BEARS = f" JOIN xref AS bears ON bears.record_id = reference.record_id AND {THEN.format('bears')}"
_ARRIVED = f"{THEN.format('reference')} AND standing = 'arrived'"


def meant(
    transaction: Transaction, goldens: Collection[int], attributes: Collection[str], *, at: int = NOW
) -> list[tuple[int, str, str, int]]:
    """(golden number, attribute, written key, what it meant) of references that meant something at a position.

    Those of their records, and those that people ever set: to be compared with the value that survived.
    """
    if not goldens or not attributes:
        return []
    return transaction.rows(
        f"SELECT bears.golden, attribute, target, reference.golden FROM reference{_BEARS}"
        f" WHERE bears.golden {{in}} AND attribute {{in}} AND {_ARRIVED}"
        f" UNION SELECT holder.golden, attribute, {_KEY}, led.golden{_SET_THEN}"
        " WHERE holder.golden {in} AND attribute {in}",
        at, at, list(goldens), list(attributes), at, at, *(at,) * 6, list(goldens), list(attributes),
    )  # fmt: skip


def referring(
    transaction: Transaction, targets: Collection[int], entity_type: str, attribute: str, *, at: int = NOW
) -> list[tuple[int, str, int]]:
    """(what was meant, written key, golden number that referred) at a position, of one type by one attribute.

    By what its records said, and by what people ever set there: to be compared with the value that survived.
    """
    # The entity type of decisions by an expression: SQLite would rather look through all of the type.
    asked = [list(targets), entity_type, attribute]
    return transaction.rows(
        f"SELECT reference.golden, target, bears.golden FROM reference{_BEARS}"
        f" WHERE reference.golden {{in}} AND reference.entity_type = ? AND attribute = ? AND {_ARRIVED}"
        f" UNION SELECT led.golden, {_KEY}, holder.golden{_SET_THEN}"
        " WHERE led.golden {in} AND decision.entity_type || '' = ? AND attribute = ?",
        at, at, *asked, at, at, *(at,) * 6, *asked,
    )  # fmt: skip


def led_to(
    transaction: Transaction, goldens: Collection[int], attributes: Collection[str], *, position: int
) -> list[tuple[str, int]]:
    """(attribute, what it means) of what the records of these refer to, or did before the commit at a position.

    With whatever people ever set there: what has just been taken back is among it.
    """
    return transaction.rows(
        "SELECT attribute, reference.golden FROM source_record AS member"
        " JOIN reference ON record_id = member.id WHERE member.golden {in} AND attribute {in}"
        " AND (until IS NULL OR until = ?) AND reference.golden IS NOT NULL"
        f" UNION SELECT attribute, led.golden{_SET} WHERE holder.golden {{in}} AND attribute {{in}}"
        " AND holder.until IS NULL AND led.until IS NULL",
        list(goldens), list(attributes), position, list(goldens), list(attributes),
    )  # fmt: skip


class Filter(NamedTuple):
    """Which answers about a process are asked for; None takes all. missing: code, or code and what it is about."""

    entity_type: str | None = None
    ready: bool | None = None
    missing: tuple[str, ...] | None = None

    @property
    def begins(self) -> str:
        """What begins an item in JSON of what is missing, of those that are asked for."""
        return "[" + ",".join(f'"{word}"' for word in self.missing or ())

    def takes(self, missing: str) -> bool:
        """Whether an answer is meant that says that this is missing."""
        return self.ready in {None, missing == NOTHING} and (self.missing is None or self.begins in missing)


def page(transaction: Transaction, process: str, wanted: Filter, *, after: int, limit: int) -> list[Kept]:
    """The next answers about a process, by golden number."""
    conditions, given = "", list[Any]()
    if wanted.entity_type is not None:
        conditions, given = conditions + " AND entity_type = ?", [*given, wanted.entity_type]
    if wanted.ready is not None:
        conditions += f" AND ready_since IS {'NOT ' if wanted.ready else ''}NULL"
    if wanted.missing is not None:
        # Not LIKE, to which underscores mean something else.
        conditions, given = conditions + " AND replace(missing, ?, '') <> missing", [*given, wanted.begins]
    rows = transaction.rows(
        f"SELECT {_COLUMNS} FROM readiness WHERE process = ? AND golden > ?{conditions} ORDER BY golden LIMIT ?",
        process, after, *given, limit,
    )  # fmt: skip
    return [Kept(*row) for row in rows]


def answers(transaction: Transaction) -> list[tuple[str, str, str, int]]:
    """(entity type, process, what is missing, how many golden records): every answer there is."""
    return transaction.rows(
        "SELECT entity_type, process, missing, count(*) FROM readiness GROUP BY entity_type, process, missing"
    )
