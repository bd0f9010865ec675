"""The queue: which tasks there are, chosen by facets that stand in the address, and the next one to claim."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.auth import MAY
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.stewarding import queue as rows
from mdm.services.stewarding.choosing import ORDERS, View
from mdm.services.stewarding.queue import Choice, Looking
from mdm.settings import now
from stewardship_ui import addresses
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page, wants_fragment
from stewardship_ui.work_set import USUAL, Wanted, WorkSet

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read tasks"))]
Text = Annotated[str, Query(max_length=200)]
ROWS = 30
VIEWS: dict[View, str] = {
    "all": "All open", "mine": "Mine", "held": "In my hands", "asked": "Asked of me", "overdue": "Overdue",
    "snoozed": "Snoozed", "proposed": "Decided, not in force", "closed": "Closed",
}  # fmt: skip
LIKELY = {
    "": "Any",
    "0.95-": "0.95 and more",
    "0.9-0.95": "0.90 to 0.95",
    "0.8-0.9": "0.80 to 0.90",
    "-0.8": "Less than 0.80",
}
"""Bands of the match probability, as they stand in the address, in words."""


@router.get("/queue")
def queue(request: Request, caller: Reading, work_set: WorkSet, *, cursor: Text = "") -> Response:
    """List tasks: by type, kind and how people stand to them, in the order in which they should be done."""
    choice, moment, rules = chosen(caller, work_set.state), now(), Shown(caller.hub)
    found = rows.page(
        caller.hub, choice, looking(caller, rules, moment), cursor=cursor or None, limit=ROWS
    )  # fmt: skip
    items = [masking.queue_row(caller.principal, rules, one) for one in found["items"]]
    state = {**work_set.state, "view": choice.view, "order": choice.ordered}
    return page(
        request, "queue_body.html" if wants_fragment(request) else "queue.html", caller, items=items,
        next_cursor=found["next"], counts=found["counts"], filters=_filters(found["filters"], found["counts"]),
        state=state, views=VIEWS, likely=LIKELY, orders=ORDERS, now=moment, link=link(state),
        bulk=link(state, "/queue/bulk")(), query=Wanted(state).query, cursor=cursor,
        may_decide="decide" in MAY[caller.principal.role], mine=caller.actor,
        twin=twin(choice, "/v1/queue", limit=ROWS, **({"cursor": cursor} if cursor else {})),
    )  # fmt: skip


def looking(caller: Caller, rules: Shown, moment: str) -> Looking:
    """Say who looks."""
    return Looking(caller.actor, rules.now, moment, caller.principal.entity_type)


def decided_tasks(decisions: Sequence[Mapping[str, Any]]) -> set[str]:
    """The tasks that proposals and decisions are about."""
    return {one["parts"]["task_id"] for one in decisions if "task_id" in one["parts"]}


def decided(
    caller: Caller, rules: Shown, decisions: Sequence[Mapping[str, Any]], named: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Decisions as their reader may see them, each with the row of its task, by which it is told in words."""
    return [
        {**masking.proposal(caller.principal, rules.now.get(one["entity_type"]), dict(one)),
         "about": masking.queue_row(caller.principal, rules, row) if row else None}
        for one in decisions for row in [named.get(one["parts"].get("task_id"))]
    ]  # fmt: skip


def chosen(caller: Caller, state: Mapping[str, str]) -> Choice:
    """Read what is chosen from an address; what it does not know there is as if it were not there."""
    view, order = state.get("view", ""), state.get("order", "")
    least, _, most = (state.get("likely", "") if state.get("likely", "") in LIKELY else "").partition("-")
    return Choice(
        caller.own_type(state.get("entity_type") or None), state.get("kind") or None,
        view if view in VIEWS else "all",
        order if order in ORDERS else ORDERS[0],
        float(least) if least else None, float(most) if most else None,
    )  # fmt: skip


def link(state: Mapping[str, str], path: str = "/queue") -> Callable[..., str]:
    """Make addresses of a page about the queue with something changed; what is as it is anyway is left out."""
    return addresses.link(path, state, USUAL)


def address(choice: Mapping[str, Any]) -> str:
    """Where the queue shows a choice."""
    least, most = choice["min_probability"], choice["max_probability"]
    likely = (
        "" if least is None and most is None else f"{'' if least is None else least:}-{'' if most is None else most}"
    )
    state = {name: choice[name] or "" for name in ("entity_type", "kind", "view", "order")}
    if choice["view"] == "overdue":
        state["order"] = "due"
    return link({**state, "likely": likely})()


def _filters(saved: list[dict[str, Any]], counts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Saved filters with their address, and how many tasks there are where the counts at hand say so."""
    return [
        {**one, "address": address(one["filter"]), "count": _count(one["filter"], counts),
         "words": f"{one['owner']}, {'for all' if one['shared'] else 'only for you'}"}
        for one in saved
    ]  # fmt: skip


def _count(choice: Mapping[str, Any], counts: Mapping[str, Any]) -> int | None:
    if choice["min_probability"] is not None or choice["max_probability"] is not None:
        return None
    if choice["entity_type"] is None and choice["kind"] is None:
        found: int | None = counts["views"].get(choice["view"])
        return found
    if choice["view"] not in {"all", "overdue"}:
        return None
    of = [one for one in counts["by"] if choice["entity_type"] in {None, one["entity_type"]}
          and choice["kind"] in {None, one["kind"]}]  # fmt: skip
    return sum(int(one["open" if choice["view"] == "all" else "overdue"]) for one in of)


def twin(choice: Choice, path: str, **more: object) -> str:
    """Where the API answers about a choice."""
    told = {name: value for name, value in asdict(choice).items() if value is not None and name != "entity_type"}
    of = {"type": choice.entity_type} if choice.entity_type else {}
    return f"{path}?{urlencode({**of, **told, **more})}"
