"""A live server on the loopback interface, and both clients behind one face."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import stamina
import uvicorn

from mdm.client import AsyncHub
from mdm.client import Hub as BlockingHub
from mdm.services import keys
from mdm.services.hub import Hub
from stewardship_ui.app import create_app
from tests.conftest import AUTHOR


class Awaited:
    """An `AsyncHub` whose answers are waited for, so that the same tests run with it."""

    def __init__(self, url: str, key: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.hub = AsyncHub(url, key)

    def close(self) -> None:
        self.loop.run_until_complete(self.hub.close())
        self.loop.close()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def called(*arguments: Any, **options: Any) -> Any:
            found = getattr(self.hub, name)(*arguments, **options)
            return self.loop.run_until_complete(found) if isinstance(found, Coroutine) else self._each(found)

        return called

    def _each(self, found: AsyncIterator[Any]) -> Iterator[Any]:
        while True:
            try:
                yield self.loop.run_until_complete(anext(found))
            except StopAsyncIteration:
                return


class Live:
    """A hub that can be reached at an address, now and then."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.socket = hub, socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.socket.close()
        self.url = f"http://127.0.0.1:{self.port}"
        self.connected: list[Any] = []

    def key(self, role: str, **narrowed: str) -> str:
        return str(keys.create(self.hub, role=role, author=AUTHOR, **narrowed)["key"])

    @contextmanager
    def serving(self) -> Iterator[None]:
        config = uvicorn.Config(create_app(self.hub.settings), host="127.0.0.1", port=self.port, log_config=None)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            thread.join(0.01)
        try:
            yield
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


@pytest.fixture
def live(sqlite_hub: Hub) -> Live:
    return Live(sqlite_hub)


@pytest.fixture(params=[BlockingHub, Awaited], ids=["blocking", "awaited"])
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[[str, str], Any]]:
    """Makes a client of either sort for an address and a key; pauses between tries are left out."""
    made: list[Any] = []

    def connected(url: str, key: str) -> Any:
        made.append(request.param(url, key))
        return made[-1]

    with stamina.set_testing(True, attempts=5):
        yield connected
    for one in made:
        one.close()
