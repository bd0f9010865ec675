"""Tasks about values in conflict: the candidates with what speaks for each, and picking one."""

from collections.abc import Mapping, Sequence
from typing import Any

from golden_records.contributions import Contribution, without_floats
from golden_records.identity import golden_id
from golden_records.rules import AttributeStrategy
from golden_records.strategies import UNRATED
from golden_records.trust import day, trust
from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput
from mdm.log import Author, Key
from mdm.resolution.conflict_tasks import attribute_of
from mdm.services.deciding import overrides
from mdm.services.deciding.decisions import Decided
from mdm.services.deciding.overrides import Wanted
from mdm.services.deciding.standing import Goldens, standing
from mdm.services.hub import Hub
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord
from mdm.store.tasks import StoredTask

Document = dict[str, Any]


def abouts(
    hub: Hub, reader: Transaction, entity_type: EntityType, tasks: Sequence[tuple[StoredTask, StoredRecord]]
) -> list[Document]:
    """What each of these tasks (with its founding record) of one entity type is about, as things stand.

    `{"golden_id", "attribute", "strategy", "step"?, "candidates"}`; a candidate is `{"source", "source_id", "value",
    "event_time", "trust"}`, the winner first; there are none where the cause is gone.
    """
    work = standing(hub, reader, entity_type)
    goldens = Goldens(work, {founder.golden or 0 for _, founder in tasks})
    today = goldens.today
    found = []
    for task, founder in tasks:
        number, name = founder.golden or 0, attribute_of(task.about or "")
        survived = goldens.survived(number, today=today)
        lineage = survived.lineage.get(name) if survived else None
        step = lineage.get("step", 1) if lineage else 1
        rule = entity_type.survivorship.steps(name)[step - 1]
        found.append({
            "golden_id": golden_id(entity_type.id_prefix, number), "attribute": name, "strategy": rule.strategy,
            **({"step": lineage["step"]} if lineage and "step" in lineage else {}),
            "candidates": [
                _candidate(one, rule, today) for one in (survived.conflicts.get(name, []) if survived else [])
            ],
        })  # fmt: skip
    return found


def about_then(entity_type: EntityType, task: StoredTask, founder: StoredRecord) -> Document:
    """What such a task was about, its founding record as it was then; which values were in conflict is not kept."""
    number = golden_id(entity_type.id_prefix, founder.golden or 0)
    return {"golden_id": number, "attribute": attribute_of(task.about or ""), "strategy": None, "candidates": None}


def _candidate(one: Contribution, rule: AttributeStrategy, today: str | None) -> Document:
    key, now = Key.parse(one.record), None if today is None else day(today)
    return {
        "source": key.source, "source_id": key.source_id, "value": without_floats(one.value),
        "event_time": one.event_time,
        "trust": trust(rule.ratings.get(one.source, UNRATED), one.event_time, now),
    }  # fmt: skip


def pick(hub: Hub, task: Document, picks: Mapping[str, str] | None, *, reason: str, author: Author) -> Decided:
    """Set the attribute of a task to the value of the source record that is picked; undone like any override.

    Raises:
        InvalidInput: the pick is for another attribute, or of a record that is no candidate.
    """
    name, candidates = task["about"]["attribute"], task["about"]["candidates"]
    by_key: Document = {}
    for one in candidates:
        by_key.setdefault(str(Key(one["source"], task["entity_type"], one["source_id"])), one["value"])
    if picks is None or list(picks) != [name]:
        detail = f"a task of kind {task['kind']} is decided by picks: the source key whose {name} is true"
        raise InvalidInput(detail, faults=[Fault("/picks", detail, "picks")])
    if picks[name] not in by_key:
        detail = f"{picks[name]} is no candidate; there are {', '.join(by_key)}"
        raise InvalidInput(detail, faults=[Fault(f"/picks/{name}", detail, "candidate")])
    wanted = Wanted(task["about"]["golden_id"], name, by_key[picks[name]])
    return overrides.override(hub, wanted, reason=reason, author=author)
