"""What tasks are about beyond a pair of records: constraints, unmapped values, values in conflict, cycles."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from mdm.entity_types import EntityType
from mdm.log import Key
from mdm.resolution import code_tasks, conflict_tasks, constraint_tasks, hierarchy
from mdm.resolution.codes import token_of
from mdm.services.deciding import conflicts
from mdm.services.hub import Hub
from mdm.services.rulebook import code_lists
from mdm.services.stewarding.cycles import abouts as cycles_of
from mdm.store import code_lists as stored_code_lists
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord
from mdm.store.tasks import StoredTask
from mdm.store.xref import NOW

Document = dict[str, Any]
Told = tuple[StoredTask, Document]
SHOWN = 5
"""How many of the records that hold an unmapped value a task shows."""


def add(  # noqa: PLR0913  which tasks, and what has been read of them
    hub: Hub, transaction: Transaction, entity_types: Mapping[str, EntityType], told: Sequence[Told],
    records: Mapping[int, StoredRecord], values: Mapping[int, Document], *, at: int,
) -> None:  # fmt: skip
    """Say in the documents of tasks what each is about, and which records that concerns, as it stood at a position."""
    for task, document in told:
        if task.kind == constraint_tasks.KIND:
            both = [values[id_] for id_ in (task.left_id, task.right_id) if id_ is not None]
            document["about"] = {"constraints": constraint_tasks.told(task.about or "[]", both)}
    _add_codes(hub, transaction, [one for one in told if one[0].kind == code_tasks.KIND], at)
    for name in {task.entity_type for task, _ in told}:
        entity_type, of = entity_types[name], [one for one in told if one[0].entity_type == name]
        _add_conflicts(
            hub, transaction, entity_type, [one for one in of if one[0].kind == conflict_tasks.KIND], records, at=at
        )
        _add_cycles(hub, transaction, entity_type, [one for one in of if one[0].kind == hierarchy.KIND], records, at=at)


def _add_conflicts(
    hub: Hub, transaction: Transaction, entity_type: EntityType, told: Sequence[Told],
    records: Mapping[int, StoredRecord], *, at: int,
) -> None:  # fmt: skip
    """Say which values are in conflict, and who holds them."""
    founders = [(task, records[task.left_id or 0]) for task, _ in told]
    if at == NOW and told:
        abouts = conflicts.abouts(hub, transaction, entity_type, founders)
    else:
        abouts = [conflicts.about_then(entity_type, *one) for one in founders]
    for (_, document), about in zip(told, abouts, strict=True):
        keys = [Key(one["source"], entity_type.entity_type, one["source_id"]) for one in about["candidates"] or ()]
        document |= {"about": about, "records": list(dict.fromkeys(map(str, keys)))}


def _add_cycles(
    hub: Hub, transaction: Transaction, entity_type: EntityType, told: Sequence[Told],
    records: Mapping[int, StoredRecord], *, at: int,
) -> None:  # fmt: skip
    """Say which edges make a cycle."""
    ends = [(task, records[task.left_id or 0]) for task, _ in told]
    abouts = cycles_of(hub, transaction, entity_type, ends, at=at) if told else []
    for (_, document), about in zip(told, abouts, strict=True):
        document["about"] = about


def _add_codes(hub: Hub, transaction: Transaction, told: Sequence[Told], at: int) -> None:
    """Say what tasks about unmapped values are about: the value, who holds it, and the codes nearest to it."""
    if not told:
        return
    abouts = [orjson.loads(task.about or "{}") for task, _ in told]
    tokens = [token_of(hub.salt, about) for about in abouts]
    held = set(tokens) if at == NOW else set[int]()
    counted = stored_code_lists.counted(transaction, held)
    keys = stored_code_lists.some_keys(transaction, held, each=SHOWN)
    codes = hub.code_lists(transaction, upto=at)
    for (task, document), about, token in zip(told, abouts, tokens, strict=True):
        place = (token, task.entity_type, about["source"])
        near = code_lists.suggestions(codes, about["list"], about["value"])
        document["records"] = keys.get(place, [])
        document["about"] = {**about, "records": counted.get(place, 0) if held else None, "suggestions": near}
