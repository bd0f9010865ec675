"""The quick way for rates: FastAPI reads the parameters of one for longer than it takes to answer.

With SQLite the answer is read in the event loop, as that of a look-up is: it takes a millisecond, and a thread half of
one more. With PostgreSQL it waits for a server, and so in a thread.
"""

from urllib.parse import parse_qsl

import orjson
from starlette.concurrency import run_in_threadpool

from mdm.api.opening import Opened
from mdm.api.quick_way import Answer, Asked
from mdm.api.routes import rates
from mdm.auth import Principal
from mdm.errors import HubError
from mdm.services.pricing.rate_question import Question

BEGINNING, END = "/v1/golden-records/", "/rate"
ROUTE = next(one for one in rates.router.routes if one.name == "rate")  # type: ignore[attr-defined]
LONGEST = 200
"""Characters of one value that is asked for; the route says what is too long."""
_ELSEWHERE = {"as_of", "min_seq"}


async def one(asked: Asked) -> Answer | None:
    """Look one rate up; None where the route is to do so."""
    opened, scope = asked.opened, asked.scope
    question = _question(scope["path"][len(BEGINNING) : -len(END)], scope["query_string"])
    reading = None if question is None else await asked.read()
    principal = None if reading is None else asked.let_in(reading, rates.ACTION)
    if question is None or principal is None:
        return None
    if opened.hub.database.postgresql:
        content = await run_in_threadpool(_content, opened, principal, question)
    else:
        content = _content(opened, principal, question)
    return None if content is None else Answer(ROUTE, content, tagged=True)


def _question(golden_id: str, query: bytes) -> Question | None:
    """What is asked; None where the route has to look closer."""
    said = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    fields = dict(said)
    plain = len(fields) == len(said) and not fields.keys() & _ELSEWHERE and "/" not in golden_id
    if not plain or any(not value or len(value) > LONGEST for value in fields.values()):
        return None
    on, of = fields.pop("on", None), fields.pop("of", None)
    return rates.asked(golden_id, fields, on=on, of=of)


def _content(opened: Opened, principal: Principal, question: Question) -> bytes | None:
    try:
        return orjson.dumps(rates.told(opened.hub, principal, question))
    except HubError:  # the route itself meets it again, and tells it
        return None
