"""All that one steward task rests on, read in few statements: a page about it should cost little."""

from collections.abc import Collection
from typing import Any, NamedTuple

import orjson

from mdm.store.code_lists import Places
from mdm.store.database import Transaction
from mdm.store.overrides import StoredOverride
from mdm.store.records import COLUMNS as RECORD
from mdm.store.records import StoredRecord
from mdm.store.resolution import STATE, StateRow
from mdm.store.tasks import COLUMNS, StoredTask


class Opened(NamedTuple):
    """A task, how far its entity type is resolved, and up to where there are code lists and mappings."""

    task: StoredTask
    state: StateRow | None
    places: Places


class Said(NamedTuple):
    """What stands of a task, with what a fact says.

    what: `work`, a `comment`, the open `proposal` that would decide it, or the last one if that was `overtaken`.
    by, until, assigned_to, escalated_to and snoozed_until are those of its work; a proposal has by and until (`due`),
    one that was overtaken by, and in until its own position.
    """

    what: str
    task_id: str
    position: int | None
    by: str | None
    until: str | None
    assigned_to: str | None
    escalated_to: str | None
    snoozed_until: str | None
    actor: str | None
    recorded_at: str | None
    body: bytes | None


def opened(transaction: Transaction, task_id: str) -> Opened | None:
    """A task as it is now, with what its entity type is read under."""
    state = ", ".join(f"resolution.{name}" for name in STATE)
    row = transaction.one(
        f"SELECT {COLUMNS}, {state}, (SELECT max(position) FROM code_list), (SELECT max(position) FROM code_mapping)"
        " FROM task LEFT JOIN resolution ON resolution.entity_type = task.entity_type WHERE task.id = ?",
        task_id,
    )
    if row is None:
        return None
    width = len(StoredTask.__slots__)
    known = row[width : width + len(STATE)]
    return Opened(
        StoredTask(*row[:width]), StateRow(*known) if known[0] is not None else None, (row[-2] or 0, row[-1] or 0)
    )


def beside(transaction: Transaction, ids: Collection[int]) -> list[tuple[StoredRecord, str | None]]:
    """These records and all others of their golden records, each with when its first version was received."""
    listed, columns = list(ids), ", ".join(f"one.{name}" for name in RECORD)
    rows = transaction.rows(
        f"SELECT {columns}, recorded_at FROM source_record AS one LEFT JOIN log ON log.position = one.first_position"
        " WHERE one.id {in} UNION"
        f" SELECT {columns}, recorded_at FROM source_record AS one LEFT JOIN log ON log.position = one.first_position"
        " WHERE one.golden IN (SELECT named.golden FROM source_record AS named WHERE named.id {in})",
        listed, listed,
    )  # fmt: skip
    return [(StoredRecord(*row[:-1]), row[-1]) for row in rows]


class Beside(NamedTuple):
    """What stands of a task, the living records of each blocking key, and what was ever decided about its records.

    decided: (position, verdict, in force) of the pair, oldest first; overrides: those that name one of the records,
    and `bodies` what they say, those whose payload was erased left out.
    """

    said: list[Said]
    living: dict[int, int]
    decided: list[tuple[int, str, bool]]
    overrides: list[StoredOverride]
    bodies: dict[int, dict[str, Any]]


def said(transaction: Transaction, ids: Collection[str]) -> list[Said]:
    """What stands of these tasks now, comments oldest first."""
    listed = list(ids)
    return [Said(*row) for row in transaction.rows(_told(""), *[listed] * LISTS)]


