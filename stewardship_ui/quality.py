"""Quality and readiness: how good the data is, by type, source and attribute, over time, and what is not ready."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.services import spreadsheet
from mdm.services.watching import divergence as disagreeing
from mdm.services.watching import measures, quality
from mdm.settings import now
from stewardship_ui import plot
from stewardship_ui.addresses import address, link
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import csv_file, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read statistics"))]
Text = Annotated[str, Query(max_length=100)]
Document = dict[str, Any]
MEASURES = {
    "completeness": "how many records have a value", "validity": "how many values are valid by their kind and rules",
    "uniqueness": "how few duplicates there are inside one source", "timeliness": "how many values are recent",
    "divergence": "how many values say something else than the golden record",
    "golden_completeness": "how many golden records have a value",
}  # fmt: skip
"""Each measure, and what it says."""
BACK = timedelta(days=90)
PLOTTED = 1_000


@router.get("/quality")
def shown(  # noqa: PLR0913  the state of the page
    request: Request, caller: Reading, *, of: Annotated[str, Query(alias="type", max_length=100)] = "",
    source: Text = "", attribute: Text = "", since: Annotated[str, Query(max_length=10)] = "", fresh: Text = "",
) -> Response:  # fmt: skip
    """Show figures as they were kept last, or as they are now, their course, readiness, and disagreements."""
    wanted = _wanted(caller, of, source, attribute, since, fresh)
    found = quality.quality(caller.hub, wanted)
    types = {
        name: one for name, one in caller.hub.entity_types().items() if caller.principal.entity_type in {None, name}
    }  # fmt: skip
    name, asked = wanted.entity_type, {"type": wanted.entity_type or "", "source": source, "attribute": attribute}
    state = {**asked, "since": since, "fresh": fresh}
    told = measures.readiness(caller.hub, since=str(wanted.since))
    counted = disagreeing.counts(caller.hub, disagreeing.Wanted(name, source or None, attribute or None))["items"]
    history = [one for one in found["history"] if (one["source"] or "", one["attribute"] or "") == (source, attribute)]
    course = {} if name is None else {measure: _course(history, measure) for measure in MEASURES}
    return page(
        request, "quality.html", caller, types=types, state=state, link=link("/quality", state), measures=MEASURES,
        whole=_chosen(found["items"], source, attribute), by_source=_by(found["items"], "source", attribute),
        by_attribute=_by(found["items"], "attribute", source), course=course, history=history[::-1],
        ready={of: told.get(of, {}) for of in types if name in {None, of}},
        disagreements=_disagreements(counted, str(wanted.since), now()[:10]), counted=counted[::-1], since=wanted.since,
        ticks=sorted({one["tick"] for one in found["items"] if one["tick"]}),
        twins=_twins(wanted, asked), twin=_twins(wanted, asked)[0],
    )  # fmt: skip


@router.get("/quality.csv")
def as_table(
    caller: Reading, *, of: Annotated[str, Query(alias="type", max_length=100)] = "", source: Text = "",
    attribute: Text = "", since: Annotated[str, Query(max_length=10)] = "", fresh: Text = "",
) -> Response:  # fmt: skip
    """All figures of the page, and those kept before, as a table for a spreadsheet."""
    found = quality.quality(caller.hub, _wanted(caller, of, source, attribute, since, fresh))
    columns = ["kept", "entity_type", "source", "attribute", "tick", "records"]
    columns += [f"{name}_{part}" for name in MEASURES for part in ("count", "of")]
    rows = [
        [kept, one["entity_type"], one["source"], one["attribute"], one["tick"], one["records"],
         *((one[name] or {}).get(part) for name in MEASURES for part in ("count", "of"))]
        for kept, items in (("latest", found["items"]), ("before", found["history"])) for one in items
    ]  # fmt: skip
    return csv_file("quality.csv", spreadsheet.table(columns, rows))


def _wanted(caller: Caller, of: str, source: str, attribute: str, since: str, fresh: str) -> quality.Wanted:
    start = since or (date.fromisoformat(now()[:10]) - BACK).isoformat()
    return quality.Wanted(
        caller.own_type(of or None), source or None, attribute or None, start, kept=not fresh
    )  # fmt: skip


def _chosen(items: list[Document], source: str, attribute: str) -> list[Document]:
    """Of each type the one line that the page is about."""
    return [one for one in items if (one["source"] or "", one["attribute"] or "") == (source, attribute)]


def _by(items: list[Document], part: str, other: str) -> list[Document]:
    """The lines of each source, or attribute, for the attribute or source that was chosen."""
    beside = "attribute" if part == "source" else "source"
    found = [one for one in items if one[part] is not None and (one[beside] or "") == other]
    return sorted(found, key=lambda one: (one["entity_type"], one[part]))


def _course(history: list[Document], measure: str) -> plot.Plot | None:
    points = [(one["tick"], one[measure]["basis_points"]) for one in history if one[measure] is not None]
    return plot.shares(points[-PLOTTED:])


def _disagreements(counted: list[Document], since: str, today: str) -> plot.Plot | None:
    """How many were open on each day, from what was open when the time that is shown begins."""
    before = [one for one in counted if one["day"] < since]
    days = [one for one in counted if one["day"] >= since][-PLOTTED:]
    if not counted or not (days or before[-1]["open"]):
        return None
    points = [(since, before[-1]["open"])] if before else []
    points += [(one["day"], one["open"]) for one in days]
    points += [(today, points[-1][1])] if points[-1][0] < today else []
    bars = [
        (one["day"], kind, one[kind], f"{one['day']}: {one[kind]} {kind}")
        for one in days for kind in ("opened", "closed") if one[kind]
    ]  # fmt: skip
    return plot.counts(points, bars)


def _twins(wanted: quality.Wanted, asked: dict[str, str]) -> list[str]:
    given = {"type": asked["type"], "source": asked["source"], "attribute": asked["attribute"]}
    since = {"since": wanted.since or ""}
    kept = {"kept": "true"} if wanted.kept else {}
    asked_of = (("/v1/quality", {**given, **since, **kept}), ("/v1/divergence:counts", given), ("/v1/stats", since))
    return [address(path, told) for path, told in asked_of]
