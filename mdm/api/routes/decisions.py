"""Decisions: how they are answered, and taking one back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.bodies import ReasonBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.errors import Fault, InvalidInput
from mdm.services import decisions, masking
from mdm.services.decisions import Decided
from mdm.services.history import decided_type
from mdm.services.preview import Decide, preview
from mdm.services.shown import Shown


def no_preview(request: Request) -> None:
    """Refuse `dry_run`: a client that asks for a preview must never get the real thing."""
    if request.query_params.get("dry_run", "false").lower() not in {"false", "0", ""}:
        detail = "there is no preview of this: leave out dry_run to carry it out"
        raise InvalidInput(detail, faults=[Fault("/query/dry_run", detail, "dry_run")])


FOR_REAL = [Depends(no_preview)]
router = APIRouter(prefix="/v1", tags=["decisions"], route_class=JsonRoute)
Deciding = Annotated[Caller, Depends(Requires("decide"))]
DryRun = Annotated[bool, Query(description="Tell what would be written, and write nothing.")]
DECIDED = {
    "decision_id": "dec_4720", "golden_ids": ["cus_000002a"], "redirects": {"cus_0000041": "cus_000002a"}, "seq": 4721
}  # fmt: skip


@router.post(
    "/decisions/{decision_id}:undo",
    summary="Take a decision back",
    **described(DECIDED, 404, 409, 415),
)
def undo(
    caller: Deciding,
    decision_id: Annotated[str, Path(examples=["dec_4720"], max_length=40)],
    body: ReasonBody,
    *,
    dry_run: DryRun = False,
) -> Response:
    """The hub is then as if it had never been decided; an undo can itself be undone."""
    caller.ensure(entity_type=decided_type(caller.hub, decision_id))
    return carried_out(
        caller, lambda hub, author: decisions.undo(hub, decision_id, reason=body.reason, author=author), dry_run=dry_run
    )


def carried_out(caller: Caller, decide: Decide, *, dry_run: bool) -> Response:
    """Decide, or only tell what would come of it: golden IDs and redirects as decided, and the events in `changes`."""
    if not dry_run:
        return decided(decide(caller.hub, caller.author()))
    found = preview(caller.hub, decide, author=caller.author())
    return answer({
        "dry_run": True, "decision_id": None, "golden_ids": found.golden_ids, "redirects": found.redirects,
        "changes": masking.preview(caller.principal, Shown(caller.hub), found.changes), "seq": None,
    })  # fmt: skip


def decided(found: Decided) -> Response:
    """Answer with what a decision did: golden IDs it touched, and those that lead elsewhere now."""
    return answer({
        "decision_id": found.decision_id, "golden_ids": found.golden_ids, "redirects": found.redirects,
        "seq": found.position,
    })  # fmt: skip
