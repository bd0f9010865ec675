"""Rules: the entity types in force, and applying a new version of one."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.bodies import RulesBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import TypeName
from mdm.entity_types import EntityType
from mdm.services import rules

router = APIRouter(prefix="/v1", tags=["rules"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read rules"))]
Applying = Annotated[Caller, Depends(Requires("apply rules"))]
ENTRY = {"entity_type": "customer", "label": "Customer", "id_prefix": "cus", "version": "9c1d4a5e6f708192"}


@router.get("/rules", summary="List the entity types in force", **described({"items": [ENTRY], "next": None}))
def listed(caller: Reading) -> Response:
    """Each with the version of its rules."""
    items = [_entry(entity_type) for entity_type in caller.hub.entity_types().values()]
    return answer({"items": items, "next": None})


@router.get(
    "/rules/{entity_type}", summary="Read a rules document",
    **described({**ENTRY, "document": "entity_type: customer\n..."}, 404),
)  # fmt: skip
def one(caller: Reading, entity_type: TypeName) -> Response:
    """The YAML text as it was applied."""
    found = caller.hub.entity_type(entity_type)
    return answer({**_entry(found), "document": rules.show(caller.hub, entity_type)})


@router.post(
    "/rules:apply", summary="Install or replace an entity type",
    **described({**ENTRY, "warnings": []}, 409, 413, 415),
)  # fmt: skip
def apply(caller: Applying, body: RulesBody) -> Response:
    """Take the YAML document; its records are resolved again under the new rules.

    `warnings` name what is not there yet, such as a code list.
    """
    caller.ensure(entity_type=rules.check(body.document, file="document").entity_type)
    applied = rules.apply(caller.hub, body.document, file="document", author=caller.author())
    return answer({**_entry(applied), "warnings": rules.warnings(caller.hub, applied)})


def _entry(entity_type: EntityType) -> dict[str, object]:
    return {
        "entity_type": entity_type.entity_type, "label": entity_type.label or entity_type.entity_type,
        "id_prefix": entity_type.id_prefix, "version": entity_type.version,
    }  # fmt: skip
