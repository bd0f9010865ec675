"""Where systems disagree with golden records, and the value that each should take."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.answers import answer, described, tagged
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import AtTime, Cursor, GoldenId, Limit, TypeFilter
from mdm.services.access import masking_around
from mdm.services.access.shown import Shown
from mdm.services.reading import golden
from mdm.services.watching import divergence as service

router = APIRouter(prefix="/v1", tags=["golden records"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read golden records"))]
Name = Annotated[str | None, Query(max_length=100)]
ITEM = {
    "golden_id": "cus_000002a", "entity_type": "customer", "attribute": "legal_entity",
    "golden_value": "erp:legal_entity:1000", "source": "psa", "source_id": "C-17", "value": "LE-20", "take": "LE-10",
    "since": 4712, "recorded_at": "2026-03-01T09:30:00.000000Z", "label": "Acme GmbH",
}  # fmt: skip
COUNTS = {"items": [{"day": "2026-03-01", "opened": 12, "closed": 3, "open": 9}]}
ONE = {"golden_id": "cus_000002a", "entity_type": "customer", "status": "active", "items": [ITEM]}


@router.get(
    "/golden-records/{golden_id}/divergence", summary="Which systems disagree with it", **described(ONE, 404, etag=True)
)  # fmt: skip
def one(request: Request, caller: Reading, golden_id: GoldenId, when: AtTime) -> Response:
    """Of each source that says something else than the golden record: what, since when, and what it should say.

    `take` is the golden value as that source can take it: a reference by its own id, a code by its own word. With
    `as_of`, which tells what stood then, it is left out. With `on`, of dated lines and values only those are told that
    disagree on that day; other values have no days.
    """
    caller.entity_type(golden.entity_type_of(caller.hub, golden_id)[0])
    rules = Shown(caller.hub)
    found = service.of_one(caller.hub, golden_id, as_of=when.as_of, on=when.on)
    items = [masking_around.divergence(caller.principal, rules, item) for item in found["items"]]
    return tagged(request, {**found, "items": items})


@router.get(
    "/divergence", summary="Where systems disagree with golden records",
    **described({"items": [ITEM], "next": None}, 404),
)  # fmt: skip
def listed(  # noqa: PLR0913  what can be asked for
    caller: Reading, *, entity_type: TypeFilter = None, source: Name = None, attribute: Name = None,
    cursor: Cursor = None, limit: Limit = 100, when: AtTime,
) -> Response:  # fmt: skip
    """All disagreements that stand, or stood then, by golden ID; with `on`, of what is dated only those of that day.

    A page may have less than `limit` items with `on`, none even, while `next` leads on.

    The feed tells with `mdm.divergence.opened` and `.closed` of each.
    """
    rules = Shown(caller.hub)
    wanted = service.Wanted(caller.own_type(entity_type), source, attribute, cursor, limit)
    found = service.page(caller.hub, wanted, as_of=when.as_of, on=when.on)
    items = [masking_around.divergence(caller.principal, rules, item) for item in found["items"]]
    return answer({**found, "items": items})


@router.get(
    "/divergence:counts", summary="How many disagreements opened and closed, day by day", **described(COUNTS, 404)
)  # fmt: skip
def counts(
    caller: Reading, *, entity_type: TypeFilter = None, source: Name = None, attribute: Name = None,
    since: Annotated[str | None, Query(description="Only from this day on.", max_length=10,
                                       examples=["2026-03-01"])] = None,
) -> Response:  # fmt: skip
    """Of each day (UTC) on which any did: how many, and how many were open at its end."""
    wanted = service.Wanted(caller.own_type(entity_type), source, attribute)
    return answer(service.counts(caller.hub, wanted, since=since))
