"""Rates: which one is in force and why, and what is wrong with dated lines."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.answers import answer, described, tagged
from mdm.api.caller import MIN_SEQ, Caller, Requires
from mdm.api.json_route import JsonRoute, asked_by_name
from mdm.api.parameters import AsOf, Cursor, GoldenId, Limit, TypeFilter
from mdm.auth import Action, Principal, allowed
from mdm.services.access.shown import Shown
from mdm.services.hub import Hub
from mdm.services.pricing import line_findings, rate_masking, rates
from mdm.services.pricing.rate_question import Question
from mdm.services.reading import golden
from mdm.settings import now

router = APIRouter(prefix="/v1", tags=["rates"], route_class=JsonRoute)
ACTION: Action = "read golden records"
Reading = Annotated[Caller, Depends(Requires(ACTION))]
Document = dict[str, Any]
Kind = Literal["overlap", "gap", "conflict", "expired"]
Field = Annotated[str | None, Query(max_length=200)]
Day = Annotated[str | None, Query(description="The day that is meant; today (UTC) unless given.", max_length=10,
                                  examples=["2026-03-01"])]  # fmt: skip
_NO_FIELDS = {"of", "on", "as_of", MIN_SEQ}


async def _fields(  # noqa: PLR0913, PLR0917  not sent to another thread; the fields of the shipped entity types, so that they are described
    request: Request, role: Field = None, grade: Field = None, currency: Field = None, unit: Field = None,
    code: Field = None, country: Field = None,
) -> dict[str, str]:  # fmt: skip
    """What is asked by name; other entity types have other fields."""
    named = {"role": role, "grade": grade, "currency": currency, "unit": unit, "code": code, "country": country}
    others = {name: value for name, value in request.query_params.items() if name not in _NO_FIELDS}
    return {name: value for name, value in {**others, **named}.items() if value}


Fields = Annotated[dict[str, str], Depends(_fields)]
KEY = {"role": "manager", "grade": None, "currency": "EUR", "unit": "hour"}
DAYS = {"valid_from": "2026-01-01", "valid_to": "2026-07-01"}
SAID = {"source": "erp", "source_id": "4711", "position": 4711, "version": None, "event_time": None,
        "value": {**KEY, "role": "Mgr", "rate": "120.00", **DAYS}, "file": "erp.csv", "line": 12, "index": 0,
        "key": KEY, **DAYS}  # fmt: skip
RATE = {
    "golden_id": "cus_000002a", "entity_type": "customer", "status": "active", "of": "rate_card", "attribute": "lines",
    "asked": {"role": "manager", "currency": "EUR"}, "on": "2026-03-01", "outcome": "found", "holder": "customer",
    "card": {"golden_id": "rc_0000102", "entity_type": "rate_card", "label": "Acme 2026", "version": 3,
             "rules_version": "9c1d4a5e6f708192"},
    "rate": {"amount": "120", "unit": "hour", "key": KEY, **DAYS, "line": {**KEY, "rate": "120", **DAYS}},
    "winner": {**SAID, "amount": "120"},
    "losers": [{**SAID, "source": "psa", "source_id": "R-9", "amount": "118", "because": "less trusted"}],
    "strategy": "most_trusted",
    "path": [{"holder": "customer", "golden_id": "cus_000002a", "entity_type": "customer", "label": "Acme GmbH",
              "cards": ["rc_0000102"], "outcome": "found"}],
}  # fmt: skip
FOUND = ("holder", "card", "rate", "winner", "losers", "strategy")
"""What is told only where there is a rate."""
FINDING = {
    "golden_id": "rc_0000102", "entity_type": "rate_card", "label": "Acme 2026", "attribute": "lines",
    "kind": "conflict", "key": KEY, **DAYS, "since": 4712, "said": [
        {"source": "erp", "source_id": "4711", "fate": "wins", "amounts": {"rate": "120"}},
        {"source": "psa", "source_id": "R-9", "fate": "loses", "amounts": {"rate": "118"}},
    ],
}  # fmt: skip


@router.get(
    "/golden-records/{golden_id}/rate",
    summary="The rate in force on a day, and why",
    **described(RATE, 404, etag=True, perhaps=FOUND),
)
@asked_by_name
def rate(  # noqa: PLR0913  what can be asked for
    request: Request, caller: Reading, golden_id: GoldenId, fields: Fields, *,
    of: Annotated[str | None, Query(description="The entity type of the cards, where the fields do not say it.",
                                    max_length=100, examples=["tax_rule"])] = None,
    on: Day = None, as_of: AsOf = None,
) -> Response:  # fmt: skip
    """Of a rate card or tax rule itself, or of the nearest card of a customer, its parents, its legal entity, the firm.

    `outcome` is `found`, `none` or `several` (with the `choices` that the question leaves open); `path` says where it
    was looked for. Every field of the key of the lines may be asked by its name, and every attribute that the card must
    have. An amount is decimal text and is never converted.
    """
    question = asked(golden_id, fields, on=on, of=of)
    return tagged(request, told(caller.hub, caller.principal, question, as_of=as_of))


def asked(golden_id: str, fields: Mapping[str, str], *, on: str | None, of: str | None) -> Question:
    """A question as it was sent: about today unless a day is named."""
    return Question(golden_id, fields, on or now()[:10], of)


def told(hub: Hub, principal: Principal, question: Question, *, as_of: str | None = None) -> Document:
    """The answer to a question, as far as a principal may see it."""
    rules = Shown(hub)
    allowed(principal, ACTION, entity_type=golden.entity_type_of(hub, question.about, rules.now)[0])
    question = replace(question, barred=rate_masking.barred(principal, rules.now))
    return rate_masking.rate(principal, rules, rates.rate(hub, question, as_of=as_of, types=rules.now))


@router.get(
    "/rates:findings", summary="What is wrong with dated lines",
    **described({"items": [FINDING], "next": None, "on": "2026-03-01"}, 404),
)  # fmt: skip
def findings(  # noqa: PLR0913  what can be asked for
    caller: Reading, *,
    golden_id: Annotated[str | None, Query(description="Only of this golden record.", max_length=100,
                                           examples=["rc_0000102"])] = None,
    kind: Kind | None = None, entity_type: TypeFilter = None, source: Field = None, on: Day = None,
    cursor: Cursor = None, limit: Limit = 100, as_of: AsOf = None,
) -> Response:  # fmt: skip
    """Overlaps within one record, gaps, conflicts between systems with the amounts at odds, and lines that are over.

    By golden record and day. `expired` are lines that were over by the day `on` and that none followed at once.
    """
    rules = Shown(caller.hub)
    wanted = line_findings.Wanted(
        golden_id, kind, caller.own_type(entity_type), source, on or now()[:10], cursor, limit,
        rate_masking.barred_lines(caller.principal, rules.now),
    )  # fmt: skip
    found = line_findings.findings(caller.hub, wanted, as_of=as_of)
    return answer({**found, "items": [rate_masking.finding(caller.principal, rules, one) for one in found["items"]]})
