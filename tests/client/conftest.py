"""A live server on the loopback interface, and both clients behind one face."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import stamina

from mdm.client import AsyncHub
from mdm.client import Hub as BlockingHub
from mdm.services.access import keys
from mdm.services.hub import Hub
from stewardship_ui.app import create_app
from tests.conftest import AUTHOR
from tests.serving import free_port, serving


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
        self.hub, self.port = hub, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.connected: list[Any] = []

    def key(self, role: str, **narrowed: str) -> str:
        return str(keys.create(self.hub, role=role, author=AUTHOR, **narrowed)["key"])

    def serving(self) -> AbstractContextManager[None]:
        return serving(create_app(self.hub.settings), self.port)


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
