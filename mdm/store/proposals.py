"""Proposals: which are open, and what became of the others; derived from their facts as these are appended."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from mdm.log import Author, Fact
from mdm.store import bulk, log
from mdm.store.database import Transaction
from mdm.store.tasks import StoredTask
from mdm.store.xref import NOW

OPEN = "open"


@dataclass(frozen=True, slots=True)
class StoredProposal:
    """One row of `proposal`; answered_by: who approved or refused it."""

    position: int
    entity_type: str | None
    action: str
    proposer: str
    due: str | None
    needs_approval: bool
    status: str = OPEN
    settled: int | None = None
    answered_by: str | None = None
    decision: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which proposals are wanted; None takes all. needs_approval: of those that are open."""

    entity_type: str | None = None
    status: str | None = OPEN
    needs_approval: bool | None = None
    proposer: str | None = None


COLUMNS = tuple(StoredProposal.__dataclass_fields__)


def by_position(transaction: Transaction, position: int) -> StoredProposal | None:
    """The proposal at a position of the log."""
    row = transaction.one(f"SELECT {', '.join(COLUMNS)} FROM proposal WHERE position = ?", position)
    return _stored(row) if row else None


class Told(NamedTuple):
    """A proposal with what its facts say: when it was made and when settled, and their bodies, None once erased.

    in_force: whether the decision that it became is; None where it became none of records.
    """

    stored: StoredProposal
    proposed_at: str
    said: dict[str, Any]
    settled_at: str | None
    settled: dict[str, Any]
    in_force: bool | None


_TOLD = (
    f"SELECT {', '.join(f'proposal.{name}' for name in COLUMNS)}, made.recorded_at, said.body, ended.recorded_at,"
    " answer.body, became.in_force FROM proposal JOIN log AS made ON made.position = proposal.position"
    " LEFT JOIN payload AS said ON said.position = proposal.position"
    " LEFT JOIN log AS ended ON ended.position = settled LEFT JOIN payload AS answer ON answer.position = settled"
    " LEFT JOIN decision AS became ON became.position = proposal.decision"
)


def _told(row: tuple[Any, ...]) -> Told:
    *stored, proposed_at, said, settled_at, settled, in_force = row
    read = [{} if body is None else orjson.loads(body) for body in (said, settled)]
    holds = None if in_force is None else bool(in_force)
    return Told(_stored(tuple(stored)), proposed_at, read[0], settled_at, read[1], holds)


def told(transaction: Transaction, position: int) -> Told | None:
    """The proposal at a position of the log, with what its facts say."""
    row = transaction.one(f"{_TOLD} WHERE proposal.position = ?", position)
    return _told(row) if row else None


def page(transaction: Transaction, wanted: Wanted, *, before: int | None, limit: int) -> list[Told]:
    """The next proposals before a position, newest first, with what their facts say."""
    conditions, values = ["1 = 1"], list[Any]()
    for name in ("entity_type", "status", "needs_approval", "proposer"):
        if (value := getattr(wanted, name)) is not None:
            conditions.append(f"proposal.{name} = ?")
            values.append(value)
    if before is not None:
        conditions.append("proposal.position < ?")
        values.append(before)
    rows = transaction.rows(
        f"{_TOLD} WHERE {' AND '.join(conditions)} ORDER BY proposal.position DESC LIMIT ?", *values, limit
    )
    return [_told(row) for row in rows]


def of_tasks(transaction: Transaction, ids: Collection[str], *, at: int = NOW) -> dict[str, StoredProposal]:
    """The latest proposal that would decide each of these tasks, among those that were open at a position."""
    rows = transaction.rows(
        f"SELECT task_id, {', '.join(f'proposal.{name}' for name in COLUMNS)} FROM proposed_task"
        " JOIN proposal ON proposal.position = proposed_task.position"
        " WHERE task_id {in} AND proposal.position <= ? AND (settled IS NULL OR settled > ?)"
        " ORDER BY proposal.position",
        list(ids), at, at,
    )  # fmt: skip
    return {row[0]: _stored(row[1:]) for row in rows}


