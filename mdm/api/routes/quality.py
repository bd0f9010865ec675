"""Data quality: figures by entity type, source and attribute."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import TypeFilter
from mdm.resolution.tallies import RECENT_DAYS
from mdm.services.watching import quality

router = APIRouter(prefix="/v1", tags=["operation"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read statistics"))]
Name = Annotated[str | None, Query(max_length=100)]
ITEM = {
    "entity_type": "customer", "source": "crm", "attribute": "tax_id", "tick": "2026-03-01", "records": 1000,
    "completeness": {"count": 930, "of": 1000, "basis_points": 9300},
    "validity": {"count": 912, "of": 930, "basis_points": 9806},
    "uniqueness": {"count": 905, "of": 925, "basis_points": 9783},
    "timeliness": {"count": 700, "of": 930, "basis_points": 7526, "dated": 930, "median_age_days": 210},
    "divergence": {"count": 31, "of": 925, "basis_points": 335}, "golden_completeness": None,
}  # fmt: skip


@router.get(
    "/quality",
    summary="Measure data quality",
    **described({"days": 365, "items": [ITEM], "history": []}, 404, perhaps=("history",)),
)
def figures(  # noqa: PLR0913  what can be asked for
    caller: Reading, *, entity_type: TypeFilter = None, source: Name = None, attribute: Name = None,
    since: Annotated[str | None, Query(description="Also what was kept since this day.", max_length=10)] = None,
    days: Annotated[int, Query(description="How old is recent.", ge=0, le=36_500)] = RECENT_DAYS,
    kept: Annotated[bool, Query(description="The figures of the latest tick, without measuring.")] = False,
) -> Response:  # fmt: skip
    """Completeness, validity, uniqueness, timeliness and divergence; figures only, never values.

    `source` null is all sources together, `attribute` null the record as a whole.
    """
    wanted = quality.Wanted(caller.own_type(entity_type), source, attribute, since, days, kept)
    return answer(quality.quality(caller.hub, wanted))
