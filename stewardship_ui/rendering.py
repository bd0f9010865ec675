"""Pages made of templates: everything is escaped, and what every page needs is at hand in it."""

from functools import cache
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from mdm.api.caller import Caller
from stewardship_ui import preferences, static_files, wording
from stewardship_ui.viewer import Viewer

NAVIGATION = (
    ("Home", "/"),
    ("Queue", "/queue"),
    ("Approvals", "/approvals"),
    ("Search", "/search"),
    ("Quarantine", "/quarantine"),
)
"""The pages in the head of every page: its word and its address."""
# Pages tell one person what only that person may see, and go stale at once.
HEADERS = {"Cache-Control": "private, no-store", "Vary": "Authorization, Cookie, HX-Request"}


@cache
def environment() -> Environment:
    """The templates; `ui` in each of them is the macros that all pages share."""
    made = Environment(
        loader=PackageLoader("stewardship_ui"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(wording.FILTERS)
    made.globals.update(static=static_files.address, navigation=NAVIGATION)
    made.globals["ui"] = made.get_template("macros.html").module
    return made


def page(
    request: Request, template: str, caller: Caller | None = None, *, status: int = 200, **context: Any
) -> Response:
    """Make a page, or a fragment of one, of a template; `twin` in its context is the API's address of the same."""
    signed_in = getattr(request.state, "csrf", ""), getattr(request.state, "display_name", None)
    viewer = None if caller is None else Viewer(caller, *signed_in)
    text = environment().get_template(template).render(
        {
            "viewer": viewer, "path": request.url.path, "address": str(request.url.replace(scheme="", netloc="")),
            "host": str(request.base_url).rstrip("/"), "csrf": viewer.csrf if viewer else "", "twin": None,
            "preferences": preferences.of(request),
            "hub_name": request.app.state.at_hand.settings.hub_name, **context,
        }
    )  # fmt: skip
    return Response(text, status, media_type="text/html; charset=utf-8", headers=HEADERS)


def wants_fragment(request: Request) -> bool:
    """Whether a script asks, which swaps a part of the page that is there already."""
    return request.headers.get("hx-request") == "true"
