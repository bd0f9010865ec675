"""A change of rules, tried first: what it would merge, split, change and queue, and then, on purpose, put in force."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.errors import Conflict, InvalidInput
from mdm.services import health
from mdm.services.rulebook import rules, rules_diff, rules_release
from mdm.services.rulebook.rules_release import Release
from mdm.settings import now
from stewardship_ui.addresses import address
from stewardship_ui.forms import Form, Sent
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import DryRun, page
from stewardship_ui.rules import sections

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Applying = Annotated[Caller, Depends(Requires("apply rules"))]
Name = Annotated[str, Query(alias="type", max_length=100)]
FILE = "document"


@router.get("/rules:try")
def ask(
    request: Request, caller: Applying, *, of: Name = "", version: Annotated[str, Query(max_length=64)] = ""
) -> Response:  # fmt: skip
    """Ask for a document, beginning with the one in force or another version of it."""
    document = ""
    if of:
        caller.ensure(entity_type=of)
        _, document = rules.show(caller.hub, of, version=version or None)
    twin = address(f"/v1/rules/{quote(of, safe='')}", {"version": version}) if of else "/v1/rules"
    return _trial(request, caller, document=document, of=of, twin=twin)


@router.post("/rules:try")
def simulate(request: Request, caller: Applying, sent: Sent) -> Response:
    """Work out on a copy what a document, or going back to a version, would do."""
    try:
        release = _release(caller, sent)
        report = rules_release.simulate(caller.hub, release, author=caller.author())
    except InvalidInput as error:
        faults = [f"{fault.pointer}: {fault.detail}" if fault.pointer else fault.detail for fault in error.faults]
        return _trial(
            request, caller, status=422, document=sent.given("document"), of=sent.given("type"),
            trouble=faults or [error.detail],
        )  # fmt: skip
    return _trial(
        request, caller, document=release.document, of=report["entity_type"], report=report,
        version=report["version"] if release.rolls_back else "", differences=_told(caller, release),
        dry_run=_dry_run(release, report),
    )  # fmt: skip


@router.post("/rules:apply")
def apply(caller: Applying, sent: Sent) -> Response:
    """Put in force what was tried, unless other rules have come into force since."""
    release = _release(caller, sent)
    name = rules.check(release.document, file=FILE).entity_type
    stands = caller.hub.entity_types().get(name)
    if (stands.version if stands else "") != sent.given("stood"):
        raise Conflict(f"other rules of {name} have come into force since this was tried; try it again")
    if not sent.given("agreed"):
        raise InvalidInput("say that you have read what this does, with the box above the button")
    rules_release.apply(caller.hub, release, author=caller.author())
    return Response(status_code=303, headers={"Location": f"/rules/{name}/versions"})


def _release(caller: Caller, sent: Form) -> Release:
    """What was sent: a version to go back to, or a document."""
    if version := sent.given("version"):
        caller.ensure(entity_type=sent.one("type"))
        return rules_release.going_back(caller.hub, sent.one("type"), version)
    document = sent.one("document").replace("\r\n", "\n") + "\n"
    caller.ensure(entity_type=rules.check(document, file=FILE).entity_type)
    return Release(document, FILE)


def _dry_run(release: Release, report: Mapping[str, Any]) -> DryRun:
    if release.rolls_back:
        return DryRun("/v1/rules:rollback", {name: report[name] for name in ("entity_type", "version")})
    return DryRun("/v1/rules:apply", {"document": release.document})


def _told(caller: Caller, release: Release) -> list[dict[str, Any]]:
    after = rules.check(release.document, file=FILE)
    before = caller.hub.entity_types().get(after.entity_type)
    return [] if before is None else sections(rules_diff.differences(before, after))


def _trial(request: Request, caller: Caller, *, status: int = 200, **given: Any) -> Response:
    """Beside what is given, how many records a trial has to resolve anew."""
    held = health.held(caller.hub).get(given["of"], {}).get("source_records", 0)
    usual: dict[str, Any] = {"report": None, "trouble": [], "version": "", "differences": [], "held": held}
    return page(request, "rules_trial.html", caller, status=status, now=now(), **{**usual, **given})
