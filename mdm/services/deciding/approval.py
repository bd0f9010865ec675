"""Why a decision needs a second person: what the rules of its entity type ask for, and bulk decisions of many tasks."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import orjson

from matching.columns import from_cells
from matching.conditions import valid_values
from matching.rules import Condition
from mdm.entity_types import EntityType
from mdm.entity_types.approval import Approval, Over
from mdm.log import Fact, key_token
from mdm.resolution.verdicts import pairs_of
from mdm.services.deciding.joined import joined
from mdm.services.hub import Hub
from mdm.store import decisions, records, task_reading
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord


def needs(hub: Hub, reader: Transaction, fact: Fact) -> list[str]:
    """Each reason for which a second person has to approve a decision before it enters the log; empty for most."""
    if fact.entity_type is None:
        return []
    entity_type, body = hub.entity_type(fact.entity_type, seen_by=reader), fact.body
    asked: Approval = entity_type.approval
    found = []
    pairs: Any = body.get("pairs", ())
    if len(pairs) > asked.bulk:
        found.append(f"a bulk decision of {len(pairs)} tasks (more than {asked.bulk})")
    if fact.kind == "undo" and asked.undo:
        found.append("an undo")
    if fact.kind == "override" and body["attribute"] in asked.override:
        found.append(f"an override of {body['attribute']}")
    if fact.kind == "verdict" and asked != Approval(bulk=asked.bulk, undo=asked.undo, override=asked.override):
        found += _of_verdict(hub, reader, entity_type, body)
    return found


def _of_verdict(hub: Hub, reader: Transaction, entity_type: EntityType, body: Mapping[str, Any]) -> Iterable[str]:
    """Judged by the golden records that the named records are in: that is what becomes one, or several."""
    asked: Approval = entity_type.approval
    # Of two sets not all pairs need be looked at to see which golden records they tie together.
    pairs = body.get("pairs") or [(body["left"][0], key) for key in (*body["left"], *body["right"])]
    keys = {key for pair in pairs for key in pair}
    tokens = {key_token(hub.salt, key): key for key in keys}
    bears = {tokens[one.key_token]: one.golden for one in records.by_column(reader, "key_token", list(tokens))}
    if asked.priority is not None:
        yield from _of_priority(reader, asked.priority, {one for one in bears.values() if one is not None})
    if body["verdict"] != "same":
        inside = {bears.get(x) for x, y in pairs_of(body) if bears.get(x) is not None and bears.get(x) == bears.get(y)}
        yield from _of_size("a split", [{one} for one in inside], reader, asked=asked.split)
        return
    ends = [(bears.get(x), bears.get(y)) for x, y in pairs]
    groups = joined((one, other) for one, other in ends if one is not None and other is not None)
    yield from _of_size("a merge", groups, reader, asked=asked.merge)
    members = records.by_column(reader, "golden", {number for group in groups for number in group})
    if asked.confirmed and _confirmed(reader, groups, members):
        yield "golden records that people have put together before"
    for name in asked.different:
        if _differ(entity_type, name, groups, members):
            yield f"golden records of different {name}"


def _of_priority(reader: Transaction, least: int, goldens: set[int]) -> Iterable[str]:
    """What hangs on it, by the open tasks between these golden records, or within one."""
    ids = [record.id for record in records.by_column(reader, "golden", goldens)]
    highest = task_reading.highest_priority(reader, ids)
    if highest is not None and highest >= least:
        yield f"a task of priority {highest} ({least} or more)"


def _of_size(
    what: str, groups: Sequence[set[Any]], reader: Transaction, *, asked: bool | Over
) -> Iterable[str]:  # fmt: skip
    if not asked or not groups:
        return
    limit = 0 if asked is True else asked.records
    sizes = records.sizes(reader, {number for group in groups for number in group})
    largest = max(sum(sizes[number] for number in group) for group in groups)
    if largest > limit:
        yield f"{what} of {largest} records (more than {limit})" if limit else f"{what} of {largest} records"


def _confirmed(reader: Transaction, groups: Sequence[set[int]], members: Sequence[StoredRecord]) -> bool:
    """Whether two golden records of a group hold records that a verdict in force puts together."""
    of = {record.id: record.golden for record in members}
    said = decisions.pairs_of(reader, of)
    holding = {of[x] for x, y, _, verdict, holds in said if holds and verdict == "same" and x in of and y in of
               and of[x] == of[y]}  # fmt: skip
    return any(len(group & holding) > 1 for group in groups)


def _differ(
    entity_type: EntityType, name: str, groups: Sequence[set[int]], members: Sequence[StoredRecord]
) -> bool:  # fmt: skip
    """Whether two golden records of a group have valid values of an attribute, and none in common."""
    living = [record for record in members if record.living]
    table = {name: from_cells([orjson.loads(record.cells).get(name) for record in living])}
    valid = valid_values(entity_type.matching, Condition(different=name), table)
    values: dict[int, set[str]] = {}
    for record, held in zip(living, valid, strict=True):
        values.setdefault(record.golden or 0, set()).update(held)
    return any(_apart({frozenset(values[number]) for number in group if values.get(number)}) for group in groups)


def _apart(held: set[frozenset[str]]) -> bool:
    if not held or frozenset.intersection(*held):
        return False
    return any(not one & other for one, other in combinations(held, 2))
