"""The quick way for a record that is put, in front of FastAPI, which takes longer to read such a request than it takes.

What waits until it is resolved, and everything that is refused, is left to the route.
"""

from dataclasses import dataclass

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from mdm.api import quick_way
from mdm.api.bodies import RecordBody
from mdm.api.caller import correlation_id
from mdm.api.opening import HubAtHand, Opened
from mdm.api.parameters import key
from mdm.api.quick_way import Headers
from mdm.api.routes import source_records
from mdm.auth import Action
from mdm.errors import HubError
from mdm.log import Author
from mdm.services.access import keys
from mdm.services.reading.reading_together import Question, Reading
from mdm.settings import now

BEGINNING = "/v1/source-records/"
ACTION: Action = "ingest"
ROUTE = next(one for one in source_records.router.routes if one.name == "put")  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class TakeIn:
    """ASGI middleware."""

    app: ASGIApp
    at_hand: HubAtHand

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "http" and scope["method"] == "PUT" and scope["path"].startswith(BEGINNING):
            opened, headers = self.at_hand.opened, dict(scope["headers"])
            if opened is not None and not scope["query_string"] and quick_way.is_plain(headers):
                message = await receive()
                if await _answered(opened, headers, message.get("body", b""), scope, send):
                    return
                receive = quick_way.again(message, receive)
        await self.app(scope, receive, send)


async def _answered(opened: Opened, headers: Headers, body: bytes, scope: Scope, send: Send) -> bool:
    secret, place = quick_way.secret_of(headers), scope["path"][len(BEGINNING) :].split("/", 2)
    if secret is None or len(place) != 3:
        return False
    reading = await quick_way.read(opened, Question(keys.id_of(secret)))
    if reading is None:
        return False
    principal = quick_way.let_in(opened, secret, reading, ACTION, [(place[0], place[1])], scope)
    if principal is None:
        return False
    author = Author(principal.actor, now(), correlation_id(Request(scope)))
    content = await run_in_threadpool(_content, opened, reading, place, body, author)
    if content is None:
        return False
    scope["route"] = ROUTE
    await quick_way.send_as(send, 202, [quick_way.JSON], content)
    return True


def _content(opened: Opened, reading: Reading, place: list[str], sent: bytes, author: Author) -> bytes | None:
    """Take it in, durably; None where it is to be refused, which the route does once it has met it again."""
    try:
        of, body = key(*place), RecordBody.model_validate(orjson.loads(sent))
        rules = reading.entity_types[of.entity_type]
        told = source_records.taken_in(opened.hub, author, rules, of, body, mode="put", wait=False)
    except (HubError, ValueError, KeyError):
        return None
    return orjson.dumps(told)
