"""Evidence: why two source records match or not, how a golden record came together, and what ties its records."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.answers import answer, described, tagged
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import AsOf, GoldenId
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.reading import between, explain, golden, how
from mdm.services.reading import cluster as clusters

router = APIRouter(prefix="/v1", tags=["golden records"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read golden records"))]
END = "A source record as source:entity_type:source_id, or a golden ID."
WHY = {
    "left": "crm:customer:0015g", "right": "erp:customer:4711", "entity_type": "customer", "outcome": "match",
    "match_weight": 14.2, "match_probability": 0.999947, "prior": -9.965,
    "comparisons": [{"attribute": "tax_id", "level": "exact", "weight": 24.165, "words": "the same number"}],
    "keys": ["tax_id=DE136695976"], "candidate": True, "blocking": [
        {"rule": "tax_id", "outcome": "shared", "words": "brings them together"},
        {"rule": "email", "outcome": "missing", "words": "no email on the left"},
    ], "rules_version": "9f2c51d0a3b7", "verdict": "same", "decisions": [{
        "decision_id": "dec_5012", "action": "verdict", "verdict": "same", "reason": "same VAT number on both invoices",
        "actor": "key:3f9a", "recorded_at": "2026-03-02T08:15:00.000000Z", "in_force": True,
        "evidence": {
            "outcome": "review", "match_weight": 3.1, "match_probability": 0.895543, "prior": -9.965,
            "comparisons": [{"attribute": "name", "level": "exact", "weight": 13.065, "words": "the same name"}],
            "rules_version": "9f2c51d0a3b7",
        },
    }],
    "flips": [{"outcome": "review", "match_weight": 3.1, "changes": [{
        "attribute": "tax_id", "level": "exact", "to": "missing", "weight": 24.165, "to_weight": 0.0,
        "words": "no value on one side"}]}],
    "in_the_way": [{"what": "verdict", "decision_id": "dec_5012",
                    "words": "a steward said same, which stands above any weight: undo dec_5012"}],
    "values": {"tax_id": ["DE136695976", "DE 136 695 976"]}, "pairs": [],
}  # fmt: skip
CLUSTER = {
    "golden_id": "cus_000002a", "entity_type": "customer", "status": "active",
    "records": [
        {"key": "crm:customer:0015g", "label": "Acme GmbH", "deleted": False, "founder": True, "ties": 1},
        {"key": "erp:customer:4711", "label": "ACME Gesellschaft mbH", "deleted": False, "founder": False, "ties": 1},
    ],
    "edges": [{
        "left": "crm:customer:0015g", "right": "erp:customer:4711", "weight": 7.2, "outcome": "match", "ruled": False,
        "tie": None, "decision_id": None, "bridge": {"left": 1, "right": 1, "light": True, "weak": False},
    }],
    "edges_left_out": 0,
    "near": [{
        "golden_id": "cus_0000041", "label": "Acme Holding AG", "left": "crm:customer:0015g",
        "right": "psa:customer:C-9", "weight": 2.9, "outcome": "review", "ruled": False, "verdict": None,
        "decision_id": None, "records": 2, "task_id": "task_0f2e4d6c8b0a19283746",
    }],
    "near_left_out": 0,
}  # fmt: skip
HOW = {
    "golden_id": "cus_000002a", "entity_type": "customer", "status": "active",
    "members": ["crm:customer:0015g", "erp:customer:4711"],
    "steps": [{
        "step": 1, "left": {"records": 1, "key": "crm:customer:0015g"},
        "right": {"records": 1, "key": "erp:customer:4711"},
        "tie": {"left": "crm:customer:0015g", "right": "erp:customer:4711", "weight": 14.2,
                "words": "tax_id: the same number (+24.2)"},
        "edges": 1,
    }],
    "weakest": 1, "hanging": [],
}  # fmt: skip


@router.get("/golden-records/{golden_id}/how", summary="How its cluster formed", **described(HOW, 404, etag=True))
def formed(request: Request, caller: Reading, golden_id: GoldenId) -> Response:
    """The steps by which the records became one, strongest tie first; `weakest` is the step that holds the least."""
    caller.entity_type(golden.entity_type_of(caller.hub, golden_id)[0])
    return tagged(request, how.how(caller.hub, golden_id))


@router.get(
    "/golden-records/{golden_id}/cluster",
    summary="Its records and what ties them",
    **described(CLUSTER, 404, etag=True),
)
def cluster(request: Request, caller: Reading, golden_id: GoldenId) -> Response:
    """The records, the edges between them, and near golden records; a `bridge` alone holds its two sides together.

    A bridge is `light` hardly above the match threshold, and `weak` where two or more living records stand on either
    side of it besides. Beside weights, `tie` tells what holds a pair:
    a `verdict`, a `crosswalk`, or a `source_merge`.
    """
    caller.entity_type(golden.entity_type_of(caller.hub, golden_id)[0])
    found = clusters.cluster(caller.hub, golden_id)
    return tagged(request, masking.cluster(caller.principal, Shown(caller.hub), found))


@router.get("/why", summary="Why two source records match or not", **described(WHY, 404))
def why(
    caller: Reading,
    left: Annotated[str, Query(description=END, max_length=1_300)],
    right: Annotated[str, Query(description=END, max_length=1_300)],
    as_of: AsOf = None,
) -> Response:
    """The evidence for a pair, matched or not: `prior` and the weights add up to `match_weight`.

    A pair that is no `candidate` is never compared; `blocking` says what would have brought it together. `decisions`
    are those about the pair, each with the `evidence` on which it was made. `flips` are the smallest changes that would
    give it another outcome: the fewest attributes at other levels, then the least change of weight; `in_the_way` is
    what would keep the two as they are all the same. With `as_of` all of it is as it was then,
    and `candidate`, which nobody kept, is null. `values` are those of both records. For a golden ID the likeliest pair
    of its records of now is told, and `pairs` lists the others.
    """
    for side, one in (("left", left), ("right", right)):
        caller.entity_type(between.type_of(caller.hub, one, side))
    asked = between.asked(caller.hub, left, right)
    found = explain.why(caller.hub, asked.left, asked.right, as_of=as_of)
    return answer({**masking.why(caller.principal, Shown(caller.hub), found), "pairs": asked.pairs})
