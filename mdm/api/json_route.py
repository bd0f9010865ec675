"""Routes that read JSON strictly: no NaN, no lone surrogates, no endless nesting, and only as `application/json`."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl")


class JsonRequest(Request):
    """A request whose body is read by orjson, which refuses what Python's own reader lets through."""

    async def json(self) -> Any:
        """The body as JSON values."""
        return orjson.loads(await self.body())


class JsonRoute(APIRoute):
    """A route that refuses a body of another media type with 415."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's own handler."""
        handler = super().get_route_handler()
        takes_body = self.body_field is not None

        async def handle(request: Request) -> Response:
            # One object reads the body and keeps it: a second one would wait for a body that never comes.
            strict = JsonRequest(request.scope, request.receive)
            if takes_body and media_type(request) != "application/json" and await strict.body():
                raise not_taken(request, "application/json")
            return await handler(strict)

        return handle


def media_type(request: Request) -> str:
    """The media type of the body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def not_taken(request: Request, *taken: str) -> HTTPException:
    """The refusal of a media type."""
    return HTTPException(
        415, f"this address takes {' or '.join(taken)}, not {media_type(request) or 'a body of no type'}"
    )
