"""Digests of derived state: sums of record digests, the same on every database and in every order (rule 12)."""

import hashlib
from collections.abc import Iterable
from typing import Any

from mdm.log import canonical
from mdm.store import quality, task_history, task_work
from mdm.store.database import Transaction
from mdm.store.xref import NOW

WIDTH = 16
_FINDING = "finding, attribute, kind, key, valid_from, valid_to, sources, said"
_HOLDER = "attribute, target_token"
_ABOVE = "golden, attribute, valid_from, valid_to, parent, CASE WHEN set_aside THEN 1 ELSE 0 END"
_GROUP = "golden, attribute, parent, total"
_BEHIND = "record_id, version, event_time"
_MISMATCH = "golden, attribute, valid_from, valid_to"


def state(transaction: Transaction, entity_type: str | None = None) -> str:
    """The digest of what stands now: members, IDs, values, edges, links, references, open tasks; of one type or all."""
    keys = _keys(transaction)
    items: list[Iterable[tuple[object, ...]]] = [
        (("member", keys[id_], golden, bool(deleted)) for id_, golden, deleted in _members(transaction, entity_type)),
        _rows(
            transaction,
            "SELECT 'value', golden, attributes, dated FROM golden_version"
            " WHERE until IS NULL AND attributes IS NOT NULL",
            entity_type,
        ),
        _rows(transaction, "SELECT 'word', golden, word, attribute FROM search_word WHERE 1 = 1", entity_type),
        (
            ("edge", *sorted((keys[one], keys[other])), weight)
            for one, other, weight in _edges(transaction, entity_type)
        ),
        (
            ("link", keys[one], kind, master, keys[other])
            for one, kind, master, other in _links(transaction, entity_type)
        ),
        _rows(transaction, "SELECT 'task', id, weight FROM task WHERE status = 'open'", entity_type),
        _rows(transaction, "SELECT 'sampled', task_id, weight FROM sampled_match WHERE 1 = 1", entity_type),
        (("reference", keys[id_], *rest) for id_, *rest in _references(transaction, entity_type)),
        _rows(transaction, f"SELECT 'above', {_ABOVE} FROM hierarchy_edge WHERE until IS NULL", entity_type),
        _rows(transaction, f"SELECT 'group', {_GROUP} FROM hierarchy_group WHERE 1 = 1", entity_type),
        _rows(transaction, f"SELECT 'mismatch', {_MISMATCH} FROM hierarchy_mismatch WHERE until IS NULL", entity_type),
        (("behind", keys[id_], *rest) for id_, *rest in _behind(transaction, entity_type)),
        (("apart", golden, keys[id_], attribute) for golden, id_, attribute in _divergence(transaction, entity_type)),
        _rows(transaction, "SELECT 'ready', golden, process, missing, due FROM readiness WHERE 1 = 1", entity_type),
        _rows(transaction, f"SELECT 'finding', golden, {_FINDING} FROM line_finding WHERE until IS NULL", entity_type),
        _rows(transaction, f"SELECT 'holder', golden, {_HOLDER} FROM line_holder WHERE until IS NULL", entity_type),
    ]
    return _total(item for rows in items for item in rows)


