"""What auditors verify history by, and what they keep elsewhere so that nobody can write it anew."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import Limit
from mdm.services import auditing

router = APIRouter(prefix="/v1/audit", tags=["operation"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("audit"))]
LARGEST = (1 << 63) - 1
EVENT = {
    "position": 1, "kind": "rules", "entity_type": "customer", "actor": "cli:anna", "correlation_id": None,
    "recorded_at": "2026-03-01T09:30:00.000000Z",
    "envelope": f'[1,"rules","customer","cli:anna",null,"2026-03-01T09:30:00.000000Z",null,"5f3a","{"00" * 32}"]',
    "hash": "7d0e0c1b7b2c3a1f5e6d9a8b4c2f1e0d3b5a7c9e8f6d4b2a1c3e5f7a9b8d6c40",
}  # fmt: skip
EXAMPLE = {
    "hub": "hub", "position": 4721, "recorded_at": "2026-03-01T09:30:00.000000Z",
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}  # fmt: skip


@router.get("/checkpoint", summary="Say how far the log goes, and what binds it", **described(EXAMPLE))
def checkpoint(caller: Reading) -> Response:
    """Keep it where nobody who can write to the database can change it.

    `hash` binds every fact up to `position`: `mdm audit verify --checkpoint` tells by it whether history up to there
    has been changed, cut off or written anew.
    """
    return answer(asdict(auditing.checkpoint(caller.hub)))


@router.get("/events", summary="Read the log as it binds itself", **described({"items": [EVENT], "next": None}))
def events(
    caller: Reading,
    after: Annotated[int, Query(description="Only facts after this position.", ge=0, le=LARGEST)] = 0,
    limit: Limit = 1_000,
) -> Response:
    """Every fact from the first on, so that anybody can verify the log without trusting the hub.

    `hash` is the SHA-256 of `envelope`, a JSON list from the position to the hash of the envelope before (64 zeros in
    the first). What a fact says is not in it, only a salted commitment. Go on with `after` = `next`.
    """
    return answer(auditing.events(caller.hub, after=after, limit=limit))