def said_and_carried(
    transaction: Transaction, task: str, keys: Collection[int], pair: tuple[int, int], members: Collection[int]
) -> Beside:
    """What `said` tells of a task, how many records carry these keys, and what was decided, at once.

    pair: the ids of the two records that it is about; members: those of all records of their golden records.
    """
    more = (
        " UNION ALL SELECT 'key', NULL, key, CAST(living AS TEXT), NULL, NULL, NULL, NULL FROM block_size"
        " WHERE key {in}"
        " UNION ALL SELECT 'pair', NULL, position, verdict, CASE WHEN in_force THEN 'yes' END, NULL, NULL, NULL"
        " FROM decision_pair WHERE left_id = ? AND right_id = ?"
        " UNION ALL SELECT 'override', NULL, position, attribute, CASE WHEN in_force THEN 'yes' END,"
        " CAST(record_id AS TEXT), CAST(target_token AS TEXT), NULL FROM decision WHERE record_id {in}"
    )
    rows = transaction.rows(_told(more), *[[task]] * LISTS, list(keys), *pair, list(members))
    of = {name: [row for row in rows if row[0] == name] for name in ("key", "pair", "override")}
    return Beside(
        [Said(*row) for row in rows if row[0] not in of],
        {row[2]: int(row[3]) for row in of["key"]},
        [(row[2], row[3], row[4] is not None) for row in of["pair"]],
        [
            StoredOverride(row[2], int(row[5]), row[3], None if row[6] is None else int(row[6]), row[4] is not None)
            for row in of["override"]
        ],
        {row[2]: orjson.loads(row[-1]) for row in of["override"] if row[-1] is not None},
    )


LISTS = 4
"""How often a statement takes the ids of the tasks."""


def _told(more: str) -> str:
    return (
        "SELECT what, task_id, about.position, by_whom, until, assigned_to, escalated_to, snoozed_until,"
        " log.actor, log.recorded_at, payload.body FROM ("
        "SELECT 'work' AS what, task_id, escalation AS position, claimed_by AS by_whom, claimed_until AS until,"
        " assigned_to, escalated_to, snoozed_until FROM task_work WHERE task_id {in}"
        " AND opened = (SELECT task.opened FROM task WHERE task.id = task_id AND closed IS NULL)"
        " UNION ALL SELECT 'comment', task_id, position, NULL, NULL, NULL, NULL, NULL FROM task_comment"
        " WHERE task_id {in}"
        " UNION ALL SELECT 'proposal', task_id, proposal.position, proposer, due, NULL, NULL, NULL FROM proposed_task"
        " JOIN proposal ON proposal.position = proposed_task.position WHERE task_id {in} AND settled IS NULL"
        " UNION ALL SELECT 'overtaken', task_id, settled, proposer, CAST(proposal.position AS TEXT), NULL, NULL, NULL"
        " FROM proposed_task JOIN proposal ON proposal.position = proposed_task.position WHERE task_id {in}"
        " AND status = 'overtaken' AND settled > (SELECT task.opened FROM task WHERE task.id = task_id)"
        " AND NOT EXISTS (SELECT 1 FROM proposed_task AS later WHERE later.task_id = proposed_task.task_id"
        " AND later.position > proposed_task.position)"
        f"{more}) AS about LEFT JOIN log ON log.position = about.position"
        " LEFT JOIN payload ON payload.position = about.position ORDER BY about.position"
    )


class Led(NamedTuple):
    """The golden record that a key leads to; no attributes when nothing of it lives."""

    golden: int
    entity_type: str
    attributes: bytes | None


def led_to(transaction: Transaction, tokens: Collection[int]) -> dict[int, Led]:
    """Where each of these key tokens leads that has arrived."""
    if not tokens:
        return {}
    rows = transaction.rows(
        "SELECT target.key_token, version.golden, version.entity_type, version.attributes FROM source_record AS target"
        " JOIN golden_version AS version ON version.golden = target.golden AND version.until IS NULL"
        " WHERE target.key_token {in}",
        list(tokens),
    )
    return {row[0]: Led(*row[1:]) for row in rows}


def highest_priority(transaction: Transaction, ids: Collection[int]) -> int | None:
    """The highest priority of the open tasks about two of these records, None where there is none."""
    listed = list(ids)
    row = transaction.one(
        "SELECT max(priority) FROM task WHERE status = 'open' AND left_id {in} AND right_id {in}", listed, listed
    )
    return None if row is None else row[0]
