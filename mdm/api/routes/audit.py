"""What auditors keep elsewhere, so that nobody can write history anew."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.services import auditing

router = APIRouter(prefix="/v1/audit", tags=["operation"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("audit"))]
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
