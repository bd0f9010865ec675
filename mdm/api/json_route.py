"""Routes that read what comes in strictly.

JSON without NaN, lone surrogates or endless nesting, and only as `application/json`; `as_of` and `on` only where they
mean something: an answer about the present must never pass for one about the past. A parameter that is misspelled by a
keystroke is refused, too: a write with `dry_rnu=true` would be carried out.
"""

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import orjson
from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mdm.api import carrying_out, idempotency, one_moment
from mdm.api.caller import MIN_SEQ
from mdm.entity_types import slip_of
from mdm.errors import Fault, InvalidInput, NoRepeat, NotAsOf

WHEN = {"as_of", "on"}
NOTHING = (b"", b"{}", b"null")
"""Bodies that say nothing, which some HTTP libraries send with every request."""
NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl")


View = Callable[..., Any]
"""The function of a route."""
_ASKED_BY_NAME: set[View] = set()


def asked_by_name(view: View) -> View:
    """Mark a view that takes parameters which it does not declare, and says itself which of them are none."""
    _ASKED_BY_NAME.add(view)
    return view


class JsonRequest(Request):
    """A request whose body is read by orjson, which refuses what Python's own reader lets through."""

    async def json(self) -> Any:
        """The body as JSON values."""
        return orjson.loads(await self.body())


class JsonRoute(APIRoute):
    """A route that refuses a body of another media type with 415, and a moment that it would ignore with 400.

    One that writes heeds `dry_run` and `If-Match`; one that only reads tells of one moment.
    """

    has_secrets = False

    def __init__(self, path: str, endpoint: View, **more: Any) -> None:
        """Make the route; FastAPI says what else there is to it."""
        self.asked_by_name = endpoint in _ASKED_BY_NAME
        if set(more.get("methods") or ()) - {"GET"} and path not in carrying_out.READS:
            if not carrying_out.has_dry_run_of_its_own(endpoint):
                more["dependencies"] = [*(more.get("dependencies") or ()), Depends(carrying_out.asked)]
            endpoint = carrying_out.carried_out(path, endpoint, secret=self.has_secrets)
        elif set(more.get("methods") or ()) == {"GET"}:
            endpoint = one_moment.told_of(endpoint)
        super().__init__(path, endpoint, **more)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's own handler."""
        handler = super().get_route_handler()
        takes_body = self.body_field is not None
        heeded = {*_queried(self.dependant), MIN_SEQ}

        async def handle(request: Request) -> Response:
            # One object reads the body and keeps it: a second one would wait for a body that never comes.
            strict = JsonRequest(request.scope, request.receive)
            _ensure_heeded(request, heeded, by_name=self.asked_by_name)
            if takes_body and media_type(request) != "application/json" and await strict.body():
                raise not_taken(request, "application/json")
            if request.method == "DELETE" and not takes_body and await strict.body() not in NOTHING:
                raise InvalidInput("DELETE takes no body: what it says would be ignored; send it in the query")
            if request.method == "POST" and idempotency.HEADER in request.headers:
                return await idempotency.answered(strict, self.dependant, handler)
            return await handler(strict)

        return handle


class SecretRoute(JsonRoute):
    """A route that is sent a secret or answers with one, so that nothing of a request may be kept to repeat it."""

    has_secrets = True

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if idempotency.HEADER in request.headers:
                detail = "Idempotency-Key is not taken here: of a request with a secret nothing is kept; leave it out"
                raise NoRepeat(detail, faults=[Fault("/header/Idempotency-Key", detail, "idempotency_key")])
            return await handler(request)

        return handle


def _queried(dependant: Dependant) -> Iterator[str]:
    """The names of all query parameters that a route or what it depends on reads."""
    yield from (field.alias for field in dependant.query_params)
    for one in dependant.dependencies:
        yield from _queried(one)


def _ensure_heeded(request: Request, heeded: set[str], *, by_name: bool) -> None:
    """Refuse a moment where only the present is told, and what is a parameter of this address but for a slip.

    Other names are left alone: proxies, caches and browsers add theirs.
    """
    for name in sorted(request.query_params.keys() - heeded):
        if name in WHEN:
            detail = f"{name} is not taken here: this address tells only the present; leave it out"
            raise NotAsOf(detail, faults=[Fault(f"/query/{name}", detail, name)])
        if not by_name and (meant := slip_of(name, heeded)) is not None:
            detail = f"there is no parameter {name!r}; did you mean {meant!r}?"
            raise InvalidInput(detail, faults=[Fault(f"/query/{name}", detail, "unknown_parameter")])


def media_type(request: Request) -> str:
    """The media type of the body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def not_taken(request: Request, *taken: str) -> HTTPException:
    """The refusal of a media type."""
    return HTTPException(
        415, f"this address takes {' or '.join(taken)}, not {media_type(request) or 'a body of no type'}"
    )
