"""The memory of a process and all that it started, watched while they run."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

_EVERY, _RESTING = 0.2, 20
"""Seconds between two looks; and so many times as long as the last one took, which keeps them to a twentieth of one
core: to count the pages of some gigabytes takes a tenth of a second, and those who use them wait meanwhile."""


@dataclass(slots=True)
class Peak:
    """The most that was seen, in MB; 0 where there is no /proc."""

    peak: float = 0.0


@contextmanager
def together(process: int) -> Iterator[Peak]:
    """Watch the process and its children: pages that they share count once, as the kernel's PSS has it."""
    found, done = Peak(), threading.Event()

    def watch() -> None:
        rest = _EVERY
        while not done.wait(rest):
            started = perf_counter()
            found.peak = max(found.peak, sum(map(_held, _family(process))))
            rest = max(_EVERY, _RESTING * (perf_counter() - started))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def _family(process: int) -> list[int]:
    members = [process]
    for member in members:
        for path in Path(f"/proc/{member}/task").glob("*/children"):
            try:
                members += map(int, path.read_text(encoding="ascii").split())
            except OSError:  # the thread has ended meanwhile
                continue
    return members


def _held(process: int) -> float:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:  # the process has ended meanwhile
        return 0.0
    lines = (line.split() for line in text.splitlines())
    return sum(int(words[1]) for words in lines if words[0] == "Pss:") * 1024 / 1e6
