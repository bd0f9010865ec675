"""Decisions: how they are answered, and taking one back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.bodies import DecisionBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import DryRun
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.deciding.decisions import Decided
from mdm.services.reading.history import decided_type
from mdm.services.stewarding import intents, proposals
from mdm.services.stewarding.bulk_decisions import DecidedMany
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.preview import Decide, preview
from mdm.services.stewarding.proposals import Proposed

router = APIRouter(prefix="/v1", tags=["decisions"], route_class=JsonRoute)
Deciding = Annotated[Caller, Depends(Requires("decide"))]
DECIDED = {
    "decision_id": "dec_4720", "golden_ids": ["cus_000002a"], "redirects": {"cus_0000041": "cus_000002a"}, "seq": 4721
}  # fmt: skip
PROPOSED = {
    "proposal_id": "pro_4720", "status": "proposed", "action": "merge", "entity_type": "customer",
    "parts": {"golden_ids": ["cus_000002a", "cus_0000041"], "reason": "Same tax ID", "supersede": False},
    "needs": ["a merge of 34 records (more than 20)"], "due": None, "golden_ids": ["cus_000002a"],
    "redirects": {"cus_0000041": "cus_000002a"}, "proposer": "key:5f1e0c9a7b3d",
    "proposed_at": "2026-03-01T09:30:00.000000Z", "answered_by": None, "settled_at": None, "answer": None,
    "changed": None, "overtaken_by": None, "decision_id": None, "in_force": None, "seq": 4720,
}  # fmt: skip
"""What 202 says of a decision that is held, or needs a second person."""


@router.post(
    "/decisions/{decision_id}:undo",
    summary="Take a decision back",
    **described(DECIDED, 403, 404, 409, 415, accepted=PROPOSED),
)
def undo(
    caller: Deciding,
    decision_id: Annotated[str, Path(examples=["dec_4720"], max_length=40)],
    body: DecisionBody,
    *,
    dry_run: DryRun = False,
) -> Response:
    """The hub is then as if it had never been decided; an undo can itself be undone.

    The ID of a proposal is taken too: it is withdrawn while it is open, and what it became is undone.
    """
    if not proposals.is_proposal_id(decision_id):
        caller.ensure(entity_type=decided_type(caller.hub, decision_id))
        return carried_out(
            caller, Intent("undo", {"decision_id": decision_id, "reason": body.reason}), hold=body.hold, dry_run=dry_run
        )
    found = proposals.get(caller.hub, decision_id)
    caller.ensure(entity_type=found["entity_type"])
    if dry_run and found["decision_id"] is not None:
        parts = {"decision_id": found["decision_id"], "reason": body.reason}
        return carried_out(caller, Intent("undo", parts), dry_run=True)
    if dry_run:
        return answer({
            "dry_run": True, "decision_id": None, "golden_ids": [], "redirects": {}, "needs": [], "changes": [],
            "golden_records": [], "seq": None,
        })  # fmt: skip
    return decided(caller, proposals.take_back(
        caller.hub, decision_id, reason=body.reason, author=caller.author(), hold=body.hold
    ))  # fmt: skip


def carried_out(caller: Caller, intent: Intent, *, hold: int = 0, dry_run: bool, **more: object) -> Response:
    """Decide, hold or propose; or only tell what would come of it, with `more` of what the route knows itself."""
    if not dry_run:
        return decided(caller, proposals.decide(caller.hub, intent, author=caller.author(), hold=hold))
    return previewed(caller, lambda hub, author: intents.carry_out(hub, intent, author), **more)


def previewed(caller: Caller, decide: Decide, **more: object) -> Response:
    """Tell what would come of a decision: golden IDs and redirects as decided, and the events in `changes`.

    `golden_records` are those concerned as they would be, each with its crosswalk and the status that it has `before`.
    """
    found = preview(caller.hub, decide, author=caller.author())
    rules = Shown(caller.hub)
    return answer({
        "dry_run": True, "decision_id": None, "golden_ids": found.golden_ids, "redirects": found.redirects,
        "needs": found.needs,
        "changes": masking.preview(caller.principal, rules, found.changes),
        "golden_records": [masking.golden(caller.principal, rules, one) for one in found.golden_records], "seq": None,
        **more,
    })  # fmt: skip


def decided(caller: Caller, found: Decided | Proposed) -> Response:
    """Answer with what a decision did: golden IDs it touched, and those that lead elsewhere now; 202 if not yet."""
    if isinstance(found, Proposed):
        withdrawn = found.document["status"] == "withdrawn"
        return answer(proposal_shown(caller, found.document), status=200 if withdrawn else 202)
    many = {"tasks": found.tasks, "left_out": found.left_out} if isinstance(found, DecidedMany) else {}
    return answer({
        "decision_id": found.decision_id, "golden_ids": found.golden_ids, "redirects": found.redirects,
        "seq": found.position, **many,
    })  # fmt: skip


def proposal_shown(caller: Caller, document: dict[str, Any]) -> dict[str, Any]:
    """A proposal as the caller may see it."""
    entity_type = caller.hub.entity_types().get(document["entity_type"] or "")
    return masking.proposal(caller.principal, entity_type, document)
