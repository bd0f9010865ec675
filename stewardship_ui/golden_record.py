"""The golden record: what is true of one thing, who said so, how far that is trusted, and what hangs on it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.auth import MAY
from mdm.entity_types import EntityType
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.pricing.whole_record import WholeRecord, shown, whole_record
from mdm.services.reading import golden
from mdm.services.reading.value_flips import lineage_and_flips
from mdm.settings import now
from stewardship_ui import line_axis
from stewardship_ui.moments import Then, entity, then, twin
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read golden records"))]
At = Annotated[Then, Depends(then)]
Document = Mapping[str, Any]
TABS = (
    ("record", "Record"), ("sources", "Sources"), ("cluster", "Cluster"), ("relations", "Relations"),
    ("readiness", "Readiness"), ("divergence", "Disagreements"), ("history", "History"),
)  # fmt: skip
"""The pages about a golden record: the last part of the address, and its word."""
AGREES = "same value"
"""Why a value lost that says the same as the one that survived."""


@dataclass(frozen=True, slots=True)
class Said:
    """One value, the place in the lineage that it came from, and how far that is trusted."""

    value: Any
    place: Document | None
    trust: int | None
    leads_to: Document | None


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute; `masked`: it is held back, wholly or to its form."""

    attribute: str
    label: str
    said: list[Said]
    strategy: str
    agree: int
    differ: int
    masked: bool


@dataclass(frozen=True, slots=True)
class Look:
    """A golden record as its reader may see it, with the rules that it was made under."""

    rules: Shown
    entity_type: EntityType
    found: WholeRecord
    document: dict[str, Any]


def look(caller: Caller, golden_id: str, at: Then, *, flips: bool = False) -> Look:
    """Read a golden record as the reader may see it; `flips`: with what would let other values survive, if it is now.

    Raises Forbidden where its entity type is not for the reader, NotFound and InvalidInput as `whole_record` does.
    """
    rules = Shown(caller.hub)
    name, _ = golden.entity_type_of(caller.hub, golden_id, rules.now)
    caller.ensure(entity_type=name)
    found = whole_record(caller.hub, rules.now, golden_id, as_of=at.as_of, on=at.on)
    if flips and at.as_of is None:
        told = lineage_and_flips(caller.hub, golden_id, on=at.on)["lineage"]
        found = replace(found, document={**found.document, "lineage": told})
    found = shown(caller.principal, rules, found)
    return Look(rules, rules.under(name, found.document["rules_version"]), found, found.document)


@dataclass(frozen=True, slots=True)
class Glance:
    """What the head of a page about a golden record takes, and nothing of where its values came from."""

    rules: Shown
    entity_type: EntityType
    document: dict[str, Any]


def glance(caller: Caller, golden_id: str, at: Then) -> Glance:
    """Read a golden record as the reader may see it, without its lineage and what hangs on it; raises as `look`."""
    rules = Shown(caller.hub)
    name, _ = golden.entity_type_of(caller.hub, golden_id, rules.now)
    caller.ensure(entity_type=name)
    found = golden.get(caller.hub, golden_id, as_of=at.as_of, on=at.on)
    document = masking.golden(caller.principal, rules, found)
    return Glance(rules, rules.under(name, document["rules_version"]), document)


@router.get("/entity/{golden_id}")
def record(request: Request, caller: Reading, golden_id: str, at: At) -> Response:
    """Show a golden record, now or as it was known."""
    seen = look(caller, golden_id, at)
    document, entity_type, found = seen.document, seen.entity_type, seen.found
    return page(
        request, "golden_record.html", caller, **headed(caller, document, entity_type, at, "record"),
        rows=list(_rows(entity_type, document, found)), recorded_at=found.recorded_at, tasks=found.tasks,
        axes=[line_axis.axis(entity_type, one, document, found.findings, today=now()[:10])
              for one in entity_type.lines if document["attributes"].get(one)],
        held_lines=[one for one in entity_type.lines if one in document.get("masked", ())
                    and one not in document["attributes"]],
        twin=twin(golden_id, "whole", at.query),
    )  # fmt: skip


def headed(caller: Caller, document: Document, entity_type: EntityType, at: Then, tab: str) -> dict[str, Any]:
    """What the head of every page about a golden record tells."""
    golden_id, attributes = document["golden_id"], document["attributes"]
    may_decide = "decide" in MAY[caller.principal.role] and at == Then()
    return {
        "record": {"environment": None, "masked": [], "successors": [], "missing": [], **document},
        "label": attributes.get(entity_type.label_attribute), "entity_label": entity_type.label, "tabs": TABS,
        "golden_id": golden_id, "here": entity(golden_id), "at": at, "tab": tab, "now": now(),
        "may_decide": may_decide,
    }  # fmt: skip


def _rows(entity_type: EntityType, document: Document, found: WholeRecord) -> Iterator[Row]:
    """The attributes in the order of the entity type, those that have gone since last; dated lines stand apart."""
    masked, attributes = set(document.get("masked", ())), document["attributes"]
    order = [*entity_type.attributes, *sorted(attributes.keys() - entity_type.attributes.keys())]
    targets = {(one["attribute"], key["target"]): one for one in found.refers_to for key in one["keys"]}
    for name in order:
        if name in entity_type.lines or (name not in attributes and name not in masked):
            continue
        entry = document["lineage"].get(name, {})
        losers = Counter(one.get("because") == AGREES for one in entry.get("losers", ()))
        label = entity_type.attributes[name].label if name in entity_type.attributes else None
        yield Row(
            name, label or "", list(_said(name, attributes.get(name), entry, found.trust.get(name, {}), targets)),
            str(entry.get("strategy", "")).replace("_", " "), losers[True], losers[False], name in masked,
        )  # fmt: skip


def _said(
    name: str, value: Any, entry: Document, trust: Mapping[str, int], targets: Mapping[tuple[str, str], Document]
) -> Iterator[Said]:
    """Each value with its winner; where several survive, they stand in the order of their winners."""
    winners = [entry["winner"]] if "winner" in entry else list(entry.get("winners", ()))
    values = value if isinstance(value, list) and len(value) == len(winners) > 0 else [value]
    for place, one in enumerate(values):
        winner = winners[place] if place < len(winners) else None
        key = f"{winner['source']}:{winner['source_id']}" if winner and "source" in winner else ""
        yield Said(one, winner, trust.get(key), targets.get((name, str(one))))