def neutral(transaction: Transaction) -> str:
    """The digest of what does not depend on arrival order (P4): which records are together, and their values."""
    together: dict[int, list[str]] = {}
    keys = _keys(transaction)
    for id_, golden, deleted in _members(transaction, None):
        if not deleted:
            together.setdefault(golden, []).append(keys[id_])
    values = {
        golden: said
        for golden, *said in transaction.rows(
            "SELECT golden, attributes, dated FROM golden_version WHERE until IS NULL AND attributes IS NOT NULL"
        )
    }
    edges = [("edge", *sorted((keys[one], keys[other])), weight) for one, other, weight in _edges(transaction, None)]
    tasks = transaction.rows("SELECT 'task', id, weight FROM task WHERE status = 'open' AND kind <> 'conflict'")
    goldens = [("golden", sorted(members), *values[number]) for number, members in together.items()]
    # Such a task is named by the founding record, and who that is depends on who came first.
    conflicts = transaction.rows(
        "SELECT golden, about FROM task JOIN source_record ON source_record.id = left_id"
        " WHERE status = 'open' AND kind = 'conflict'"
    )
    disputed = [("conflict", sorted(together[number]), about) for number, about in conflicts]
    led = [
        ("reference", keys[id_], *said, sorted(together.get(golden or 0, ())), standing)
        for id_, *said, golden, standing in _references(transaction, None)
    ]
    above = [
        ("above", sorted(together[golden]), *place, sorted(together.get(parent or 0, ())), aside)
        for golden, *place, parent, aside in transaction.rows(
            f"SELECT {_ABOVE} FROM hierarchy_edge WHERE until IS NULL"
        )
    ]
    mismatched = transaction.rows(f"SELECT {_MISMATCH} FROM hierarchy_mismatch WHERE until IS NULL")
    apart = [("mismatch", sorted(together[golden]), *place) for golden, *place in mismatched]
    answers = transaction.rows("SELECT golden, process, missing, due FROM readiness")
    ready = [("ready", sorted(together[golden]), *answer) for golden, *answer in answers]
    disagreeing = [("apart", keys[id_], attribute) for _, id_, attribute in _divergence(transaction, None)]
    lines = [
        (name, sorted(together[golden]), *rest)
        for name, golden, *rest in [
            *transaction.rows(f"SELECT 'finding', golden, {_FINDING} FROM line_finding WHERE until IS NULL"),
            *transaction.rows(f"SELECT 'holder', golden, {_HOLDER} FROM line_holder WHERE until IS NULL"),
        ]
    ]
    behind = [("behind", keys[id_], *rest) for id_, *rest in _behind(transaction, None)]
    return _total([*goldens, *edges, *tasks, *disputed, *led, *above, *apart, *disagreeing, *ready, *lines, *behind])


def history(transaction: Transaction, *, upto: int = NOW) -> str:
    """The digest of how it came to be: versions, intervals, tasks and work on them, the feed, proposals, kept figures.

    The queue of tasks and the work on them belong to it too: an undo does not bring a claim back.
    upto: a position of the log; kept figures, proposals and what became of them count as far as that.
    """
    keys = _keys(transaction)
    columns = "golden, version, since, until, rules_version, attributes, due, dated"
    items: list[Iterable[tuple[object, ...]]] = [
        transaction.rows(f"SELECT 'version', {columns} FROM golden_version"),
        (
            ("xref", keys[id_], *interval)
            for id_, *interval in transaction.rows(
                "SELECT record_id, since, until, xref.golden FROM xref JOIN source_record"
                " ON source_record.id = record_id AND source_record.key_token = xref.key_token"
            )
        ),
        transaction.rows("SELECT 'crosswalk', golden, members, seq FROM crosswalk"),
        (
            ("change", sequence, keys.get(id_ or 0), *rest)
            for sequence, id_, *rest in transaction.rows(
                "SELECT sequence, record_id, position, kind, golden, others, version_before, version_after,"
                " decision FROM change"
            )
        ),
        (
            ("reference", keys[id_], *rest)
            for id_, *rest in transaction.rows(
                "SELECT record_id, attribute, since, until, target, valid_from, valid_to, golden, standing"
                " FROM reference"
            )
        ),
        (
            ("behind", keys[id_], *rest)
            for id_, *rest in transaction.rows(f"SELECT {_BEHIND}, since, until, event FROM refetch")
        ),
        transaction.rows(f"SELECT 'above', since, until, trust, target_token, {_ABOVE} FROM hierarchy_edge"),
        transaction.rows(f"SELECT 'mismatch', since, until, {_MISMATCH} FROM hierarchy_mismatch"),
        (
            ("apart", keys[id_], *rest)
            for id_, *rest in transaction.rows("SELECT record_id, golden, attribute, since, until FROM divergence")
        ),
        transaction.rows("SELECT 'ready', golden, process, since, ready_since, first_ready FROM readiness"),
        transaction.rows(f"SELECT 'finding', golden, since, until, {_FINDING} FROM line_finding"),
        transaction.rows(f"SELECT 'holder', golden, since, until, {_HOLDER} FROM line_holder"),
        transaction.rows(f"SELECT 'task', {', '.join(task_history.TOLD)} FROM task_version"),
        transaction.rows(
            f"SELECT 'quality', {', '.join(quality.COLUMNS)} FROM quality_measure WHERE position <= ?", upto
        ),
        transaction.rows("SELECT 'queue', id, opened, closed, priority, place, due FROM task"),
        transaction.rows(f"SELECT 'work', {', '.join(task_work.Work._fields)} FROM task_work"),
        transaction.rows("SELECT 'sum', what, entity_type, about, day, seconds, count FROM kept_sum WHERE count <> 0"),
        transaction.rows("SELECT 'skip', actor, task_id, etag FROM task_skip"),
        transaction.rows("SELECT 'comment', task_id, position FROM task_comment"),
        transaction.rows("SELECT 'mention', person, task_id, position FROM mention"),
        *_of_people(transaction, upto),
    ]
    return _total(item for rows in items for item in rows)


