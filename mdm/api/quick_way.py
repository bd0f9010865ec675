"""What the quick ways in front of FastAPI share: they answer what is asked most, and pass on all the rest.

They let in by the same keys and the same policy as every route, and give the same bytes. Whatever is out of the
ordinary, a refusal above all, is left to the route itself: a session, a moment in the past, what is not found.
"""

from collections.abc import Iterable
from typing import NamedTuple

from starlette.routing import BaseRoute
from starlette.types import Message, Receive, Scope, Send

from mdm.api import caller
from mdm.api.answers import TAGGED, is_known, tag_of
from mdm.api.opening import Opened
from mdm.auth import Action, Principal, allowed
from mdm.errors import HubError
from mdm.services.access import keys
from mdm.services.reading.reading_together import Question, Reading
from mdm.settings import now

JSON = (b"content-type", b"application/json")
Headers = dict[bytes, bytes]


class Answer(NamedTuple):
    """A document as bytes, and the route that would have given the same; `tagged`: with its ETag."""

    route: BaseRoute
    content: bytes
    status: int = 200
    tagged: bool = False


class Asked(NamedTuple):
    """A request that brings a key; `body` is empty where it has none."""

    opened: Opened
    scope: Scope
    headers: Headers
    secret: str
    body: bytes

    async def read(self, *tokens: int) -> Reading | None:
        """What holds now, of these source records too; None where that cannot be read."""
        try:
            return await self.opened.gathering.ask(Question(keys.id_of(self.secret), tokens))
        except HubError:  # the route itself meets it again, and tells it
            return None

    def let_in(self, reading: Reading, action: Action, places: Iterable[tuple[str, str]] = ()) -> Principal | None:
        """Who asks, where that one may do it for these (source, entity type); the route itself tells a refusal."""
        try:
            principal = caller.let_in(self.opened, self.secret, reading, at=now())
            for source, of in places:
                allowed(principal, action, source=source, entity_type=of)
            caller.count(self.opened, principal, self.scope)
        except HubError:
            return None
        return principal


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


async def send(sending: Send, headers: Headers, answer: Answer) -> None:
    """Answer a request with these headers: with 304 where the client has the document already."""
    told, status, content = [JSON], answer.status, answer.content
    if answer.tagged:
        tag = tag_of(content)
        told += [*TAGGED, (b"etag", tag.encode())]
        if b"if-none-match" in headers and is_known(tag, headers[b"if-none-match"].decode("latin-1")):
            told, status, content = told[1:], 304, b""
    if status != 304:
        told.append((b"content-length", str(len(content)).encode()))
    await sending({"type": "http.response.start", "status": status, "headers": told})
    await sending({"type": "http.response.body", "body": content})
