"""What a steward does with a task by sending a form: the same services that the API calls, then on to the next task."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.auth import ensure_sees, hidden_anywhere
from mdm.services.access.shown import Shown
from mdm.services.stewarding import comparison, proposals, task_work, tasks
from mdm.services.stewarding import queue as rows
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.task_kinds import attributes_of
from mdm.settings import now
from stewardship_ui import queue
from stewardship_ui.forms import Sent
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page
from stewardship_ui.work_set import Wanted, WorkSet

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Deciding = Annotated[Caller, Depends(Requires("decide"))]
NO_REASON = "Compared side by side"


@router.post("/task/{task_id}/decide")
def decide(caller: Deciding, task_id: str, sent: Sent, work_set: WorkSet) -> Response:
    """Decide a task, held for a while, and go on to the next one."""
    entity_type = caller.entity_type(tasks.entity_type_of(caller.hub, task_id))
    picks = comparison.parsed_picks(sent.all("pick"))
    parts = {
        "task_id": task_id, "verdict": sent.given("verdict") or None,
        "code": sent.given("other") or sent.given("code") or None,
        "picks": picks or None, "etag": sent.one("etag"), "reason": sent.given("reason") or NO_REASON,
        "supersede": False,
    }  # fmt: skip
    ensure_sees(caller.principal, entity_type, attributes_of(caller.hub, parts))
    proposals.decide(caller.hub, Intent("decide_task", parts), author=caller.author(), hold=sent.hold)
    return _on(caller, work_set)


@router.post("/task/{task_id}/skip")
def skip(caller: Deciding, task_id: str, work_set: WorkSet) -> Response:
    """Pass over a task, and go on."""
    _ensure(caller, task_id)
    task_work.skip(caller.hub, task_id, author=caller.author())
    return _on(caller, work_set)


@router.post("/task/{task_id}/snooze")
def snooze(caller: Deciding, task_id: str, sent: Sent, work_set: WorkSet) -> Response:
    """Put a task off until a day, and go on."""
    _ensure(caller, task_id)
    task_work.snooze(caller.hub, task_id, until=sent.one("until"), author=caller.author())
    return _on(caller, work_set)


@router.post("/task/{task_id}/escalate")
def escalate(caller: Deciding, task_id: str, sent: Sent, work_set: WorkSet) -> Response:
    """Ask somebody else, and go on."""
    _ensure(caller, task_id)
    task_work.escalate(
        caller.hub, task_id, to=sent.one("to"), question=sent.one("question"), author=caller.author()
    )  # fmt: skip
    return _on(caller, work_set)


@router.post("/task/{task_id}/assign")
def assign(caller: Deciding, task_id: str, sent: Sent, work_set: WorkSet) -> Response:
    """Say who should do a task, and stay with it."""
    _ensure(caller, task_id)
    task_work.assign(caller.hub, task_id, to=sent.one("to"), author=caller.author())
    return _to(f"/task/{task_id}{work_set.query}")


@router.post("/task/{task_id}/comment")
def comment(caller: Deciding, task_id: str, sent: Sent, work_set: WorkSet) -> Response:
    """Say something about a task, and stay with it."""
    _ensure(caller, task_id)
    task_work.comment(caller.hub, task_id, text=sent.one("text"), author=caller.author())
    return _to(f"/task/{task_id}{work_set.query}")


@router.post("/task/{task_id}/read")
def read(caller: Deciding, task_id: str) -> Response:
    """Say that one has read what was said to one there, and go home."""
    _ensure(caller, task_id)
    task_work.read(caller.hub, task_id, author=caller.author())
    return _to("/")


@router.post("/task/{task_id}/claim")
def claim(caller: Deciding, task_id: str, work_set: WorkSet) -> Response:
    """Hold a task, and stay with it."""
    _ensure(caller, task_id)
    task_work.claim(caller.hub, task_id, author=caller.author())
    return _to(f"/task/{task_id}{work_set.query}")


@router.post("/queue/next")
def claim_next(caller: Deciding, work_set: WorkSet) -> Response:
    """Claim the first free task of what is chosen, and go to it."""
    return _on(caller, work_set)


@router.post("/decisions/{decision_id}/undo")
def undo(caller: Deciding, decision_id: str, sent: Sent) -> Response:
    """Take a decision back, or withdraw it while it is held."""
    found = proposals.get(caller.hub, decision_id)
    caller.ensure(entity_type=found["entity_type"])
    proposals.take_back(
        caller.hub, decision_id, reason=sent.given("reason") or "Undone at the desk", author=caller.author()
    )
    return _to("/decisions")


@router.get("/decisions")
def decisions(request: Request, caller: Deciding, done: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Show the last decisions of the reader, each with a way to take it back."""
    found = proposals.page(caller.hub, status=None, proposer=caller.actor, entity_type=caller.own_type(None), limit=20)
    rules, moment = Shown(caller.hub), now()
    named = rows.named(caller.hub, queue.decided_tasks(found["items"]), queue.looking(caller, rules, moment))
    return page(
        request,
        "decisions.html",
        caller,
        items=queue.decided(caller, rules, found["items"], named),
        now=moment,
        done=done,
        twin="/v1/proposals?proposer=me&status=all&limit=20",
    )


def _ensure(caller: Caller, task_id: str) -> None:
    caller.ensure(entity_type=tasks.entity_type_of(caller.hub, task_id))


def _on(caller: Caller, work_set: Wanted) -> Response:
    barred = hidden_anywhere(caller.principal, caller.hub.entity_types().values())
    choice = queue.chosen(caller, work_set.state)
    found = task_work.claim_next(caller.hub, author=caller.author(), choice=choice, barred=barred)
    return _to(f"/queue{work_set.query}" if found is None else f"/task/{found['id']}{work_set.query}")


def _to(address: str) -> Response:
    return Response(status_code=303, headers={"Location": address})
