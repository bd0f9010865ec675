"""What falls short, one by one: what is not ready for a process, disagreements, and references that lead nowhere."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.services.access import masking_around
from mdm.services.access.shown import Shown
from mdm.services.intake import references as leading
from mdm.services.watching import divergence as disagreeing
from mdm.services.watching import readiness as ready_for
from mdm.settings import now
from stewardship_ui.addresses import address, link
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read golden records"))]
Type = Annotated[str, Query(alias="type", max_length=100)]
Text = Annotated[str, Query(max_length=200)]
ROWS = 50
SAMPLES = 5


@router.get("/quality/unready/{process}")
def unready(
    request: Request, caller: Reading, process: str, *, of: Type = "", missing: Text = "", cursor: Text = ""
) -> Response:  # fmt: skip
    """List golden records that are not ready for a process, and what each lacks."""
    rules, narrowed = Shown(caller.hub), caller.own_type(of or None)
    wanted = ready_for.Wanted(narrowed, ready=False, missing=missing or None, cursor=cursor or None, limit=ROWS)
    found = ready_for.page(caller.hub, process, wanted)
    items = [masking_around.readiness(caller.principal, rules, one) for one in found["items"]]
    here = f"/quality/unready/{quote(process, safe='')}"
    asked = {"type": narrowed or "", "ready": "false", "missing": missing, "cursor": cursor, "limit": str(ROWS)}
    return page(
        request, "unready.html", caller, process=process, items=items, missing=missing, cursor=cursor, of=of,
        next_cursor=found["next"], outdated=found["outdated"], now=now(),
        link=link(here, {"type": of, "missing": missing}),
        twin=address(f"/v1/readiness/{quote(process, safe='')}", asked),
    )  # fmt: skip


@router.get("/quality/disagreements")
def disagreements(
    request: Request, caller: Reading, *, of: Type = "", source: Text = "", attribute: Text = "", cursor: Text = ""
) -> Response:  # fmt: skip
    """List where a source says something else than its golden record, and what it should say."""
    rules, narrowed = Shown(caller.hub), caller.own_type(of or None)
    wanted = disagreeing.Wanted(narrowed, source or None, attribute or None, cursor or None, ROWS)
    found = disagreeing.page(caller.hub, wanted)
    items = [masking_around.divergence(caller.principal, rules, one) for one in found["items"]]
    state = {"type": of, "source": source, "attribute": attribute}
    asked = {
        "type": narrowed or "", "source": source, "attribute": attribute, "cursor": cursor, "limit": str(ROWS)
    }  # fmt: skip
    return page(
        request, "disagreements.html", caller, items=items, state=state, cursor=cursor, next_cursor=found["next"],
        now=now(), link=link("/quality/disagreements", state), twin=address("/v1/divergence", asked),
    )  # fmt: skip


@router.get("/quality/waiting")
def waiting(
    request: Request, caller: Reading, *, of: Type = "", source: Text = "", attribute: Text = ""
) -> Response:  # fmt: skip
    """List references that lead to what has not arrived or was deleted, those first that have waited longest."""
    narrowed, moment = caller.own_type(of or None), now()
    barred = masking_around.barred_references(caller.principal, caller.hub.entity_types())
    wanted = leading.Wanted(narrowed, source or None, attribute or None, samples=SAMPLES, barred=barred)
    found = leading.waiting(caller.hub, wanted, moment=moment)
    state = {"type": of, "source": source, "attribute": attribute}
    asked = {"type": narrowed or "", "source": source, "attribute": attribute, "samples": str(SAMPLES)}
    return page(
        request, "waiting.html", caller, items=found["items"], state=state, now=moment,
        link=link("/quality/waiting", state), twin=address("/v1/references:waiting", asked),
    )  # fmt: skip
