"""What stands around a golden record: relations and hierarchy, readiness, disagreements; pages of their own.

The page of the record takes each in by a script; without one it links to them.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.auth import MAY, hidden
from mdm.entity_types import EntityType
from mdm.services.access import masking_around
from mdm.services.access.shown import Shown
from mdm.services.reading import golden, hierarchy
from mdm.services.reading import relations as related
from mdm.services.watching import divergence as disagreeing
from mdm.services.watching import readiness as ready_for
from stewardship_ui.golden_record import glance, headed
from stewardship_ui.moments import Then, entity, then, twin
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page, wants_fragment

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read golden records"))]
At = Annotated[Then, Depends(then)]
ROWS = 25


@router.get("/entity/{golden_id}/relations")
def relations(
    request: Request, caller: Reading, golden_id: str, at: At, cursor: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Show what it refers to, what refers to it, and what stands above and below it."""
    rules, name = _opened(caller, golden_id)
    barred = masking_around.barred_references(caller.principal, rules.now)
    wanted = related.Wanted(cursor=cursor or None, limit=ROWS, on=at.on, barred=barred)
    told = related.relations(caller.hub, golden_id, wanted, as_of=at.as_of)
    trees = [
        masking_around.hierarchy(
            caller.principal, rules,
            hierarchy.hierarchy(caller.hub, golden_id, hierarchy.Wanted(one, 2, at.on, barred), as_of=at.as_of),
        )
        for one in rules.now[name].hierarchies if (name, one) not in barred
    ]  # fmt: skip
    return _page(
        request, caller, golden_id, at, "relations", found=masking_around.relations(caller.principal, rules, told),
        trees=trees, cursor=cursor,
        twin=twin(golden_id, "relations", at.with_(limit=ROWS, cursor=cursor)),
        more_twins=[twin(golden_id, "hierarchy", at.with_(attribute=one["attribute"], depth=2)) for one in trees],
    )  # fmt: skip


@router.get("/entity/{golden_id}/readiness")
def readiness(request: Request, caller: Reading, golden_id: str, at: At) -> Response:
    """Show what it is ready for, and what is missing."""
    rules, name = _opened(caller, golden_id)
    found = ready_for.of_one(caller.hub, golden_id, as_of=at.as_of, on=at.on)
    items = [masking_around.readiness(caller.principal, rules, {**one, "entity_type": name, "label": None})
             for one in found["items"]]  # fmt: skip
    items.sort(key=lambda one: (one["ready"], one["process"]))
    return _page(
        request, caller, golden_id, at, "readiness", items=items, settable=_settable(caller, rules.now[name], at),
        twin=twin(golden_id, "readiness", at.query),
    )  # fmt: skip


@router.get("/entity/{golden_id}/divergence")
def divergence(request: Request, caller: Reading, golden_id: str, at: At) -> Response:
    """Show which systems say something else, since when, and what each should say."""
    rules, _ = _opened(caller, golden_id)
    found = disagreeing.of_one(caller.hub, golden_id, as_of=at.as_of, on=at.on)
    items = [masking_around.divergence(caller.principal, rules, one) for one in found["items"]]
    return _page(
        request, caller, golden_id, at, "divergence", items=items, twin=twin(golden_id, "divergence", at.query)
    )


def _settable(caller: Caller, entity_type: EntityType, at: Then) -> frozenset[str]:
    """The attributes that the reader may set a value of on a page of their own."""
    if "decide" not in MAY[caller.principal.role] or at != Then():
        return frozenset()
    return frozenset(entity_type.attributes) - entity_type.lines.keys() - hidden(caller.principal, entity_type)


def _opened(caller: Caller, golden_id: str) -> tuple[Shown, str]:
    rules = Shown(caller.hub)
    name, _ = golden.entity_type_of(caller.hub, golden_id, rules.now)
    caller.ensure(entity_type=name)
    return rules, name


def _page(request: Request, caller: Caller, golden_id: str, at: Then, part: str, **given: Any) -> Response:
    """The part alone for a script, else under the head of the record."""
    given |= {"at": at, "golden_id": golden_id, "here": entity(golden_id)}
    if wants_fragment(request):
        given |= {"alone": False}
        return page(request, f"{part}_body.html", caller, **given)
    seen = glance(caller, golden_id, at)
    head = headed(caller, seen.document, seen.entity_type, at, part)
    return page(request, f"{part}.html", caller, **{**head, **given, "alone": True})
