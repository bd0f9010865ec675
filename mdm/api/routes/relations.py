"""What golden records refer to and what refers to them, and the references that lead nowhere yet."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.answers import answer, described, tagged
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import AsOf, AtTime, Cursor, GoldenId, Limit, TypeFilter
from mdm.services.access import masking_around
from mdm.services.access.shown import Shown
from mdm.services.intake import references
from mdm.services.reading import golden, hierarchy
from mdm.services.reading import relations as service
from mdm.services.watching import hierarchy_mismatches

router = APIRouter(prefix="/v1", tags=["golden records"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read golden records"))]
Name = Annotated[str | None, Query(max_length=100, examples=["customer"])]
KEY = {"source": "psa", "source_id": "C-17", "target": "erp:legal_entity:1000"}
RELATIONS = {
    "golden_id": "cus_000002a", "entity_type": "customer", "status": "active", "label": "Acme GmbH",
    "refers_to": [{"attribute": "legal_entity", "to": "legal_entity", "standing": "arrived", "on_delete": "keep",
                   "golden_id": "le_0000041", "label": "Firm Deutschland GmbH", "golden": True,
                   "keys": [{**KEY, "since": 4712}]}],
    "related": [{"golden_id": "cus_0000077", "label": "Acme Leasing GmbH",
                 "verdicts": [{"decision_id": "dec_4719", "left": "crm:customer:0015g",
                               "right": "erp:customer:4712"}]}],
    "referred_by": {"items": [{"entity_type": "rate_card", "attribute": "customer", "golden_id": "rc_0000102",
                               "label": "Acme 2026", "keys": [{**KEY, "target": "psa:customer:C-17"}]}],
                    "next": None},
}  # fmt: skip

NODE = {"golden_id": "le_0000041", "label": "Firm Holding AG"}
HIERARCHY = {
    "golden_id": "le_0000077", "entity_type": "legal_entity", "status": "active", "label": "Firm Deutschland GmbH",
    "attribute": "parent", "on": "2026-03-01", "ancestors": [NODE], "ultimate_parent": NODE, "set_aside": False,
    "tree": {"golden_id": "le_0000077", "label": "Firm Deutschland GmbH", "children": [], "more": False},
    "complete": True,
    "roll_up": {"golden_records": 1, "levels": [1], "source_records": {"erp": 1, "hcm": 1},
                "referred_by": [{"entity_type": "customer", "attribute": "legal_entity", "golden_records": 12}]},
}  # fmt: skip
MISMATCH = {
    "golden_id": "le_0000077", "entity_type": "legal_entity", "label": "Firm Deutschland GmbH", "attribute": "parent",
    "since": 4712, "valid_from": "2026-01-01", "valid_to": None, "versions": [
        {"source": "erp", "source_id": "1000", "target": "erp:legal_entity:1", **NODE},
        {"source": "hcm", "source_id": "DE01", "target": "hcm:legal_entity:AT", "golden_id": "le_0000042",
         "label": "Firm Austria GmbH"},
    ],
    "reviews": ["task_kf2mq7a1x9c3"],
}  # fmt: skip
GROUP = {
    "source": "psa", "entity_type": "rate_card", "attribute": "customer", "to": "customer", "standing": "waiting",
    "count": 12, "since": 4712, "recorded_at": "2026-03-01T09:30:00.000000Z", "days": 12,
    "samples": [{"key": "psa:rate_card:R-9", "target": "psa:customer:C-99", "since": 4712,
                 "recorded_at": "2026-03-01T09:30:00.000000Z", "days": 12}],
}  # fmt: skip


@router.get(
    "/golden-records/{golden_id}/relations", summary="What it refers to, and what refers to it",
    **described(RELATIONS, 404, etag=True),
)  # fmt: skip
def relations(  # noqa: PLR0913  what can be asked for
    request: Request, caller: Reading, golden_id: GoldenId, *,
    entity_type: Annotated[str | None, Query(alias="type", description="Only what is of this entity type refers to it.",
                                             max_length=100, examples=["rate_card"])] = None,
    attribute: Name = None, cursor: Cursor = None, limit: Limit = 100, when: AtTime,
) -> Response:  # fmt: skip
    """In both directions: what its records refer to, waiting or not, and a page of the golden records that refer to it.

    `related` are golden records that a verdict calls distinct but related. `type` and `attribute` narrow `referred_by`,
    and `on` both to what holds on that day.
    """
    caller.entity_type(golden.entity_type_of(caller.hub, golden_id)[0])
    rules = Shown(caller.hub)
    barred = masking_around.barred_references(caller.principal, rules.now)
    wanted = service.Wanted(entity_type, attribute, cursor, limit, when.on, barred)
    found = service.relations(caller.hub, golden_id, wanted, as_of=when.as_of)
    return tagged(request, masking_around.relations(caller.principal, rules, found))


@router.get(
    "/golden-records/{golden_id}/hierarchy",
    summary="What stands above and below it",
    **described(HIERARCHY, 404, etag=True),
)
def above_and_below(
    request: Request, caller: Reading, golden_id: GoldenId, *, attribute: Name = None,
    depth: Annotated[int, Query(description="How far down the tree is told.", ge=0, le=100)] = 3,
    when: AtTime,
) -> Response:  # fmt: skip
    """Ancestors, the ultimate parent, the tree below, and a roll-up of the whole group; no cycle is ever told.

    `attribute` names the hierarchy where the entity type has several. `on` is the day that is meant; without it, the
    latest that the hub has seen pass. A tree of more than 1,000 is not `complete`.
    """
    caller.entity_type(golden.entity_type_of(caller.hub, golden_id)[0])
    rules = Shown(caller.hub)
    barred = masking_around.barred_references(caller.principal, rules.now)
    wanted = hierarchy.Wanted(attribute, depth, when.on, barred)
    found = hierarchy.hierarchy(caller.hub, golden_id, wanted, as_of=when.as_of)
    return tagged(request, masking_around.hierarchy(caller.principal, rules, found))


@router.get("/references:waiting", summary="References that lead nowhere, by age", **described({"items": [GROUP]}, 404))
def waiting(  # noqa: PLR0913  what can be asked for
    caller: Reading, *, entity_type: TypeFilter = None, source: Name = None, attribute: Name = None,
    before: Annotated[
        str | None, Query(description="Only those since before then: a date, a time or a log position.", max_length=64)
    ] = None,
    samples: Annotated[int, Query(description="The most of each group to name.", ge=1, le=100)] = references.SAMPLES,
    as_of: AsOf = None,
) -> Response:  # fmt: skip
    """What refers to something that has not arrived, or whose golden record has no living record any more.

    By source, entity type, attribute and standing, those first that have waited longest.
    """
    barred = masking_around.barred_references(caller.principal, caller.hub.entity_types())
    wanted = references.Wanted(caller.own_type(entity_type), source, attribute, before, samples, barred)
    return answer(references.waiting(caller.hub, wanted, as_of=as_of))


@router.get(
    "/hierarchies:mismatches", summary="Where systems disagree about a parent",
    **described({"items": [MISMATCH], "next": None}, 404),
)  # fmt: skip
def mismatches(
    caller: Reading, *, entity_type: TypeFilter = None, cursor: Cursor = None, limit: Limit = 100, when: AtTime
) -> Response:
    """Golden records whose source records lead to different parents, with the version of each.

    `on` is the day on which they do; without it, the latest that the hub has seen pass.
    `reviews` are the open tasks that ask whether two of these parents are one thing.
    """
    rules = Shown(caller.hub)
    barred = masking_around.barred_references(caller.principal, rules.now)
    wanted = hierarchy_mismatches.Wanted(caller.own_type(entity_type), cursor, limit, when.on, barred)
    found = hierarchy_mismatches.mismatches(caller.hub, wanted, as_of=when.as_of)
    items = [masking_around.mismatch(caller.principal, rules, one) for one in found["items"]]
    return answer({**found, "items": items})
