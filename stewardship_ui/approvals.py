"""What waits for a second person: the list, one proposal with what it would do, and the answer to it."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.api.one_moment import at_one_moment, rehearses
from mdm.auth import MAY, ensure_sees
from mdm.errors import HubError
from mdm.services.access import masking
from mdm.services.deciding.planning import Verdict
from mdm.services.stewarding import bulk_decisions, proposals
from mdm.services.stewarding.bulk_decisions import Chosen
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.task_kinds import attributes_of
from mdm.settings import now
from stewardship_ui.addresses import address, link
from stewardship_ui.bulk import with_names
from stewardship_ui.forms import Sent
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rehearsed import Rehearsal, rehearse
from stewardship_ui.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read tasks"))]
Approving = Annotated[Caller, Depends(Requires("approve"))]
Cursor = Annotated[str, Query(max_length=40)]
ROWS = 30
Document = dict[str, Any]


@router.get("/approvals")
def listed(request: Request, caller: Reading, cursor: Cursor = "") -> Response:
    """List what waits for a second person, newest first."""
    found = proposals.page(
        caller.hub, status="proposed", entity_type=caller.own_type(None), cursor=cursor or None, limit=ROWS
    )
    types = caller.hub.entity_types()
    items = [masking.proposal(caller.principal, types.get(one["entity_type"]), one) for one in found["items"]]
    return page(
        request, "approvals.html", caller, items=items, next_cursor=found["next"], cursor=cursor, mine=caller.actor,
        link=link("/approvals", {}), now=now(),
        twin=address("/v1/proposals", {"status": "proposed", "limit": ROWS, "cursor": cursor}),
    )  # fmt: skip


@router.get("/approvals/{proposal_id}")
@rehearses
def one(request: Request, caller: Reading, proposal_id: str) -> Response:
    """Show what a proposal would do if it were approved now."""
    with at_one_moment(caller) as reading:
        proposal = _seen(reading, proposal_id)
    may = caller.actor != proposal["proposer"] and proposal["status"] == "proposed"
    rehearsal, told, trouble = None, None, None
    # A rehearsal takes its turn among those who write; who only reads is shown what was proposed.
    if proposal["status"] == "proposed" and "decide" in MAY[caller.principal.role]:
        try:
            rehearsal, told = _would(caller, proposals.intent(caller.hub, proposal_id))
        except HubError as error:
            trouble = error.detail
    return page(
        request, "approval.html", caller, one=proposal, rehearsal=rehearsal, told=told, trouble=trouble, may=may,
        now=now(), twin=f"/v1/proposals/{proposal_id}",
    )  # fmt: skip


@router.post("/approvals/{proposal_id}/approve")
def approve(caller: Approving, proposal_id: str, sent: Sent) -> Response:
    """Let it come into force; whoever proposed it cannot."""
    _seen(caller, proposal_id)
    proposals.approve(caller.hub, proposal_id, reason=sent.given("reason") or None, author=caller.author())
    return Response(status_code=303, headers={"Location": f"/approvals/{proposal_id}"})


@router.post("/approvals/{proposal_id}/refuse")
def refuse(caller: Approving, proposal_id: str, sent: Sent) -> Response:
    """Let it come to nothing, and say why."""
    _seen(caller, proposal_id)
    proposals.refuse(caller.hub, proposal_id, reason=sent.one("reason"), author=caller.author())
    return Response(status_code=303, headers={"Location": f"/approvals/{proposal_id}"})


def _seen(caller: Caller, proposal_id: str) -> Document:
    """A proposal as the caller may see it; refused where it is about what they may not see at all."""
    found = proposals.get(caller.hub, proposal_id)
    caller.ensure(entity_type=found["entity_type"])
    entity_type = caller.hub.entity_types().get(found["entity_type"])
    if entity_type is not None:
        ensure_sees(caller.principal, entity_type, attributes_of(caller.hub, found["parts"]))
    return masking.proposal(caller.principal, entity_type, found)


def _would(caller: Caller, intent: Intent) -> tuple[Rehearsal | None, Document | None]:
    """What it would do as things stand: each golden record, or the totals of many tasks."""
    if intent.action != "decide_tasks":
        return rehearse(caller, intent), None
    told = bulk_decisions.preview_many(
        caller.hub, [Chosen(*each) for each in intent.parts["tasks"]], cast("Verdict", intent.parts["verdict"]),
        reason=intent.parts["reason"], author=caller.author(), supersede=intent.parts["supersede"],
    )  # fmt: skip
    return None, with_names(caller, told)
