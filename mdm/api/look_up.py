"""The quick way for look-ups."""

from itertools import chain

import orjson
from starlette.concurrency import run_in_threadpool

from mdm.api.parameters import key
from mdm.api.quick_way import Answer, Asked
from mdm.api.routes import xref
from mdm.auth import Action
from mdm.errors import HubError
from mdm.log import Key
from mdm.services.reading import look_ups
from mdm.services.reading.look_ups import Written

ONE, MANY = "/v1/xref/", "/v1/xref:lookup"
ACTION: Action = "look up"
ROUTE_OF_ONE, ROUTE_OF_MANY = (next(one for one in xref.router.routes if one.name == name) for name in ("one", "many"))  # type: ignore[attr-defined]


async def one(asked: Asked) -> Answer | None:
    """Look one key up; None where the route is to do so."""
    written = asked.scope["path"][len(ONE) :].split("/", 2)
    if len(written) != 3:
        return None
    token = look_ups.token(asked.opened.hub, written)
    reading = await asked.read(token)
    if reading is None or asked.let_in(reading, ACTION, look_ups.places([written])) is None:
        return None
    told = look_ups.one(reading, written, token)
    return None if told is None else Answer(ROUTE_OF_ONE, told.encode(), tagged=True)


async def many(asked: Asked) -> Answer | None:
    """Look many keys up; None where the route is to do so."""
    hub, reads, written = asked.opened.hub, asked.opened.gathering.reads, _keys(asked.body)
    if written is None or len(written) > hub.settings.batch_limit:
        return None
    reading = await asked.read()
    if reading is None or asked.let_in(reading, ACTION, look_ups.places(written)) is None:
        return None

    def known(place: int) -> Key:
        return key(*written[place], pointer=f"/keys/{place}")

    try:
        found = await look_ups.many_now(hub, reads.at_once, reading, written)
        if found is None:
            found = await run_in_threadpool(look_ups.many, hub, written, known)
    except HubError:  # the route itself meets it again, and tells it
        return None
    return Answer(ROUTE_OF_MANY, f'{{"items":[{",".join(found)}]}}'.encode())


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
