"""What stands in front of FastAPI: the quick ways for what is asked most, and all the rest is passed on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from mdm.api import look_up, look_up_rate, quick_way, take_in
from mdm.api.opening import HubAtHand
from mdm.api.quick_way import Answer, Asked, Headers

Way = Callable[[Asked], Awaitable[Answer | None]]


@dataclass(frozen=True, slots=True)
class InFront:
    """ASGI middleware."""

    app: ASGIApp
    at_hand: HubAtHand

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        opened = self.at_hand.opened
        if scope["type"] == "http" and opened is not None:
            headers = dict(scope["headers"])
            way, secret = _way(scope, headers), quick_way.secret_of(headers)
            if way is not None and secret is not None:
                message = await receive() if scope["method"] != "GET" else {}
                answer = await way(Asked(opened, scope, headers, secret, message.get("body", b"")))
                if answer is not None:
                    scope["route"] = answer.route
                    await quick_way.send(send, headers, answer)
                    return
                receive = quick_way.again(message, receive) if message else receive
        await self.app(scope, receive, send)


def _way(scope: Scope, headers: Headers) -> Way | None:
    method, path, query = scope["method"], scope["path"], scope["query_string"]
    if method == "GET":
        if path.startswith(look_up.ONE) and not query:
            return look_up.one
        return look_up_rate.one if path.startswith(look_up_rate.BEGINNING) and path.endswith(look_up_rate.END) else None
    if query or not quick_way.is_plain(headers):
        return None
    if method == "POST" and path == look_up.MANY:
        return look_up.many
    return take_in.put if method == "PUT" and path.startswith(take_in.BEGINNING) else None
