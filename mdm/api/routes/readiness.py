"""Whether golden records are ready for a business process, and what is missing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from mdm.api.answers import answer, described, tagged
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import AsOf, Cursor, GoldenId, Limit, TypeFilter
from mdm.services.access import masking_around
from mdm.services.access.shown import Shown
from mdm.services.reading import golden
from mdm.services.watching import readiness as service

router = APIRouter(prefix="/v1", tags=["golden records"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read golden records"))]
MISSING = {
    "code": "system", "what": "a record in billing", "system": "billing",
    "hint": "create it in billing, or send the record that billing has of it",
}  # fmt: skip
HEAD = {"golden_id": "cus_000002a", "entity_type": "customer", "label": "Acme GmbH"}
ONE = {
    **HEAD, "status": "active", "process": "quote_to_project", "on": "2026-03-01", "ready": False, "missing": [MISSING],
    "present": [{"code": "value", "what": "a valid tax_id", "attribute": "tax_id"}],
}  # fmt: skip
ITEM = {
    **HEAD, "process": "quote_to_project", "ready": False, "missing": [MISSING], "since": 4712,
    "recorded_at": "2026-03-01T09:30:00.000000Z", "first_ready": None,
}  # fmt: skip
Process = Annotated[str, Path(description="A process that an entity type declares.", max_length=100,
                              examples=["quote_to_project"])]  # fmt: skip
Day = Annotated[str | None, Query(description="A day; the latest that the hub has seen unless given.",
                                  max_length=10, examples=["2026-03-01"])]  # fmt: skip


@router.get(
    "/golden-records/{golden_id}/readiness",
    summary="Is it ready for a process?",
    **described(ONE, 404, etag=True, perhaps=ONE.keys() - HEAD.keys()),
)
def one(
    request: Request, caller: Reading, golden_id: GoldenId,
    process: Annotated[str | None, Query(description="The process; all of them, in `items`, unless given.",
                                         max_length=100, examples=["quote_to_project"])] = None,
    as_of: AsOf = None, on: Day = None,
) -> Response:  # fmt: skip
    """What is present and what is missing; `missing` is the shortest list of fixes, each with a hint.

    Codes are `system`, `value`, `reference`, `in_force`, `active`, `referring` and `line`. With `as_of` it is judged by
    what the hub knew then, under the rules of then, and has no hints: they say what to do now.
    """
    caller.entity_type(golden.entity_type_of(caller.hub, golden_id)[0])
    rules = Shown(caller.hub)
    found = service.of_one(caller.hub, golden_id, process, as_of=as_of, on=on)
    if process is None:
        head = {"entity_type": found["entity_type"], "label": None}
        answers = [masking_around.readiness(caller.principal, rules, {**item, **head}) for item in found["items"]]
        items = [{name: part for name, part in item.items() if name not in head} for item in answers]
        found = {**masking_around.readiness(caller.principal, rules, found), "items": items}
    else:
        found = masking_around.readiness(caller.principal, rules, found)
    return tagged(request, found)


@router.get(
    "/readiness/{process}", summary="What is ready for a process, and what is not",
    **described({"process": "quote_to_project", "on": None, "items": [ITEM], "next": None, "outdated": 0}, 404),
)  # fmt: skip
def listed(  # noqa: PLR0913  what can be asked for
    caller: Reading, process: Process, *, entity_type: TypeFilter = None,
    ready: Annotated[bool | None, Query(description="Only what is ready, or only what is not.")] = None,
    missing: Annotated[
        str | None, Query(description="Only what lacks this: a code, or a code and what it is about.", max_length=200,
                          examples=["system:billing"])
    ] = None,
    as_of: AsOf = None, on: Day = None, cursor: Cursor = None, limit: Limit = 100,
) -> Response:  # fmt: skip
    """By golden ID, as of the latest day that the hub has seen; the feed tells changes as `mdm.readiness.changed`.

    With `on` all are judged anew for that day, with `as_of` by what the hub knew then; a thousand for one page at most:
    it may have less than `limit` items, none even, while `next` leads on. There is no `since`, `recorded_at` and
    `first_ready` then, and with `as_of` no `hint`. Without both, `outdated` answers wait to be judged anew after a wide
    change, such as of a standard card.
    """
    rules = Shown(caller.hub)
    wanted = service.Wanted(caller.own_type(entity_type), ready, missing, on, cursor, limit)
    found = service.page(caller.hub, process, wanted, as_of=as_of)
    items = [masking_around.readiness(caller.principal, rules, item) for item in found["items"]]
    return answer({**found, "items": items})
