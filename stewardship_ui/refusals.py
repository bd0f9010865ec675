"""Every refusal as a page in plain words: what was refused, why, and what to do next."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mdm.api import one_moment, problems
from mdm.errors import HubError, Unauthorised
from stewardship_ui.rendering import page, wants_fragment
from stewardship_ui.viewer import at_the_door

TITLES = {
    401: "You are not signed in", 403: "You may not see this", 404: "There is nothing here",
    409: "Something has changed", 412: "Something has changed", 422: "That cannot be understood",
    503: "The hub cannot answer at the moment",
}  # fmt: skip
NEXT = {
    401: "Nothing was written. Sign in and do it again.",
    403: "Ask an administrator for a role that may, or go back.",
    404: "Check the address, or search for it by any ID or words that you know.",
    503: "Nothing you did is lost; try again in a moment.",
}


class PageRoute(APIRoute):
    """A route whose refusals are pages, and whose pages tell of one moment."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        """Make the route; FastAPI says what else there is to it."""
        reads = set(more.get("methods") or ()) == {"GET"}
        super().__init__(path, one_moment.told_of(endpoint) if reads else endpoint, **more)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's own handler."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except HubError as error:
                return refused(request, error)
            except RequestValidationError as error:
                faults = problems.faults_of(error.errors())
                detail = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults[:3])
                return told(request, 422, detail)
            except HTTPException as error:
                return told(request, error.status_code, "")

        return handle


def refused(request: Request, error: HubError) -> Response:
    """The page that tells of an error; who is not signed in is led to where that is done, as a whole page only."""
    if isinstance(error, Unauthorised) and request.method == "GET" and not wants_fragment(request):
        return sign_in(request)
    return told(request, error.status, error.detail)


def sign_in(request: Request) -> Response:
    """Lead a reader who is not signed in to the page that asks who they are, and back from there."""
    back = quote(str(request.url.replace(scheme="", netloc="")), safe="")
    return Response(status_code=303, headers={"Location": f"/sign-in?next={back}"})


def told(request: Request, status: int, detail: str) -> Response:
    """A page that says what was refused."""
    return page(
        request, "refused.html", getattr(request.state, "caller", None), status=status, code=status, detail=detail,
        title=TITLES.get(status, "That did not work"), next_step=NEXT.get(status, "Go back and try again."),
        request_id=problems.request_id(request),
    )  # fmt: skip


def install(app: FastAPI) -> None:
    """Tell a person who asks for a page that is not there so, and a program as before."""
    before = app.exception_handlers[HTTPException]

    async def not_there(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  registered for no other
        reads_pages = "text/html" in request.headers.get("accept", "")
        if reads_pages and not request.url.path.startswith("/v1/"):
            with suppress(HubError):  # no route has asked who it is, and they are to find their way from here
                request.state.caller = await at_the_door(request)
            return told(request, error.status_code, "")
        return await before(request, error)  # type: ignore[misc, no-any-return]

    app.add_exception_handler(HTTPException, not_there)
