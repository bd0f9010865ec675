"""Tells those that follow the change feed when there is something new: one look at the database for all of them."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from starlette.concurrency import run_in_threadpool

from mdm.errors import HubError
from mdm.services.feed import changes
from mdm.services.hub import Hub

PAUSE = 0.1
"""Seconds between two looks while anybody waits."""


class FeedWatch:
    """Looks whether the feed has grown, as long as anybody waits for that."""

    def __init__(self) -> None:
        """Look at nothing yet."""
        self.stopping = False
        self._waiting: dict[asyncio.Future[None], int] = {}
        self._looking: asyncio.Task[None] | None = None

    async def wait(self, hub: Hub, *, after: int, seconds: float) -> None:
        """Wait until the feed goes beyond a position, the server stops, or so many seconds have passed."""
        if self.stopping:
            return
        grown: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[grown] = after
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(hub))
        try:
            await asyncio.wait([grown], timeout=seconds)
        finally:
            del self._waiting[grown]

    async def _look(self, hub: Hub) -> None:
        while self._waiting:
            try:
                head = await run_in_threadpool(changes.head, hub)
            except HubError:  # whoever waits asks for a page, and meets it there
                self._tell(None)
                return
            self._tell(head)
            await asyncio.sleep(PAUSE)

    def _tell(self, head: int | None) -> None:
        for grown, after in self._waiting.items():
            if not grown.done() and (head is None or head > after):
                grown.set_result(None)

    def stop(self) -> None:
        """Let all that wait go on, and nobody wait again."""
        self.stopping = True
        self._tell(None)

    @contextmanager
    def stopped_by_signals(self) -> Iterator[None]:
        """Stop when the server is told to: it waits for its connections first, and these would never end."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop, before = asyncio.get_running_loop(), dict[int, Any]()

        def stop(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.stop)
            handler = before[number]
            if callable(handler):
                handler(number, frame)

        for number in (int(signal.SIGTERM), int(signal.SIGINT)):
            before[number] = signal.signal(number, stop)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
