"""The HTTP application: routes, problems, OpenAPI, and documentation without a network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.types import Receive, Scope, Send

from mdm import tracing
from mdm.api import addresses, problems, reference
from mdm.api.answers import for_every_write, problem
from mdm.api.carrying_out import thing_of
from mdm.api.compressing import Compressing
from mdm.api.envelope import Envelope
from mdm.api.feed_watch import FeedWatch
from mdm.api.in_front import InFront
from mdm.api.opening import HubAtHand
from mdm.api.routes import ROUTERS
from mdm.installed import installed_version
from mdm.settings import Settings

PUBLIC = frozenset({"/healthz", "/readyz", "/openapi.json", "/docs", "/docs/{name}"})
"""The addresses that need no key; every other route declares an action."""
MIN_SEQ: dict[str, Any] = {
    "name": "min_seq", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 0},
    "description": "Wait until what is in the log up to this position is resolved: the `seq` of what was just sent.",
}  # fmt: skip
IF_MATCH: dict[str, Any] = {
    "name": "If-Match", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200},
    "description": "Only if it still has the ETag that it was read with; 412 otherwise.",
}  # fmt: skip
PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "code", "request_id")},
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": {
            "type": "object",
            "properties": {name: {"type": "string"} for name in ("pointer", "detail", "rule")},
        }},
    },
}  # fmt: skip


class Application(FastAPI):
    """FastAPI, and in front of it what every request passes: it is met only by what the quick ways do not answer."""

    def __init__(self, at_hand: HubAtHand, settings: Settings, **options: Any) -> None:
        """Make it for a hub."""
        # It would tell addresses to others, in which personal data can stand: `mdm.tracing` does without.
        super().__init__(telemetry={"tracing": False, "metrics": False, "logs": False}, **options)
        self.state.at_hand = at_hand
        quick = InFront(super().__call__, at_hand)
        self.in_front = Envelope(Compressing(quick), limit=settings.body_limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self.in_front(scope, receive, send)


def create_app(settings: Settings | None = None) -> Application:
    """Make the API without a user interface.

    The hub is opened at the first request that needs it: until then, and while its database is away,
    requests are answered with 503 and `/readyz` says why.
    """
    settings = settings or Settings()
    at_hand = HubAtHand(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        watch = app.state.feed_watch = FeedWatch()
        with watch.stopped_by_signals():
            yield
        watch.stop()
        at_hand.close()

    tracing.start()
    app = Application(
        at_hand, settings, title="Master data hub", version=installed_version(), lifespan=lifespan, docs_url=None,
        redoc_url=None, openapi_url=None, redirect_slashes=False,
    )  # fmt: skip
    addresses.add(app, ROUTERS)
    reference.install(app, describe)
    problems.install(app)
    return app


def describe(app: FastAPI) -> dict[str, Any]:
    """Describe the API in OpenAPI 3.1."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, routes=list(addresses.routes_of(app)),
            description="Look up which golden record a source record belongs to, and follow what changes.",
        )  # fmt: skip
        components = document.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = PROBLEM
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                for_every_write(method, operation["responses"])
                if method != "get" and thing_of(path) is not None:
                    _if_match(operation)
                operation["security"] = [] if path in PUBLIC else [{"key": []}]
                if path not in PUBLIC:
                    operation.setdefault("parameters", []).append(MIN_SEQ)
        app.openapi_schema = document
    return app.openapi_schema


def _if_match(operation: dict[str, Any]) -> None:
    """Say that a write is refused where what it is about is not as it was read."""
    operation["responses"].setdefault("412", problem(412))
    named = operation.setdefault("parameters", [])
    named[:] = [*(one for one in named if one["name"].lower() != "if-match"), IF_MATCH]
