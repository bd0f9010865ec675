"""Rules: the entity types in force, what they were, and releasing a new version of one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.bodies import RollbackBody, RulesBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import DryRun, TypeName
from mdm.services.rulebook import rules, rules_diff, rules_release
from mdm.services.rulebook.rules_release import Release

router = APIRouter(prefix="/v1", tags=["rules"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read rules"))]
Applying = Annotated[Caller, Depends(Requires("apply rules"))]
Version = Annotated[str | None, Query(max_length=64, description="A rules version; left out, the one in force.")]
Examples = Annotated[int, Query(alias="limit", ge=0, le=10_000, description="The most examples of each sort.")]
FILE = "document"
ENTRY = {
    "entity_type": "customer", "label": "Customer", "id_prefix": "cus", "version": "9c1d4a5e6f708192",
    "attributes": ["name", "tax_id"],
}  # fmt: skip
APPLIED = {
    "seq": 4720, "version": "9c1d4a5e6f708192", "action": "apply", "actor": "key:5f0c",
    "recorded_at": "2026-03-01T09:30:00.000000Z", "in_force": True,
}  # fmt: skip
DIFFERENCE = {
    "section": "match.thresholds", "change": "changed", "name": "match", "before": 0.99, "after": 0.95,
}  # fmt: skip
VERDICTS = {
    "pairs": 40, "agree": 36, "undecided": 3, "contradicted": 1, "newly_contradicted": 1, "contradicted_before": 0,
    "items": [{
        "left": "crm:customer:0015g", "right": "erp:customer:4711", "verdict": "distinct", "newly": True,
        "before": {"outcome": "review", "match_probability": 0.97, "candidate": True},
        "after": {"outcome": "match", "match_probability": 0.97, "candidate": True},
    }],
}  # fmt: skip
NONE = {"count": 0, "items": list[object]()}
REPORT = {
    **ENTRY, "version_before": "41d0c7a2b9e3f586", "dry_run": False, "seq": 4720, "differences": [DIFFERENCE],
    "warnings": [], "verdicts": VERDICTS, "golden_records": {"before": 812, "after": 811},
    "merges": {"count": 1, "items": [{
        "golden_id": "cus_000002a", "from": ["cus_000002a", "cus_0000041"], "records": 2,
        "keys": ["crm:customer:0015g", "erp:customer:4711"],
    }]},
    "splits": NONE,
    "ids": {
        "redirected": {"count": 1, "items": [{"golden_id": "cus_0000041", "current_id": "cus_000002a"}]},
        "split": NONE, "retired": NONE, "activated": NONE,
    },
    "values": {"golden_records": 1, "attributes": {"phone": {"gained": 1, "lost": 0, "changed": 0}}, "items": [
        {"golden_id": "cus_000002a", "changes": {"phone": {"before": None, "after": ["+49 89 1234567"]}}}
    ]},
    "tasks": {
        "before": 9, "after": 8, "opened": 0, "closed": 1,
        "kinds": {"review": {"before": 9, "after": 8, "opened": 0, "closed": 1}}, "items": [],
    },
    "elsewhere": {"rate_card": 2},
}  # fmt: skip


@router.get("/rules", summary="List the entity types in force", **described({"items": [ENTRY], "next": None}))
def listed(caller: Reading) -> Response:
    """Each with the version of its rules."""
    items = [rules.entry(entity_type) for entity_type in caller.hub.entity_types().values()]
    return answer({"items": items, "next": None})


@router.get(
    "/rules/{entity_type}", summary="Read a rules document",
    **described({**ENTRY, "document": "entity_type: customer\n..."}, 404),
)  # fmt: skip
def one(caller: Reading, entity_type: TypeName, version: Version = None) -> Response:
    """The YAML text as it was applied."""
    found, document = rules.show(caller.hub, entity_type, version=version)
    return answer({**rules.entry(found), "document": document})


@router.get(
    "/rules/{entity_type}/versions", summary="List the versions of an entity type's rules",
    **described({"items": [APPLIED], "next": None}, 404),
)  # fmt: skip
def versions(caller: Reading, entity_type: TypeName) -> Response:
    """Every time that one was put in force, oldest first: by whom and when, and which was rolled back."""
    return answer({"items": rules.history(caller.hub, entity_type), "next": None})


@router.get(
    "/rules/{entity_type}/diff", summary="Compare two versions of an entity type's rules",
    **described({"entity_type": "customer", "version_before": "41d0c7a2b9e3f586", "version": "9c1d4a5e6f708192",
                 "differences": [DIFFERENCE]}, 404),
)  # fmt: skip
def diff(
    caller: Reading, entity_type: TypeName, earlier: Annotated[str, Query(alias="from", max_length=64)],
    later: Annotated[str | None, Query(alias="to", max_length=64, description="Left out, the one in force.")] = None,
) -> Response:  # fmt: skip
    """By what they mean: layout, comments and order do not count."""
    before, _ = rules.show(caller.hub, entity_type, version=earlier)
    after, _ = rules.show(caller.hub, entity_type, version=later)
    return answer({
        "entity_type": entity_type, "version_before": before.version, "version": after.version,
        "differences": [found.json() for found in rules_diff.differences(before, after)],
    })  # fmt: skip


@router.post(
    "/rules:check", summary="Check a rules document",
    **described(
        {"entity_type": "customer", "version": "9c1d4a5e", "warnings": [], "verdicts": VERDICTS}, 409, 413, 415
    ),
)  # fmt: skip
def check(caller: Applying, body: RulesBody, limit: Examples = 100) -> Response:
    """Without applying it: what it names that is not there, and how it stands against the verdicts of stewards."""
    found = rules.check(body.document, file=FILE)
    caller.ensure(entity_type=found.entity_type)
    told = rules_release.check(caller.hub, body.document, file=FILE, limit=limit)
    return answer({"entity_type": found.entity_type, "version": found.version, **told})


@router.post(
    "/rules:simulate", summary="Tell what a rules document would do",
    **described({**REPORT, "dry_run": True, "seq": None}, 409, 413, 415),
)  # fmt: skip
def simulate(caller: Applying, body: RulesBody, limit: Examples = 100) -> Response:
    """Exactly the report of applying it, worked out on a copy of the hub; nothing is written, and nobody waits."""
    return _released(caller, Release(body.document, FILE), limit=limit, dry_run=True)


@router.post(
    "/rules:apply", summary="Install or replace an entity type",
    **described(REPORT, 409, 413, 415),
)  # fmt: skip
def apply(caller: Applying, body: RulesBody, limit: Examples = 100, *, dry_run: DryRun = False) -> Response:
    """Take the YAML document and resolve its records under the new rules, in one flip; the answer tells what that did.

    `warnings` name what is not there yet, such as a code list. A dry run is `/v1/rules:simulate`.
    """
    return _released(caller, Release(body.document, FILE), limit=limit, dry_run=dry_run)


@router.post(
    "/rules:rollback", summary="Put an earlier version in force again",
    **described(REPORT, 404, 409, 415),
)  # fmt: skip
def rollback(caller: Applying, body: RollbackBody, limit: Examples = 100, *, dry_run: DryRun = False) -> Response:
    """The version named, or the one before: without later facts, everything is as it was under it."""
    caller.ensure(entity_type=body.entity_type)
    release = rules_release.going_back(caller.hub, body.entity_type, body.version)
    return _released(caller, release, limit=limit, dry_run=dry_run)


def _released(caller: Caller, release: Release, *, limit: int, dry_run: bool) -> Response:
    found = rules.check(release.document, file=release.file)
    caller.ensure(entity_type=found.entity_type)
    carry_out = rules_release.simulate if dry_run else rules_release.apply
    return answer({**rules.entry(found), **carry_out(caller.hub, release, author=caller.author(), limit=limit)})
