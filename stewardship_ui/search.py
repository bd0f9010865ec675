"""Search: golden records by words, begun or misspelled ones too, and by IDs of every kind."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.caller import Caller, Requires
from mdm.auth import hidden
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.reading import search
from mdm.settings import now
from stewardship_ui.addresses import address, link
from stewardship_ui.refusals import PageRoute
from stewardship_ui.rendering import page, wants_fragment
from stewardship_ui.wording import written

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Caller, Depends(Requires("read golden records"))]
LONGEST = 200
FEW, MANY = 20, 100
VALUES = 4
"""Values of a golden record that are told beside its label."""
BY = {"id": "by its ID", "words": "every word", "likeness": "alike"}


@router.get("/search")
def found(
    request: Request, caller: Reading, *, q: Annotated[str, Query(max_length=LONGEST)] = "",
    of: Annotated[str, Query(alias="type", max_length=63)] = "", limit: int = FEW,
) -> Response:  # fmt: skip
    """List golden records that a text means, the best first; what the reader may not see is not looked at either."""
    wanted, text, most = caller.own_type(of or None), q.strip(), MANY if limit > FEW else FEW
    rules = Shown(caller.hub)
    barred = {name: hidden(caller.principal, one) for name, one in rules.now.items()}
    told: dict[str, Any] = {"items": [], "more": False}
    if text:
        told = search.search(caller.hub, text, of=wanted, limit=most, without=barred)
    items = [_item(rules, masking.golden(caller.principal, rules, one)) for one in told["items"]]
    asked = {"q": text, "type": wanted or "", "limit": most if most != FEW else ""}
    return page(
        request, "search_body.html" if wants_fragment(request) else "search.html", caller, items=items,
        more=told["more"], text=text, of=wanted or "", types=rules.now, narrowed=caller.principal.entity_type,
        by=BY, now=now(), most=most, link=link("/search", {"q": text, "type": of}),
        twin=address("/v1/golden-records:search", asked) if text else None,
    )  # fmt: skip


def _item(rules: Shown, document: dict[str, Any]) -> dict[str, Any]:
    """A golden record with its label, the values it was found by, and a few others."""
    entity_type = rules.under(document["entity_type"], document["rules_version"])
    attributes, hits = document["attributes"], document["found"]["attributes"]
    order = [*hits, *(name for name in entity_type.attributes if name not in hits)]
    shown = [
        (name, written(attributes[name]), name in hits)
        for name in order
        if name in attributes and name not in entity_type.lines and name not in entity_type.references
        and name != entity_type.label_attribute and written(attributes[name])
    ]  # fmt: skip
    label = attributes.get(entity_type.label_attribute)
    return {**document, "label": label, "shown": shown[:VALUES], "by_label": entity_type.label_attribute in hits}
