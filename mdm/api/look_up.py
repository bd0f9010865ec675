"""The quick way for look-ups, in front of FastAPI: it answers what is asked most, and passes on all the rest.

It lets in by the same keys and the same policy as every route, and gives the same bytes. Whatever is out of the
ordinary, a refusal above all, is left to the route itself: a session, a moment in the past, a key that is not found.
"""

from itertools import chain

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mdm.api import caller
from mdm.api.answers import TAGGED, is_known, tag_of
from mdm.api.opening import HubAtHand, Opened
from mdm.api.parameters import key
from mdm.api.routes import xref
from mdm.auth import Action, allowed
from mdm.errors import HubError
from mdm.log import Key
from mdm.services import keys, look_ups
from mdm.services.look_ups import Written
from mdm.services.reading_together import Question, Reading
from mdm.settings import now

ONE, MANY = "/v1/xref/", "/v1/xref:lookup"
ACTION: Action = "look up"
ROUTE_OF_ONE, ROUTE_OF_MANY = (next(one for one in xref.router.routes if one.name == name) for name in ("one", "many"))  # type: ignore[attr-defined]
JSON = (b"content-type", b"application/json")


class LookUp:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, at_hand: HubAtHand) -> None:
        self.app, self.at_hand = app, at_hand

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "http" and scope["path"].startswith("/v1/xref") and not scope["query_string"]:
            opened, path = self.at_hand.opened, scope["path"]
            headers = dict(scope["headers"])
            secret = _secret(headers)
            if opened is not None and secret is not None:
                if path.startswith(ONE) and scope["method"] == "GET":
                    if await _one(opened, secret, headers, scope, send):
                        return
                elif path == MANY and scope["method"] == "POST" and _is_plain(headers):
                    message = await receive()
                    if await _many(opened, secret, message.get("body", b""), scope, send):
                        return
                    receive = _again(message, receive)
        await self.app(scope, receive, send)


def _secret(headers: dict[bytes, bytes]) -> str | None:
    scheme, _, secret = headers.get(b"authorization", b"").partition(b" ")
    return secret.strip().decode("latin-1") if scheme.lower() == b"bearer" else None


def _is_plain(headers: dict[bytes, bytes]) -> bool:
    return headers.get(b"content-type", b"") == b"application/json" and b"idempotency-key" not in headers


def _again(message: Message, receive: Receive) -> Receive:
    waiting = [message]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


async def _one(opened: Opened, secret: str, headers: dict[bytes, bytes], scope: Scope, send: Send) -> bool:
    asked = scope["path"][len(ONE) :].split("/", 2)
    if len(asked) != 3:
        return False
    of_key = look_ups.tokens(opened.hub, [asked])
    reading = await _read(opened, Question(keys.id_of(secret), of_key))
    if reading is None or not _let_in(opened, secret, reading, [asked], scope):
        return False
    (told,) = look_ups.answers(reading, [asked], of_key)
    if told is None:
        return False
    content = told.encode()
    scope["route"] = ROUTE_OF_ONE
    tag = tag_of(content)
    tagged = [*TAGGED, (b"etag", tag.encode())]
    if b"if-none-match" in headers and is_known(tag, headers[b"if-none-match"].decode("latin-1")):
        await _send(send, 304, tagged, b"")
    else:
        await _send(send, 200, [JSON, *tagged], content)
    return True


async def _many(opened: Opened, secret: str, body: bytes, scope: Scope, send: Send) -> bool:
    asked = _keys(body)
    if asked is None or len(asked) > opened.hub.settings.batch_limit:
        return False
    reading = await _read(opened, Question(keys.id_of(secret)))
    if reading is None or not _let_in(opened, secret, reading, asked, scope):
        return False

    def known(place: int) -> Key:
        return key(*asked[place], pointer=f"/keys/{place}")

    try:
        found = await run_in_threadpool(look_ups.many, opened.hub, asked, known)
    except HubError:  # the route itself meets it again, and tells it
        return False
    scope["route"] = ROUTE_OF_MANY
    await _send(send, 200, [JSON], f'{{"items":[{",".join(found)}]}}'.encode())
    return True


def _keys(body: bytes) -> list[Written] | None:
    """The keys of a body that is as it should be; None for all others, which the route itself refuses."""
    try:
        document = orjson.loads(body)
    except ValueError:
        return None
    if not isinstance(document, dict) or document.keys() != {"keys"} or not isinstance(document["keys"], list):
        return None
    asked = document["keys"]
    # Of a thousand keys each of these is one loop in C.
    good = set(map(type, asked)) <= {list} and set(map(len, asked)) <= {3}
    return asked if good and set(map(type, chain.from_iterable(asked))) <= {str} else None


async def _read(opened: Opened, question: Question) -> Reading | None:
    try:
        return await opened.gathering.ask(question)
    except HubError:  # the route itself meets it again, and tells it
        return None


def _let_in(opened: Opened, secret: str, reading: Reading, asked: list[Written], scope: Scope) -> bool:
    """Whether the key may look these up; a refusal is told by the route itself."""
    try:
        principal = caller.let_in(opened, secret, reading, at=now())
        for source, of in {(source, of) for source, of, _ in asked}:
            allowed(principal, ACTION, source=source, entity_type=of)
        caller.count(opened, principal, scope)
    except HubError:
        return False
    return True


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], content: bytes) -> None:
    length = [(b"content-length", str(len(content)).encode())] if status != 304 else []
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": content})
