"""Steward tasks: listed, read, decided."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from starlette.responses import Response

from mdm.api import carrying_out
from mdm.api.answers import answer, described, tagged
from mdm.api.bodies import DecideBody, DecideManyBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import AsOf, Cursor, DryRun, Limit, TypeFilter
from mdm.api.routes.decisions import DECIDED, PROPOSED, carried_out
from mdm.auth import ensure_sees
from mdm.errors import Fault, InvalidInput
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.stewarding import bulk_decisions, comparison, task_counts, tasks
from mdm.services.stewarding.bulk_decisions import Chosen, Matching
from mdm.services.stewarding.choosing import Order
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.task_kinds import TaskKind, attributes_of

router = APIRouter(prefix="/v1", tags=["tasks"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read tasks"))]
Deciding = Annotated[Caller, Depends(Requires("decide"))]
TaskId = Annotated[str, Path(examples=["task_5f1e0c9a7b3d2e4f6a8b"], max_length=60)]
Person = Annotated[str | None, Query(description="A person: `key:ID`, `cli:USER`, or `me`.", max_length=200)]
EXAMPLE = {
    "id": "task_5f1e0c9a7b3d2e4f6a8b", "kind": "review", "entity_type": "customer", "status": "open", "priority": 45,
    "etag": "9f2c1b7a0d3e4f56", "records": ["crm:customer:0015g", "erp:customer:4711"],
    "evidence": {"outcome": "review", "match_weight": 3.8, "match_probability": 0.933, "prior": -9.965,
                 "comparisons": [{"attribute": "name", "level": "close", "weight": 13.765, "words": "nearly the same"}],
                 "keys": ["name.tokens=acme"]},
    "preview": {"golden_records": [{"golden_id": "cus_000002a", "version": 3, "attributes": {"name": "Acme GmbH"}},
                                   {"golden_id": "cus_0000041", "version": 1, "attributes": {"name": "ACME"}}],
                "same": {"golden_id": "cus_000002a", "redirects": {"cus_0000041": "cus_000002a"}}},
    "rules_version": "9c1d4a5e6f708192", "about": None, "due": "2026-03-08", "opened": 4712, "closed": None,
    "claim": None, "assigned_to": None, "escalated": None, "snoozed_until": None, "proposed": None,
    "overtaken": None,
    "comments": [],
}  # fmt: skip
CLAIMED = {**EXAMPLE, "claim": {"by": "key:6a0d57077f3d", "until": "2026-03-01T09:35:00.000000Z"}}
UNMAPPED = {
    **EXAMPLE, "id": "task_7b3d2e4f6a8b5f1e0c9a", "kind": "unmapped_code", "entity_type": "employee",
    "priority": 10, "etag": "0d3e4f569f2c1b7a", "records": ["psa:employee:E-17"], "evidence": None, "preview": None,
    "rules_version": "4d5e6f7081929c1d",
    "about": {"attribute": "role", "list": "roles", "source": "psa", "value": "Sr. Cons. II", "records": 1,
              "suggestions": [{"code": "senior_consultant", "label": "Senior consultant", "score": 86}]},
    "due": "2026-03-15", "opened": 4713,
}  # fmt: skip
CONFLICT = {
    **EXAMPLE, "id": "task_2e4f6a8b5f1e0c9a7b3d", "kind": "conflict", "priority": 45, "etag": "2b7a0d3e4f569f1c",
    "records": ["erp:customer:4711", "billing:customer:88"], "evidence": None, "preview": None,
    "about": {"golden_id": "cus_000002a", "attribute": "tax_id", "strategy": "most_trusted", "candidates": [
        {"source": "erp", "source_id": "4711", "value": "DE136695976", "event_time": None, "trust": 90},
        {"source": "billing", "source_id": "88", "value": "DE811907980", "event_time": None, "trust": 90},
    ]},
    "opened": 4714,
}  # fmt: skip
CYCLE = {
    **EXAMPLE, "id": "task_9c7a4b3d2e4f6a8b5f1e", "kind": "hierarchy_cycle", "entity_type": "legal_entity",
    "priority": 20, "etag": "569f1c2b7a0d3e4f", "records": ["psa:legal_entity:7"], "evidence": None, "preview": None,
    "about": {"attribute": "parent", "days": [{"valid_from": None, "valid_to": None}], "because": "trusted least",
              "cycle": [
        {"golden_id": "le_0000077", "label": "Firm Deutschland GmbH", "key": "psa:legal_entity:7", "source": "psa",
         "trust": 60, "to": "le_0000041", "set_aside": True},
        {"golden_id": "le_0000041", "label": "Firm Holding AG", "key": "erp:legal_entity:1", "source": "erp",
         "trust": 90, "to": "le_0000077", "set_aside": False},
    ]},
    "opened": 4715,
}  # fmt: skip
LED_TO = {"golden_id": "le_0000077", "entity_type": "legal_entity", "label": "Firm Deutschland GmbH"}
COMPARISON: dict[str, Any] = {
    "task": EXAMPLE,
    "records": [
        {"key": "crm:customer:0015g", "source": "crm", "source_id": "0015g", "side": "left", "named": True,
         "golden_id": "cus_000002a", "deleted": False, "event_time": "2026-02-26T08:00:00.000000Z",
         "received_at": "2026-03-01T09:30:00.000000Z", "trust": 80},
        {"key": "erp:customer:4711", "source": "erp", "source_id": "4711", "side": "right", "named": True,
         "golden_id": "cus_0000041", "deleted": False, "event_time": None,
         "received_at": "2026-03-01T09:30:00.000000Z", "trust": 90},
    ],
    "attributes": [
        {"attribute": "name", "kind": "company_name", "label": None, "state": "near", "level": "close",
         "weight": 13.765, "words": "nearly the same", "values": ["Acme GmbH", "ACME"],
         "standardised": ["acme\u001fgmbh", "acme\u001f"], "picked": None, "dated": False,
         "carriers": [3, 1], "others": 2,
         "winners": ["erp:customer:4711"], "result": "ACME", "strategy": "most_frequent", "set_by_person": False,
         "trust": {"erp:customer:4711": 90}, "masked": False},
        {"attribute": "legal_entity", "kind": "reference", "label": None, "state": "missing", "level": None,
         "weight": 0.0, "words": None, "values": [None, "1000"], "standardised": [None, "erp:legal_entity:1000"],
         "picked": None, "dated": False, "carriers": [None, None], "others": 0, "winners": ["erp:customer:4711"],
         "result": "erp:legal_entity:1000", "strategy": "most_trusted", "set_by_person": False,
         "trust": {"erp:customer:4711": 90}, "masked": False, "leads_to": [None, LED_TO], "result_leads_to": LED_TO},
    ],
    "rest": [],
    "same": {"golden_id": "cus_000002a", "redirects": {"cus_0000041": "cus_000002a"}, "attributes": {"name": "ACME"}},
    "decided": [{"decision_id": "dec_5012", "verdict": "distinct", "in_force": False}],
}  # fmt: skip
COUNTS = {"open": 148, "overdue": 3, "due_today": 12, "by": [
    {"entity_type": "customer", "kind": "review", "open": 148, "overdue": 3}
]}  # fmt: skip
DECIDED_MANY = {**DECIDED, "tasks": 17, "left_out": [
    {"id": "task_5f1e0c9a7b3d2e4f6a8b", "because": "it was closed at position 4711"}
]}  # fmt: skip


@router.get(
    "/tasks",
    summary="List steward tasks",
    **described({"items": [EXAMPLE, UNMAPPED, CONFLICT, CYCLE], "next": None}, 404),
)
def listed(  # noqa: PLR0913  what can be asked for
    caller: Reading, *, entity_type: TypeFilter = None, kind: Annotated[TaskKind | None, Query()] = None,
    status: Annotated[Literal["open", "closed"], Query()] = "open",
    assigned_to: Person = None, escalated_to: Person = None, claimed_by: Person = None,
    snoozed: Annotated[bool | None, Query(description="Only those that sleep, or only those that do not.")] = None,
    proposed: Annotated[bool | None, Query(description="Only those an open proposal decides, or only others.")] = None,
    order: Annotated[Order, Query(description="What comes first, over all pages.")] = "urgent",
    cursor: Cursor = None, limit: Limit = 20, as_of: AsOf = None,
) -> Response:  # fmt: skip
    """By priority and age, the likeliest matches first, or in another order.

    With `as_of` those that were open then, as they were.
    """
    found = tasks.page(
        caller.hub, entity_type=caller.own_type(entity_type), kind=kind, status=status,
        assigned_to=caller.person(assigned_to), escalated_to=caller.person(escalated_to),
        claimed_by=caller.person(claimed_by), snoozed=snoozed, proposed=proposed, cursor=cursor,
        limit=limit, as_of=as_of, order=order,
    )  # fmt: skip
    rules = Shown(caller.hub)
    items = [masking.task(caller.principal, rules, one) for one in found["items"]]
    return answer({"items": items, "next": found["next"]})


@router.get("/tasks:counts", summary="Count the open tasks", **described(COUNTS, 404))
def counted(caller: Reading, entity_type: TypeFilter = None) -> Response:
    """How many are open and overdue, by entity type and kind."""
    return answer(task_counts.open_tasks(caller.hub, entity_type=caller.own_type(entity_type)))


@carrying_out.thing("/v1/tasks/{task_id}")
def tags(caller: Caller, task_id: str) -> list[str]:
    """The ETag that a task has now."""
    return [tasks.get(caller.hub, task_id)["etag"]]


@router.get("/tasks/{task_id}", summary="Read a steward task", **described(EXAMPLE, 404, etag=True))
def one(request: Request, caller: Reading, task_id: TaskId, as_of: AsOf = None) -> Response:
    """A task with its evidence, what would become of the golden records, and the etag to decide it with.

    `about` says which value no code stands for, and the codes nearest to it; or which values are in conflict. With
    `as_of` all of it is as it was then.
    """
    found = tasks.get(caller.hub, task_id, as_of=as_of)
    caller.entity_type(found["entity_type"])
    return tagged(request, masking.task(caller.principal, Shown(caller.hub), found), etag=found["etag"])


@router.get(
    "/tasks/{task_id}/comparison", summary="Compare the records of a task", **described(COMPARISON, 404, etag=True)
)
def compared(
    request: Request, caller: Reading, task_id: TaskId,
    pick: Annotated[list[str], Query(
        description="An attribute and the source key whose value would be set: `name=crm:customer:0015g`.",
        max_length=100,
    )] = [],  # noqa: B006  FastAPI copies it
) -> Response:  # fmt: skip
    """The records of both golden records side by side, and the golden record that `same` would make of them.

    `attributes` has contradictions first; `values` are in the order of `records`, and `result` is what would survive of
    all of them together. Where a rule would keep some of them apart all the same, a dry run of the decision tells it.
    """
    found = comparison.compare(caller.hub, task_id, picks=comparison.parsed_picks(pick))
    caller.entity_type(found["task"]["entity_type"])
    return tagged(request, masking.comparison(caller.principal, Shown(caller.hub), found))


@router.post(
    "/tasks/{task_id}:decide",
    summary="Decide a steward task",
    **described(DECIDED, 404, 409, 412, 415, accepted=PROPOSED),
)
def decide(
    caller: Deciding, task_id: TaskId, body: DecideBody, *, dry_run: DryRun = False,
    if_match: Annotated[str | None, Header(max_length=100)] = None,
) -> Response:  # fmt: skip
    """`same`, `distinct` or `related`, the `code` of an unmapped value, or whose value is true (`picks`).

    Beside `same`, `picks` set values of the golden record that it makes, and are undone with it.

    412 when what the task shows has changed since it was read; 409 while somebody else holds it.
    """
    etag = body.etag or (if_match or "").removeprefix("W/").strip('"')
    if not etag:
        detail = "send the task's etag, in the body or as If-Match, so that nobody decides on old evidence"
        raise InvalidInput(detail, faults=[Fault("/etag", detail, "required")])
    if [body.verdict, body.code, body.picks].count(None) != 2 and (body.code or not (body.verdict and body.picks)):
        detail = (
            "send a verdict (and picks, if you like) for a task about records, a code for one about a value, or "
            "picks for a conflict"
        )
        raise InvalidInput(detail, faults=[Fault("/verdict", detail, "required")])
    entity_type = caller.entity_type(tasks.entity_type_of(caller.hub, task_id))
    parts = {
        "task_id": task_id, "verdict": body.verdict, "code": body.code, "picks": body.picks, "etag": etag,
        "reason": body.reason, "supersede": body.supersede,
    }  # fmt: skip
    ensure_sees(caller.principal, entity_type, attributes_of(caller.hub, parts))
    return carried_out(caller, Intent("decide_task", parts), hold=body.hold, dry_run=dry_run)


@router.post(
    "/tasks:decide-many",
    summary="Decide many steward tasks at once",
    **described(DECIDED_MANY, 404, 409, 412, accepted=PROPOSED, perhaps=("tasks",)),
)
def decide_many(caller: Deciding, body: DecideManyBody, *, dry_run: DryRun = False) -> Response:
    """One decision about the pairs of up to 10,000 tasks, taken back by one undo; more than 20 need a second person.

    A filter means those that nobody has decided yet and that you do not hold in hand. Tasks that have changed since
    they were read are left out and listed. A dry run tells the totals, the IDs that
    would redirect, the five pairs that speak most against the verdict, and a sample of twenty.
    """
    chosen = _chosen(caller, body)
    if dry_run:
        told = bulk_decisions.preview_many(
            caller.hub, chosen, body.verdict, reason=body.reason, author=caller.author(), supersede=body.supersede
        )
        return answer({"dry_run": True, "decision_id": None, "seq": None, **told})
    parts = {
        "tasks": [[*one] for one in chosen], "verdict": body.verdict, "reason": body.reason,
        "supersede": body.supersede,
    }  # fmt: skip
    return carried_out(caller, Intent("decide_tasks", parts), hold=body.hold, dry_run=False)


def _chosen(caller: Caller, body: DecideManyBody) -> list[Chosen]:
    if (body.tasks is None) == (body.filter is None):
        detail = "send the tasks with the etags they were read with, or a filter that says which are meant"
        raise InvalidInput(detail, faults=[Fault("/tasks", detail, "required")])
    if body.filter is not None:
        caller.ensure(entity_type=body.filter.entity_type)
        return bulk_decisions.choose(caller.hub, Matching(**body.filter.model_dump()), author=caller.author())
    chosen = [Chosen(one.id, one.etag) for one in body.tasks or ()]
    for name in bulk_decisions.types_of(caller.hub, chosen):
        caller.ensure(entity_type=name)
    return chosen
