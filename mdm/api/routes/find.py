"""Search before create: the golden records that a new record would belong to."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.bodies import FindBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import key
from mdm.auth import hidden
from mdm.services import find, masking
from mdm.services.shown import Shown

router = APIRouter(prefix="/v1", tags=["golden records"], route_class=JsonRoute)
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
