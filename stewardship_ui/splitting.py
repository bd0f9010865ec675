"""Splitting a golden record: choose who leaves, look at both sides as they would be, decide and be able to undo."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.api.one_moment import at_one_moment, rehearses
from mdm.errors import InvalidInput, Stale
from mdm.log import Key
from mdm.services.access import masking
from mdm.services.deciding import brought as bringing
from mdm.services.reading import cluster as clusters
from mdm.services.stewarding.intents import Intent
from stewardship_ui.both_sides import Tried, tried
from stewardship_ui.carrying_out import carried_out
from stewardship_ui.forms import Sent
from stewardship_ui.golden_record import Glance, glance, headed
from stewardship_ui.moments import Then, entity, twin
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import DryRun, page, wants_fragment

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Deciding = Annotated[Caller, Depends(Requires("decide"))]
Chosen = Annotated[list[str], Query(max_length=1_000)]
NO_REASON = "Parted at the desk"


@router.get("/entity/{golden_id}/split")
@rehearses
def ask(  # noqa: PLR0913  the fields of the form
    request: Request, caller: Deciding, golden_id: str, *, key: Chosen = [], brought: str = "",  # noqa: B006
    supersede: str = "", reason: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:  # fmt: skip
    """Offer the records of a golden record; with some chosen, show both sides as they would be."""
    with at_one_moment(caller) as reading:
        seen = glance(reading, golden_id, Then())
        current = seen.document.get("current_id", golden_id)
        found = masking.cluster(caller.principal, seen.rules, clusters.cluster(reading.hub, current))
        chosen = [one for one in found["records"] if one["key"] in key]
        with_them = _brought(reading, current, key) if chosen else []
    outcome, dry_run = Tried(), None
    if chosen:
        intent = _intent(current, key, brought=brought, supersede=supersede, reason=reason)
        outcome = tried(caller, intent, seen.entity_type, [{**seen.document, "golden_id": current}])
        said = {name: part for name, part in intent.parts.items() if name != "golden_id"}
        dry_run = DryRun(f"{twin(current)}:split", said)
    template = "split_preview.html" if wants_fragment(request) else "split.html"
    return page(
        request, template, caller, **headed(caller, seen.document, seen.entity_type, Then(), "cluster"),
        records=found["records"], chosen=set(key), with_them=with_them, brought=brought, supersede=supersede,
        reason=reason, tried=outcome, bridges=_bridges(found), twin=twin(golden_id, "cluster"),
        dry_run=dry_run,
    )  # fmt: skip


@router.post("/entity/{golden_id}/split")
def split(caller: Deciding, golden_id: str, sent: Sent) -> Response:
    """Take the chosen records out, held for a while as every decision made at the desk."""
    seen = glance(caller, golden_id, Then())
    keys = sent.all("key")
    if not keys:
        raise InvalidInput("no record is chosen: tick those that leave")
    ensure_unchanged(seen, sent.given("version"))
    intent = _intent(
        seen.document.get("current_id") or golden_id, keys, brought=sent.given("brought"),
        supersede=sent.given("supersede"), reason=sent.given("reason") or NO_REASON,
    )  # fmt: skip
    return carried_out(caller, intent, entity(golden_id, "cluster"), hold=sent.hold)


def ensure_unchanged(seen: Glance, version: str) -> None:
    """Refuse what was decided of a golden record that is another one by now."""
    if version != str(seen.document["version"]):
        detail = (
            f"{seen.document['golden_id']} has changed since the page was read: go back and look at both sides again"
        )
        raise Stale(detail, extra={"version": seen.document["version"]})


def _brought(caller: Caller, golden_id: str, keys: list[str]) -> list[str]:
    return [str(one) for one in bringing.brought(caller.hub, golden_id, [Key.parse(one) for one in keys])]


def _intent(golden_id: str, keys: list[str], *, brought: str, supersede: str, reason: str) -> Intent:
    parts = {
        "golden_id": golden_id, "keys": keys, "reason": reason or NO_REASON,
        "with_what_it_brought": bool(brought), "supersede": bool(supersede),
    }  # fmt: skip
    return Intent("split", parts)


def _bridges(found: dict[str, Any]) -> dict[str, str]:
    """Of each record that a bridge of its own ties to the rest, how light that is."""
    told = {}
    for one in found["edges"]:
        for side, other in (("left", "right"), ("right", "left")):
            if one["bridge"] and one["bridge"][side] == 1 and one["bridge"][other] > 1 and one["weight"] is not None:
                told[one[side]] = f"hangs on one tie of {one['weight']:+.1f}".replace("-", "−")
    return told
