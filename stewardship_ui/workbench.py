"""The workbench: one task with all that its decision needs, on one page."""

from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.auth import MAY
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.stewarding import comparison, task_work, tasks
from mdm.services.stewarding.comparison import NotAboutRecords
from mdm.settings import now
from stewardship_ui import queue, sides
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page, wants_fragment
from stewardship_ui.work_set import WorkSet

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read tasks"))]


@router.get("/task/{task_id}")
def workbench(  # noqa: PLR0913  the state of the page
    request: Request, caller: Reading, task_id: str, *, work_set: WorkSet,
    pick: Annotated[list[str], Query(max_length=100)] = [], records: str = "", fold: str = "1",  # noqa: B006
) -> Response:  # fmt: skip
    """Show a task: two records or more side by side, or what another kind of task is about."""
    moment, rules = now(), Shown(caller.hub)
    given: dict[str, Any] = {
        "now": moment, "work_set": work_set, "mine": caller.actor, "tomorrow": _tomorrow(moment),
        "ahead": queue.twin(queue.chosen(caller, work_set.state), "/v1/tasks:upcoming"),
        "may_decide": "decide" in MAY[caller.principal.role],
    }  # fmt: skip
    picks = comparison.parsed_picks(pick)
    try:
        found = comparison.compare(caller.hub, task_id, picks=picks, moment=moment, entity_types=rules.now)
    except NotAboutRecords:
        task = tasks.get(caller.hub, task_id, moment=moment, entity_types=rules.now)
        caller.ensure(entity_type=task["entity_type"])
        task = masking.task(caller.principal, rules, task)
        return _page(request, caller, "other_task", task=task, twin=f"/v1/tasks/{task_id}", **given)
    caller.ensure(entity_type=found["task"]["entity_type"])
    shown = masking.comparison(caller.principal, rules, found)
    laid_out = sides.layout(shown, everyone=records == "all", picks=picks)
    asked = urlencode([("pick", one) for one in pick])
    return _page(
        request, caller, "task", task=shown["task"], comparison=shown, layout=laid_out, picks=picks,
        fold=fold != "0", picked_query=f"?{asked}" if asked else "", sums=sides.sum_words(laid_out),
        twin=f"/v1/tasks/{task_id}/comparison{'?' if asked else ''}{asked}", **given,
    )  # fmt: skip


@router.get("/task/{task_id}/people")
def people(
    request: Request,
    caller: Annotated[Caller, Depends(Requires("decide"))],
    task_id: str,
    me: str = "",
    names: str = "",
) -> Response:
    """Offer those whom a task can be given to, for the field that asks for one; names: whom a comment can name."""
    of = tasks.entity_type_of(caller.hub, task_id)
    caller.ensure(entity_type=of)
    found = [one for one in task_work.people(caller.hub, of) if me or one["person"] != caller.actor]
    # "Myself" can be chosen before the others are read: it has to be what is chosen afterwards, too.
    found.sort(key=lambda one: one["person"] != caller.actor)
    if names:
        named = [one for one in found if one["person"].startswith("user:")]
        return page(request, "names.html", caller, people=named)
    return page(request, "people.html", caller, people=found, mine=caller.actor)


def _page(request: Request, caller: Caller, name: str, **given: Any) -> Response:
    template = f"{name}_body.html" if wants_fragment(request) else f"{name}.html"
    return page(request, template, caller, **given)


def _tomorrow(moment: str) -> str:
    return (date.fromisoformat(moment[:10]) + timedelta(days=1)).isoformat()
