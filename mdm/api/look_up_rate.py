"""The quick way for rates, in front of FastAPI, which reads the parameters of one for longer than it takes to answer.

With SQLite the answer is read in the event loop, as that of a look-up is: it takes a millisecond, and a thread half of
one more. With PostgreSQL it waits for a server, and so in a thread.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from mdm.api import quick_way
from mdm.api.opening import HubAtHand, Opened
from mdm.api.quick_way import Headers
from mdm.api.routes import rates
from mdm.auth import Principal
from mdm.errors import HubError
from mdm.services.access import keys
from mdm.services.pricing.rate_question import Question
from mdm.services.reading.reading_together import Question as Asked

BEGINNING, END = "/v1/golden-records/", "/rate"
ROUTE = next(one for one in rates.router.routes if one.name == "rate")  # type: ignore[attr-defined]
LONGEST = 200
"""Characters of one value that is asked for; the route says what is too long."""
_ELSEWHERE = {"as_of", "min_seq"}


@dataclass(frozen=True, slots=True)
class LookUpRate:
    """ASGI middleware."""

    app: ASGIApp
    at_hand: HubAtHand

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "http" and scope["method"] == "GET" and self.at_hand.opened is not None:
            path = scope["path"]
            if path.startswith(BEGINNING) and path.endswith(END):
                question = _question(path[len(BEGINNING) : -len(END)], scope["query_string"])
                if question is not None and await _answered(self.at_hand.opened, question, scope, send):
                    return
        await self.app(scope, receive, send)


def _question(golden_id: str, query: bytes) -> Question | None:
    """What is asked; None where the route has to look closer."""
    said = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    fields = dict(said)
    plain = len(fields) == len(said) and not fields.keys() & _ELSEWHERE and "/" not in golden_id
    if not plain or any(not value or len(value) > LONGEST for value in fields.values()):
        return None
    on, of = fields.pop("on", None), fields.pop("of", None)
    return rates.asked(golden_id, fields, on=on, of=of)


async def _answered(opened: Opened, question: Question, scope: Scope, send: Send) -> bool:
    headers: Headers = dict(scope["headers"])
    secret = quick_way.secret_of(headers)
    reading = secret and await quick_way.read(opened, Asked(keys.id_of(secret)))
    if not secret or not reading:
        return False
    principal = quick_way.let_in(opened, secret, reading, rates.ACTION, (), scope)
    if principal is None:
        return False
    if opened.hub.database.postgresql:
        content = await run_in_threadpool(_content, opened, principal, question)
    else:
        content = _content(opened, principal, question)
    if content is None:
        return False
    scope["route"] = ROUTE
    await quick_way.send_tagged(send, headers, content)
    return True


def _content(opened: Opened, principal: Principal, question: Question) -> bytes | None:
    try:
        return orjson.dumps(rates.told(opened.hub, principal, question))
    except HubError:  # the route itself meets it again, and tells it
        return None
