"""Questions of requests that are served at the same moment, answered from one read.

With SQLite the read takes microseconds and is made at once: handing it to a thread and back would take longer. With
PostgreSQL it waits for a server, so a thread of its own does that, and what is asked meanwhile goes into the next.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from mdm.services.hub import Hub
from mdm.services.reading import reading_together
from mdm.services.reading.reading_together import Question, Reading


class Gathering:
    """Gathers questions within one turn of the event loop."""

    def __init__(self, hub: Hub) -> None:
        """Read from this hub."""
        self.hub = hub
        self._waiting: list[tuple[Question, asyncio.Future[Reading]]] = []
        self._reading = False
        self._thread = ThreadPoolExecutor(1, "reading-together")

    async def ask(self, question: Question) -> Reading:
        """What holds now; also tells what others asked at the same moment."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Reading] = loop.create_future()
        self._waiting.append((question, told))
        if not self._reading:
            self._reading = True
            loop.call_soon(self._read, loop)
        return await told

    def close(self) -> None:
        """Give the thread back."""
        self._thread.shutdown()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        asked, self._waiting = self._waiting, []
        read = partial(reading_together.read, self.hub, [question for question, _ in asked])
        done: asyncio.Future[Reading] = (
            loop.run_in_executor(self._thread, read)
            if self.hub.database.postgresql
            else loop.create_task(_at_once(read))
        )
        done.add_done_callback(partial(self._tell, loop, asked))

    def _tell(
        self,
        loop: asyncio.AbstractEventLoop,
        asked: list[tuple[Question, "asyncio.Future[Reading]"]],
        done: "asyncio.Future[Reading]",
    ) -> None:
        self._reading = bool(self._waiting)
        if self._reading:
            loop.call_soon(self._read, loop)
        error = done.exception()
        for _, told in asked:
            if told.done():  # nobody waits for it any longer
                continue
            if error is None:
                told.set_result(done.result())
            else:
                told.set_exception(error)


async def _at_once(read: Callable[[], Reading]) -> Reading:
    """The same without a thread; a task keeps what went wrong for whoever asked."""
    return read()
