"""Code lists: read, installed, and what each source means by its values."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.bodies import CodeListBody, MapBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.services.rulebook import code_lists

router = APIRouter(prefix="/v1", tags=["code lists"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read code lists"))]
Mapping = Annotated[Caller, Depends(Requires("map codes"))]
Applying = Annotated[Caller, Depends(Requires("apply code lists"))]
ListName = Annotated[str, Path(description="The code list.", examples=["roles"], max_length=100)]
ENTRY = {"code_list": "roles", "label": "Roles", "codes": 17, "mappings": 1}
EXAMPLE = {
    "code_list": "roles", "label": "Roles",
    "codes": {"senior_consultant": {"label": "Senior consultant", "aliases": ["Sr Consultant"]}},
    "mappings": [{"source": "psa", "value": "Sr. Cons. II", "code": "senior_consultant", "seq": 4711}],
}  # fmt: skip
MAPPED = {"code_list": "roles", "source": "psa", "changed": 1, "decision_id": "dec_4711", "seq": 4711}
APPLIED = {"code_list": "roles", "source": None, "changed": 17, "decision_id": None, "seq": 4710}


@router.get("/code-lists", summary="List the code lists", **described({"items": [ENTRY], "next": None}))
def listed(caller: Reading) -> Response:
    """Each with how many codes and mappings it has."""
    return answer({"items": code_lists.listed(caller.hub), "next": None})


@router.get("/code-lists/{code_list}", summary="Read a code list", **described(EXAMPLE, 404))
def one(caller: Reading, code_list: ListName) -> Response:
    """Its codes with their other spellings, and what each source means by its values."""
    return answer(code_lists.get(caller.hub, code_list))


@router.post(
    "/code-lists:apply",
    summary="Install or replace a code list",
    **described(APPLIED, 404, 413, 415),
)
def apply(caller: Applying, body: CodeListBody) -> Response:
    """Take the YAML of a list or of a mapping; records whose values have another code now are resolved again."""
    return answer(code_lists.apply(caller.hub, body.document, file="document", author=caller.author()).document)


@router.post(
    "/code-lists/{code_list}:map",
    summary="Say which codes a source means by its values",
    **described(MAPPED, 404, 413, 415),
)
def map_(caller: Mapping, code_list: ListName, body: MapBody) -> Response:
    """Every record that holds one of the values follows at once, in all entity types; null takes a mapping away."""
    return answer(
        code_lists.change(
            caller.hub, code_list, body.source, body.map, reason=body.reason, author=caller.author()
        ).document
    )
