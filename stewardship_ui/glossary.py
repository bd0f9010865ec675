"""The words of the hub on a page of their own, where each help mark leads."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from mdm.api.answers import answer
from mdm.api.caller import Caller, Requires
from stewardship_ui import help_words
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("look up"))]


@router.get("/glossary")
def glossary(request: Request, caller: Reading) -> Response:
    """Show every word and what it means."""
    return page(request, "glossary.html", caller, sections=help_words.sections(), twin="/glossary.json")


@router.get("/glossary.json")
def as_json(caller: Reading) -> Response:  # noqa: ARG001  whoever may look anything up may read it
    """The same for a program: `{"sections": [{"section", "words": {word: what it means}}]}`."""
    return answer({"sections": help_words.sections()})
