"""All of a golden record at one look, as the page about it shows it."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from mdm.api.answers import described, tagged
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import AtTime, GoldenId
from mdm.api.routes.golden_records import EXAMPLE, LINEAGE, Reading
from mdm.api.routes.relations import RELATIONS
from mdm.services.access.shown import Shown
from mdm.services.pricing import whole_record
from mdm.services.reading import golden

router = APIRouter(prefix="/v1", tags=["golden records"], route_class=JsonRoute)
WHOLE = {
    **EXAMPLE, "lineage": LINEAGE["lineage"], "recorded_at": "2026-03-01T09:30:00.000000Z",
    "trust": {"name": {"crm:0015g": 80}}, "refers_to": RELATIONS["refers_to"], "findings": [],
    "tasks": [{"id": "task_2b7a0d3e4f56", "kind": "review", "priority": 50, "due": "2026-03-08", "weight": 3.1}],
}  # fmt: skip


@router.get(
    "/golden-records/{golden_id}/whole", summary="All of a golden record at one look",
    **described(WHOLE, 404, etag=True, perhaps=("tasks",)),
)  # fmt: skip
def whole(request: Request, caller: Reading, golden_id: GoldenId, when: AtTime) -> Response:
    """Values with lineage and the trust in each contribution, references, findings about its lines, its open tasks.

    `trust` is that of each `source:source_id` on the latest day that the hub has seen. `tasks` is left out for a key
    that may not read tasks.
    """
    rules = Shown(caller.hub)
    caller.ensure(entity_type=golden.entity_type_of(caller.hub, golden_id, rules.now)[0])
    found = whole_record.whole_record(caller.hub, rules.now, golden_id, as_of=when.as_of, on=when.on)
    seen = whole_record.shown(caller.principal, rules, found)
    tasks = {} if seen.tasks is None else {"tasks": seen.tasks}
    told = {"recorded_at": seen.recorded_at, "trust": seen.trust, "refers_to": seen.refers_to}
    return tagged(request, {**seen.document, **told, "findings": seen.findings, **tasks})
