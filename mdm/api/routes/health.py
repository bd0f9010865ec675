"""Whether the server lives, and whether it can do its work; open to everyone, and says nothing of the data."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from mdm.api.answers import answer
from mdm.services import health

router = APIRouter(tags=["operation"])
READY = {
    "status": "ready", "checks": {"database": {"ok": True}, "migration": {"ok": True, "at": "0001", "newest": "0001"},
                                  "durability": {"ok": True}, "disk": {"ok": True},
                                  "resolver": {"ok": True, "waiting_since": None, "pending": {"customer": 0}}},
}  # fmt: skip
NOT_READY = {"status": "not ready", "checks": {"database": {"ok": False, "detail": "the database cannot be reached"}}}
HEALTHY: dict[int | str, dict[str, Any]] = {
    200: {"description": "It lives", "content": {"application/json": {"example": {"status": "ok"}}}}
}
READINESS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Ready", "content": {"application/json": {"example": READY}}},
    503: {"description": "Not ready, and why", "content": {"application/json": {"example": NOT_READY}}},
}  # fmt: skip


@router.get("/healthz", summary="Does the server live?", responses=HEALTHY)
def healthz() -> Response:
    """Answers as long as the process does; asks nothing of the database."""
    return answer({"status": "ok"})


@router.get("/readyz", summary="Can the server do its work?", responses=READINESS)
def readyz(request: Request) -> Response:
    """503 while the database is away, a migration is pending, commits are not flushed, or SQLite has no room left.

    Also when facts wait and nobody resolves: what is looked up then is truthful, but of the moment at which that began.
    """
    is_ready, found = health.readiness(request.app.state.at_hand.settings)
    return answer(found, status=200 if is_ready else 503)
