"""Golden records: read, listed, explained, merged, split and overridden."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from mdm.api import carrying_out
from mdm.api.answers import answer, described, etag_of, tagged
from mdm.api.bodies import MergeBody, OverrideBody, SplitBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import AsOf, AtTime, Cursor, DryRun, GoldenId, Limit, On, TypeFilter, written_key
from mdm.api.routes.decisions import DECIDED, PROPOSED, carried_out
from mdm.auth import ensure_sees
from mdm.errors import Fault, InvalidInput
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.deciding.brought import brought
from mdm.services.deciding.overrides import Wanted
from mdm.services.reading import golden
from mdm.services.reading.differences import LATEST, difference
from mdm.services.reading.value_flips import lineage_and_flips
from mdm.services.stewarding.intents import Intent

router = APIRouter(prefix="/v1", tags=["golden records"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read golden records"))]
Deciding = Annotated[Caller, Depends(Requires("decide"))]
Parts = Literal["lineage", "crosswalk"]
EXAMPLE = {
    "golden_id": "cus_000002a", "entity_type": "customer", "status": "active", "version": 3, "seq": 4712,
    "rules_version": "9c1d4a5e6f708192", "attributes": {"name": "Acme GmbH"},
    "crosswalk": [{"source": "crm", "source_id": "0015g"}, {"source": "erp", "source_id": "4711"}],
}  # fmt: skip
PLACE = {"source": "crm", "source_id": "0015g", "position": 4711, "version": 7, "event_time": None}
LINEAGE = {
    "golden_id": "cus_000002a", "entity_type": "customer", "status": "active", "version": 3, "seq": 4712,
    "rules_version": "9c1d4a5e6f708192",
    "lineage": {"name": {"winner": {**PLACE, "value": "Acme GmbH"}, "losers": [], "strategy": "most_frequent",
                         "rules_version": "9c1d4a5e6f708192", "flips": []}},
}  # fmt: skip
HISTORY = {
    "golden_id": "cus_000002a", "entity_type": "customer", "status": "active",
    "versions": [{"version": 1, "since": 4712, "until": None, "recorded_at": "2026-03-01T09:30:00.000000Z",
                  "rules_version": "9c1d4a5e6f708192", "attributes": {"name": "Acme GmbH"}}],
    "merges": [{"event": "merged", "position": 4720, "from": "cus_0000041", "to": "cus_000002a",
                "keys": ["erp:customer:4711"], "decisions": ["dec_4719"],
                "recorded_at": "2026-03-02T10:00:00.000000Z"}],
    "moves": [{"key": "crm:customer:0015g", "golden_id": "cus_000002a", "since": 4712, "until": None,
               "recorded_at": "2026-03-01T09:30:00.000000Z"}],
    "decisions": [],
}  # fmt: skip
SIDE = "A version of the ID, an ISO 8601 date or time, a log position (`@4712`), or `now`."
VERSION = {"status": "active", "version": 1, "seq": 4712, "rules_version": "9c1d4a5e6f708192",
           "recorded_at": "2026-03-01T09:30:00.000000Z"}  # fmt: skip
DIFFERENCE = {
    "golden_id": "cus_000002a", "entity_type": "customer", "from": VERSION,
    "to": {**VERSION, "version": 2, "seq": 4720, "recorded_at": "2026-03-02T10:00:00.000000Z"},
    "attributes": {"name": {
        "change": "changed", "from": "Acme", "to": "Acme GmbH",
        "winners": {"from": [{**PLACE, "value": "Acme"}],
                    "to": [{**PLACE, "source": "erp", "source_id": "4711", "value": "Acme GmbH"}]},
        "because": ["record_came"]}},
    "crosswalk": {"came": [{"source": "erp", "source_id": "4711"}], "went": []}, "merges": [], "decisions": [],
}  # fmt: skip


@router.get("/golden-records", summary="List golden records", **described({"items": [EXAMPLE], "next": None}, 404))
def listed(
    caller: Reading, when: AtTime, entity_type: TypeFilter = None, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """Active golden records, or those of then, by golden ID; go on with `cursor` set to `next` until that is null."""
    found = golden.page(
        caller.hub, entity_type=caller.own_type(entity_type), cursor=cursor, limit=limit, as_of=when.as_of, on=when.on
    )
    rules = Shown(caller.hub)
    items = [masking.golden(caller.principal, rules, one) for one in found["items"]]
    return answer({"items": items, "next": found["next"]})


@router.get("/golden-records/{golden_id}", summary="Read a golden record", **described(EXAMPLE, 404, etag=True))
def one(
    request: Request, caller: Reading, golden_id: GoldenId, when: AtTime,
    include: Annotated[str, Query(description="`lineage`, `crosswalk`, or both with a comma.", max_length=100)] = "",
    hint: Annotated[str | None, Query(description="A source key that once bore the ID.", max_length=1_300)] = None,
) -> Response:  # fmt: skip
    """Whatever has happened to the ID: `status` says, and leads on.

    `missing`, where it is there, names the required attributes for which no valid value survives.
    """
    caller.entity_type(golden.entity_type_of(caller.hub, golden_id)[0])
    found = golden.get(caller.hub, golden_id, as_of=when.as_of, on=when.on, include=_parts(include), hint=hint)
    return tagged(request, masking.golden(caller.principal, Shown(caller.hub), found))


@router.get(
    "/golden-records/{golden_id}/lineage", summary="Where each value came from", **described(LINEAGE, 404, etag=True)
)
def lineage(
    request: Request, caller: Reading, golden_id: GoldenId, when: AtTime, *,
    flips: Annotated[bool, Query(description="Also what would make each other value survive; only of now.")] = False,
) -> Response:  # fmt: skip
    """Winner and losers of every attribute, with the record, version, file and line each came from.

    With `flips`, of each attribute that has one value (of a dated one on the day `on`, or the latest that the hub has
    seen), the other values and the smallest change of each kind after which one would survive: `undo`, `valid`,
    `trust`, `event_time`, `withdraw`, `more_records`, `priority`, `group`.
    """
    caller.entity_type(golden.entity_type_of(caller.hub, golden_id)[0])
    told = lineage_and_flips if flips else golden.lineage
    found = told(caller.hub, golden_id, as_of=when.as_of, on=when.on)
    return tagged(request, masking.golden(caller.principal, Shown(caller.hub), found))


@router.get(
    "/golden-records/{golden_id}/history",
    summary="How a golden record came about",
    **described(HISTORY, 404, etag=True),
)
def history(request: Request, caller: Reading, golden_id: GoldenId, as_of: AsOf = None) -> Response:
    """Versions, merges and splits, records that came and went, and what people decided, each oldest first."""
    caller.entity_type(golden.entity_type_of(caller.hub, golden_id)[0])
    found = golden.history(caller.hub, golden_id, as_of=as_of)
    return tagged(request, masking.history(caller.principal, Shown(caller.hub), found))


@router.get(
    "/golden-records/{golden_id}/diff", summary="What changed between two versions or moments",
    **described(DIFFERENCE, 404, etag=True),
)  # fmt: skip
def diff(
    request: Request, caller: Reading, golden_id: GoldenId,
    start: Annotated[str, Query(alias="from", description=SIDE, max_length=64, examples=["3"])],
    end: Annotated[str, Query(alias="to", description=SIDE, max_length=64, examples=["now"])] = LATEST,
    on: On = None,
) -> Response:  # fmt: skip
    """Each attribute that is different, with the winners of either side and why; records that came and went.

    `merges` and `decisions` are those in between.
    """
    caller.entity_type(golden.entity_type_of(caller.hub, golden_id)[0])
    found = difference(caller.hub, golden_id, start, end, on=on)
    return tagged(request, masking.difference(caller.principal, Shown(caller.hub), found))


@router.post(
    "/golden-records:merge",
    summary="Say that golden records are one thing",
    **described(DECIDED, 404, 409, 415, accepted=PROPOSED),
)
def merge(caller: Deciding, body: MergeBody, *, dry_run: DryRun = False) -> Response:
    """The oldest ID stays, the others lead to it; 409 names the decisions it contradicts unless `supersede`."""
    for golden_id in body.golden_ids:
        caller.ensure(entity_type=golden.get(caller.hub, golden_id)["entity_type"])
    parts = {"golden_ids": body.golden_ids, "reason": body.reason, "supersede": body.supersede}
    return carried_out(caller, Intent("merge", parts), hold=body.hold, dry_run=dry_run)


@router.post(
    "/golden-records/{golden_id}:split", summary="Take source records out of a golden record",
    **described(DECIDED, 404, 409, 415, accepted=PROPOSED),
)  # fmt: skip
def split(caller: Deciding, golden_id: GoldenId, body: SplitBody, *, dry_run: DryRun = False) -> Response:
    """The records named belong together and not to the rest; the ID stays with its founding record.

    `with_what_it_brought` takes along what hangs together with the golden record only through them; a dry run lists
    that as `brought` either way.
    """
    caller.ensure(entity_type=golden.get(caller.hub, golden_id)["entity_type"])
    keys = [written_key(text, pointer=f"/keys/{index}") for index, text in enumerate(body.keys)]
    parts = {
        "golden_id": golden_id, "keys": [str(key) for key in keys], "reason": body.reason,
        "with_what_it_brought": body.with_what_it_brought, "supersede": body.supersede,
    }  # fmt: skip
    more = {"brought": [str(key) for key in brought(caller.hub, golden_id, keys)]} if dry_run else {}
    return carried_out(caller, Intent("split", parts), hold=body.hold, dry_run=dry_run, **more)


@router.put(
    "/golden-records/{golden_id}/overrides/{attribute}",
    summary="Set an attribute of a golden record",
    **described(DECIDED, 404, 409, 412, 415, accepted=PROPOSED),
)
def override(
    caller: Deciding, golden_id: GoldenId, body: OverrideBody,
    attribute: Annotated[str, Path(description="The attribute.", examples=["name"], max_length=100)],
    *, dry_run: DryRun = False,
) -> Response:  # fmt: skip
    """Its value stands above every source until it is undone, or ends; the same once more changes nothing.

    409 names the decision that has set another value, unless `supersede`; 412 when the golden record has changed.
    """
    found = golden.get(caller.hub, golden_id)
    entity_type = caller.entity_type(found["entity_type"])
    ensure_sees(caller.principal, entity_type, [attribute])
    seen = found["version"] if caller.names_etags else None  # one that is held is judged again when its time comes
    wanted = Wanted(
        golden_id, attribute, body.value, body.until, body.until_source_changes, seen,
        valid_from=body.valid_from, valid_to=body.valid_to, valid_through=body.valid_through,
    )  # fmt: skip
    parts = {**asdict(wanted), "reason": body.reason, "supersede": body.supersede}
    return carried_out(caller, Intent("override", parts), hold=body.hold, dry_run=dry_run)


@carrying_out.thing("/v1/golden-records/{golden_id}")
def tags(caller: Caller, golden_id: str) -> Iterator[str]:
    """The ETags that a golden record has as it is now: it may have been read with its lineage or without."""
    for parts in ((), ("lineage",)):
        found = golden.get(caller.hub, golden_id, include=parts)
        yield etag_of(masking.golden(caller.principal, Shown(caller.hub), found))


def _parts(include: str) -> set[str]:
    asked = {part.strip() for part in include.split(",")} - {""}
    if unknown := sorted(asked - {"lineage", "crosswalk"}):
        detail = f"include takes lineage and crosswalk, not {unknown[0]!r}"
        raise InvalidInput(detail, faults=[Fault("/query/include", detail, "include")])
    return asked
