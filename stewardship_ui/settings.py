"""The page on which a reader sets keys, density, theme and hold for themselves."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.services.stewarding.proposals import LONGEST_HOLD
from stewardship_ui.forms import Sent
from stewardship_ui.preferences import COOKIE, DENSITIES, THEMES, Preferences, checked
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("look up"))]
YEAR = 365 * 86_400
KEY = "key "
"""What the names of the fields for keys begin with."""


@router.get("/settings")
def settings(request: Request, caller: Reading, saved: str = "") -> Response:
    """Show what is set."""
    return page(request, "settings.html", caller, themes=THEMES, densities=DENSITIES, longest=LONGEST_HOLD, saved=saved)


@router.post("/settings")
def save(_caller: Reading, sent: Sent) -> Response:
    """Keep what was set in the browser that sent it."""
    if sent.given("reset"):
        return _kept(Preferences())
    keys = {name.removeprefix(KEY): sent.given(name) for name in sent.fields if name.startswith(KEY)}
    said = {
        "theme": sent.given("theme"), "density": sent.given("density"),
        "single_keys": not sent.given("keys_off"), "keys": keys, "hold": sent.given("hold"),
    }  # fmt: skip
    return _kept(checked(said))


def _kept(preferences: Preferences) -> Response:
    response = Response(status_code=303, headers={"Location": "/settings?saved=1"})
    response.set_cookie(COOKIE, preferences.written, max_age=YEAR, path="/", httponly=True, samesite="lax")
    return response
