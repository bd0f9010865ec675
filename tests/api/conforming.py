"""Whether an answer is one that openapi.json says its operation gives."""

import re
from functools import cache
from typing import Any

import jsonschema_rs

from mdm.api.app import describe
from mdm.settings import Settings
from stewardship_ui.app import create_app


@cache
def document() -> dict[str, Any]:
    return describe(create_app(Settings()))


def conforms(answer: Any) -> None:
    """Fail where an answer of the API has a status, a media type or a shape that is not declared for its operation."""
    method, path = answer.request.method, answer.request.url.raw_path.decode().partition("?")[0]
    operation = operation_at(method, path)
    if operation is None or answer.status_code in {405, 500}:
        return
    where = f"{method} {path}: {answer.status_code} {answer.text[:500]}"
    declared = operation["responses"].get(str(answer.status_code))
    assert declared is not None, f"not declared: {where}"
    content = declared.get("content", {})
    kind = answer.headers.get("content-type", "").partition(";")[0]
    assert kind in content or (not content and not answer.content), f"{kind} is not declared: {where}"
    if kind in {"application/json", "application/problem+json"}:
        judge = _judge(operation["operationId"], str(answer.status_code), kind)
        faults = [
            f"/{'/'.join(map(str, fault.instance_path))}: {fault.message}" for fault in judge.iter_errors(answer.json())
        ]
        assert faults == [], f"{faults} in {where}"


def operation_at(method: str, path: str) -> dict[str, Any] | None:
    for pattern, operations in _patterns():
        if pattern.fullmatch(path) and method.lower() in operations:
            return operations[method.lower()]
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    # What ends in a verb stands before what has a place for anything there; so it does in the routes.
    found = sorted(document()["paths"].items(), key=lambda one: (one[0].count("{"), -one[0].count(":")))
    return [(re.compile("/".join(map(_step, path.split("/")))), operations) for path, operations in found]


def _step(step: str) -> str:
    return "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", step))


@cache
def _judge(operation_id: str, status: str, kind: str) -> Any:
    (operation,) = (
        one for of in document()["paths"].values() for one in of.values() if one["operationId"] == operation_id
    )
    schema = operation["responses"][status]["content"][kind]["schema"]
    return jsonschema_rs.validator_for({**schema, "components": document()["components"]})
