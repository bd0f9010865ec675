"""What a decision would change besides the two records: found out by rehearsing it and taking it back."""

from collections import Counter
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.api.one_moment import at_one_moment, rehearses
from mdm.auth import hidden, mask
from mdm.errors import Conflict, Stale
from mdm.log import Author, Key
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.deciding.decisions import Decided
from mdm.services.hub import Hub
from mdm.services.reading import explain
from mdm.services.stewarding import comparison, intents, tasks
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.preview import Preview, preview
from mdm.settings import now
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import DryRun, page, wants_fragment

router = APIRouter(include_in_schema=False, route_class=PageRoute)
WORDS = {
    "mdm.xref.moved": ("look-up leads elsewhere", "look-ups lead elsewhere"),
    "mdm.reference.moved": ("reference moves", "references move"),
    "mdm.readiness.changed": ("process changes its readiness", "processes change their readiness"),
    "mdm.task.opened": ("task opens", "tasks open"),
}
"""The events of the feed that are worth a word here, as one and as several."""


Deciding = Annotated[Caller, Depends(Requires("decide"))]
Document = dict[str, Any]


@router.get("/task/{task_id}/effects")
@rehearses
def effects(
    request: Request, caller: Deciding, task_id: str,
    pick: Annotated[list[str], Query(max_length=100)] = [],  # noqa: B006  FastAPI copies it
) -> Response:  # fmt: skip
    """Rehearse `same`: whether it makes just what was shown, what else changes, and who would have to approve it."""
    picks = comparison.parsed_picks(pick)
    with at_one_moment(caller) as reading:
        caller.ensure(entity_type=tasks.entity_type_of(reading.hub, task_id))
        rules = Shown(reading.hub)
        expected = comparison.compare(reading.hub, task_id, picks=picks)
        before = explain.why(reading.hub, *(Key.parse(key) for key in expected["task"]["records"]))
        before = masking.why(caller.principal, rules, before)
    found, because = Preview([], {}, []), None
    try:
        found = preview(caller.hub, lambda hub, author: _same(hub, author, expected, picks), author=caller.author())
    except (Conflict, Stale) as error:
        because = error.detail
    asked = urlencode([("pick", one) for one in pick])
    template = "effects_body.html" if wants_fragment(request) else "effects.html"
    return page(
        request, template, caller, told=_told(found), needs=found.needs, because=because, task_id=task_id, now=now(),
        earlier=before["decisions"], redirects=found.redirects,
        otherwise=None if because else _otherwise(caller, rules, expected, found),
        twin=f"/v1/tasks/{task_id}/comparison{f'?{asked}' if asked else ''}",
        dry_run=DryRun(f"/v1/tasks/{task_id}:decide", _said(expected, picks)),
    )  # fmt: skip


def _said(expected: Document, picks: dict[str, str]) -> Document:
    return {"verdict": "same", "etag": expected["task"]["etag"], "picks": picks or None, "reason": "rehearsed",
            "supersede": True}  # fmt: skip


def _same(hub: Hub, author: Author, expected: Document, picks: dict[str, str]) -> Decided:
    parts = {"task_id": expected["task"]["id"], **_said(expected, picks)}
    return intents.carry_out(hub, Intent("decide_task", parts), author)


def _otherwise(caller: Caller, rules: Shown, expected: Document, found: Preview) -> list[Document] | None:
    """Where the golden record comes out otherwise than all records together make it: rules keep some of them apart.

    None where it is just what was shown. A value of the one attribute that differs is told as far as it may be seen.
    """
    made = [one for one in found.changes if one.get("golden_id") in found.golden_ids and one.get("after")]
    shown = expected["same"]
    if shown is None or not made:
        return None
    mine = [one for one in made if one["golden_id"] == found.golden_ids[0]]
    event = (mine or made)[-1]  # after the picks, each of which is a version of its own
    wanted, comes = shown["attributes"], event["after"]["attributes"]
    different = {name for name in wanted.keys() | comes.keys() if wanted.get(name) != comes.get(name)}
    if not different and shown["redirects"] == found.redirects:
        return None
    entity_type = rules.now[expected["task"]["entity_type"]]
    seen = mask(caller.principal, entity_type, comes)
    return [{"attribute": name, "value": seen.get(name), "masked": name in hidden(caller.principal, entity_type)}
            for name in sorted(different)]  # fmt: skip


def _told(found: Preview) -> list[str]:
    counts: Counter[Any] = Counter(one["type"] for one in found.changes)
    return [
        f"{counts[kind]} {one if counts[kind] == 1 else several}"
        for kind, (one, several) in WORDS.items()
        if counts[kind]
    ]