def overtaken(transaction: Transaction, tasks: Sequence[StoredTask], *, at: int = NOW) -> dict[str, StoredProposal]:
    """Of each of these tasks the last proposal by a position, if it had been overtaken since the task was opened."""
    opened = {task.id: task.opened for task in tasks}
    rows = transaction.rows(
        f"SELECT task_id, {', '.join(f'proposal.{name}' for name in COLUMNS)} FROM proposed_task"
        " JOIN proposal ON proposal.position = proposed_task.position"
        " WHERE task_id {in} AND proposal.position <= ? ORDER BY proposal.position",
        list(opened), at,
    )  # fmt: skip
    last = {row[0]: _stored(row[1:]) for row in rows}
    return {
        id_: one for id_, one in last.items()
        if one.status == "overtaken" and opened[id_] < (one.settled or 0) <= at
    }  # fmt: skip


def due(transaction: Transaction, *, upto: str, limit: int) -> list[int]:
    """The positions of those that were held until then at the latest, in the order in which they come into force."""
    rows = transaction.rows(
        "SELECT position FROM proposal WHERE status = 'open' AND due IS NOT NULL AND due <= ?"
        " ORDER BY due, position LIMIT ?",
        upto, limit,
    )  # fmt: skip
    return [row[0] for row in rows]


def propose(transaction: Transaction, fact: Fact, *, author: Author) -> int:
    """Append a fact of kind `proposal`; returns its position."""
    position = log.append(transaction, [fact], author=author)
    _add(transaction, position, fact.entity_type, author.actor, fact.body)
    return position


def settle(transaction: Transaction, fact: Fact, *, author: Author) -> int:
    """Append a fact of kind `settlement`; the caller holds the log's lock and has seen that the proposal is open."""
    position = log.append(transaction, [fact], author=author)
    _settle(transaction, position, fact.body)
    return position


def derive(transaction: Transaction) -> None:
    """Work the whole table out again from the log."""
    transaction.lock_log()
    transaction.run("DELETE FROM proposal")
    transaction.run("DELETE FROM proposed_task")
    rows = transaction.rows(
        "SELECT log.position, kind, entity_type, actor, body FROM log JOIN payload ON payload.position = log.position"
        " WHERE kind IN ('proposal', 'settlement') ORDER BY log.position"
    )
    for position, kind, entity_type, actor, body in rows:
        if kind == "proposal":
            _add(transaction, position, entity_type, actor, orjson.loads(body))
        else:
            _settle(transaction, position, orjson.loads(body))


def _add(transaction: Transaction, position: int, entity_type: str | None, actor: str, body: Mapping[str, Any]) -> None:
    transaction.run(
        "INSERT INTO proposal (position, entity_type, action, proposer, due, needs_approval, status)"
        " VALUES (?, ?, ?, ?, ?, ?, 'open')",
        position, entity_type, body["action"], actor, body["due"], bool(body["needs"]),
    )  # fmt: skip
    rows = [(task_id, position) for task_id in _tasks(body["parts"])]
    bulk.insert(transaction, "proposed_task", ("task_id", "position"), rows)


def _tasks(parts: Mapping[str, Any]) -> list[str]:
    """The tasks that a proposal of these parts would decide."""
    return [parts["task_id"]] if "task_id" in parts else [task_id for task_id, _ in parts.get("tasks", ())]


def _settle(transaction: Transaction, position: int, body: Mapping[str, Any]) -> None:
    transaction.run(
        "UPDATE proposal SET status = ?, settled = ?, answered_by = ?, decision = ? WHERE position = ?",
        body["outcome"], position, body["answered_by"], body["decision"], body["proposal"],
    )  # fmt: skip


def _stored(row: tuple[Any, ...]) -> StoredProposal:
    stored = StoredProposal(*row)
    # SQLite keeps truth as 0 and 1.
    return stored if isinstance(stored.needs_approval, bool) else StoredProposal(*row[:5], bool(row[5]), *row[6:])
