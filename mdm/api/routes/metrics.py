"""Figures for Prometheus, as it reads them; those of `/v1/stats`."""

from typing import Annotated

from fastapi import APIRouter, Depends
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.services.watching import measures

# Not in the description of the API: its answer is no JSON, and its reader is no client.
router = APIRouter(tags=["operation"], route_class=JsonRoute, include_in_schema=False)
Reading = Annotated[Caller, Depends(Requires("read statistics"))]


@router.get("/metrics", summary="Figures for Prometheus")
def metrics(caller: Reading) -> Response:
    """What `/v1/stats` tells, in the text format; Prometheus sends a key as its credentials."""
    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    own = caller.principal.entity_type
    for name, labels, value in measures.samples(measures.stats(caller.hub)):
        if own in {None, labels.get("entity_type", own)}:
            if name not in gauges:
                gauges[name] = Gauge(f"mdm_{name}", measures.METRICS[name], list(labels), registry=registry)
            (gauges[name].labels(**labels) if labels else gauges[name]).set(value)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)
