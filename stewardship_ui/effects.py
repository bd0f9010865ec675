"""What a decision would change besides the two records: found out by rehearsing it and taking it back."""

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.errors import Conflict, Stale
from mdm.log import Key
from mdm.services import explain, intents, masking, tasks
from mdm.services.intents import Intent
from mdm.services.preview import Preview, preview
from mdm.services.shown import Shown
from mdm.settings import now
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page, wants_fragment

router = APIRouter(include_in_schema=False, route_class=PageRoute)
WORDS = {
    "mdm.xref.moved": ("look-up leads elsewhere", "look-ups lead elsewhere"),
    "mdm.reference.moved": ("reference moves", "references move"),
    "mdm.readiness.changed": ("process changes its readiness", "processes change their readiness"),
    "mdm.task.opened": ("task opens", "tasks open"),
}
"""The events of the feed that are worth a word here, as one and as several."""


@router.get("/task/{task_id}/effects")
def effects(request: Request, caller: Annotated[Caller, Depends(Requires("decide"))], task_id: str) -> Response:
    """Rehearse `same`, and say what it would change and who would have to approve it."""
    caller.ensure(entity_type=tasks.entity_type_of(caller.hub, task_id))
    parts = {"task_id": task_id, "verdict": "same", "etag": tasks.get(caller.hub, task_id)["etag"],
             "reason": "rehearsed", "supersede": True}  # fmt: skip
    keys = [Key.parse(key) for key in tasks.get(caller.hub, task_id)["records"]]
    before = explain.why(caller.hub, *keys)
    earlier = masking.why(caller.principal, Shown(caller.hub), before)["decisions"]
    found, because = Preview([], {}, []), None
    try:
        found = preview(
            caller.hub, lambda hub, author: intents.carry_out(hub, Intent("decide_task", parts), author),
            author=caller.author(),
        )  # fmt: skip
    except (Conflict, Stale) as error:
        because = error.detail
    template = "effects_body.html" if wants_fragment(request) else "effects.html"
    return page(request, template, caller, told=_told(found), needs=found.needs,
                because=because, task_id=task_id, earlier=earlier, now=now())  # fmt: skip


def _told(found: Preview) -> list[str]:
    counts: Counter[Any] = Counter(one["type"] for one in found.changes)
    return [
        f"{counts[kind]} {one if counts[kind] == 1 else several}"
        for kind, (one, several) in WORDS.items()
        if counts[kind]
    ]
