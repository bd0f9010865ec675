"""Where one value of a golden record comes from: the rule that chose it, the record, file and line; and who lost."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from golden_records.rules import AttributeStrategy
from mdm.entity_types import EntityType
from mdm.errors import NotFound
from stewardship_ui.golden_record import At, Look, Reading, headed, look
from stewardship_ui.moments import Then, twin
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Document = dict[str, Any]


@router.get("/entity/{golden_id}/lineage/{attribute}")
def value(request: Request, caller: Reading, golden_id: str, attribute: str, at: At) -> Response:
    """Show why an attribute has the value it has."""
    seen = look(caller, golden_id, at, flips=True)
    entry = seen.document["lineage"].get(attribute)
    if entry is None and attribute not in seen.entity_type.attributes:
        raise NotFound(f"a {seen.entity_type.entity_type} has no attribute {attribute!r}")
    entry = entry or {"losers": [], "strategy": "", "rules_version": seen.document["rules_version"]}
    winners = [entry["winner"]] if "winner" in entry else list(entry.get("winners", ()))
    asked = at.query if at.as_of else Then(on=at.on).with_(flips="true")
    return page(
        request, "value_lineage.html", caller, **headed(caller, seen.document, seen.entity_type, at, "record"),
        attribute=attribute, entry=entry, value=seen.document["attributes"].get(attribute),
        masked=attribute in seen.document.get("masked", ()), rule=rule(seen.entity_type, attribute, entry),
        winners=[told(seen, attribute, one) for one in _once(winners)],
        losers=[told(seen, attribute, one) for one in entry["losers"]], dated=attribute in seen.entity_type.lines,
        overridable=attribute not in seen.entity_type.lines and attribute not in seen.entity_type.dated,
        pin=f"/entity/{quote(golden_id, safe='')}/pin/{quote(attribute, safe='')}",
        twin=twin(golden_id, "lineage", asked),
    )  # fmt: skip


def _once(places: list[Document]) -> list[Document]:
    """Each place once: of several values of one list, one version of a record may have brought more than one."""
    found: dict[tuple[Any, ...], Document] = {}
    for one in places:
        place = one.get("decision_id"), one.get("position"), one.get("index")
        before: Any = found.get(place, {}).get("value")
        value: Any = one.get("value")
        more = isinstance(before, list) and isinstance(value, list) and before != value
        found[place] = {**one, "value": before + value} if more else one
    return list(found.values())


def told(seen: Look, attribute: str, place: Document) -> Document:
    """A place in the lineage as pages show it: with the trust in it, and what would let it survive."""
    if "source" not in place:
        return {"trust": None, "flips": [], "key": None, **place}
    key = f"{place['source']}:{place['source_id']}"
    flips = [
        one for one in seen.document["lineage"][attribute].get("flips", ())
        if (one["source"], one["source_id"]) == (place["source"], place["source_id"])
    ]  # fmt: skip
    return {
        "file": None, "line": None, "event_time": None, "version": None, **place,
        "key": f"{place['source']}:{seen.entity_type.entity_type}:{place['source_id']}",
        "trust": seen.found.trust.get(attribute, {}).get(key), "flips": [c for one in flips for c in one["changes"]],
        "erased": "version" not in place,
    }  # fmt: skip


def rule(entity_type: EntityType, attribute: str, entry: Mapping[str, Any]) -> Document:
    """The rule that decided, in words, and those that could have decided before or after it."""
    steps = entity_type.survivorship.steps(attribute)
    decided = min(entry.get("step", 1), len(steps))
    return {
        "strategy": str(entry["strategy"]).replace("_", " "), "decided": decided, "step": entry.get("step"),
        "steps": [_step(one) for one in steps],
    }  # fmt: skip


def _step(step: AttributeStrategy) -> Document:
    trust = sorted(step.ratings.items(), key=lambda one: -one[1][0])
    return {
        "strategy": step.strategy.replace("_", " "), "sources": list(step.sources),
        "conditional": step.when is not None,
        "trust": [
            f"{source} {value}" + (f", halved every {half} days" if half else "") for source, (value, half) in trust
        ],
    }  # fmt: skip
