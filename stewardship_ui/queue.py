"""The queue: which tasks there are, chosen by facets that stand in the address, and the next one to claim."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.auth import MAY
from mdm.services import masking, task_counts, tasks
from mdm.services.shown import Shown
from mdm.settings import now
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page, wants_fragment
from stewardship_ui.sides import sentence

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read tasks"))]
Text = Annotated[str, Query(max_length=200)]
ROWS = 30
VIEWS: dict[str, tuple[str, dict[str, Any]]] = {
    "all": ("All open", {}), "mine": ("Mine", {"assigned_to": "me"}), "held": ("In my hands", {"claimed_by": "me"}),
    "asked": ("Asked of me", {"escalated_to": "me"}), "snoozed": ("Snoozed", {"snoozed": True}),
    "proposed": ("Decided, not in force", {"proposed": True}), "closed": ("Closed", {"status": "closed"}),
}  # fmt: skip
"""What people look for first: its words, and what it asks of `tasks.page`."""


@router.get("/queue")
def queue(  # noqa: PLR0913  the state of the page
    request: Request, caller: Reading, *, entity_type: Text = "", kind: Text = "", view: Text = "all", order: Text = "",
    cursor: Text = "",
) -> Response:  # fmt: skip
    """List tasks: by type, kind and how people stand to them, in the order in which they should be done."""
    view = view if view in VIEWS else "all"
    order = order if order in tasks.ORDERS else tasks.ORDERS[0]
    of, moment = caller.own_type(entity_type or None), now()
    asked: dict[str, Any] = {
        name: caller.person(value) if isinstance(value, str) and name != "status" else value
        for name, value in VIEWS[view][1].items()
    }
    found = tasks.page(
        caller.hub, entity_type=of, kind=kind or None, cursor=cursor or None, limit=ROWS, moment=moment, order=order,
        **asked,
    )  # fmt: skip
    rules = Shown(caller.hub)
    items = [masking.task(caller.principal, rules, one) for one in found["items"]]
    counts = task_counts.open_tasks(caller.hub, entity_type=caller.principal.entity_type)
    state = {"entity_type": entity_type, "kind": kind, "view": view, "order": order}
    return page(
        request, "queue_body.html" if wants_fragment(request) else "queue.html", caller,
        items=[{**one, "sentence": said(one)} for one in items], next_cursor=found["next"], counts=counts, state=state,
        views=VIEWS, orders=tasks.ORDERS, now=moment, link=_link(state), cursor=cursor,
        may_decide="decide" in MAY[caller.principal.role], mine=caller.actor, twin=_twin(state, asked, cursor),
    )  # fmt: skip


def said(task: dict[str, Any]) -> str:
    """What a task is about, in a line."""
    about = task["about"] or {}
    if task["evidence"] is not None and task["kind"] != "constraint":
        return sentence(task["evidence"])
    if task["kind"] == "unmapped_code":
        return f"{about['source']} says “{about['value'] or '…'}”, which no code of {about['list']} stands for"
    if task["kind"] == "conflict":
        return f"{str(about['attribute']).replace('_', ' ')}: sources disagree and are equally good"
    if task["kind"] == "hierarchy_cycle":
        return f"{about['attribute']}: a circle, one link of it set aside"
    if task["kind"] == "constraint":
        named = [name for one in about["constraints"] for name in one["values"]]
        return f"Kept apart by a constraint on {', '.join(dict.fromkeys(named)).replace('_', ' ')}"
    return "Too many records hang together"


def _link(state: dict[str, str]) -> Any:
    """Make addresses of this page with something changed; what is as it is anyway is left out."""
    usual = {"entity_type": "", "kind": "", "view": "all", "order": tasks.ORDERS[0], "cursor": ""}

    def made(**changed: str) -> str:
        told = {name: value for name, value in {**state, **changed}.items() if value and value != usual[name]}
        return f"/queue?{urlencode(told)}" if told else "/queue"

    return made


def _twin(state: dict[str, str], asked: dict[str, Any], cursor: str) -> str:
    parts = {
        "entity_type": state["entity_type"], "kind": state["kind"], "order": state["order"], "cursor": cursor,
        **{name: str(value).lower() if isinstance(value, bool) else value for name, value in asked.items()},
        "limit": ROWS,
    }  # fmt: skip
    return f"/v1/tasks?{urlencode({name: value for name, value in parts.items() if value not in {'', None}})}"
