"""Proposals: decisions that are held, or wait for a second person; listed, read, answered."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from starlette.responses import Response

from mdm.api import carrying_out
from mdm.api.answers import answer, described, etag_of, tagged
from mdm.api.bodies import AnswerBody, ReasonBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import Cursor, DryRun, Limit, TypeFilter
from mdm.api.routes.decisions import DECIDED, PROPOSED, decided, previewed, proposal_shown
from mdm.auth import ensure_sees
from mdm.services.stewarding import proposals
from mdm.services.stewarding.task_kinds import attributes_of

router = APIRouter(prefix="/v1", tags=["proposals"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read tasks"))]
Deciding = Annotated[Caller, Depends(Requires("decide"))]
Approving = Annotated[Caller, Depends(Requires("approve"))]
ProposalId = Annotated[str, Path(examples=["pro_4720"], max_length=40)]
Status = Literal["all", "open", "held", "proposed", "carried_out", "refused", "withdrawn", "overtaken"]
_SETTLED = {"settled_at": "2026-03-01T09:42:00.000000Z"}
REFUSED = {
    **PROPOSED, **_SETTLED, "status": "refused", "answered_by": "key:0c9a7b3d2e4f", "answer": "Two firms of one group",
}  # fmt: skip
WITHDRAWN = {**PROPOSED, **_SETTLED, "status": "withdrawn"}


@router.get("/proposals", summary="List proposals", **described({"items": [PROPOSED], "next": None}, 404))
def listed(
    caller: Reading, entity_type: TypeFilter = None,
    status: Annotated[Status, Query(description="`open` are those held and those proposed.")] = "open",
    proposer: Annotated[str | None, Query(max_length=200, description="Only those of this actor, or `me`.")] = None,
    cursor: Cursor = None, limit: Limit = 20,
) -> Response:  # fmt: skip
    """Decisions that are not in force yet, newest first; or those of which something became."""
    found = proposals.page(
        caller.hub, entity_type=caller.own_type(entity_type), status=None if status == "all" else status,
        proposer=caller.person(proposer), cursor=cursor, limit=limit,
    )  # fmt: skip
    return answer({"items": [proposal_shown(caller, one) for one in found["items"]], "next": found["next"]})


@carrying_out.thing("/v1/proposals/{proposal_id}")
def tags(caller: Caller, proposal_id: str) -> list[str]:
    """The ETag that a proposal has now."""
    return [etag_of(proposal_shown(caller, proposals.get(caller.hub, proposal_id)))]


@router.get("/proposals/{proposal_id}", summary="Read a proposal", **described(PROPOSED, 404, etag=True))
def one(request: Request, caller: Reading, proposal_id: ProposalId) -> Response:
    """What is to be decided and why, who proposed it, why a second person has to approve it, and what became of it."""
    found = proposals.get(caller.hub, proposal_id)
    caller.ensure(entity_type=found["entity_type"])
    return tagged(request, proposal_shown(caller, found))


@router.post(
    "/proposals/{proposal_id}:approve", summary="Approve a proposal",
    **described({**DECIDED, "decision_id": "dec_4731", "seq": 4731}, 404, 409, 415),
)  # fmt: skip
def approve(
    caller: Approving, proposal_id: ProposalId, body: Annotated[AnswerBody, Body()] = AnswerBody(), *,  # noqa: B008
    dry_run: DryRun = False,
) -> Response:  # fmt: skip
    """It is checked again and carried out; 403 for who proposed it, 409 when it is settled or overtaken.

    A dry run shows what would be written as things stand now.
    """
    found = proposals.get(caller.hub, proposal_id)
    caller.ensure(entity_type=found["entity_type"])
    said_of = attributes_of(caller.hub, found["parts"])
    ensure_sees(caller.principal, caller.hub.entity_type(found["entity_type"]), said_of)
    if dry_run:
        return previewed(
            caller, lambda hub, author: proposals.approve(hub, proposal_id, reason=body.reason, author=author)
        )
    return decided(caller, proposals.approve(caller.hub, proposal_id, reason=body.reason, author=caller.author()))


@router.post(
    "/proposals/{proposal_id}:refuse",
    summary="Refuse a proposal",
    **described(REFUSED, 404, 409, 415),
)
def refuse(caller: Approving, proposal_id: ProposalId, body: ReasonBody) -> Response:
    """It comes to nothing, and its proposer can see why; 403 for who proposed it."""
    caller.ensure(entity_type=proposals.get(caller.hub, proposal_id)["entity_type"])
    found = proposals.refuse(caller.hub, proposal_id, reason=body.reason, author=caller.author())
    return answer(proposal_shown(caller, found))


@router.post(
    "/proposals/{proposal_id}:withdraw",
    summary="Withdraw a proposal",
    **described(WITHDRAWN, 404, 409, 415),
)
def withdraw(
    caller: Deciding, proposal_id: ProposalId, body: Annotated[AnswerBody, Body()] = AnswerBody()  # noqa: B008
) -> Response:  # fmt: skip
    """It comes to nothing, without ever having had an effect; 403 for anybody but who proposed it."""
    caller.ensure(entity_type=proposals.get(caller.hub, proposal_id)["entity_type"])
    found = proposals.withdraw(caller.hub, proposal_id, reason=body.reason, author=caller.author())
    return answer(proposal_shown(caller, found))
