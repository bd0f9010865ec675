"""Home: what waits for me, and how much the hub holds; who is not signed in reads only what this is."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from mdm.api.caller import Caller
from mdm.auth import MAY
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.stewarding import mentions, proposals, queue
from mdm.services.stewarding.choosing import View
from mdm.services.stewarding.queue import Looking
from mdm.services.watching import at_a_glance
from mdm.settings import now
from stewardship_ui import queue as desk
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page
from stewardship_ui.viewer import at_the_door

FEW = 5
LISTS: dict[View, str] = {"held": "In my hands", "asked": "Asked of me", "mine": "For me", "overdue": "Overdue"}
router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
def home(request: Request, caller: Annotated[Caller | None, Depends(at_the_door)]) -> Response:
    """Show what waits for the reader; strangers are greeted too, and told nothing of any record."""
    if caller is None:
        return page(request, "welcome.html")
    rules, of = Shown(caller.hub), caller.principal.entity_type
    seen = at_a_glance.look(caller.hub, rules.now, caller.actor, narrowed=of)
    work = _work(caller, seen, rules) if "read tasks" in MAY[caller.principal.role] else None
    return page(
        request,
        "home.html",
        caller,
        stats=seen["entity_types"],
        work=work,
        now=now(),
        reached=seen,
        twin="/v1/stats",
    )


def _work(caller: Caller, seen: dict[str, Any], rules: Shown) -> dict[str, Any]:
    """What waits for the caller, and what they decided last."""
    of = caller.principal.entity_type
    looking = Looking(caller.actor, rules.now, now(), of)
    decided = proposals.page(caller.hub, status=None, proposer=caller.actor, entity_type=of, limit=FEW)["items"]
    said = mentions.unread(caller.hub, caller.actor, entity_type=of, limit=FEW)
    named = {one["task_id"] for one in said["items"]} | desk.decided_tasks(decided)
    found, about = queue.waiting(caller.hub, tuple(LISTS), looking, limit=FEW, ids=named)
    return {
        "mentions": [
            {**masking.mention(caller.principal, one),
             "about": masking.queue_row(caller.principal, rules, about[one["task_id"]])}
            for one in said["items"]
        ],
        "more_mentions": said["next"] is not None,
        "counts": {
            "open": sum(one["open_tasks"] for name, one in seen["entity_types"].items() if of in {None, name}),
            **{name: seen[name] for name in ("overdue", "due_today", "decided", "opinions")},
        },
        "lists": [(title, view, [masking.queue_row(caller.principal, rules, one) for one in found[view]])
                  for view, title in LISTS.items()],
        "decided": desk.decided(caller, rules, decided, about),
        "to_approve": _to_approve(caller, rules) if "approve" in MAY[caller.principal.role] else [],
        "most_counted": at_a_glance.MANY,
        "may_decide": "decide" in MAY[caller.principal.role],
    }  # fmt: skip


def _to_approve(caller: Caller, rules: Shown) -> list[dict[str, Any]]:
    """The newest of what waits for a second person that the caller may be."""
    waiting = proposals.page(caller.hub, status="proposed", entity_type=caller.principal.entity_type)["items"]
    of_others = [one for one in waiting if one["proposer"] != caller.actor][:FEW]
    return [masking.proposal(caller.principal, rules.now.get(one["entity_type"]), one) for one in of_others]
