"""Who is calling, by a key or by the session of a browser: every route declares its action here.

The policy of mdm.auth decides. A key in the header stands above a cookie, and needs no token against forged requests,
because no browser sends it of its own accord.
"""

import asyncio
import re
import time
from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from mdm import tracing
from mdm.api import browser
from mdm.api.opening import HubAtHand, Opened
from mdm.auth import Action, Principal, allowed
from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput, Unauthorised, Unavailable
from mdm.log import Author, Once
from mdm.services import waiting
from mdm.services.access import keys, sessions
from mdm.services.hub import Hub
from mdm.services.reading.reading_together import Question, Reading
from mdm.settings import now

MIN_SEQ, PATIENCE = "min_seq", 10.0
"""The query parameter with the position that a reader waits for, and for how many seconds."""
_POSITION = re.compile(r"[0-9]{1,18}", re.ASCII)
_TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")
_CORRELATION = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class Caller:
    """One authenticated request: the hub, the principal, what it may do, and the id that ties its facts together.

    dry_run: it writes nothing that stays.  if_match: the ETags that what it is about may have.
    """

    hub: Hub
    principal: Principal
    action: Action
    correlation_id: str
    once: Once | None = None
    dry_run: bool = False
    if_match: str | None = None

    def author(self) -> Author:
        """Sign what this request does, at the present moment."""
        return Author(self.actor, now(), self.correlation_id, once=None if self.dry_run else self.once)

    @property
    def names_etags(self) -> bool:
        """Whether the request is only about what is as it was read; `*` is content with anything that is there."""
        return (self.if_match or "*").strip() != "*"

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

    async def __call__(self, request: Request) -> Caller:
        """Authenticate and authorise one request."""
        at_hand: HubAtHand = request.app.state.at_hand
        opened, at = await at_hand.open(), now()
        principal = await _principal(opened, request, at)
        count(opened, principal, request.scope)
        state = request.state
        caller = Caller(
            opened.hub, principal, self.action, correlation_id(request), getattr(state, "once", None),
            dry_run=getattr(state, "dry_run", False), if_match=request.headers.get("if-match"),
        )  # fmt: skip
        state.caller = caller  # a page that refuses them still offers the pages they may see
        path = request.path_params
        allowed(principal, self.action, source=path.get("source"), entity_type=path.get("entity_type"))
        if MIN_SEQ in request.query_params:
            await _reached(opened.hub, request.query_params[MIN_SEQ])
        return caller


async def _principal(opened: Opened, request: Request, at: str) -> Principal:
    token = None if "authorization" in request.headers else browser.token_of(request)
    if token is None:
        secret = _bearer(request)
        return let_in(opened, secret, await opened.gathering.ask(Question(keys.id_of(secret))), at=at)
    session = await run_in_threadpool(sessions.found, opened.hub, token, at=at)
    browser.ensure_own(request, session)
    request.state.csrf, request.state.display_name = session.csrf, session.display_name
    request.state.viewing_as = session.viewing_as
    return session.principal


def let_in(opened: Opened, secret: str, reading: Reading, *, at: str) -> Principal:
    """Who bears a key, by what was read of it; notes that it was used. Raises Unauthorised."""
    principal = keys.recognised(secret, reading.bearers.get(keys.id_of(secret)), at=at)
    opened.last_used.note(principal.id, at)
    return principal


def count(opened: Opened, principal: Principal, scope: Scope) -> None:
    """Note in a request whose it is, and count it once; raises TooMany."""
    scope["actor"] = principal.actor
    if "rate_limit" not in scope:  # set only once it is let in: what is refused on the quick way is refused again
        scope["rate_limit"] = opened.limits.take(principal.actor, time.monotonic())


async def _reached(hub: Hub, written: str) -> None:
    """Wait until the hub has resolved what is in the log up to a position; Unavailable when that takes too long."""
    if not _POSITION.fullmatch(written):
        detail = f"{MIN_SEQ} is a position of the log, as the answer to what was sent tells it"
        raise InvalidInput(detail, faults=[Fault(f"/query/{MIN_SEQ}", detail, MIN_SEQ)])
    deadline, pause = time.monotonic() + PATIENCE, 0.01
    while not await run_in_threadpool(waiting.has_reached, hub, int(written)):
        if time.monotonic() > deadline:
            raise Unavailable(f"the hub has not come to position {written} within {PATIENCE:.0f} seconds; try again")
        await asyncio.sleep(pause)
        pause = min(2 * pause, 0.25)


def _bearer(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Unauthorised("sign in, or send the header `Authorization: Bearer mdm_...`; `mdm key create` makes a key")
    return key.strip()


def correlation_id(request: Request) -> str:
    """What ties the facts of a request together: as it says, else its trace, else its own id."""
    given = request.headers.get("x-correlation-id", "")
    if _CORRELATION.fullmatch(given):
        return given
    traced = _TRACE.fullmatch(request.headers.get("traceparent", ""))
    return traced[1] if traced else tracing.trace_id() or str(request.scope["request_id"])
