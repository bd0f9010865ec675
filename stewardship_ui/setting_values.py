"""Setting a value on a golden record, and taking decisions back: rehearsed first, then decided as the API does."""

import json
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.api.one_moment import at_one_moment, rehearses
from mdm.auth import ensure_sees
from mdm.entity_types import EntityType
from mdm.errors import HubError, InvalidInput, NotFound
from mdm.log import Key
from mdm.services.deciding.overrides import Wanted
from mdm.services.reading import golden
from mdm.services.reading.contributed import contributed
from mdm.services.reading.history import decided_type
from mdm.services.stewarding.intents import Intent
from stewardship_ui.carrying_out import carried_out
from stewardship_ui.forms import Sent
from stewardship_ui.golden_record import Look, glance, headed, look
from stewardship_ui.moments import Then, entity, twin
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rehearsed import rehearse
from stewardship_ui.rendering import DryRun, page
from stewardship_ui.value_lineage import told

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Deciding = Annotated[Caller, Depends(Requires("decide"))]
Text = Annotated[str, Query(max_length=4_000)]
OTHER, NOTHING = "other", "nothing"
"""What a form says of where the value comes from, beside the key of a record."""


@router.get("/entity/{golden_id}/pin/{attribute}")
@rehearses
def ask(  # noqa: PLR0913  the fields of the form
    request: Request, caller: Deciding, golden_id: str, attribute: str, *, take: Text = "", value: Text = "",
    until: Text = "", until_source_changes: Text = "", reason: Text = "",
) -> Response:  # fmt: skip
    """Ask for the value and the reason; with a value, also say what setting it would change."""
    with at_one_moment(caller) as reading:
        seen = look(reading, golden_id, Then())
    _ensure_settable(caller, seen.entity_type, attribute)
    entry = seen.document["lineage"].get(attribute, {"losers": []})
    winners = [entry["winner"]] if "winner" in entry else list(entry.get("winners", ()))
    places = {one["key"]: one for one in (told(seen, attribute, place) for place in [*winners, *entry["losers"]])
              if one["key"] and one.get("value") is not None}  # fmt: skip
    fields = {"take": take, "value": value, "until": until, "until_source_changes": until_source_changes,
              "reason": reason}  # fmt: skip
    rehearsal, trouble, dry_run = None, None, None
    if take:
        try:
            intent = _intent(caller, seen, attribute, fields)
            dry_run = _dry_run(intent)
            rehearsal = rehearse(caller, intent)
        except HubError as error:
            trouble = error.detail
    return page(
        request, "setting_value.html", caller, **headed(caller, seen.document, seen.entity_type, Then(), "sources"),
        attribute=attribute, places=list(places.values()), fields=fields, rehearsal=rehearsal, trouble=trouble,
        value=seen.document["attributes"].get(attribute), other=OTHER, nothing=NOTHING,
        required=seen.entity_type.attributes[attribute].must_be_there, example=_example(seen, attribute),
        twin=twin(golden_id, "lineage"), dry_run=dry_run,
    )  # fmt: skip


@router.post("/entity/{golden_id}/pin/{attribute}")
def pin(caller: Deciding, golden_id: str, attribute: str, sent: Sent) -> Response:
    """Set the value, held for a while as every decision made at the desk."""
    seen = look(caller, golden_id, Then())
    _ensure_settable(caller, seen.entity_type, attribute)
    fields = {name: sent.given(name) for name in ("take", "value", "until", "until_source_changes")}
    intent = _intent(caller, seen, attribute, {**fields, "reason": sent.one("reason")})
    return carried_out(caller, intent, entity(golden_id, "sources"), hold=sent.hold)


