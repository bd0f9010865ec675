"""Does pieces of work on all cores, each in a copy of this process that sees everything as it is now."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from mdm.errors import Unavailable

Result = TypeVar("Result")

_works: Sequence[Callable[[], Any]] = ()


def on_all_cores(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do each piece of work and give what it gives, in the order of the pieces.

    For pure work on much data, in a program without threads of its own: the copies are forks, so nothing has to be
    handed to them, and only what they give is sent back. In turn, where there is one core or no fork.

    Raises:
        Unavailable: one of the copies was killed.
    """
    count = min(len(works), cores())
    if count < 2:
        return [work() for work in works]
    with ProcessPoolExecutor(count, multiprocessing.get_context("fork"), _begin, (works,)) as executor, _told():
        return list(executor.map(_do, range(len(works))))


@contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Have a copy of this process do some work while this one does something else; gives what waits for the outcome.

    As for `on_all_cores`. Where there is one core or no fork, the work is done when its outcome is asked for.

    Raises:
        Unavailable: the copy was killed.
    """
    if cores() < 2:
        yield work
        return
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork"), _begin, ([work],)) as executor:
        doing = executor.submit(_do, 0)
        with _told():
            yield doing.result


@contextmanager
def _told() -> Iterator[None]:
    """Say in words that a copy was killed; let no copy go on when this process does not."""
    try:
        yield
    except BrokenProcessPool:
        raise Unavailable("a process that did part of the work was killed; is there too little memory?") from None
    except BaseException:  # such as Ctrl-C: nobody waits for the others any more
        for copy in multiprocessing.active_children():
            copy.kill()
        raise


def cores() -> int:
    """Say how many processes may run side by side."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin(works: Sequence[Callable[[], Any]]) -> None:
    """Note the work, in the copy; Ctrl-C is for the process that waits for it."""
    global _works  # noqa: PLW0603  each copy holds its own
    _works = works
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _do(number: int) -> Any:
    return _works[number]()
