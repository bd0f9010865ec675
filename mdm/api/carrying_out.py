"""How a write is carried out: in earnest, only to tell what would come of it, or only on what is as it was read.

One way for all routes: their own code runs on a hub that stands still, in one transaction, which is taken back after
the answer is made (`dry_run`), or kept if the thing it is about has the ETag it was read with (`If-Match`).
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from mdm.api.caller import Caller
from mdm.api.parameters import DryRun
from mdm.errors import Stale
from mdm.services.standing_still import standing_still

Tags = Callable[[Caller, str], Iterable[str]]
Endpoint = Callable[..., Any]
THINGS: dict[str, Tags] = {}
"""The addresses of what has an ETag and can be changed, and the function that tells its ETags, without quotes."""
READS = frozenset({"/v1/xref:lookup", "/v1/matches:find", "/v1/rules:check", "/v1/rules:simulate"})
"""The addresses that are sent a question by POST, and write nothing."""
POSITIONS = {"seq": "", "decision_id": "dec_", "proposal_id": "pro_"}
"""The members of an answer that hold a position of the log, and what is written before it."""
SECRETS = frozenset({"id", "key"})
"""Of a key that is not made, nothing is told that looks like one."""


def thing(path: str) -> Callable[[Tags], Tags]:
    """Register the function that tells the ETags with which the thing at an address may have been read."""

    def register(tags: Tags) -> Tags:
        THINGS[path] = tags
        return tags

    return register


def thing_of(path: str) -> str | None:
    """The address of the thing that a write is about, None where it has no ETag."""
    return next((one for one in THINGS if path.startswith(one) and path != one), None)


def has_dry_run_of_its_own(endpoint: Endpoint) -> bool:
    """Whether a route tells more of what it would do than its answer."""
    return "dry_run" in inspect.signature(endpoint).parameters


async def asked(request: Request, dry_run: DryRun = False) -> None:  # noqa: FBT002  a query parameter
    """Note in a request that it is only to tell what would come of it."""
    request.state.dry_run = dry_run


def carried_out(path: str, endpoint: Endpoint, *, secret: bool) -> Endpoint:
    """The function of a route that writes, made to heed `dry_run` and `If-Match`."""
    own_match = "if_match" in inspect.signature(endpoint).parameters

    @wraps(endpoint)
    def carry_out(**given: Any) -> Response:
        caller: Caller = given["caller"]
        about = thing_of(path) if caller.names_etags and not own_match else None
        if about is None and not caller.dry_run:
            return endpoint(**given)  # type: ignore[no-any-return]
        with standing_still(caller.hub, author=caller.author(), kept=not caller.dry_run) as still:
            caller = replace(caller, hub=still.hub)
            if about is not None:
                name = about[about.rindex("{") + 1 : -1]
                _ensure_as_read(caller, about, given[name])
            told: Response = endpoint(**{**given, "caller": caller})
        return _rehearsed(told, after=still.position, secret=secret) if caller.dry_run else told

    return carry_out


def _ensure_as_read(caller: Caller, about: str, of: str) -> None:
    """Raise Stale unless the thing at an address has one of the ETags that the request names."""
    named = {one.strip().removeprefix("W/").strip('"') for one in (caller.if_match or "").split(",")}
    if named.isdisjoint(THINGS[about](caller, of)):
        raise Stale(f"{of} has changed since it was read; read it again")


def _rehearsed(answer: Response, *, after: int, secret: bool) -> Response:
    """An answer marked as one to a dry run, without what is given only to what is carried out."""
    if not answer.body:
        return answer
    document = {"dry_run": True, **_without_positions(orjson.loads(bytes(answer.body)), after)}
    if secret:
        document.update(dict.fromkeys(SECRETS & document.keys()))
    return Response(orjson.dumps(document), answer.status_code, media_type="application/json")


def _without_positions(value: Any, after: int) -> Any:
    if isinstance(value, list):
        return [_without_positions(one, after) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: None if name in POSITIONS and _position(name, part) > after else _without_positions(part, after)
        for name, part in value.items()
    }


def _position(name: str, part: Any) -> int:
    digits = str(part).removeprefix(POSITIONS[name])
    return int(digits) if digits.isdigit() else 0
