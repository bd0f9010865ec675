"""Signing in and out: the one page that a stranger can send something to."""

import ipaddress
from typing import Annotated
from urllib.parse import quote, unquote, urlencode, urlsplit

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from mdm.api import browser
from mdm.errors import Conflict, Forbidden, HubError, TooMany, Unauthorised
from mdm.services.access import oidc, sessions
from mdm.services.hub import Hub
from mdm.settings import now
from stewardship_ui.forms import Sent
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
PUBLIC = frozenset({"/sign-in", "/sign-out", "/sign-in/provider", "/sign-in/back"})
BEGUN = "__Host-mdm-begun"
"""The cookie of a sign-in that was begun at the provider, for ten minutes."""
LOST = "Your browser did not keep the session. It does so over TLS (https), or on this machine, if not in Safari."
ENDED = "Your session is over, so what you just decided was not taken. Sign in, and you are back at that task."
Next = Annotated[str | None, Query(alias="next")]


@router.get("/sign-in")
def ask(
    request: Request, onward: Next = None, signed: Annotated[str | None, Query()] = None,
    ended: Annotated[str | None, Query()] = None,
) -> Response:  # fmt: skip
    """Ask who it is; who is signed in goes on to where they wanted to. ended: a decision came after the session."""
    onward = browser.path_within(onward)
    if _is_signed_in(request):
        return _to(onward)
    trouble = LOST if signed else ENDED if ended else None
    return _door(request, onward=onward, name="", trouble=trouble)


@router.post("/sign-in")
def sign_in(request: Request, sent: Sent) -> Response:
    """Open a session under a new token, whatever the browser brought along, and end the one that it had."""
    browser.ensure_same_site(request)
    hub, onward, name = _hub(request), browser.path_within(sent.one("next")), sent.one("name")
    try:
        token = sessions.sign_in(hub, name=name, password=sent.one("password"), address=_address(request), at=now())
    except (Unauthorised, TooMany) as error:
        return _door(request, status=error.status, onward=onward, name=name, trouble=_told(error))
    return _signed_in(request, token, onward)


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session, in the database and in the browser."""
    if token := browser.token_of(request):
        try:
            browser.ensure_own(request, sessions.found(_hub(request), token, at=now()))
        except Unauthorised:
            pass  # it was over already
        else:
            sessions.sign_out(_hub(request), token)
    answer = _to("/sign-in")
    browser.drop(answer)
    return answer


@router.get("/sign-in/provider")
def to_provider(request: Request, onward: Next = None) -> Response:
    """Send the reader to the provider, with what has to come back with them."""
    begun = oidc.begin(_hub(request), redirect_uri=_redirect_uri(request))
    answer = _to(begun.url)
    kept = f"{begun.carried}.{quote(browser.path_within(onward), safe='')}"
    answer.set_cookie(BEGUN, kept, max_age=600, path="/", secure=True, httponly=True, samesite="lax")
    return answer


@router.get("/sign-in/back")
def back(request: Request) -> Response:
    """Take the provider's answer and open a session, under a new token whatever the browser brought along."""
    *carried, onward = request.cookies.get(BEGUN, "").split(".", 3)
    onward = browser.path_within(unquote(onward))
    try:
        token = oidc.finish(
            _hub(request), request.query_params, carried=".".join(carried), redirect_uri=_redirect_uri(request),
            at=now(),
        )  # fmt: skip
    except (Unauthorised, Forbidden, Conflict) as error:
        return _door(request, status=error.status, onward=onward, name="", trouble=_told(error))
    answer = _signed_in(request, token, onward)
    answer.delete_cookie(BEGUN, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def _told(error: HubError) -> str:
    return f"{error.detail[0].upper()}{error.detail[1:]}."


def _signed_in(request: Request, token: str, onward: str) -> Response:
    if before := browser.token_of(request):
        sessions.sign_out(_hub(request), before)
    answer = _to(f"/sign-in?{urlencode({'next': onward, 'signed': 1})}")
    browser.carry(answer, token)
    return answer


def _redirect_uri(request: Request) -> str:
    base = _hub(request).settings.public_url or str(request.base_url)
    return base.rstrip("/") + "/sign-in/back"


def _door(request: Request, *, status: int = 200, onward: str, name: str, trouble: str | None) -> Response:
    settings = request.app.state.at_hand.settings
    provider = urlsplit(settings.oidc_issuer).netloc if oidc.is_set_up(settings) else None
    return page(request, "sign_in.html", status=status, onward=onward, name=name, trouble=trouble, provider=provider)


def _is_signed_in(request: Request) -> bool:
    token = browser.token_of(request)
    try:
        return token is not None and sessions.found(_hub(request), token, at=now()) is not None
    except Unauthorised:
        return False


def _to(address: str) -> Response:
    return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})


def _hub(request: Request) -> Hub:
    hub: Hub = request.app.state.at_hand.hub()
    return hub


def _address(request: Request) -> str:
    """Where a request came from; of IPv6 the network, of which one customer has all addresses."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
