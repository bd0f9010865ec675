"""Blind second opinions, and how far people agree."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import Cursor, Limit, TypeFilter
from mdm.api.routes.tasks import COMPARISON, TaskId
from mdm.api.work_bodies import OpinionBody
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.stewarding import agreement, second_opinions

router = APIRouter(prefix="/v1", tags=["second opinions"], route_class=JsonRoute)
Answering = Annotated[Caller, Depends(Requires("decide"))]
Reading = Annotated[Caller, Depends(Requires("read agreement"))]
Settling = Annotated[Caller, Depends(Requires("approve"))]
ID = "task_5f1e0c9a7b3d2e4f6a8b"
WAITING = {
    "id": ID, "kind": "review", "entity_type": "customer", "records": ["crm:customer:0015g", "erp:customer:4711"]
}  # fmt: skip
GIVEN = {"id": ID, "verdict": "distinct", "agrees": False, "seq": 4731}
ANSWERS = [
    {"person": "user:anna", "at": "2026-03-01T09:30:00.000000Z", "verdict": "same", "reason": "One company"},
    {"person": "user:bert", "at": "2026-03-02T11:05:00.000000Z", "verdict": "distinct", "reason": "Two branches"},
]
OPINION = {
    "id": ID, "kind": "review", "entity_type": "customer", "decision_id": "dec_4720", "match_probability": 0.93,
    "answers": ANSWERS, "agrees": False, "settled": None, "seq": 4731,
}  # fmt: skip
SETTLED = {
    **OPINION, "in_force": False,
    "settled": {"person": "user:cleo", "at": "2026-03-02T15:00:00.000000Z", "verdict": "distinct", "reason": "Asked"},
}  # fmt: skip
AGREEMENT = {
    "answered": 40, "agreed": 37, "kappa": 0.8412, "matches": {"answered": 25, "agreed": 24},
    "waiting": 3, "disagreements": 1,
    "rules": [{"entity_type": "customer", "kind": "review", "band": "0.90 to 0.95", "answered": 12, "agreed": 10,
               "kappa": 0.625}],
    "people": [{"person": "user:anna", "first": 21, "second": 9, "agreed": 28, "overruled": 1}],
}  # fmt: skip
# A task compared as it was is told like an open one, but for what nobody is told here.
COMPARED: dict[str, Any] = {
    **COMPARISON, "same": None, "decided": [], "rest": [], "task": {**COMPARISON["task"], "evidence": None},
    "attributes": [{**one, "weight": 0.0} for one in COMPARISON["attributes"]],
    "records": [{**one, "golden_id": None, "received_at": None, "trust": None} for one in COMPARISON["records"]],
}  # fmt: skip


@router.get("/second-opinions", summary="List what waits for a second opinion", **described(
    {"items": [WAITING], "next": None}, 404
))  # fmt: skip
def waiting(caller: Answering, entity_type: TypeFilter = None, cursor: Cursor = None, limit: Limit = 20) -> Response:
    """Decided tasks on which the caller may give a second opinion: never those that the caller decided."""
    return answer(second_opinions.waiting(
        caller.hub, caller.actor, entity_type=caller.own_type(entity_type), cursor=cursor, limit=limit
    ))  # fmt: skip


@router.get(
    "/second-opinions/{task_id}", summary="Compare the records of a decided task, blind",
    **described(COMPARED, 404, 409),
)  # fmt: skip
def look(caller: Answering, task_id: TaskId) -> Response:
    """The records as they were before the task was decided; neither the answer nor who gave it."""
    caller.ensure(entity_type=second_opinions.entity_type_of(caller.hub, task_id))
    found = second_opinions.look(caller.hub, task_id, who=caller.actor)
    return answer(masking.comparison(caller.principal, Shown(caller.hub), found))


@router.post(
    "/second-opinions/{task_id}:give", summary="Give a second opinion",
    **described(GIVEN, 404, 409, 415),
)  # fmt: skip
def give(caller: Answering, task_id: TaskId, body: OpinionBody) -> Response:
    """It is kept beside the first answer and changes nothing; 403 for who decided the task."""
    caller.ensure(entity_type=second_opinions.entity_type_of(caller.hub, task_id))
    return answer(second_opinions.give(
        caller.hub, task_id, body.verdict, reason=body.reason, author=caller.author()
    ))  # fmt: skip


@router.get("/agreement", summary="See how far people agree", **described(AGREEMENT, 404))
def agreed(
    caller: Reading, entity_type: TypeFilter = None,
    since: Annotated[str | None, Query(description="Of opinions given from then on.", max_length=64)] = None,
) -> Response:  # fmt: skip
    """By rule (entity type, kind of task, band of match probability) and person; kappa is agreement beyond chance."""
    return answer(agreement.agreement(caller.hub, entity_type=caller.own_type(entity_type), since=since))


@router.get("/agreement/opinions", summary="List second opinions", **described(
    {"items": [OPINION], "next": None}, 404
))  # fmt: skip
def listed(
    caller: Reading, *, entity_type: TypeFilter = None,
    apart: Annotated[bool, Query(description="Only disagreements that nobody has settled yet.")] = False,
    cursor: Cursor = None, limit: Limit = 20,
) -> Response:  # fmt: skip
    """With both answers, the newest first."""
    found = agreement.page(
        caller.hub, entity_type=caller.own_type(entity_type), apart=apart, cursor=cursor, limit=limit
    )
    items = [masking.opinion(caller.principal, one) for one in found["items"]]
    return answer({"items": items, "next": found["next"]})


@router.get("/agreement/opinions/{task_id}", summary="Read both answers", **described(
    {**OPINION, "in_force": True}, 404
))  # fmt: skip
def one(caller: Reading, task_id: TaskId) -> Response:
    """Both answers to a task, and how a disagreement was settled."""
    caller.ensure(entity_type=second_opinions.entity_type_of(caller.hub, task_id))
    return answer(masking.opinion(caller.principal, agreement.get(caller.hub, task_id)))


@router.post(
    "/agreement/opinions/{task_id}:settle", summary="Settle a disagreement",
    **described(SETTLED, 404, 409, 415),
)  # fmt: skip
def settle(caller: Settling, task_id: TaskId, body: OpinionBody) -> Response:
    """As neither of the two. Another answer than the decision in force takes its place."""
    caller.ensure(entity_type=second_opinions.entity_type_of(caller.hub, task_id))
    found = agreement.settle(caller.hub, task_id, body.verdict, reason=body.reason, author=caller.author())
    return answer(masking.opinion(caller.principal, found))
