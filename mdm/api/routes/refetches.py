"""Records that their sources changed without saying how: taken in as such, and listed until they have come."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query
from starlette.responses import Response

from mdm.api import incoming
from mdm.api.answers import answer, described
from mdm.api.bodies import ChangedBody, RecordBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import AsOf, Cursor, Limit, PathKey, Source, TypeFilter, TypeName, key
from mdm.api.routes.source_records import LATER, PATH, Ingesting, Wait
from mdm.services.intake import refetches as told
from mdm.services.watching import refetches

router = APIRouter(prefix="/v1", tags=["source records"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("look up"))]
Before = Annotated[
    str | None, Query(description="Only those since before then: a date, a time or a log position.", max_length=64)
]
Name = Annotated[str | None, Query(description="Only what this source sends.", max_length=100, examples=["sap"])]
CHANGED = {"seq": 4712, "status": "accepted", "golden_id": "cus_000002a"}
AGE = {"since": 4712, "recorded_at": "2026-03-01T09:30:00.000000Z", "days": 2}
ITEM = {"key": "sap:customer:1000667", "golden_id": "cus_000002a", "version": 8, **AGE}
GROUP = {"source": "sap", "entity_type": "customer", "count": 12, **AGE, "samples": [ITEM]}
NAMED = ("version", "event_time")


@router.post(
    f"{PATH}:changed",
    summary="Say that a record has changed, and not how",
    **described(CHANGED, 404, **LATER),
)
def changed(
    caller: Ingesting, record: PathKey, body: Annotated[ChangedBody, Body()] = ChangedBody(),  # noqa: B008
    wait: Wait = None,
) -> Response:  # fmt: skip
    """The record stands as it is, and needs to be fetched again, until a version comes that is at least as new.

    `version` and `event_time` are those that the record will come with. Without either, whatever comes whole after
    this and is no older than what stands will do.
    """
    sent = RecordBody(attributes={}, **body.model_dump())
    taken = incoming.record(record, sent, caller.hub.entity_type(record.entity_type), mode="changed")
    found = told.changed(caller.hub, taken, author=caller.author(), wait=wait is not None)
    document = {"seq": found.position, "status": found.status, "golden_id": found.golden_id}
    known = {name: value for name, value in document.items() if value is not None}
    return answer(known, status=200 if wait else 202)


@router.post(
    "/source-records/{source}/{entity_type}:gap", summary="Say that changes of a source were lost",
    **described({"seq": 4713, "records": 12}, 404),
)  # fmt: skip
def gap(caller: Ingesting, source: Source, entity_type: TypeName) -> Response:
    """Each record of the type that the source has now needs to be fetched again; `records` says how many that are.

    One needs it no longer when it comes whole, no older than it stands.
    """
    named = key(source, entity_type, "-")
    caller.ensure(source=named.source, entity_type=named.entity_type)
    found = told.gap(caller.hub, named.source, named.entity_type, author=caller.author())
    return answer({"seq": found.position, "records": found.records})


@router.get(
    "/refetches:waiting", summary="How much is to be fetched again, by age",
    **described({"items": [GROUP]}, 404, perhaps=NAMED),
)  # fmt: skip
def waiting(
    caller: Reading, *, entity_type: TypeFilter = None, source: Name = None, before: Before = None,
    samples: Annotated[int, Query(description="The most of each group to name.", ge=1, le=100)] = refetches.SAMPLES,
    as_of: AsOf = None,
) -> Response:  # fmt: skip
    """By source and entity type, those first that have waited longest."""
    wanted = refetches.Wanted(caller.own_type(entity_type), source, before)
    return answer(refetches.waiting(caller.hub, wanted, samples=samples, as_of=as_of))


@router.get(
    "/refetches",
    summary="What is to be fetched again",
    **described({"items": [ITEM], "next": None}, 404, perhaps=NAMED),
)
def listed(  # noqa: PLR0913  what can be asked for
    caller: Reading, *, entity_type: TypeFilter = None, source: Name = None, before: Before = None,
    cursor: Cursor = None, limit: Limit = 100, as_of: AsOf = None,
) -> Response:  # fmt: skip
    """Those first that have waited longest; an item leaves the list when its record has come."""
    wanted = refetches.Wanted(caller.own_type(entity_type), source, before)
    return answer(refetches.page(caller.hub, wanted, cursor=cursor, limit=limit, as_of=as_of))
