"""The quick way for a record that is put: FastAPI takes longer to read such a request than taking it in takes.

What waits until it is resolved, and everything that is refused, is left to the route.
"""

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from mdm.api.bodies import RecordBody
from mdm.api.caller import correlation_id
from mdm.api.parameters import key
from mdm.api.quick_way import Answer, Asked
from mdm.api.routes import source_records
from mdm.auth import Action
from mdm.errors import HubError
from mdm.log import Author
from mdm.services.reading.reading_together import Reading
from mdm.settings import now

BEGINNING = "/v1/source-records/"
ACTION: Action = "ingest"
ROUTE = next(one for one in source_records.router.routes if one.name == "put")  # type: ignore[attr-defined]


async def put(asked: Asked) -> Answer | None:
    """Take a record in and say what became of it; None where the route is to do so."""
    place = asked.scope["path"][len(BEGINNING) :].split("/", 2)
    reading = await asked.read() if len(place) == 3 else None
    principal = None if reading is None else asked.let_in(reading, ACTION, [(place[0], place[1])])
    if reading is None or principal is None:
        return None
    author = Author(principal.actor, now(), correlation_id(Request(asked.scope)))
    content = await run_in_threadpool(_content, asked, reading, place, author)
    return None if content is None else Answer(ROUTE, content, 202)


def _content(asked: Asked, reading: Reading, place: list[str], author: Author) -> bytes | None:
    """Take it in, durably; None where it is to be refused, which the route does once it has met it again."""
    try:
        of, body = key(*place), RecordBody.model_validate(orjson.loads(asked.body))
        rules = reading.entity_types[of.entity_type]
        told = source_records.taken_in(asked.opened.hub, author, rules, of, body, mode="put", wait=False)
    except (HubError, ValueError, KeyError):
        return None
    return orjson.dumps(told)
