"""A process of its own beside this one: what it takes to start one, and what it does first and last.

It is a fresh interpreter and no fork, since whoever starts one may have threads. Its work comes by standard input, and
its answers go out by standard output, one pickle after the other. It ends when its standard input does: when the one
who started it is done, or was killed.
"""

import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter
from subprocess import Popen
from typing import Any, cast


def command(module: str) -> tuple[str, ...]:
    """What runs `answer()` of a module in a process of its own, to be started in a group of its own.

    There it does not get the Ctrl-C that is meant for this process.
    """
    # Without -P a file such as csv.py in the working directory would be imported in place of Python's own.
    return sys.executable, "-P", "-c", f"from {module} import answer; answer()"


def environment() -> dict[str, str]:
    """The environment in which the other process finds what this one imports."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def put(to: BufferedWriter, value: object) -> None:
    """Send something to the process at the other end."""
    pickle.dump(value, to, protocol=pickle.HIGHEST_PROTOCOL)
    to.flush()


def end(process: "Popen[bytes]") -> None:
    """Let nothing be left of the other process, whether or not it is done."""
    process.kill()
    with suppress(BrokenPipeError):
        cast("BufferedWriter", process.stdin).close()


def how_it_ended(code: int) -> str:
    """In words, for who waited for its answer in vain."""
    return f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with {code}"


@contextmanager
def work() -> Iterator[tuple[Any, BufferedWriter]]:
    """In the process that was started: its work, and where its answers go."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # nobody is there to hear of it
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints does not get in between
        try:
            given = pickle.load(sys.stdin.buffer)  # noqa: S301  from the one who started this process
        except EOFError:
            os._exit(1)  # who was killed in the meantime
        threading.Thread(target=_end_with_the_other, daemon=True).start()
        yield given, out


def _end_with_the_other() -> None:
    """Wait for the end of standard input, which nobody closes before."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)
