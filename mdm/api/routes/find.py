"""Find golden records: those that a new record would belong to, and those that a text means."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.bodies import FindBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import TypeFilter, key
from mdm.auth import hidden
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.reading import find, search

router = APIRouter(prefix="/v1", tags=["golden records"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read golden records"))]
LookingUp = Annotated[Caller, Depends(Requires("look up"))]
FOUND = {"items": [{
    "golden_id": "cus_000002a", "outcome": "match", "match_weight": 11.204, "match_probability": 0.9996,
    "attributes": {"name": "Acme GmbH"},
    "records": [{"source": "crm", "source_id": "0015g", "match_weight": 11.204}],
    "evidence": {"outcome": "match", "match_weight": 11.204, "match_probability": 0.9996, "prior": -9.965,
                 "comparisons": [{"attribute": "name", "level": "same", "weight": 21.169, "words": "the same"}],
                 "keys": ["name.tokens=acme"], "candidate": True,
                 "blocking": [{"rule": "name.tokens", "outcome": "shared", "words": "brings them together"}]},
}], "left_out": [], "crowded": [], "rules_version": "9c1d4a5e6f708192"}  # fmt: skip

SEARCHED = {"items": [{
    "golden_id": "cus_000002a", "entity_type": "customer", "status": "active", "version": 3, "seq": 4712,
    "rules_version": "9c1d4a5e6f708192", "attributes": {"name": "Acme GmbH"},
    "crosswalk": [{"source": "crm", "source_id": "0015g"}],
    "found": {"by": "words", "attributes": ["name"], "score": 0.933},
}], "more": False}  # fmt: skip


@router.post(
    "/matches:find", summary="Which golden records a new record would belong to", **described(FOUND, 404, 413, 415)
)
def matches(caller: LookingUp, body: FindBody) -> Response:
    """Candidates with their evidence, the likeliest first, by the engine that resolves; nothing is written.

    What a key has no right to see it cannot ask for either: `left_out` names the attributes that were not compared. A
    key of role `source` may ask by all of them, as it may send them.
    """
    source = body.source or caller.principal.source or find.ANY
    of = key(source, body.entity_type, find.NOBODY, pointer="")
    entity_type = caller.entity_type(of.entity_type)
    barred = frozenset[str]() if caller.principal.role == "source" else hidden(caller.principal, entity_type)
    found = find.find(
        caller.hub, of.entity_type, body.attributes, source=of.source, limit=body.limit, without=barred
    )  # fmt: skip
    return answer(masking.found(caller.principal, Shown(caller.hub), of.entity_type, found))


@router.get("/golden-records:search", summary="Search golden records by text", **described(SEARCHED, 404))
def searched(
    caller: Reading,
    text: Annotated[str, Query(
        alias="q", description="Words, a golden ID of now or before, a source key, or an id in any source.",
        examples=["acme berlin"], min_length=1, max_length=200,
    )],
    entity_type: TypeFilter = None,
    limit: Annotated[int, Query(description="The most golden records to give.", ge=1, le=100)] = 20,
) -> Response:  # fmt: skip
    """The best first; misspelled words are understood, and what a key has no right to see is not looked at."""
    of = caller.own_type(entity_type)
    rules = Shown(caller.hub)
    barred = {name: hidden(caller.principal, one) for name, one in rules.now.items()}
    found = search.search(caller.hub, text, of=of, limit=limit, without=barred)
    items = [masking.golden(caller.principal, rules, one) for one in found["items"]]
    return answer({"items": items, "more": found["more"]})
