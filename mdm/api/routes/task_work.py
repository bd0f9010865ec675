"""Working on steward tasks beside others: claim, release, skip, snooze, escalate, assign, comment, read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import Cursor, Limit, TypeFilter
from mdm.api.routes.queue import Asked
from mdm.api.routes.tasks import CLAIMED, TaskId
from mdm.api.work_bodies import AssignBody, ClaimBody, ClaimNextBody, CommentBody, EscalateBody, SnoozeBody
from mdm.auth import hidden_anywhere
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.stewarding import mentions, task_work, tasks
from mdm.services.stewarding.queue import Choice

router = APIRouter(prefix="/v1", tags=["tasks"], route_class=JsonRoute)
Working = Annotated[Caller, Depends(Requires("decide"))]
RELEASED = {**CLAIMED, "claim": None}
BY = "key:6a0d57077f3d"
ESCALATED = {
    **RELEASED,
    "escalated": {"to": BY, "question": "Is the branch in Graz a company of its own?", "by": "key:2f81c0aa93de",
                  "at": "2026-03-01T09:30:00.000000Z"},
}  # fmt: skip
COMMENTED = {
    **CLAIMED,
    "comments": [{"author": BY, "at": "2026-03-01T09:30:00.000000Z", "text": "@anna: their accounts department calls",
                  "mentions": ["user:anna"], "unknown_names": []}],
}  # fmt: skip
MENTIONS = {
    "items": [{"task_id": "task_5f1e0c9a7b3d2e4f6a8b", "kind": "review", "entity_type": "customer", "status": "open",
               "by": BY, "at": "2026-03-01T09:30:00.000000Z", "text": "@anna: is Graz a company of its own?",
               "seq": 4731}],
    "next": None,
}  # fmt: skip


@router.post(
    "/tasks:claim-next", summary="Claim the most urgent free task", **described(CLAIMED, 404, nothing="No task is free")
)
def claim_next(caller: Working, body: Annotated[ClaimNextBody, Body()] = ClaimNextBody()) -> Response:  # noqa: B008
    """The task, held for the caller; 204 when none is free.

    Free is what nobody else holds, is awake, is meant for nobody else, is about no attribute that the caller may not
    see, and was not skipped by the caller as it is now. Asking again before deciding gives the same task again.
    """
    choice = Choice(caller.own_type(body.type), **body.model_dump(exclude={"type", "seconds"}))
    found = task_work.claim_next(
        caller.hub, author=caller.author(), choice=choice, barred=_barred(caller), seconds=body.seconds
    )
    return Response(status_code=204) if found is None else _shown(caller, found)


@router.get(
    "/tasks:upcoming",
    summary="See which tasks come next",
    **described({"items": ["task_5f1e0c9a7b3d2e4f6a8b", "task_7b3d2e4f6a8b5f1e0c9a"]}, 404),
)
def upcoming(
    caller: Working, choice: Asked, *,
    after: Annotated[str | None, Query(description="A task: those that follow it come first.", max_length=60)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 2,
) -> Response:  # fmt: skip
    """The ids of the tasks that claim-next would give the caller one after the other; none is claimed by this."""
    choice = replace(choice, entity_type=caller.own_type(choice.entity_type))
    found = task_work.upcoming(
        caller.hub, author=caller.author(), choice=choice, barred=_barred(caller), after=after, limit=limit
    )
    return answer({"items": found})


def _barred(caller: Caller) -> frozenset[tuple[str, str]]:
    return hidden_anywhere(caller.principal, caller.hub.entity_types().values())


@router.post("/tasks/{task_id}:claim", summary="Claim a task", **described(CLAIMED, 404, 409, 415))
def claim(caller: Working, task_id: TaskId, body: Annotated[ClaimBody, Body()] = ClaimBody()) -> Response:  # noqa: B008
    """Nobody else can decide it until the lease ends; claiming it again holds it longer.

    409 says who holds it and until when.
    """
    return _done(
        caller, task_id, lambda hub, author: task_work.claim(hub, task_id, author=author, seconds=body.seconds)
    )


@router.post("/tasks/{task_id}:release", summary="Give a claimed task back", **described(RELEASED, 404, 409))
def release(caller: Working, task_id: TaskId) -> Response:
    """Nothing happens when nobody holds it."""
    return _done(caller, task_id, lambda hub, author: task_work.release(hub, task_id, author=author))


@router.post("/tasks/{task_id}:skip", summary="Pass over a task", **described(RELEASED, 404, 409))
def skip(caller: Working, task_id: TaskId) -> Response:
    """It is not offered to the caller again before its etag changes; others still get it."""
    return _done(caller, task_id, lambda hub, author: task_work.skip(hub, task_id, author=author))


@router.post(
    "/tasks/{task_id}:snooze",
    summary="Put a task off until a day",
    **described({**RELEASED, "snoozed_until": "2026-03-31"}, 404, 409, 415),
)
def snooze(caller: Working, task_id: TaskId, body: SnoozeBody) -> Response:
    """It is offered to nobody before that day; claiming it by its id wakes it."""
    return _done(caller, task_id, lambda hub, author: task_work.snooze(hub, task_id, until=body.until, author=author))


@router.post("/tasks/{task_id}:escalate", summary="Ask another person", **described(ESCALATED, 404, 409, 415))
def escalate(caller: Working, task_id: TaskId, body: EscalateBody) -> Response:
    """From now on it is offered to that person only, until it is assigned or closed."""
    return _done(
        caller,
        task_id,
        lambda hub, author: task_work.escalate(hub, task_id, to=body.to, question=body.question, author=author),
    )


@router.post(
    "/tasks/{task_id}:assign",
    summary="Say who should do a task",
    **described({**RELEASED, "assigned_to": BY}, 404, 409, 415),
)
def assign(caller: Working, task_id: TaskId, body: AssignBody) -> Response:
    """It is offered to that person only; null gives it to anybody. Either ends an escalation. `me` is the caller."""
    to = caller.person(body.to)
    return _done(caller, task_id, lambda hub, author: task_work.assign(hub, task_id, to=to, author=author))


@router.post("/tasks/{task_id}:comment", summary="Comment on a task", **described(COMMENTED, 404, 415))
def comment(caller: Working, task_id: TaskId, body: CommentBody) -> Response:
    """Comments stay with the task for ever, also when it is closed.

    `@anna` tells the account of that name, if it may work on the task; `unknown_names` are nobody's.
    """
    return _done(caller, task_id, lambda hub, author: task_work.comment(hub, task_id, text=body.text, author=author))


@router.post("/tasks/{task_id}:read", summary="Say that one has read what was said to one", **described(RELEASED, 404))
def read(caller: Working, task_id: TaskId) -> Response:
    """What names the caller in the comments on a task is read now; anything else that one does there says so, too."""
    return _done(caller, task_id, lambda hub, author: task_work.read(hub, task_id, author=author))


@router.get("/mentions", summary="List comments that name the caller", **described(MENTIONS, 404))
def listed(caller: Working, entity_type: TypeFilter = None, cursor: Cursor = None, limit: Limit = 20) -> Response:
    """Those that the caller has not read, the newest first."""
    of = caller.own_type(entity_type)
    found = mentions.unread(caller.hub, caller.actor, entity_type=of, cursor=cursor, limit=limit)
    return answer({**found, "items": [masking.mention(caller.principal, one) for one in found["items"]]})


def _done(caller: Caller, task_id: str, act: Callable[..., dict[str, Any]]) -> Response:
    caller.ensure(entity_type=tasks.entity_type_of(caller.hub, task_id))
    return _shown(caller, act(caller.hub, caller.author()))


def _shown(caller: Caller, task: dict[str, Any]) -> Response:
    return answer(masking.task(caller.principal, Shown(caller.hub), task))
