"""Why two records match or not: the evidence as a waterfall, what is in the way, then and now, what would flip it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.entity_types import EntityType
from mdm.pages.pairs import RULED
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.reading import between, explain, lookup
from mdm.services.stewarding import tasks
from mdm.settings import now
from stewardship_ui import letters
from stewardship_ui.letters import Parts
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page
from stewardship_ui.sides import sentence
from stewardship_ui.waterfall import Step, scale_of
from stewardship_ui.wording import spoken, written

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read golden records"))]
ReadingTasks = Annotated[Caller, Depends(Requires("read tasks"))]
Side = Annotated[str, Query(max_length=1_300)]
Document = Mapping[str, Any]
OUTCOMES = {
    "match": ("match", "good", "="), "review": ("for review", "near", "≈"), "distinct": ("distinct", "against", "≠"),
}  # fmt: skip
"""The word, the tone and the sign of each outcome."""
MOST_PAIRS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the evidence: both values with their differences marked, what is said of them, and its step."""

    attribute: str
    level: str
    words: str
    left: Parts
    right: Parts
    masked: bool
    step: Step

    @property
    def sign(self) -> str:
        """Its meaning without colour."""
        if self.level in RULED:
            return "!"
        return "∅" if self.level == "missing" else "=" if self.level == "same" else "≈" if self.step.weight > 0 else "≠"


@dataclass(frozen=True, slots=True)
class Drawing:
    """The waterfall: the prior, each line, the total, and where nought and the two thresholds stand."""

    prior: Step
    lines: list[Line]
    absent: list[Line]
    total: Step
    review: float
    match: float
    zero_at: float
    review_at: float
    match_at: float


@dataclass(frozen=True, slots=True)
class Then:
    """A decision beside the evidence on which it was made: each attribute whose level or weight is another one now."""

    decision: Document
    changed: list[tuple[str, Document | None, Document | None]]


@router.get("/why")
def why(
    request: Request, caller: Reading, *, left: Side = "", right: Side = "",
    as_of: Annotated[str, Query(max_length=64)] = "",
) -> Response:  # fmt: skip
    """Explain two source records, or the likeliest pair of two golden records; without any, ask which."""
    left, right, as_of = left.strip(), right.strip(), as_of.strip()
    form: dict[str, Any] = {"left": left, "right": right, "as_of": as_of, "now": now()}
    if not (left and right):
        return page(request, "why.html", caller, found=None, **form)
    for one in (left, right):
        caller.ensure(entity_type=between.type_of(caller.hub, one))
    asked = between.asked(caller.hub, left, right)
    told = explain.why(caller.hub, asked.left, asked.right, as_of=as_of or None)
    rules = Shown(caller.hub)
    model = rules.under(told["entity_type"], told["rules_version"])
    found = masking.why(caller.principal, rules, told)
    query = urlencode({name: text for name, text in (("left", left), ("right", right), ("as_of", as_of)) if text})
    return page(
        request, "why.html", caller, found=found, drawing=_drawing(found, model), sentence=sentence(found),
        outcome=OUTCOMES[found["outcome"]], labels={name: one.label for name, one in model.attributes.items()},
        goldens=lookup.xrefs(caller.hub, [asked.left, asked.right], as_of=as_of or None),
        pairs=asked.pairs[1:MOST_PAIRS],  # the first is the one that is told
        then=[Then(one, _changed(one["evidence"], found)) for one in reversed(found["decisions"])],
        twin=f"/v1/why?{query}", **form,
    )  # fmt: skip


@router.get("/task/{task_id}/why")
def why_task(caller: ReadingTasks, task_id: str) -> Response:
    """Lead to the evidence for the two records of a task."""
    task = tasks.get(caller.hub, task_id)
    caller.ensure(entity_type=task["entity_type"])
    ends = task["records"][:2] if task["evidence"] else []
    address = f"/why?{urlencode(dict(zip(('left', 'right'), ends, strict=True)))}" if ends else f"/task/{task_id}"
    return Response(status_code=303, headers={"Location": address})


def _drawing(found: Document, model: EntityType) -> Drawing:
    """Lay the evidence out: the strongest first, rules above the weights last, and what says nothing apart."""
    comparisons = sorted(found["comparisons"], key=lambda one: (one["level"] in RULED, -abs(one["weight"])))
    told = [one for one in comparisons if one["level"] != "missing"]
    marks = model.matching.review_weight / 1000, model.matching.match_weight / 1000
    scale = scale_of(found["prior"], [one["weight"] for one in told], marks)
    lines, reached = [], found["prior"]
    for one in told:
        lines.append(_line(found, one, scale.step(reached, one["weight"])))
        reached += one["weight"]
    absent = [_line(found, one, scale.step(0, 0)) for one in comparisons if one["level"] == "missing"]
    return Drawing(
        scale.step(0, found["prior"]), lines, absent, scale.step(0, found["match_weight"]), *marks,
        scale.at(0), scale.at(marks[0]), scale.at(marks[1]),
    )  # fmt: skip


def _line(found: Document, one: Document, step: Step) -> Line:
    values = [written(value) for value in found["values"].get(one["attribute"], (None, None))]
    if one["level"] in RULED:
        values = ["", ""]
    parts: list[Parts] = [[(text, False)] if text else [] for text in values]
    if all(values) and one["level"] != "same":
        parts = list(letters.marked(*values))
    masked = one["attribute"] in found.get("masked", ())
    return Line(one["attribute"], one["level"], spoken(one["words"]), parts[0], parts[1], masked, step)


def _changed(then: Document | None, found: Document) -> list[tuple[str, Document | None, Document | None]]:
    """What is otherwise now than it was: (attribute, then, now)."""
    if then is None:
        return []
    was, is_ = _by_attribute(then["comparisons"]), _by_attribute(found["comparisons"])
    names = list(dict.fromkeys([*was, *is_]))
    return [(name[0], was.get(name), is_.get(name)) for name in names if was.get(name) != is_.get(name)]


def _by_attribute(lines: Sequence[Document]) -> dict[tuple[str, bool], Document]:
    return {(one["attribute"], one["level"] in RULED): one for one in lines}
