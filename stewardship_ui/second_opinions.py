"""Second opinions: what others decided, asked of the reader as if nobody had."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.stewarding import second_opinions
from mdm.settings import now
from stewardship_ui import sides
from stewardship_ui.addresses import address, link
from stewardship_ui.forms import Sent
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page
from stewardship_ui.verbs import NO_REASON

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Answering = Annotated[Caller, Depends(Requires("decide"))]
Text = Annotated[str, Query(max_length=60)]
ROWS = 30


@router.get("/second-opinions")
def listed(request: Request, caller: Answering, cursor: Text = "", done: Text = "") -> Response:
    """List what waits for the reader's second opinion."""
    of = caller.own_type(None)
    found = second_opinions.waiting(caller.hub, caller.actor, entity_type=of, cursor=cursor or None, limit=ROWS)
    return page(
        request, "second_opinions.html", caller, items=found["items"], next_cursor=found["next"], cursor=cursor,
        done=done, link=link("/second-opinions", {}),
        twin=address("/v1/second-opinions", {"limit": ROWS, "cursor": cursor}),
    )  # fmt: skip


@router.get("/second-opinions/{task_id}")
def asked(request: Request, caller: Answering, task_id: str) -> Response:
    """Show a decided task as it was before."""
    caller.ensure(entity_type=second_opinions.entity_type_of(caller.hub, task_id))
    found = second_opinions.look(caller.hub, task_id, who=caller.actor)
    shown = masking.comparison(caller.principal, Shown(caller.hub), found)
    laid_out = sides.layout(shown, everyone=True, picks={})
    return page(
        request, "second_opinion.html", caller, task=shown["task"], comparison=shown, layout=laid_out,
        sums=sides.sum_words(laid_out), now=now(), twin=f"/v1/second-opinions/{task_id}",
    )  # fmt: skip


@router.post("/second-opinions/{task_id}")
def give(caller: Answering, task_id: str, sent: Sent) -> Response:
    """Keep an answer, and go on to the next."""
    caller.ensure(entity_type=second_opinions.entity_type_of(caller.hub, task_id))
    verdict, reason = sent.verdict(), sent.given("reason") or NO_REASON
    second_opinions.give(caller.hub, task_id, verdict, reason=reason, author=caller.author())
    left = second_opinions.waiting(caller.hub, caller.actor, entity_type=caller.own_type(None), limit=1)["items"]
    following = f"/second-opinions/{left[0]['id']}" if left else "/second-opinions?done=1"
    return Response(status_code=303, headers={"Location": following})
