"""Merging two golden records by hand: find the other one, look at what both would make, decide and be able to undo."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.api.one_moment import at_one_moment, rehearses
from mdm.auth import hidden
from mdm.errors import InvalidInput
from mdm.services.access import masking
from mdm.services.reading import between, search
from mdm.services.reading import cluster as clusters
from mdm.services.stewarding.intents import Intent
from stewardship_ui.both_sides import Tried, tried
from stewardship_ui.carrying_out import carried_out
from stewardship_ui.forms import Sent
from stewardship_ui.golden_record import Glance, glance, headed
from stewardship_ui.moments import Then, entity, twin
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import DryRun, page
from stewardship_ui.splitting import ensure_unchanged

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Deciding = Annotated[Caller, Depends(Requires("decide"))]
NO_REASON = "Merged at the desk"
FEW = 12


@router.get("/entity/{golden_id}/merge")
@rehearses
def ask(  # noqa: PLR0913  the fields of the form
    request: Request, caller: Deciding, golden_id: str, *, other: Annotated[str, Query(alias="with")] = "",
    q: Annotated[str, Query(max_length=200)] = "", supersede: str = "",
    reason: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:  # fmt: skip
    """Offer golden records that are near or that a search finds; with one chosen, show what both would make."""
    with at_one_moment(caller) as reading:
        seen = glance(reading, golden_id, Then())
        chosen = glance(reading, other.strip(), Then()) if other.strip() else None
        evidence = _evidence(reading, seen, chosen) if chosen else None
        near = masking.cluster(caller.principal, seen.rules, clusters.cluster(reading.hub, golden_id))["near"]
        items = _items(reading, seen, q.strip())
    outcome, dry_run = Tried(), None
    if chosen:
        intent = _intent(seen, chosen, supersede=supersede, reason=reason)
        outcome = tried(caller, intent, seen.entity_type, [seen.document, chosen.document])
        dry_run = DryRun("/v1/golden-records:merge", intent.parts)
    return page(
        request, "merge.html", caller, **headed(caller, seen.document, seen.entity_type, Then(), "cluster"),
        near=near, text=q.strip(), items=items, chosen=chosen, tried=outcome,
        evidence=evidence, supersede=supersede, reason=reason, twin=twin(golden_id, "cluster"), dry_run=dry_run,
    )  # fmt: skip


@router.post("/entity/{golden_id}/merge")
def merge(caller: Deciding, golden_id: str, sent: Sent) -> Response:
    """Make the two one, held for a while as every decision made at the desk."""
    seen, chosen = glance(caller, golden_id, Then()), glance(caller, sent.one("with"), Then())
    ensure_unchanged(seen, sent.given("version"))
    ensure_unchanged(chosen, sent.given("other_version"))
    intent = _intent(seen, chosen, supersede=sent.given("supersede"), reason=sent.given("reason"))
    return carried_out(caller, intent, entity(golden_id, "cluster"), hold=sent.hold)


def _intent(seen: Glance, chosen: Glance, *, supersede: str, reason: str) -> Intent:
    ids = [one.document.get("current_id") or one.document["golden_id"] for one in (seen, chosen)]
    return Intent("merge", {"golden_ids": ids, "reason": reason or NO_REASON, "supersede": bool(supersede)})


def _evidence(caller: Caller, seen: Glance, chosen: Glance) -> dict[str, Any] | None:
    """The likeliest pair of the two, which tells most of whether they are one."""
    try:
        return between.asked(caller.hub, seen.document["golden_id"], chosen.document["golden_id"]).pairs[0]
    except InvalidInput:  # they are one already, of which the rehearsal tells
        return None


def _items(caller: Caller, seen: Glance, text: str) -> list[dict[str, Any]]:
    """Active golden records of the same entity type that a text means, without the one at hand."""
    if not text:
        return []
    of = seen.document["entity_type"]
    barred = {of: hidden(caller.principal, seen.rules.now[of])}
    found = search.search(caller.hub, text, of=of, limit=FEW, without=barred)["items"]
    label = seen.entity_type.label_attribute
    return [
        {"golden_id": one["golden_id"], "label": one["attributes"].get(label), "crosswalk": one["crosswalk"]}
        for one in (masking.golden(caller.principal, seen.rules, one) for one in found)
        if one["status"] == "active" and one["golden_id"] != seen.document["golden_id"]
    ]
