"""Who is calling, by a key or by the session of a browser: every route declares its action here.

The policy of mdm.auth decides. A key in the header stands above a cookie, and needs no token against forged requests,
because no browser sends it of its own accord.
"""

import re
from dataclasses import dataclass

from fastapi import Request

from mdm.api import browser
from mdm.api.opening import HubAtHand
from mdm.auth import Action, Principal, allowed
from mdm.entity_types import EntityType
from mdm.errors import Unauthorised
from mdm.log import Author, Once
from mdm.services import keys, sessions
from mdm.services.hub import Hub
from mdm.settings import now

_TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")
_CORRELATION = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class Caller:
    """One authenticated request: the hub, the principal, what it may do, and the id that ties its facts together."""

    hub: Hub
    principal: Principal
    action: Action
    correlation_id: str
    once: Once | None = None

    def author(self) -> Author:
        """Sign what this request does, at the present moment."""
        return Author(self.actor, now(), self.correlation_id, once=self.once)

    @property
    def actor(self) -> str:
        """Who the caller is in facts and as a person that tasks are given to."""
        return self.principal.actor

    def person(self, written: str | None) -> str | None:
        """Read the name of a person: `me` is the caller."""
        return self.actor if written == "me" else written

    def ensure(self, *, source: str | None = None, entity_type: str | None = None) -> None:
        """Let the route's action pass for a source and an entity type, or raise Forbidden."""
        allowed(self.principal, self.action, source=source, entity_type=entity_type)

    def entity_type(self, name: str) -> EntityType:
        """Read an entity type that the route is about, after asking whether the principal may."""
        self.ensure(entity_type=name)
        return self.hub.entity_type(name)

    def own_type(self, asked: str | None) -> str | None:
        """Narrow a listing: to the type asked for, else to the one the key is narrowed to."""
        self.ensure(entity_type=asked)
        return asked or self.principal.entity_type


@dataclass(frozen=True, slots=True)
class Requires:
    """A dependency that declares what a route does, and lets in only who may; names in the path are checked too."""

    action: Action

    def __call__(self, request: Request) -> Caller:
        """Authenticate and authorise one request."""
        at_hand: HubAtHand = request.app.state.at_hand
        hub, at = at_hand.hub(), now()
        principal = _principal(hub, request, at)
        if principal.sort == "key":
            at_hand.used(principal.id, at)
        request.scope["actor"] = principal.actor
        path = request.path_params
        allowed(principal, self.action, source=path.get("source"), entity_type=path.get("entity_type"))
        once = getattr(request.state, "once", None)
        return Caller(hub, principal, self.action, _correlation_id(request), once)


def _principal(hub: Hub, request: Request, at: str) -> Principal:
    token = None if "authorization" in request.headers else browser.token_of(request)
    if token is None:
        return keys.authenticate(hub, _bearer(request), at=at)
    session = sessions.found(hub, token, at=at)
    browser.ensure_own(request, session)
    request.state.csrf, request.state.display_name = session.csrf, session.display_name
    request.state.viewing_as = session.viewing_as
    return session.principal


def _bearer(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Unauthorised("sign in, or send the header `Authorization: Bearer mdm_...`; `mdm key create` makes a key")
    return key.strip()


def _correlation_id(request: Request) -> str:
    given = request.headers.get("x-correlation-id", "")
    if _CORRELATION.fullmatch(given):
        return given
    traced = _TRACE.fullmatch(request.headers.get("traceparent", ""))
    return traced[1] if traced else str(request.scope["request_id"])
