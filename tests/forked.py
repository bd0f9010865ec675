"""Processes for tests to kill: forked from one that has loaded all of the hub, so that each is at work at once.

What forks holds no connection, and one that is forked shares nothing with another, nor with the test.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from multiprocessing.context import ForkServerProcess

from mdm.cli.app import main

LOADED = [
    "mdm.cli.app", "mdm.worker", "stewardship_ui.app", "psycopg", "uvicorn.loops.auto", "uvicorn.protocols.http.auto",
    "tests.conftest",
]  # fmt: skip
if gone := [name for name in LOADED if find_spec(name) is None]:
    raise ModuleNotFoundError(f"{', '.join(gone)} is to be loaded before forking, which passes over what is not there")
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(LOADED)


@contextmanager
def forked(work: Callable[..., object], *arguments: object) -> Iterator[ForkServerProcess]:
    """Do something in a process of its own, which is killed at the end of the block if it is still there."""
    process = FORKING.Process(target=_alone, args=(work, arguments))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def mdm(url: str, *arguments: str) -> None:
    """Run a command of the program on a hub."""
    os.environ["MDM_DATABASE_URL"] = url
    main(arguments)


def _alone(work: Callable[..., object], arguments: tuple[object, ...]) -> None:
    os.setsid()  # what the test's own group is told, as by Ctrl-C, is not for it
    for said in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), said)
    work(*arguments)
