"""What the quick ways in front of FastAPI share: they answer what is asked most, and pass on all the rest.

They let in by the same keys and the same policy as every route, and give the same bytes. Whatever is out of the
ordinary, a refusal above all, is left to the route itself: a session, a moment in the past, what is not found.
"""

from collections.abc import Iterable

from starlette.types import Message, Receive, Scope, Send

from mdm.api import caller
from mdm.api.answers import TAGGED, is_known, tag_of
from mdm.api.opening import Opened
from mdm.auth import Action, Principal, allowed
from mdm.errors import HubError
from mdm.services.reading.reading_together import Question, Reading
from mdm.settings import now

JSON = (b"content-type", b"application/json")
Headers = dict[bytes, bytes]


def secret_of(headers: Headers) -> str | None:
    """The key that a request brings; None for a session of a browser."""
    scheme, _, secret = headers.get(b"authorization", b"").partition(b" ")
    return secret.strip().decode("latin-1") if scheme.lower() == b"bearer" else None


def is_plain(headers: Headers) -> bool:
    """Whether the body of a request is JSON, and nothing is asked of it that only the route does."""
    plain = headers.get(b"content-type", b"") == b"application/json"
    return plain and b"idempotency-key" not in headers and b"if-match" not in headers


def again(message: Message, receive: Receive) -> Receive:
    """What gives a message that was received already once more, and then what follows."""
    waiting = [message]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


async def read(opened: Opened, question: Question) -> Reading | None:
    """What holds now; None where that cannot be read."""
    try:
        return await opened.gathering.ask(question)
    except HubError:  # the route itself meets it again, and tells it
        return None


def let_in(
    opened: Opened, secret: str, reading: Reading, action: Action, places: Iterable[tuple[str, str]], scope: Scope
) -> Principal | None:
    """Who brings a key, where it may do this for these (source, entity type); a refusal is told by the route itself."""
    try:
        principal = caller.let_in(opened, secret, reading, at=now())
        for source, of in places:
            allowed(principal, action, source=source, entity_type=of)
        caller.count(opened, principal, scope)
    except HubError:
        return None
    return principal


async def send_tagged(send: Send, headers: Headers, content: bytes) -> None:
    """Answer with a document and its ETag, or 304 when the client has it already."""
    tag = tag_of(content)
    told = [*TAGGED, (b"etag", tag.encode())]
    if b"if-none-match" in headers and is_known(tag, headers[b"if-none-match"].decode("latin-1")):
        await send_as(send, 304, told, b"")
    else:
        await send_as(send, 200, [JSON, *told], content)


async def send_as(send: Send, status: int, headers: list[tuple[bytes, bytes]], content: bytes) -> None:
    """Answer with bytes."""
    length = [(b"content-length", str(len(content)).encode())] if status != 304 else []
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": content})
