"""The history of a golden record: versions, joins and partings, moves and decisions, on one line of time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from mdm.services.access import masking
from mdm.services.reading import differences, golden
from stewardship_ui.golden_record import At, Glance, Reading, glance, headed
from stewardship_ui.moments import Then, twin
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page
from stewardship_ui.source_matrix import waiting

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Side = Annotated[str, Query(max_length=64)]
Document = dict[str, Any]
BECAUSE = {
    "override_set": "a person set it", "override_ended": "what a person set no longer holds",
    "record_came": "a record came", "record_went": "a record went", "source_changed_value": "its source changed it",
    "other_record_won": "another record won", "rules_changed": "the rules changed",
    "meaning_changed": "a code list or a reference changed", "time_passed": "time passed and trust fell",
}  # fmt: skip
SIGNS = {"added": "+", "removed": "−", "changed": "≠", "winner": "="}


@dataclass(frozen=True, slots=True)
class Moment:
    """All that came to be at one position of the log: a version, joins and partings, moves, a decision."""

    position: int
    recorded_at: str | None
    version: Document | None
    changed: list[tuple[str, str, Any, Any]]
    events: list[Document]
    came: list[str]
    went: list[str]
    decisions: list[Document]


@router.get("/entity/{golden_id}/history")
def history(  # noqa: PLR0913  the state of the page
    request: Request, caller: Reading, golden_id: str, at: At, *, start: Annotated[Side, Query(alias="from")] = "",
    end: Annotated[Side, Query(alias="to")] = "", held: str = "",
) -> Response:  # fmt: skip
    """Show how a golden record came about, and the difference between two of its versions or moments."""
    seen = glance(caller, golden_id, at)
    found = masking.history(caller.principal, seen.rules, golden.history(caller.hub, golden_id, as_of=at.as_of))
    difference = None
    if start:
        told = differences.difference(caller.hub, golden_id, start, end or differences.LATEST, on=at.on)
        difference = masking.difference(caller.principal, seen.rules, told)
        for one in difference["attributes"].values():
            one["winners"] = {side: _each_once(places) for side, places in one["winners"].items()}
    asked = {"from": start, "to": end or differences.LATEST, "on": at.on or ""}
    return page(
        request, "history.html", caller, **headed(caller, seen.document, seen.entity_type, at, "history"),
        moments=_moments(found), versions=found["versions"], difference=difference, start=start, end=end,
        because=BECAUSE, signs=SIGNS, made=waiting(caller, held, golden_id), labels=_labels(seen),
        twin=twin(golden_id, "diff", f"?{urlencode({k: v for k, v in asked.items() if v})}") if start
        else twin(golden_id, "history", Then(at.as_of).query),
    )  # fmt: skip


def _each_once(places: Iterable[Document]) -> list[Document]:
    """The records and people that values came from: of several values of one record it is named once."""
    return list({tuple(map(one.get, ("source", "source_id", "decision_id"))): one for one in places}.values())


def _labels(seen: Glance) -> dict[str, str]:
    return {name: one.label for name, one in seen.entity_type.attributes.items() if one.label}


def _moments(found: Document) -> list[Moment]:
    """What happened, by position of the log, the newest first."""
    versions = found["versions"]
    before = {one["version"]: older for older, one in zip([None, *versions], versions, strict=False)}
    at: dict[int, Document] = {}

    def place(position: int, recorded_at: str | None) -> Document:
        empty: Document = {
            "recorded_at": recorded_at,
            "version": None,
            "events": [],
            "came": [],
            "went": [],
            "decisions": [],
        }
        return at.setdefault(position, empty)

    for one in versions:
        place(one["since"], one["recorded_at"])["version"] = one
    for one in found["merges"]:
        place(one["position"], one["recorded_at"])["events"].append(one)
    for one in found["moves"]:
        if one["golden_id"] == found["golden_id"]:
            place(one["since"], one["recorded_at"])["came"].append(one["key"])
            if one["until"] is not None and one["until"] in at:
                at[one["until"]]["went"].append(one["key"])
    for one in found["decisions"]:
        place(int(one["decision_id"].removeprefix("dec_")), one["recorded_at"])["decisions"].append(one)
    return [
        Moment(position, one["recorded_at"], one["version"],
               list(_changed(before.get(one["version"]["version"]), one["version"])) if one["version"] else [],
               one["events"], sorted(one["came"]), sorted(one["went"]), one["decisions"])
        for position, one in sorted(at.items(), reverse=True)
    ]  # fmt: skip


def _changed(before: Document | None, after: Document) -> Iterator[tuple[str, str, Any, Any]]:
    """(change, attribute, before, after) of what one version says otherwise than the one before."""
    was, now_ = (before or {}).get("attributes") or {}, after["attributes"] or {}
    for name in sorted({*was, *now_}):
        if was.get(name) != now_.get(name):
            change = "added" if name not in was else "removed" if name not in now_ else "changed"
            yield change, name, was.get(name), now_.get(name)
