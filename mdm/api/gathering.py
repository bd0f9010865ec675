"""Questions of requests that are served at the same moment, answered from one read.

With PostgreSQL a read waits for a server, and what is asked meanwhile goes into the next. With SQLite it takes
microseconds and is made at once: those who ask within one turn of the event loop share it, but one who asked alone is
answered without waiting for the turn to end, and only now and then it is seen whether that is still so.
"""

import asyncio
from functools import partial

from mdm import tracing
from mdm.services.hub import Hub
from mdm.services.reading.reading_together import Question, Reading, ReadingTogether

ALONE = 15
"""Questions that are answered singly after one that nobody shared a turn with."""
MOST = 50
"""So many questions share a read: of more, some are answered here while the server works on others."""


class Gathering:
    """Gathers questions, and reads what answers them."""

    def __init__(self, hub: Hub) -> None:
        """Read from this hub."""
        self.reads = ReadingTogether(hub)
        self._waits = hub.database.postgresql
        self._singly = 0
        self._waiting: list[tuple[Question, asyncio.Future[Reading]]] = []
        self._reading = False

    async def ask(self, question: Question) -> Reading:
        """What holds now; raises Unavailable."""
        with tracing.leaf("read together"):
            if self._singly:
                self._singly -= 1
                return await self.reads.read((question,))
            loop = asyncio.get_running_loop()
            told: asyncio.Future[Reading] = loop.create_future()
            self._waiting.append((question, told))
            if not self._reading:
                self._reading = True
                loop.call_soon(self._read, loop)
            return await told

    def close(self) -> None:
        """Give the connection back."""
        self.reads.close()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        asked, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        done = loop.create_task(self.reads.read([question for question, _ in asked]))
        done.add_done_callback(partial(self._tell, loop, asked))

    def _tell(
        self,
        loop: asyncio.AbstractEventLoop,
        asked: list[tuple[Question, "asyncio.Future[Reading]"]],
        done: "asyncio.Future[Reading]",
    ) -> None:
        self._reading = bool(self._waiting)
        if self._reading:
            self._read(loop)  # the server works on these while those are answered
        elif not self._waits and len(asked) == 1:
            self._singly = ALONE
        error = done.exception()
        for _, told in asked:
            if told.done():  # nobody waits for it any longer
                continue
            if error is None:
                told.set_result(done.result())
            else:
                told.set_exception(error)
