"""Whatever is sent to an operation, by any role: no fault of ours, and an answer as openapi.json declares it."""

import os
from collections.abc import Callable
from functools import cache
from math import ceil
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mdm.auth import ROLES
from tests.api.conforming import conforms, document
from tests.api.test_proposing import BERLIN

RULES = """
entity_type: vault
id_prefix: vlt
attributes:
  name: {kind: text}
  tax_id: {kind: tax_id}
match: {block_on: [[name], [tax_id]], compare: [name, tax_id]}
"""


@pytest.mark.verify
def test_the_description_is_openapi():
    import openapi_spec_validator

    openapi_spec_validator.validate(document(), cls=openapi_spec_validator.OpenAPIV31SpecValidator)


@pytest.mark.parametrize("role", ROLES)
def test_ten_requests_of_each_role_to_each_operation_are_answered_as_declared(server, role):
    probed(server, role, examples=10)


@pytest.mark.verify
@pytest.mark.parametrize("role", ROLES)
def test_a_hundred_requests_of_each_role_to_each_operation_are_answered_as_declared(server, role):
    probed(server, role, examples=100)


@pytest.mark.soak
@pytest.mark.parametrize("role", ROLES)
def test_any_number_of_requests_are_answered_as_declared(server, role):
    probed(server, role, examples=100, parts=ceil(int(os.environ.get("SOAK_N", "1000")) / 100))


def probed(server: Any, role: str, *, examples: int, parts: int = 1) -> None:
    """Send so many requests of a role to each operation of a hub with something in it, over again in every part."""
    places = a_hub_with_something_in_it(server)
    send = server.as_(role, source="crm" if role == "source" else None)
    for part in range(parts):
        probe(send, places, examples=examples, part=part)
        print(f"{role}: {(part + 1) * examples} requests to each operation")  # noqa: T201  a soak says how far it is


def a_hub_with_something_in_it(server: Any) -> dict[str, str]:
    """Fill a hub, and tell what its paths may name."""
    assert server.as_("admin")("POST", "/v1/rules:apply", json={"document": RULES}).status_code == 200
    golden = server.put("crm:customer:1", name="Acme GmbH", tax_id="DE136695976")["golden_id"]
    server.put("crm:customer:2", name="Nordwind Logistik GmbH", address=BERLIN)
    server.put("erp:customer:7", name="Nordwind Logistic", address=BERLIN)
    bad = {"source": "crm", "entity_type": "customer", "source_id": "9", "attributes": {}, "version": "x"}
    server.as_("admin")("POST", "/v1/source-records:batch", json=[bad])
    tasks = server.as_("admin")("GET", "/v1/tasks").json()["items"]
    rows = server.as_("admin")("GET", "/v1/quarantine").json()["items"]
    return {
        "golden_id": golden, "source": "crm", "entity_type": "customer", "source_id": "1", "attribute": "name",
        "task_id": tasks[0]["id"], "quarantine_id": rows[0]["id"], "proposal_id": "pro_1", "decision_id": "dec_1",
        "code_list": "roles", "process": "quote_to_project",
    }  # fmt: skip


def probe(send: Callable[..., Any], places: dict[str, str], *, examples: int, part: int) -> None:
    """Send as many requests as asked for to each operation, half of them to things that are there."""
    answered = set()
    for request in requests(tuple(places.items()), examples, part):
        answer = send(**request)
        assert answer.status_code < 500, f"{request}\n{answer.text}"
        conforms(answer)
        answered.add(answer.status_code // 100)
    assert {2, 4} <= answered


@cache
def requests(places: tuple[tuple[str, str], ...], examples: int, part: int) -> list[dict[str, Any]]:
    """So many requests to each operation, others in each part.

    They are dearer to draw than to send, and so the same ones for every role.
    """
    # Dear to load, and so only where it is needed: every worker collects all tests.
    import schemathesis

    found: list[dict[str, Any]] = []
    for operation in schemathesis.openapi.from_dict(document()).get_all_operations():
        found += requests_to(operation.ok(), dict(places), examples, part)
    return found


def requests_to(operation: Any, places: dict[str, str], examples: int, part: int) -> list[dict[str, Any]]:
    from schemathesis.generation import GenerationMode

    modes = [GenerationMode.POSITIVE]
    if operation.body or list(operation.iter_parameters()):
        modes.append(GenerationMode.NEGATIVE)
    found: list[dict[str, Any]] = []

    @seed(4711 + part)
    @settings(
        max_examples=examples, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(
        request=st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes]), of_something=st.booleans()
    )
    def draw(request: Any, of_something: bool) -> None:  # noqa: FBT001
        if of_something:
            known = {name: places[name] for name in request.path_parameters if name in places}
            request.path_parameters = {**request.path_parameters, **known}
        told = request.as_transport_kwargs(base_url="http://testserver")
        assert not told.pop("cookies"), "no operation takes any"
        told["headers"] = {name: value.encode("latin-1") for name, value in told["headers"].items()}  # as on the wire
        found.append({"path": told.pop("url"), "content": told.pop("data", None), **told})

    draw()
    return found
