"""Activity: who decided what and when, how much of it was taken back, and a way to take back what holds."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.auth import MAY
from mdm.services import spreadsheet
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.deciding import activity
from mdm.services.deciding.activity import Wanted
from mdm.settings import now
from stewardship_ui.addresses import address, link
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import csv_file, page
from stewardship_ui.wording import written

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read tasks"))]
Text = Annotated[str, Query(max_length=100)]
Type = Annotated[str, Query(alias="type", max_length=100)]
Day = Annotated[str, Query(max_length=10)]
ROWS = 50
WORDS = {
    "same": "Same", "distinct": "Distinct", "related": "Related", "merge": "Merge", "split": "Split", "bulk": "Many",
    "override": "Set a value", "undo": "Took back", "map": "Mapped codes", "code_list": "Code list",
    "rules": "Put rules in force", "rollback": "Went back to rules",
}  # fmt: skip
SIGNS = {
    "same": "=", "distinct": "≠", "related": "~", "merge": "+", "split": "÷", "bulk": "≡", "override": "⚑", "undo": "↶",
    "map": "→", "code_list": "☰", "rules": "§", "rollback": "↶",
}  # fmt: skip
COLUMNS = ("seq", "recorded_at", "actor", "verb", "entity_type", "attribute", "value", "reason", "in_force",
           "undone_by", "approved_by", "decision_id", "records", "keys", "golden_ids")  # fmt: skip


@router.get("/activity")
def listed(  # noqa: PLR0913  the state of the page
    request: Request, caller: Reading, *, actor: Text = "", verb: Text = "", of: Type = "", since: Day = "",
    until: Day = "", cursor: Text = "",
) -> Response:  # fmt: skip
    """List decisions, newest first, beside how much each person decided."""
    state = {"actor": actor, "verb": verb, "type": of, "since": since, "until": until}
    wanted = _wanted(caller, state)
    found, rules = activity.page(caller.hub, wanted, cursor=cursor or None, limit=ROWS), Shown(caller.hub)
    items = [masking.activity(caller.principal, rules, one) for one in found["items"]]
    people = activity.counts(caller.hub, wanted)["items"]
    asked = {**state, "cursor": cursor, "limit": str(ROWS)}
    return page(
        request, "activity.html", caller, items=items, people=people, next_cursor=found["next"], cursor=cursor,
        state=state, types=rules.now, verbs=activity.VERBS, words=WORDS, signs=SIGNS, now=now(),
        link=link("/activity", state),
        may_undo="decide" in MAY[caller.principal.role], narrowed=caller.principal.entity_type,
        twin=address("/v1/activity", asked),
    )  # fmt: skip


@router.get("/activity.csv")
def as_table(
    caller: Reading, *, actor: Text = "", verb: Text = "", of: Type = "", since: Day = "", until: Day = "",
) -> Response:  # fmt: skip
    """All of these decisions, as a table for a spreadsheet."""
    wanted = _wanted(caller, {"actor": actor, "verb": verb, "type": of, "since": since, "until": until})
    rules = Shown(caller.hub)
    shown = (masking.activity(caller.principal, rules, one) for one in activity.export(caller.hub, wanted))
    rows = ([written(one.get(name)) for name in COLUMNS] for one in shown)
    return csv_file("activity.csv", spreadsheet.table(COLUMNS, rows))


def _wanted(caller: Caller, state: dict[str, str]) -> Wanted:
    return Wanted(
        caller.person(state["actor"] or None), state["verb"] or None, caller.own_type(state["type"] or None),
        state["since"] or None, state["until"] or None,
    )  # fmt: skip
