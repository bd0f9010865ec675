"""Decisions: which are in force, and what they say of each pair of records."""

from collections.abc import Collection, Iterable

from mdm.store import bulk
from mdm.store.database import Transaction

PairRow = tuple[int, int, int, str, bool]


def pairs_of(transaction: Transaction, ids: Collection[int]) -> list[PairRow]:
    """All that was ever decided about pairs with an end among these records."""
    columns, listed = "left_id, right_id, position, verdict, in_force", list(ids)
    return transaction.rows(
        f"SELECT {columns} FROM decision_pair WHERE left_id {{in}}"
        f" UNION SELECT {columns} FROM decision_pair WHERE right_id {{in}}",
        listed, listed,
    )  # fmt: skip


def said_after(transaction: Transaction, ids: Collection[int], *, after: int) -> list[tuple[int, int]]:
    """(position, record id) of the decisions after a position that speak of these records, undone ones included.

    What takes a decision back speaks of its records, too.
    """
    listed, pairs = list(ids), "FROM decision_pair WHERE {end} {{in}} AND position > ?"
    voided = (
        "SELECT decision_void.position, {end} FROM decision_pair"
        " JOIN decision_void ON decision_void.voided = decision_pair.position"
        " WHERE {end} {{in}} AND decision_void.position > ?"
    )
    statements = [
        *(f"SELECT position, {end} {pairs.format(end=end)}" for end in ("left_id", "right_id")),
        *(voided.format(end=end) for end in ("left_id", "right_id")),
        "SELECT position, record_id FROM decision WHERE record_id {in} AND position > ?",
    ]
    return transaction.rows(" UNION ".join(statements), *([listed, after] * len(statements)))


def pairs_at(transaction: Transaction, positions: Collection[int]) -> list[PairRow]:
    """What the decisions at these positions say."""
    if not positions:
        return []
    return transaction.rows(
        "SELECT left_id, right_id, position, verdict, in_force FROM decision_pair WHERE position {in}", list(positions)
    )


def in_force(transaction: Transaction, entity_type: str) -> dict[tuple[int, int], str]:
    """The verdict that holds on each pair of records of an entity type: the latest in force."""
    rows = transaction.rows(
        "SELECT pair.left_id, pair.right_id, pair.verdict FROM decision_pair AS pair"
        " JOIN decision ON decision.position = pair.position"
        " WHERE decision.entity_type = ? AND pair.in_force ORDER BY pair.position",
        entity_type,
    )
    return {(left, right): verdict for left, right, verdict in rows}


def voids(transaction: Transaction) -> list[tuple[int, int]]:
    """All (voided, voiding) positions."""
    return transaction.rows("SELECT voided, position FROM decision_void")


def states(transaction: Transaction, positions: Collection[int]) -> dict[int, tuple[str, str, bool]]:
    """(entity type, kind, in force) of the decisions at these positions."""
    rows = transaction.rows(
        "SELECT position, entity_type, kind, in_force FROM decision WHERE position {in}", list(positions)
    )
    return {position: (entity_type, kind, in_force) for position, entity_type, kind, in_force in rows}


def add(
    transaction: Transaction, decisions: Iterable[tuple[int, str, str, bool]], *, voiding: Iterable[tuple[int, int]],
    pairs: Iterable[PairRow],
) -> None:  # fmt: skip
    """Keep new decisions (position, entity type, kind, in force), what they void and the pairs they speak of."""
    bulk.insert(transaction, "decision", ("position", "entity_type", "kind", "in_force"), sorted(decisions))
    bulk.upsert(transaction, "decision_void", ("voided", "position"), sorted(voiding), keys=2)
    columns = ("left_id", "right_id", "position", "verdict", "in_force")
    bulk.upsert(transaction, "decision_pair", columns, sorted(pairs), keys=3)


def enforce(transaction: Transaction, in_force: Iterable[tuple[int, bool]]) -> None:
    """Say which decisions (position, in force) hold from now on."""
    rows = sorted(in_force)
    bulk.update(transaction, "decision", ("position", "in_force"), rows, keys=1)
    bulk.update(transaction, "decision_pair", ("position", "in_force"), rows, keys=1)
