"""Pages made of templates: everything is escaped, and what every page needs is at hand in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from mdm.api.caller import Caller
from mdm.auth import Action
from stewardship_ui import help_words, preferences, static_files, wording
from stewardship_ui.viewer import Viewer

NAVIGATION: tuple[tuple[str, str, Action], ...] = (
    ("Home", "/", "look up"),
    ("Queue", "/queue", "read tasks"),
    ("Approvals", "/approvals", "read tasks"),
    ("Quarantine", "/quarantine", "read quarantine"),
    ("Quality", "/quality", "read statistics"),
    ("Rules", "/rules", "read rules"),
    ("Activity", "/activity", "read tasks"),
)
"""The pages in the head of every page: its word, its address, and what a role must be allowed to be led there.

The field beside them leads to the search, and beside the settings stands who may do what.
"""
SAID = ("csrf", "display_name", "viewing_as")
"""What a session says of who is signed in."""
# Pages tell one person what only that person may see, and go stale at once.
HEADERS = {"Cache-Control": "private, no-store", "Vary": "Authorization, Cookie, HX-Request"}


@dataclass(frozen=True, slots=True)
class DryRun:
    """The request to the API that tells what a page has tried out, and writes nothing either."""

    path: str
    body: Mapping[str, Any]
    method: str = "POST"

    @property
    def address(self) -> str:
        """Where it is sent to."""
        return f"{self.path}?dry_run=true"


@cache
def environment() -> Environment:
    """The templates; `ui` in each of them is the macros that all pages share."""
    made = Environment(
        loader=PackageLoader("stewardship_ui"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(wording.FILTERS)
    made.globals.update(static=static_files.address, navigation=NAVIGATION, help_word=help_words.help_word)
    made.globals["ui"] = made.get_template("macros.html").module
    return made


def page(
    request: Request, template: str, caller: Caller | None = None, *, status: int = 200, **context: Any
) -> Response:
    """Make a page, or a fragment of one, of a template; `twin` in its context is the API's address of the same.

    `dry_run` is the request that tells what the page has tried out.
    """
    said = {name: getattr(request.state, name) for name in SAID if hasattr(request.state, name)}
    viewer = None if caller is None else Viewer(caller, **said)
    text = environment().get_template(template).render(
        {
            "viewer": viewer, "path": request.url.path, "address": str(request.url.replace(scheme="", netloc="")),
            "host": str(request.base_url).rstrip("/"), "csrf": viewer.csrf if viewer else "",
            "twin": None, "dry_run": None, "preferences": preferences.of(request),
            "hub_name": request.app.state.at_hand.settings.hub_name, **context,
        }
    )  # fmt: skip
    return Response(text, status, media_type="text/html; charset=utf-8", headers=HEADERS)


def csv_file(name: str, table: str) -> Response:
    """A table for a spreadsheet, to be kept under this name."""
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)


def wants_fragment(request: Request) -> bool:
    """Whether a script asks, which swaps a part of the page that is there already."""
    return request.headers.get("hx-request") == "true"
