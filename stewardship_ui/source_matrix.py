"""The sources matrix: what every record says of every attribute, which value won and why the others did not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from mdm.api.caller import Caller
from mdm.auth import MAY
from mdm.services.stewarding import proposals
from stewardship_ui.golden_record import AGREES, At, Look, Reading, headed, look
from stewardship_ui.moments import Then, twin
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page
from stewardship_ui.value_lineage import told

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one record says of an attribute: `state` is `wins`, `agrees` or `lost`."""

    value: Any
    state: str
    because: str
    trust: int | None
    flips: list[str]
    held_back: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute: what is golden, who set it if a person did, and a cell for each record, None where it is mute."""

    attribute: str
    label: str | None
    value: Any
    masked: bool
    strategy: str
    pinned: Document | None
    cells: list[Cell | None]
    overridable: bool
    leads_to: Document | None


@router.get("/entity/{golden_id}/sources")
def matrix(request: Request, caller: Reading, golden_id: str, at: At, held: str = "") -> Response:
    """Show every contribution; `held` is a proposal that was just made here and is not in force yet."""
    seen = look(caller, golden_id, at, flips=True)
    records = [f"{one['source']}:{one['source_id']}" for one in seen.document["crosswalk"]]
    targets = {(one["attribute"], key["target"]): one for one in seen.found.refers_to for key in one["keys"]}
    rows = [_row(seen, name, records, targets) for name in _names(seen)]
    return page(
        request, "source_matrix.html", caller, **headed(caller, seen.document, seen.entity_type, at, "sources"),
        rows=rows, records=records, made=waiting(caller, held, golden_id),
        pin=f"/entity/{quote(golden_id, safe='')}/pin",
        twin=twin(golden_id, "lineage", at.query if at.as_of else Then(on=at.on).with_(flips="true")),
    )  # fmt: skip


def waiting(caller: Caller, proposal_id: str, golden_id: str) -> Document | None:
    """The proposal about this golden record that an address names; nothing of any other."""
    if not proposals.is_proposal_id(proposal_id) or "read tasks" not in MAY[caller.principal.role]:
        return None
    found = proposals.get(caller.hub, proposal_id)
    return found if golden_id in found["golden_ids"] or golden_id in found["redirects"] else None


def _names(seen: Look) -> Iterator[str]:
    held = seen.document["lineage"].keys() | seen.document["attributes"].keys()
    yield from (name for name in seen.entity_type.attributes if name in held and name not in seen.entity_type.lines)
    yield from sorted(held - seen.entity_type.attributes.keys())


def _row(seen: Look, name: str, records: list[str], targets: Mapping[tuple[str, str], Document]) -> Row:
    entry = seen.document["lineage"].get(name, {"losers": []})
    winners = [entry["winner"]] if "winner" in entry else list(entry.get("winners", ()))
    masked = name in seen.document.get("masked", ())
    cells: dict[str, Cell] = {}
    for place, wins in [*((one, True) for one in winners), *((one, False) for one in entry["losers"])]:
        if "source" in place:
            cells.setdefault(f"{place['source']}:{place['source_id']}", _cell(told(seen, name, place), wins=wins))
    attribute = seen.entity_type.attributes.get(name)
    return Row(
        name, attribute.label if attribute else None, seen.document["attributes"].get(name), masked,
        str(entry.get("strategy", "")).replace("_", " "), next((one for one in winners if "decision_id" in one), None),
        [cells.get(record) for record in records],
        attribute is not None and name not in seen.entity_type.dated
        and not masked,
        targets.get((name, str(seen.document["attributes"].get(name)))),
    )  # fmt: skip


def _cell(place: Document, *, wins: bool) -> Cell:
    because = str(place.get("because", ""))
    state = "wins" if wins else "agrees" if because == AGREES else "lost"
    return Cell(
        place.get("value"), state, because.replace("_", " "), place["trust"],
        [one["words"] for one in place["flips"]], "value" not in place,
    )  # fmt: skip
