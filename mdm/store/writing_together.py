"""Small pieces of writing of several threads, done in one transaction: whoever waits is taken along by the next.

A commit waits for the disk and, on PostgreSQL, for the lock of the log: what came meanwhile pays for one together.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

Writer = TypeVar("Writer")
Result = TypeVar("Result")


class _Piece(Generic[Writer]):
    """What one thread waits for: its result, or why there is none."""

    __slots__ = ("done", "error", "result", "work")

    def __init__(self, work: Callable[[Writer], Any]) -> None:
        self.work, self.done = work, False
        self.result: Any = None
        self.error: BaseException | None = None


class WritingTogether(Generic[Writer]):
    """Gathers pieces of writing; one thread after the other does all that has come by then."""

    def __init__(self, write: Callable[[], AbstractContextManager[Writer]]) -> None:
        """Write in transactions of this kind."""
        self._write = write
        self._waiting: deque[_Piece[Writer]] = deque()
        self._turn = threading.Lock()

    def do(self, work: Callable[[Writer], Result]) -> Result:
        """Do a piece of writing, durable once this returns; one that fails takes nothing of the others back."""
        mine = _Piece(work)
        self._waiting.append(mine)
        with self._turn:
            if not mine.done:
                self._do_all()
        if mine.error is not None:
            raise mine.error
        return mine.result  # type: ignore[no-any-return]

    def _do_all(self) -> None:
        some = [self._waiting.popleft() for _ in range(len(self._waiting))]
        while some and (broken := self._done_in_one(some)) is not None:
            some.remove(broken)

    def _done_in_one(self, some: list[_Piece[Writer]]) -> _Piece[Writer] | None:
        """Do pieces in one transaction; gives the one that broke off, and then nothing of the others was written."""
        doing: _Piece[Writer] | None = None
        try:
            with self._write() as writer:
                for doing in some:
                    doing.result = doing.work(writer)
                doing = None
        except BaseException as error:  # noqa: BLE001  it goes to the thread whose it is
            for one in some if doing is None else [doing]:
                one.error, one.done = error, True
            return doing
        for one in some:
            one.done = True
        return None