def _of_people(transaction: Transaction, upto: int) -> list[Iterable[tuple[object, ...]]]:
    """Proposals and second opinions, and what had become of them by a position."""
    return [
        transaction.rows(
            "SELECT 'proposal', position, entity_type, action, proposer, due,"
            " CASE WHEN needs_approval THEN 1 ELSE 0 END, CASE WHEN settled > ? THEN 'open' ELSE status END,"
            " CASE WHEN settled > ? THEN NULL ELSE settled END, CASE WHEN settled > ? THEN NULL ELSE answered_by END,"
            " CASE WHEN settled > ? THEN NULL ELSE decision END FROM proposal WHERE position <= ?",
            *([upto] * 5),
        ),
        transaction.rows(
            "SELECT 'opinion', decision, task_id, entity_type, kind, weight, first, verdict,"
            " CASE WHEN position > ? THEN NULL ELSE position END, CASE WHEN position > ? THEN NULL ELSE second END,"
            " CASE WHEN position > ? THEN NULL ELSE answer END, CASE WHEN settled > ? THEN NULL ELSE settled END,"
            " CASE WHEN settled > ? THEN NULL ELSE settled_by END, CASE WHEN settled > ? THEN NULL ELSE outcome END"
            " FROM second_opinion WHERE decision <= ? AND (decision > 0 OR position <= ?)",
            *([upto] * 8),
        ),
        transaction.rows("SELECT 'proposed', task_id, position FROM proposed_task WHERE position <= ?", upto),
    ]


def records(transaction: Transaction) -> int:
    """How many source records there are, deleted ones included."""
    row = transaction.one("SELECT count(*) FROM source_record WHERE first_position IS NOT NULL")
    return row[0] if row else 0


def _keys(transaction: Transaction) -> dict[int, str]:
    rows = transaction.rows("SELECT id, source, entity_type, source_id FROM source_record")
    return {id_: f"{source}:{entity_type}:{source_id}" for id_, source, entity_type, source_id in rows}


def _members(transaction: Transaction, entity_type: str | None) -> list[tuple[int, int, bool]]:
    return _rows(transaction, "SELECT id, golden, deleted FROM source_record WHERE golden IS NOT NULL", entity_type)


def _edges(transaction: Transaction, entity_type: str | None) -> list[tuple[int, int, int]]:
    joined = "SELECT left_id, right_id, weight FROM edge JOIN source_record ON id = left_id WHERE 1 = 1"
    return _rows(transaction, joined, entity_type)


def _links(transaction: Transaction, entity_type: str | None) -> list[tuple[int, str, str, int]]:
    joined = (
        "SELECT record_id, kind, master, other_id FROM source_link JOIN source_record ON id = record_id WHERE 1 = 1"
    )
    return _rows(transaction, joined, entity_type)


def _references(transaction: Transaction, entity_type: str | None) -> list[tuple[Any, ...]]:
    said = "record_id, attribute, target, valid_from, valid_to, golden, standing"
    standing = f"SELECT {said} FROM reference WHERE until IS NULL"
    return _rows(transaction, standing, entity_type)


def _divergence(transaction: Transaction, entity_type: str | None) -> list[tuple[int, int, str]]:
    return _rows(transaction, "SELECT golden, record_id, attribute FROM divergence WHERE until IS NULL", entity_type)


def _behind(transaction: Transaction, entity_type: str | None) -> list[tuple[Any, ...]]:
    return _rows(transaction, f"SELECT {_BEHIND} FROM refetch WHERE until IS NULL", entity_type)


def _rows(transaction: Transaction, statement: str, entity_type: str | None) -> list[tuple[Any, ...]]:
    if entity_type is None:
        return transaction.rows(statement)
    return transaction.rows(f"{statement} AND entity_type = ?", entity_type)


def _total(items: Iterable[tuple[object, ...]]) -> str:
    total = 0
    for item in items:
        total += int.from_bytes(hashlib.blake2b(canonical(item, _text), digest_size=WIDTH).digest(), "big")
    return f"{total % 2 ** (8 * WIDTH):0{2 * WIDTH}x}"


def _text(part: object) -> str:
    """Give bytes, as either database hands them out, as the text that they are."""
    if isinstance(part, bytes | memoryview):
        return bytes(part).decode()
    raise TypeError(type(part))
