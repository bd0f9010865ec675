"""The cluster of a golden record: its records as a graph and as a table, its bridges, and who stands near."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from mdm.services.access import masking
from mdm.services.reading import cluster as clusters
from stewardship_ui import graph_drawing
from stewardship_ui.golden_record import At, Reading, glance, headed
from stewardship_ui.moments import Then, twin
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page
from stewardship_ui.source_matrix import waiting

router = APIRouter(include_in_schema=False, route_class=PageRoute)
FIRST, MOST_ROWS = 20, 200
"""So many edges the page shows, and so many when it is asked for more: bridges come before all others."""


@router.get("/entity/{golden_id}/cluster")
def cluster(request: Request, caller: Reading, golden_id: str, at: At, held: str = "") -> Response:
    """Show what ties the records of a golden record as things are now; `held` is a proposal just made here."""
    seen = glance(caller, golden_id, Then())
    found = masking.cluster(caller.principal, seen.rules, clusters.cluster(caller.hub, golden_id))
    return page(
        request, "cluster.html", caller, **headed(caller, seen.document, seen.entity_type, Then(), "cluster"),
        found=found, picture=graph_drawing.drawn(found), edges=found["edges"][:MOST_ROWS], first=FIRST,
        words=graph_drawing.label_words, told=graph_drawing.told, bridges=_bridges(found), then=at != Then(),
        made=waiting(caller, held, golden_id), twin=twin(golden_id, "cluster"),
    )  # fmt: skip


def _bridges(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The light bridges, weak ones and the lightest first: each is where a wrong join would be looked for."""
    light = [one for one in found["edges"] if one["bridge"] and one["bridge"]["light"]]
    return sorted(light, key=lambda one: (not one["bridge"]["weak"], one["weight"]))
