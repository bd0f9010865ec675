"""Every operation of the API, for every role, for an own and another source and entity type, and for masked values.

`matrix.txt` says who may; an operation that does not stand there fails.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mdm.api.app import describe
from mdm.auth import ROLES
from mdm.settings import Settings
from stewardship_ui.app import create_app

MATRIX = {
    operation.strip().replace("  ", " "): frozenset(roles.split())
    for operation, roles in (
        line.rsplit(": ", 1)
        for line in Path(__file__).with_name("matrix.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    )
}
PROTECTED = {" ".join(one.split()): roles for one, roles in MATRIX.items() if roles != {"everybody"}}
# One value that only some may see in each class of privacy; no word of it stands anywhere else.
EMAIL, IBAN = "quetzal@zyxwvut.example", "DE89370400440532013000"
SEES = {EMAIL: {"steward", "approver", "admin"}, IBAN: {"admin"}}
RULES = """
entity_type: vault
id_prefix: vlt
attributes:
  name: {kind: text}
  email: {kind: email, privacy: contact}
  iban: {kind: iban, privacy: financial}
match: {block_on: [[email], [name]], compare: [name, email, iban]}
ownership: {email: crm}
"""
ASKED = {
    "GET /v1/golden-records/{golden_id}/diff": "from=1", "GET /v1/golden-records:search": "q=zyxwvut",
    "GET /v1/rules/{entity_type}/diff": "from=1", "GET /v1/source-merges:suspected": "type=vault",
    "GET /v1/why": "left=crm:vault:1&right=erp:vault:1",
    "GET /v1/golden-records/{golden_id}": "include=lineage,crosswalk",
    **{f"GET /v1/{what}:export": "type=vault" for what in ("golden-records", "xref", "lineage")},
}  # fmt: skip


# In short one role that may and one that may not is asked, another for each operation.
WIDTHS = pytest.mark.parametrize(
    "every", [False, pytest.param(True, marks=pytest.mark.verify)], ids=["few roles", "every role"]
)


@pytest.fixture(scope="module")
def operations() -> set[str]:
    document = describe(create_app(Settings()))
    return {f"{method.upper()} {path}" for path, of in document["paths"].items() for method in of}


def test_every_operation_stands_in_the_matrix_and_nothing_else(operations):
    assert operations == {" ".join(one.split()) for one in MATRIX}


@pytest.fixture
def vault(server) -> Any:
    """A server with two records that differ in what is masked, in one golden record with a task beside."""
    assert server.as_("admin")("POST", "/v1/rules:apply", json={"document": RULES}).status_code == 200
    golden = server.put("crm:vault:1", name="Alder", email=EMAIL, iban=IBAN)["golden_id"]
    server.put("erp:vault:1", name="Alder", email=EMAIL, iban="GB82WEST12345698765432")
    server.put("psa:vault:1", name="Alder", email="other@else.example")
    bad = {"attributes": {"name": "Birch", "email": EMAIL, "iban": "no"}, "source": "crm", "entity_type": "vault"}
    server.as_("admin")("POST", "/v1/source-records:batch", json=[{**bad, "source_id": "9", "version": "x"}])
    tasks = server.as_("admin")("GET", "/v1/tasks").json()["items"]
    rows = server.as_("admin")("GET", "/v1/quarantine").json()["items"]
    places = {
        "golden_id": golden, "source": "crm", "entity_type": "vault", "source_id": "1", "attribute": "name",
        "task_id": tasks[0]["id"] if tasks else "x", "quarantine_id": rows[0]["id"] if rows else "x",
        "proposal_id": "pro_1", "name": "Likely", "key_id": "nothing",
        "decision_id": "dec_1", "code_list": "roles", "process": "quote_to_project",
    }  # fmt: skip
    return server, places


def address(operation: str, places: dict[str, str]) -> tuple[str, str]:
    method, path = operation.split(" ", 1)
    asked = ASKED.get(operation)
    return method, re.sub(r"\{(\w+)\}", lambda found: places[found[1]], path) + (f"?{asked}" if asked else "")


@WIDTHS
def test_a_role_may_what_the_matrix_says_and_nothing_else(vault, every):
    server, places = vault
    for number, (operation, roles) in enumerate(PROTECTED.items()):
        method, path = address(operation, places)
        # Nothing is in the body, so that nobody changes anything: who may is told what is missing.
        options = {} if method == "GET" else {"json": {}}
        lacking = [role for role in ROLES if role not in roles]
        for role in ROLES if every else (_one(number, sorted(roles)), *lacking[number % max(1, len(lacking)) :][:1]):
            answer = server.as_(role, source="crm" if role == "source" else None)(method, path, **options)
            assert answer.status_code < 500, f"{operation} {role}: {answer.text}"
            if role in roles:
                assert answer.status_code not in {401, 403}, f"{operation} {role}: {answer.text}"
            else:
                assert answer.status_code == 403, f"{operation} {role}: {answer.status_code}"


def _one(number: int, roles: list[str]) -> str:
    return roles[number % len(roles)]


def narrowed() -> Iterator[tuple[str, str]]:
    for operation in PROTECTED:
        if "{source}" in operation or "{entity_type}" in operation:
            yield operation, "entity_type"
        if "{source}" in operation and not operation.startswith("GET"):
            yield operation, "source"


def test_a_key_narrowed_to_another_source_or_entity_type_may_not(vault):
    server, places = vault
    cases = list(narrowed())
    assert len(cases) >= 10
    for operation, by in cases:
        method, path = address(operation, places)
        options = {} if method == "GET" else {"json": {}}
        other = server.as_("admin", **{by: "employee" if by == "entity_type" else "erp"})(method, path, **options)
        assert other.status_code == 403, f"{operation} {by}: {other.text}"
        own = server.as_("admin", **{by: places[by]})(method, path, **options)
        assert own.status_code != 403, f"{operation} {by}: {own.text}"


@WIDTHS
def test_no_answer_of_any_operation_tells_a_role_a_value_that_is_masked_for_it(vault, every):
    server, places = vault
    asking = {*ROLES} - {"source"} if every else {"reader", "approver"}  # a source sees its own payloads whole
    told = {value: set() for value in SEES}
    for operation, roles in PROTECTED.items():
        method, path = address(operation, places)
        if method != "GET" and operation != "POST /v1/matches:find":
            continue
        body = {"entity_type": "vault", "attributes": {"name": "Alder"}}
        for role in sorted(roles & asking):
            answer = server.as_(role)(method, path, **({} if method == "GET" else {"json": body}))
            for value, may in SEES.items():
                shown = value.lower() in answer.text.lower() or value.split("@")[-1].lower() in answer.text.lower()
                assert role in may or not shown, f"{operation} tells {role} {value}"
                if shown:
                    told[value].add(role)
    assert told == {value: may & asking for value, may in SEES.items()}, "who may see it does, somewhere"
