"""Agreement: how far people say the same when asked alone, and the disagreements that a third person settles."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.services import spreadsheet
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.stewarding import agreement, second_opinions
from mdm.settings import now
from stewardship_ui import sides
from stewardship_ui.addresses import address, link
from stewardship_ui.forms import Sent
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import csv_file, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read agreement"))]
Settling = Annotated[Caller, Depends(Requires("approve"))]
Type = Annotated[str, Query(alias="type", max_length=100)]
Day = Annotated[str, Query(max_length=10)]
ROWS = 100
COLUMNS = ("by", "entity_type", "kind", "band", "person", "answered", "agreed", "kappa", "overruled")


@router.get("/agreement")
def shown(request: Request, caller: Reading, *, of: Type = "", since: Day = "") -> Response:
    """Show how far people agree, and what is to be settled."""
    name, state = caller.own_type(of or None), {"type": of, "since": since}
    apart = agreement.page(caller.hub, entity_type=name, apart=True, limit=ROWS)["items"]
    return page(
        request, "agreement.html", caller, state=state, link=link("/agreement", state), now=now(),
        found=agreement.agreement(caller.hub, entity_type=name, since=since or None), apart=apart,
        types=caller.hub.entity_types(), narrowed=caller.principal.entity_type, twin=address("/v1/agreement", state),
    )  # fmt: skip


@router.get("/agreement.csv")
def as_table(caller: Reading, *, of: Type = "", since: Day = "") -> Response:
    """The same figures, as a table for a spreadsheet."""
    found = agreement.agreement(caller.hub, entity_type=caller.own_type(of or None), since=since or None)
    people = ({**one, "answered": one["first"] + one["second"]} for one in found["people"])
    told = [*({"by": "rule", **one} for one in found["rules"]), *({"by": "person", **one} for one in people)]
    return csv_file("agreement.csv", spreadsheet.table(COLUMNS, [[one.get(name) for name in COLUMNS] for one in told]))


@router.get("/agreement/{task_id}")
def one(request: Request, caller: Reading, task_id: str) -> Response:
    """Show both answers beside what they were given about."""
    caller.ensure(entity_type=second_opinions.entity_type_of(caller.hub, task_id))
    compared = masking.comparison(caller.principal, Shown(caller.hub), agreement.compared(caller.hub, task_id))
    laid_out = sides.layout(compared, everyone=True, picks={})
    return page(
        request, "disagreement.html", caller, one=masking.opinion(caller.principal, agreement.get(caller.hub, task_id)),
        comparison=compared, layout=laid_out, sums=sides.sum_words(laid_out), now=now(),
        twin=f"/v1/agreement/opinions/{task_id}",
    )  # fmt: skip


@router.post("/agreement/{task_id}")
def settle(caller: Settling, task_id: str, sent: Sent) -> Response:
    """Say which answer holds."""
    caller.ensure(entity_type=second_opinions.entity_type_of(caller.hub, task_id))
    agreement.settle(caller.hub, task_id, sent.verdict(), reason=sent.one("reason"), author=caller.author())
    return Response(status_code=303, headers={"Location": f"/agreement/{task_id}"})
