"""What surrounds every request: its id, the limit on its body, one log line, and no traceback to a client."""

import re
import traceback
from collections.abc import Mapping
from os import urandom
from urllib.parse import unquote_to_bytes

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mdm import tracing
from mdm.api.problems import Problem, our_fault, render

log = structlog.get_logger()
LONGEST_PATH = 16_384
FORM = b"application/x-www-form-urlencoded"
_ENCODED = re.compile(rb"[%\x00\x80-\xff]")
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    # To our own pages only; without any, browsers hide from us too where a form came from.
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"),
]
# Once a browser has reached the hub over TLS it never does so without, for a year.
STRICT = ((b"strict-transport-security", b"max-age=31536000"),)


class Envelope:
    """ASGI middleware; `limit` is the most bytes that a body may have."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["request_id"] = request_id = urandom(8).hex()
        if tracing.on():
            method = scope["method"]
            with tracing.request(method, scope["headers"], request_id=request_id) as span:
                status = await self._surround(scope, receive, send)
                tracing.answered(span, method=method, route=_route(scope), status=status)
        else:
            await self._surround(scope, receive, send)

    async def _surround(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Give the status that was answered, 0 where nothing was."""
        request_id = scope["request_id"]
        status: list[int] = []

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                status.append(message["status"])
                headers = [*message.get("headers", ()), (b"x-request-id", request_id.encode()), *HEADERS]
                headers += scope.get("rate_limit", ())
                headers += STRICT if scope["scheme"] == "https" else ()
                message["headers"] = headers
            await send(message)

        try:
            await self._pass(scope, receive, sent)
        except Exception as error:  # noqa: BLE001  the outermost border: whatever went wrong, the client gets a problem
            # The message of an exception may hold personal data, so only its type and place are logged.
            place = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-8:]]
            log.error(  # noqa: TRY400  see above
                "request failed", request_id=request_id, error=type(error).__name__, place=place
            )
            if not status:
                await our_fault(request_id)(scope, receive, sent)
        told = status[0] if status else 0
        log.info(
            "request", request_id=request_id, method=scope["method"], route=_route(scope), status=told,
            actor=scope.get("actor"),
        )  # fmt: skip
        return told

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        wrong = _wrong_address(scope)
        if wrong is not None:
            await render(Problem(400, "bad_request", wrong), scope["request_id"])(scope, receive, send)
            return
        if b"content-length" not in headers and b"transfer-encoding" not in headers:
            await self.app(scope, receive, send)
            return
        body = await self._body(headers, receive)
        if body is None:
            detail = f"the body is larger than {self.limit:,} bytes; send it in parts, or raise MDM_BODY_LIMIT"
            headers = {"Connection": "close"}
            refusal = render(Problem(413, "too_large", detail), scope["request_id"], headers)
            await refusal(scope, receive, send)
            return
        if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() == FORM:
            scope["form"] = body
        waiting = [body]

        async def replay() -> Message:
            if waiting:
                return {"type": "http.request", "body": waiting.pop(), "more_body": False}
            return await receive()

        await self.app(scope, replay, send)

    async def _body(self, headers: Mapping[bytes, bytes], receive: Receive) -> bytes | None:
        """Read the whole body; None when it is too large, which its header may say before it is read."""
        announced = headers.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self.limit:
            return None
        parts, size = [], 0
        while True:
            message = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size > self.limit:
                return None
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)


def _wrong_address(scope: Scope) -> str | None:
    raw, query = scope.get("raw_path") or b"", scope["query_string"]
    if len(raw) + len(query) > LONGEST_PATH:
        return f"the address is longer than {LONGEST_PATH:,} bytes"
    for part in (raw, query):
        if _ENCODED.search(part) is None:
            continue
        unquoted = unquote_to_bytes(part)
        if b"\x00" in unquoted:
            return "the address holds a NUL byte (%00)"
        try:
            unquoted.decode()
        except UnicodeDecodeError:
            return "the address is not UTF-8 once its percent-encoding is undone"
    return None


def _route(scope: Scope) -> str | None:
    """The route's template and never the address itself: a source id can be personal data."""
    return getattr(scope.get("route"), "path", None)
