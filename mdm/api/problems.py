"""Every error as `application/problem+json`.

Source: RFC 9457 (problem details), RFC 6901 (JSON pointers), RFC 6750 (WWW-Authenticate of bearer keys).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mdm.entity_types import hint
from mdm.entity_types.faults import members
from mdm.errors import Fault, HubError, TooMany

MEDIA_TYPE = "application/problem+json"
UNKNOWN = "extra_forbidden"
"""What pydantic calls a member that is none."""
CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What a problem document says; the values that were sent are not repeated in it."""

    status: int
    code: str
    detail: str
    title: str | None = None
    faults: Sequence[Fault] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


def render(problem: Problem, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a problem document."""
    document: dict[str, Any] = {
        **problem.extra,
        "type": f"urn:mdm:problem:{problem.code}",
        "title": problem.title or HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "request_id": request_id,
    }
    if problem.faults:
        document["errors"] = [
            {"pointer": fault.pointer, "detail": fault.detail, "rule": fault.rule} for fault in problem.faults
        ]
    content = orjson.dumps(document, default=str)
    return Response(content, problem.status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def our_fault(request_id: str) -> Response:
    """Answer what nobody foresaw, of which the client learns nothing but where to look."""
    detail = f"something went wrong inside the hub; its log has the details under {request_id}"
    return render(Problem(500, "internal", detail), request_id)


def install(app: FastAPI) -> None:
    """Have the application render all its errors as problems."""
    app.add_exception_handler(HubError, _hub_error)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _our_fault)  # raised again once it is answered, for the log


def request_id(request: Request) -> str:
    """Read the id that this request goes by."""
    return str(request.scope.get("request_id", ""))


def faults_of(errors: Sequence[Mapping[str, Any]], body: object = None) -> list[Fault]:
    """Turn pydantic's errors into faults: `/name` within a body, `/query/name` or `/path/name` elsewhere.

    body: what type the body should be, so that a member that it has none of is told with the nearest that it has.
    """
    faults = [Fault(_pointer(error["loc"]), _words(error, body), str(error["type"])) for error in errors]
    # A misspelled member is the cause of the missing one beside it, so it is said first.
    return sorted(faults, key=lambda fault: fault.rule != UNKNOWN)


def _words(error: Mapping[str, Any], body: object) -> str:
    if error["type"] != UNKNOWN:
        return str(error["msg"])
    *inside, name = (step for place, step in enumerate(error["loc"]) if place > 0 or step != "body")
    return f"there is no member {name!r} here{hint(str(name), members(body, tuple(inside)))}"


def _pointer(location: Sequence[str | int]) -> str:
    steps = list(location)
    if steps and steps[0] == "body":
        # A syntax error is located by an offset into the text, which is no step of a pointer.
        steps = [] if len(steps) == 2 and isinstance(steps[1], int) else steps[1:]
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


async def _hub_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HubError)  # noqa: S101  registered for no other
    headers = {401: {"WWW-Authenticate": 'Bearer realm="mdm"'}, 503: {"Retry-After": "5"}}.get(error.status)
    if isinstance(error, TooMany):
        headers = {"Retry-After": str(error.retry_after)}
    told = Problem(error.status, error.code, error.detail, error.title, error.faults, error.extra)
    return render(told, request_id(request), headers)


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for no other
    body = getattr(request.scope.get("route"), "body_field", None)
    faults = faults_of(error.errors(), body and body.field_info.annotation)
    detail = "; ".join(f"{fault.pointer or 'the body'}: {fault.detail}" for fault in faults[:3])
    return render(Problem(422, "invalid_input", detail, "The input is not valid", faults), request_id(request))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for no other
    status = error.status_code
    details = {
        404: "there is nothing at this address; /docs lists what there is",
        405: "this address does not take this method; the header Allow names those it takes",
    }
    detail = details.get(status, str(error.detail))
    return render(Problem(status, CODES.get(status, "error"), detail), request_id(request), error.headers)


async def _our_fault(request: Request, _error: Exception) -> Response:
    return our_fault(request_id(request))
