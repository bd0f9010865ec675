"""Compresses long answers of the API for clients that ask for it; pages never.

A page holds the token of its session beside what others may have written, and its compressed length would tell of it.
"""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

LONG, EFFORT = 2_048, 5
COMPRESSED = ("/v1/", "/openapi.json", "/static/", "/docs/")


class Compressing:
    """ASGI middleware; short answers go as they are, and so does what is streamed event by event."""

    def __init__(self, app: ASGIApp) -> None:
        self.plain = app
        self.compressing = GZipMiddleware(app, minimum_size=LONG, compresslevel=EFFORT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        suits = scope["type"] == "http" and scope["path"].startswith(COMPRESSED)
        if suits and scope["path"].startswith("/v1/"):
            # No cache that is shared keeps these, so to who takes none it need not be said that there is another form.
            suits = any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])
        await (self.compressing if suits else self.plain)(scope, receive, send)
