"""Answers: JSON with an ETag, and what OpenAPI says about them."""

import hashlib
from collections.abc import Collection
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from mdm.api.shapes import shape

PROBLEM = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
# The same address gives other bytes to other keys, so no shared cache may keep it.
TAGGED = [(b"cache-control", b"private, no-cache"), (b"vary", b"Authorization")]
_WORDS = {
    400: "The request cannot be read", 401: "No key, or one that is not known", 403: "The key has no right to it",
    404: "It never existed", 409: "It contradicts what is in force", 410: "It is kept no longer",
    412: "It has changed since it was read",
    413: "Too large", 415: "Not a media type this address takes", 422: "The input is not valid",
    429: "Too many requests; Retry-After says when to come back",
    503: "The database cannot be reached, or a migration is pending",
}  # fmt: skip
_ALWAYS = (400, 401, 403, 422, 429, 503)


def answer(document: object, *, status: int = 200) -> Response:
    """Answer with a document as JSON."""
    return Response(orjson.dumps(document), status, media_type="application/json")


def tagged(request: Request, document: object, *, etag: str | None = None) -> Response:
    """Answer with a document and its ETag, or 304 when the client has it already."""
    content = orjson.dumps(document)
    tag = tag_of(content) if etag is None else f'"{etag}"'
    headers = {"ETag": tag, **{name.decode(): value.decode() for name, value in TAGGED}}
    if is_known(tag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def tag_of(content: bytes) -> str:
    """The ETag, in quotes, of these bytes."""
    return f'"{_hashed(content)}"'


def is_known(tag: str, given: str) -> bool:
    """Whether the header If-None-Match names a tag."""
    return any(one.strip().removeprefix("W/") in {tag, "*"} for one in given.split(","))


def etag_of(document: object) -> str:
    """The ETag, without quotes, that a document is answered with."""
    return _hashed(orjson.dumps(document))


def _hashed(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def described(
    example: object,
    *errors: int,
    accepted: object = None,
    etag: bool = False,
    perhaps: Collection[str] = (),
    nothing: str = "",
) -> dict[str, Any]:
    """Say in OpenAPI what a route answers: an example and its shape, what 202 may say instead, and its problems.

    Members named in `perhaps` may be left out; `etag` answers 304 to a client that has the document already, and
    `nothing` says when it is 204.
    """
    shown: dict[int, Any] = {200: _shown("As asked for", example, perhaps)}
    if accepted is not None:
        shown[202] = _shown("Not yet", accepted, perhaps)
    if etag:
        shown[200]["headers"] = {"ETag": {"description": "Which document this is", "schema": {"type": "string"}}}
        shown[304] = {"description": "It is still as the client has it"}
    if nothing:
        shown[204] = {"description": nothing}
    problems = {code: problem(code) for code in sorted({*_ALWAYS, *errors})}
    return {"responses": {**shown, **problems}}


def for_every_write(method: str, responses: dict[str, Any]) -> None:
    """Add to what OpenAPI says of a write what any of them may answer, whatever its route is about."""
    # A POST with an Idempotency-Key is told when the first of its kind is still under way.
    always = {"get": (), "post": (409, 413, 415)}.get(method, (413, 415))
    for code in always:
        responses.setdefault(str(code), problem(code))


def problem(code: int) -> dict[str, Any]:
    """What OpenAPI says of one sort of refusal."""
    return {"description": _WORDS[code], **PROBLEM}


def _shown(description: str, example: object, perhaps: Collection[str]) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": shape(example, perhaps=perhaps), "example": example}},
    }
