"""Saving a choice of the queue under a name, and forgetting it, by sending a form."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.services.stewarding import saved_filters
from stewardship_ui.forms import Sent
from stewardship_ui.queue import address, chosen
from stewardship_ui.refusals import PageRoute
from stewardship_ui.work_set import STATE

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Deciding = Annotated[Caller, Depends(Requires("decide"))]


@router.post("/queue/filters")
def save(caller: Deciding, sent: Sent) -> Response:
    """Keep what the queue shows under a name, and show it again."""
    choice = chosen(caller, {name: sent.given(name) for name in STATE})
    kept = saved_filters.save(
        caller.hub, sent.one("name"), choice, shared=bool(sent.given("shared")), author=caller.author()
    )
    return Response(status_code=303, headers={"Location": address(kept["filter"])})


@router.post("/queue/filters/remove")
def remove(caller: Deciding, sent: Sent) -> Response:
    """Forget one's own filter of this name."""
    saved_filters.remove(caller.hub, sent.one("name"), author=caller.author())
    return Response(status_code=303, headers={"Location": "/queue"})
