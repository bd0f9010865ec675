"""The application with its user interface: the API, and a first page that says what is here."""

from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response

from mdm.api.app import create_app as create_api
from mdm.api.opening import HubAtHand
from mdm.errors import HubError
from mdm.services import health
from mdm.settings import Settings

PUBLIC = frozenset({"/", "/static/style.css"})
"""The addresses, besides those of the API, that need no key."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the API and the pages over it in one application."""
    app = create_api(settings)
    at_hand: HubAtHand = app.state.at_hand

    @app.get("/", include_in_schema=False)
    def landing() -> Response:
        """Name the hub and show how much it holds; no value of any record is on this page."""
        return Response(_page(at_hand), media_type="text/html; charset=utf-8")

    @app.get("/static/style.css", include_in_schema=False)
    def style() -> Response:
        """Serve the stylesheet."""
        content = files("stewardship_ui").joinpath("static", "style.css").read_bytes()
        return Response(content, media_type="text/css; charset=utf-8")

    return app


def _page(at_hand: HubAtHand) -> str:
    template = Template(files("stewardship_ui").joinpath("static", "landing.html").read_text(encoding="utf-8"))
    try:
        stats = health.stats(at_hand.hub())
    except HubError as error:
        content = f'<p class="trouble">The hub cannot answer at the moment: {escape(error.detail)}</p>'
    else:
        content = _table(stats["entity_types"])
    return template.substitute(hub=escape(at_hand.settings.hub_name), content=content)


def _table(entity_types: dict[str, dict[str, Any]]) -> str:
    if not entity_types:
        return "<p>No entity type is installed; <code>mdm init</code> installs those that are shipped.</p>"
    names = ("source_records", "golden_records", "open_tasks", "quarantined")
    head = "".join(f'<th scope="col">{name.replace("_", " ")}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row">{escape(entity_type)}</th>{"".join(f"<td>{counts[name]:,}</td>" for name in names)}</tr>'
        for entity_type, counts in entity_types.items()
    )
    return f'<table><thead><tr><th scope="col">entity type</th>{head}</tr></thead><tbody>{rows}</tbody></table>'
