"""Home: what waits for me, and how much the hub holds; who is not signed in reads only what this is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.errors import Unauthorised
from mdm.services import health
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


def at_the_door(request: Request) -> Caller | None:
    """Who asks, or None: the first page greets strangers too, and tells them nothing of any record."""
    try:
        return Requires("look up")(request)
    except Unauthorised:
        return None


@router.get("/")
def home(request: Request, caller: Annotated[Caller | None, Depends(at_the_door)]) -> Response:
    """Show what waits for the reader."""
    if caller is None:
        return page(request, "welcome.html")
    stats = health.stats(caller.hub)
    return page(request, "home.html", caller, stats=stats["entity_types"], twin="/v1/stats")
