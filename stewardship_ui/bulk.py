"""Many tasks decided at once: what a list or a selection of it would do, then one decision with one undo."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.api.one_moment import at_one_moment, rehearses
from mdm.errors import HubError, InvalidInput
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.deciding.planning import Verdict
from mdm.services.stewarding import bulk_decisions, proposals
from mdm.services.stewarding import queue as rows
from mdm.services.stewarding.bulk_decisions import Chosen, Listed, MoreThanAtOnce
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.proposals import Proposed
from mdm.services.stewarding.queue import Choice
from mdm.settings import now
from stewardship_ui.forms import Sent
from stewardship_ui.queue import LIKELY, ROWS, VIEWS, chosen, link, looking, twin
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import DryRun, page
from stewardship_ui.work_set import STATE, WorkSet

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Deciding = Annotated[Caller, Depends(Requires("decide"))]
Text = Annotated[str, Query(max_length=2_000)]
MOST_LISTED = 200
"""With more tasks than this no command is offered that would have to name each."""
VERDICTS: tuple[Literal["same", "distinct", "related"], ...] = ("same", "distinct", "related")


@router.get("/queue/bulk")
@rehearses
def ask(  # noqa: PLR0913  the state of the page
    request: Request, caller: Deciding, work_set: WorkSet, *, verdict: Text = "", reason: Text = "",
    changed: Text = "", ticked: Text = "",
    task: Annotated[list[str], Query(max_length=200)] = [],  # noqa: B006  FastAPI copies it
) -> Response:  # fmt: skip
    """Ask what to say of them and why; with a verdict, also tell what that would do."""
    state = work_set.state
    verdict = verdict if verdict in VERDICTS else ""
    meant, told, trouble, choice = Listed([], 0, 0), None, None, chosen(caller, state)
    too_many = False
    try:
        if ticked and not task:
            raise InvalidInput("no task is ticked; go back and tick some")
        with at_one_moment(caller) as reading:
            meant = _meant(reading, state, task)
        if verdict:
            told = _preview(caller, meant.chosen, cast("Verdict", verdict), reason)
    except HubError as error:
        trouble, too_many = error.detail, isinstance(error, MoreThanAtOnce)
    return page(
        request, "bulk.html", caller, count=len(meant.chosen), seal=bulk_decisions.seal(meant.chosen), state=state,
        picked=task, told=told, trouble=trouble, too_many=too_many, verdict=verdict, verdicts=VERDICTS,
        reason=reason, changed=changed, words=_words(state), apart=_apart(meant), back=link(state)(), moment=now(),
        twin=twin(choice, "/v1/queue", limit=ROWS),
        dry_run=told and _dry_run(None if task else choice, meant.chosen, verdict, reason),
    )  # fmt: skip


@router.post("/queue/bulk")
def decide(caller: Deciding, sent: Sent) -> Response:
    """Decide them all with one decision, or propose it where a second person is needed."""
    state, task = {name: sent.given(name) for name in STATE}, sent.all("task")
    verdict, reason = sent.one("verdict"), sent.one("reason")
    if verdict not in VERDICTS:
        raise InvalidInput(f"a verdict is {', '.join(get_args(Verdict))}, not {verdict!r}")
    meant = _meant(caller, state, task).chosen
    if bulk_decisions.seal(meant) != sent.one("seal"):
        asked = [*state.items(), *(("task", one) for one in task), ("verdict", verdict), ("reason", reason)]
        told = urlencode([(name, value) for name, value in [*asked, ("changed", "1")] if value])
        return Response(status_code=303, headers={"Location": f"/queue/bulk?{told}"})
    parts = {"tasks": [[*one] for one in meant], "verdict": verdict, "reason": reason, "supersede": False}
    done = proposals.decide(caller.hub, Intent("decide_tasks", parts), author=caller.author(), hold=sent.hold)
    named = done.document["proposal_id"] if isinstance(done, Proposed) else done.decision_id
    return Response(status_code=303, headers={"Location": f"/decisions?done={named}"})


def _meant(caller: Caller, state: dict[str, str], task: Sequence[str]) -> Listed:
    """The tasks that were ticked, or all of the list that are not dealt with one by one."""
    if task:
        meant = Listed(bulk_decisions.choose_named(caller.hub, task), 0, 0)
    else:
        asked = rows.wanted(chosen(caller, state), who=caller.actor, moment=now())
        meant = bulk_decisions.choose_listed(caller.hub, asked, author=caller.author())
    for name in bulk_decisions.types_of(caller.hub, meant.chosen):
        caller.ensure(entity_type=name)
    return meant


def _apart(meant: Listed) -> str:
    """What of a list is not decided with it, in words."""
    some = ((meant.in_hand, "in your hands"), (meant.decided, "decided already"))
    return " and ".join(f"{count} {words}" for count, words in some if count)


def _preview(caller: Caller, meant: Sequence[Chosen], verdict: Verdict, reason: str) -> dict[str, Any]:
    told = bulk_decisions.preview_many(caller.hub, meant, verdict, reason=reason or "rehearsed", author=caller.author())
    return with_names(caller, told)


def _dry_run(choice: Choice | None, meant: Sequence[Chosen], verdict: str, reason: str) -> DryRun | None:
    """The same asked of the API: by the choice where it is one that the API takes, or else task by task, if few."""
    said: dict[str, Any] = {"verdict": verdict, "reason": reason or "rehearsed"}
    if choice and choice.view == "all" and choice.entity_type and choice.kind in {"review", "contradiction"}:
        names = ("entity_type", "kind", "min_probability", "max_probability")
        return DryRun("/v1/tasks:decide-many", {**said, "filter": {name: getattr(choice, name) for name in names}})
    if len(meant) > MOST_LISTED:
        return None
    return DryRun("/v1/tasks:decide-many", {**said, "tasks": [one._asdict() for one in meant]})


def with_names(caller: Caller, told: dict[str, Any]) -> dict[str, Any]:
    """The totals of a bulk decision, the tasks it shows told by name."""
    rules = Shown(caller.hub)
    ids = {one["id"] for part in ("worst", "sample", "left_out") for one in told[part][: bulk_decisions.SAMPLE]}
    found = rows.named(caller.hub, ids, looking(caller, rules, now()))
    named = {id_: masking.queue_row(caller.principal, rules, one) for id_, one in found.items()}
    return {**told, "rows": named}


def _words(state: dict[str, str]) -> list[str]:
    """What was chosen, in words."""
    view = state["view"] if state["view"] in VIEWS else "all"
    likely = LIKELY.get(state["likely"], "") if state["likely"] else ""
    return [one for one in (VIEWS[view], state["entity_type"], state["kind"], likely and f"likely: {likely}") if one]