@router.get("/entity/{golden_id}/undo/{decision_id}")
@rehearses
def ask_undo(request: Request, caller: Deciding, golden_id: str, decision_id: str, reason: Text = "") -> Response:
    """Say what taking a decision back would change, and ask for the reason."""
    with at_one_moment(caller) as reading:
        seen = glance(reading, golden_id, Then())
        decision = _decision(reading, golden_id, decision_id)
    rehearsal, trouble, said = None, None, {"reason": reason or "rehearsed"}
    try:
        rehearsal = rehearse(caller, Intent("undo", {"decision_id": decision_id, **said}))
    except HubError as error:
        trouble = error.detail
    return page(
        request, "undoing.html", caller, **headed(caller, seen.document, seen.entity_type, Then(), "history"),
        decision=decision, rehearsal=rehearsal, trouble=trouble, reason=reason, twin=twin(golden_id, "history"),
        dry_run=DryRun(f"/v1/decisions/{quote(decision_id, safe='')}:undo", said),
    )  # fmt: skip


@router.post("/entity/{golden_id}/undo/{decision_id}")
def undo(caller: Deciding, golden_id: str, decision_id: str, sent: Sent) -> Response:
    """Take a decision back."""
    caller.ensure(entity_type=golden.entity_type_of(caller.hub, golden_id)[0])
    caller.ensure(entity_type=decided_type(caller.hub, decision_id))
    intent = Intent("undo", {"decision_id": decision_id, "reason": sent.one("reason")})
    return carried_out(caller, intent, entity(golden_id, "history"), hold=sent.hold)


def _decision(caller: Caller, golden_id: str, decision_id: str) -> dict[str, Any]:
    caller.ensure(entity_type=decided_type(caller.hub, decision_id))
    decided: list[dict[str, Any]] = golden.history(caller.hub, golden_id)["decisions"]
    found = next((one for one in decided if one["decision_id"] == decision_id), None)
    if found is None:
        raise NotFound(f"{decision_id} is not about {golden_id}")
    return found


def _ensure_settable(caller: Caller, entity_type: EntityType, attribute: str) -> None:
    if attribute not in entity_type.attributes:
        raise NotFound(f"a {entity_type.entity_type} has no attribute {attribute!r}")
    ensure_sees(caller.principal, entity_type, [attribute])


def _intent(caller: Caller, seen: Look, attribute: str, fields: dict[str, str]) -> Intent:
    golden_id = seen.document["golden_id"]
    wanted = Wanted(
        golden_id, attribute, _value(caller, seen, attribute, fields), fields["until"] or None,
        until_source_changes=bool(fields["until_source_changes"]),
    )  # fmt: skip
    # Another value that a person has set is in plain sight on the page of the form, and this takes its place.
    return Intent("override", {**asdict(wanted), "reason": fields["reason"] or "rehearsed", "supersede": True})


def _dry_run(intent: Intent) -> DryRun:
    said = {name: intent.parts[name] for name in ("value", "until", "until_source_changes", "reason", "supersede")}
    return DryRun(twin(intent.parts["golden_id"], f"overrides/{intent.parts['attribute']}"), said, "PUT")


def _value(caller: Caller, seen: Look, attribute: str, fields: dict[str, str]) -> Any:
    take, written = fields["take"], fields["value"].strip()
    if take == NOTHING:
        return None
    if take != OTHER:
        try:
            key = Key.parse(take)
        except ValueError as error:
            raise InvalidInput(str(error)) from error
        return contributed(caller.hub, seen.document["golden_id"], attribute, key)
    if not written:
        raise InvalidInput("say which other value, or choose one of a record")
    if seen.entity_type.survivorship.keeps_all(attribute) and not written.startswith("["):
        return [line.strip() for line in written.splitlines() if line.strip()]
    if written.startswith(("{", "[")):
        try:
            return json.loads(written)
        except ValueError as error:
            raise InvalidInput(f"that is no JSON: {error}") from error
    return written


def _example(seen: Look, attribute: str) -> str:
    """The value that stands, as it would be written into the field."""
    value = seen.document["attributes"].get(attribute)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join(value)
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False, indent=1)
