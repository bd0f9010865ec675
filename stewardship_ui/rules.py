"""Rules: the documents in force, read in words and as YAML, their versions, and what differs between two of them."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.services.rulebook import rules, rules_diff
from mdm.settings import now
from stewardship_ui import rules_wording
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read rules"))]
Version = Annotated[str, Query(max_length=64)]


@router.get("/rules")
def listed(request: Request, caller: Reading) -> Response:
    """List the documents in force."""
    types = caller.hub.entity_types()
    applied = rules.histories(caller.hub, types)
    items = [{"entity_type": one, "applied": applied[name]} for name, one in types.items()]
    return page(request, "rules.html", caller, items=items, now=now(), twin="/v1/rules")


@router.get("/rules/{entity_type}")
def one(
    request: Request, caller: Reading, entity_type: str, *, version: Version = "", view: Annotated[str, Query()] = ""
) -> Response:  # fmt: skip
    """Show a document in words, or as it is written."""
    found, document = rules.show(caller.hub, entity_type, version=version or None)
    asked = f"?version={quote(version, safe='')}" if version else ""
    told: dict[str, Any] = {
        "attributes": rules_wording.attributes(found), "matching": rules_wording.matching(found),
        "needs": {name: rules_wording.needs(process, found) for name, process in found.readiness.items()},
        "approval": rules_wording.approval(found),
    }  # fmt: skip
    return page(
        request, "rules_yaml.html" if view == "yaml" else "rules_document.html", caller, **told, document=document,
        **_head(caller, entity_type, version, "yaml" if view == "yaml" else "words"), found=found,
        twin=f"/v1/rules/{quote(entity_type, safe='')}{asked}",
    )  # fmt: skip


@router.get("/rules/{entity_type}/versions")
def versions(request: Request, caller: Reading, entity_type: str) -> Response:
    """Show every time that a document was put in force, by whom and when."""
    return page(
        request, "rules_versions.html", caller, **_head(caller, entity_type, "", "versions"),
        twin=f"/v1/rules/{quote(entity_type, safe='')}/versions",
    )  # fmt: skip


@router.get("/rules/{entity_type}/diff")
def diff(
    request: Request, caller: Reading, entity_type: str, *, earlier: Annotated[str, Query(alias="from", max_length=64)],
    later: Annotated[str, Query(alias="to", max_length=64)] = "",
) -> Response:  # fmt: skip
    """Show what two versions say differently: by what they mean, and line by line."""
    before, was = rules.show(caller.hub, entity_type, version=earlier)
    after, is_ = rules.show(caller.hub, entity_type, version=later or None)
    asked = f"?from={quote(earlier, safe='')}" + (f"&to={quote(later, safe='')}" if later else "")
    lines = rules_diff.text_diff(was, is_, names=(before.version, after.version)).splitlines()[2:]
    return page(
        request, "rules_diff.html", caller, **_head(caller, entity_type, "", "versions"), before=before.version,
        after=after.version, differences=sections(rules_diff.differences(before, after)), lines=lines,
        twin=f"/v1/rules/{quote(entity_type, safe='')}/diff{asked}",
    )  # fmt: skip


def sections(found: list[rules_diff.Difference]) -> list[dict[str, Any]]:
    """Differences as rows with the heading of their section, in words."""
    return [
        {
            "section": rules_wording.SECTIONS.get(one.section) or one.section.replace("_", " ").capitalize(),
            "change": one.change, "name": one.name, "before": rules_wording.said(one.before),
            "after": rules_wording.said(one.after),
        }
        for one in found
    ]  # fmt: skip


def _head(caller: Caller, name: str, version: str, tab: str) -> dict[str, Any]:
    """What stands over every page about the rules of an entity type."""
    applied = rules.history(caller.hub, name)[::-1]
    entity_type = caller.hub.entity_type(name)
    return {
        "name": name, "label": entity_type.label or name, "applied": applied, "version": version, "tab": tab,
        "shown": version or entity_type.version, "in_force": entity_type.version, "now": now(),
    }  # fmt: skip
