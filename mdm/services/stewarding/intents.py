"""What somebody wants decided, as a document: so that it can be kept, and carried out later as it would be now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mdm.log import Author, Key
from mdm.services.deciding import decisions, overrides
from mdm.services.deciding.brought import brought
from mdm.services.deciding.decisions import Decided
from mdm.services.deciding.foreseen import Effect, Foreseen
from mdm.services.deciding.overrides import Wanted
from mdm.services.hub import Hub
from mdm.services.stewarding import bulk_decisions, picks, tasks
from mdm.services.stewarding.bulk_decisions import Chosen
from mdm.services.stewarding.preview import rehearsed
from mdm.store import log

Action = Literal["merge", "split", "override", "undo", "decide_task", "decide_tasks"]
Parts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Intent:
    """A decision that somebody wants made: what to do, and its parts as JSON takes them.

    merge: golden_ids.  split: golden_id, keys, with_what_it_brought.  override: the fields of `overrides.Wanted`.
    undo: decision_id.  decide_task: task_id, etag, and verdict (with picks, if it is `same`), code or picks.
    decide_tasks: tasks (each id and etag), verdict. All have a reason, and all but undo may have supersede.
    """

    action: Action
    parts: Parts


def carry_out(hub: Hub, intent: Intent, author: Author) -> Decided:
    """Decide; raises what the decision does."""
    return _CARRIED_OUT[intent.action](hub, intent.parts, author)


def foreseen(hub: Hub, intent: Intent, author: Author) -> Foreseen | Decided:
    """What it would be and do if it were decided now; or what was decided before, where it is so already.

    Raises what the decision does, but for the approval that it may need.
    """
    if intent.action == "decide_tasks":
        return bulk_decisions.foresee_many(hub, author=author, **_many(intent.parts))[1]
    with rehearsed(hub, lambda tried, by: carry_out(tried, intent, by), author=author) as done:
        decided = done.decided
        with done.hub.database.read() as reader:
            told = log.at(reader, decided.position)
    if told is None or told.position <= done.position:
        return decided
    effect = Effect(decided.golden_ids, decided.redirects)
    return Foreseen(told.entity_type, told.body, effect, done.needs)


def parting(hub: Hub, parts: Parts) -> list[Key]:
    """The records that leave in a split: those named, and what they have brought where that is wanted."""
    keys = [Key.parse(key) for key in parts["keys"]]
    return [*keys, *(brought(hub, parts["golden_id"], keys) if parts.get("with_what_it_brought") else [])]


def _merge(hub: Hub, parts: Parts, author: Author) -> Decided:
    return decisions.merge(
        hub, parts["golden_ids"], reason=parts["reason"], author=author, supersede=parts["supersede"]
    )


def _split(hub: Hub, parts: Parts, author: Author) -> Decided:
    keys = parting(hub, parts)
    return decisions.split(
        hub, parts["golden_id"], keys, reason=parts["reason"], author=author, supersede=parts["supersede"]
    )


def _override(hub: Hub, parts: Parts, author: Author) -> Decided:
    wanted = Wanted(**{name: parts[name] for name in Wanted.__dataclass_fields__ if name in parts})
    return overrides.override(hub, wanted, reason=parts["reason"], author=author, supersede=parts["supersede"])


def _undo(hub: Hub, parts: Parts, author: Author) -> Decided:
    return decisions.undo(hub, parts["decision_id"], reason=parts["reason"], author=author)


def _decide_task(hub: Hub, parts: Parts, author: Author) -> Decided:
    task_id, verdict, chosen, reason = parts["task_id"], parts.get("verdict"), parts.get("picks"), parts["reason"]
    beside = chosen if verdict is not None else None
    values = picks.values_of(hub, task_id, verdict, beside, author=author) if beside else {}
    decided = tasks.decide(
        hub, task_id, verdict=verdict, code=parts.get("code"), picks=None if beside else chosen, reason=reason,
        etag=parts["etag"], author=author, supersede=parts["supersede"],
    )  # fmt: skip
    picks.set_all(hub, decided, values, reason=reason, author=author)
    return decided


def _decide_tasks(hub: Hub, parts: Parts, author: Author) -> Decided:
    return bulk_decisions.decide_many(hub, author=author, **_many(parts))


def _many(parts: Parts) -> dict[str, Any]:
    chosen = [Chosen(*one) for one in parts["tasks"]]
    return {"chosen": chosen, **{name: parts[name] for name in ("verdict", "reason", "supersede")}}


_CARRIED_OUT: dict[Action, Callable[[Hub, Parts, Author], Decided]] = {
    "merge": _merge,
    "split": _split,
    "override": _override,
    "undo": _undo,
    "decide_task": _decide_task,
    "decide_tasks": _decide_tasks,
}
