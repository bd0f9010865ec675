"""The quick way for look-ups, in front of FastAPI."""

from itertools import chain

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from mdm.api import quick_way
from mdm.api.opening import HubAtHand, Opened
from mdm.api.parameters import key
from mdm.api.quick_way import Headers
from mdm.api.routes import xref
from mdm.auth import Action
from mdm.errors import HubError
from mdm.log import Key
from mdm.services.access import keys
from mdm.services.reading import look_ups
from mdm.services.reading.look_ups import Written
from mdm.services.reading.reading_together import Question, Reading

ONE, MANY = "/v1/xref/", "/v1/xref:lookup"
ACTION: Action = "look up"
ROUTE_OF_ONE, ROUTE_OF_MANY = (next(one for one in xref.router.routes if one.name == name) for name in ("one", "many"))  # type: ignore[attr-defined]


class LookUp:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, at_hand: HubAtHand) -> None:
        self.app, self.at_hand = app, at_hand

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "http" and scope["path"].startswith("/v1/xref") and not scope["query_string"]:
            opened, path = self.at_hand.opened, scope["path"]
            headers = dict(scope["headers"])
            secret = quick_way.secret_of(headers)
            if opened is not None and secret is not None:
                if path.startswith(ONE) and scope["method"] == "GET":
                    if await _one(opened, secret, headers, scope, send):
                        return
                elif path == MANY and scope["method"] == "POST" and quick_way.is_plain(headers):
                    message = await receive()
                    if await _many(opened, secret, message.get("body", b""), scope, send):
                        return
                    receive = quick_way.again(message, receive)
        await self.app(scope, receive, send)


async def _one(opened: Opened, secret: str, headers: Headers, scope: Scope, send: Send) -> bool:
    asked = scope["path"][len(ONE) :].split("/", 2)
    if len(asked) != 3:
        return False
    token = look_ups.token(opened.hub, asked)
    reading = await quick_way.read(opened, Question(keys.id_of(secret), (token,)))
    if reading is None or not _let_in(opened, secret, reading, [asked], scope):
        return False
    told = look_ups.one(reading, asked, token)
    if told is None:
        return False
    content = told.encode()
    scope["route"] = ROUTE_OF_ONE
    await quick_way.send_tagged(send, headers, content)
    return True


async def _many(opened: Opened, secret: str, body: bytes, scope: Scope, send: Send) -> bool:
    asked = _keys(body)
    if asked is None or len(asked) > opened.hub.settings.batch_limit:
        return False
    reading = await quick_way.read(opened, Question(keys.id_of(secret)))
    if reading is None or not _let_in(opened, secret, reading, asked, scope):
        return False

    def known(place: int) -> Key:
        return key(*asked[place], pointer=f"/keys/{place}")

    try:
        found = await run_in_threadpool(look_ups.many, opened.hub, asked, known)
    except HubError:  # the route itself meets it again, and tells it
        return False
    scope["route"] = ROUTE_OF_MANY
    await quick_way.send_as(send, 200, [quick_way.JSON], f'{{"items":[{",".join(found)}]}}'.encode())
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


def _let_in(opened: Opened, secret: str, reading: Reading, asked: list[Written], scope: Scope) -> bool:
    return quick_way.let_in(opened, secret, reading, ACTION, look_ups.places(asked), scope) is not None
