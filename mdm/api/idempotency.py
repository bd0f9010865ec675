"""The header `Idempotency-Key`: a POST that carries it is carried out once and always answered alike.

Source: draft-ietf-httpapi-idempotency-key-header (400 malformed, 409 in flight, 422 another request).
"""

import hashlib
import re
from collections.abc import Awaitable, Callable

from fastapi import Request
from fastapi.dependencies.models import Dependant
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.services import once
from mdm.services.once import Answer
from mdm.settings import now

HEADER = "idempotency-key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
Handler = Callable[[Request], Awaitable[Response]]


async def answered(request: Request, dependant: Dependant, handler: Handler) -> Response:
    """Carry a request out, or answer as it was answered before; who may not is refused before either."""
    key, body = _key(request), await request.body()
    (requires,) = (one.call for one in dependant.dependencies if isinstance(one.call, Requires))
    caller: Caller = await requires(request)
    begun = await run_in_threadpool(
        once.begin, caller.hub, actor=caller.actor, key=key, request=_hash(request, body), at=now()
    )
    if isinstance(begun, Answer):
        return _again(begun)
    request.state.once = begun
    try:
        response = await handler(request)
    except Exception:
        await run_in_threadpool(once.give_up, caller.hub, begun)
        raise
    told = Answer(response.status_code, response.media_type, bytes(response.body))
    kept = await run_in_threadpool(once.keep, caller.hub, begun, told)
    return response if kept == told else _again(kept)


def _again(answer: Answer) -> Response:
    headers = {"Idempotency-Replayed": "true"}
    return Response(answer.body, answer.status, media_type=answer.media_type, headers=headers)


def _key(request: Request) -> str:
    given = request.headers.getlist(HEADER)
    key = given[0].strip()
    key = key[1:-1] if len(key) > 1 and key[0] == key[-1] == '"' else key
    if len(given) != 1 or not _KEY.fullmatch(key):
        raise HTTPException(400, "an Idempotency-Key is 1 to 255 visible ASCII characters without spaces, sent once")
    return key


def _hash(request: Request, body: bytes) -> str:
    told = hashlib.sha256()
    for part in (
        request.scope["raw_path"],
        request.scope["query_string"],
        request.headers.get("content-type", ""),
        body,
    ):
        told.update(hashlib.sha256(part.encode() if isinstance(part, str) else part).digest())
    return told.hexdigest()
