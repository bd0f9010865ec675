"""Prepares a large file in a process of its own: one core reads it while another writes to the log.

The process is a fresh interpreter and no fork, since whoever takes a file in may have threads. It opens no database.
Its work comes by standard input, and its answers go out by standard output, one pickle after the other; a pipe holds
little, so it is never more than a chunk ahead of what was taken. It ends when its standard input does: when the one
who started it is done, or was killed.
"""

import gc
import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from io import BufferedReader, BufferedWriter
from pathlib import Path
from subprocess import PIPE, Popen
from typing import NamedTuple, cast

from mdm.errors import HubError, Unavailable
from mdm.ingest import STDIN
from mdm.ingest.reading import Found
from mdm.services.intake.prepared import Prepared
from mdm.services.intake.preparing import File, Work, prepared_chunks

LARGE = 8 << 20
"""Bytes of a file from which a process pays off: to start one takes as long as preparing 50,000 rows."""
# Without -P a file such as csv.py in the working directory would be imported in place of Python's own.
COMMAND = (sys.executable, "-P", "-c", "from mdm.services.intake.preparing_apart import answer; answer()")


class Answer(NamedTuple):
    """A chunk, what was found out about the file so far, and the share of it that is read; at its end no chunk."""

    chunk: Prepared | None
    found: Found
    share: float | None


def prepared_beside(work: Work) -> AbstractContextManager[Iterator[Prepared]]:
    """Give the chunks of a file: a large one is prepared by another process, anything else by this one.

    Raises:
        Unavailable: the other process was killed.
        HubError: as `prepared_chunks` does, wherever it runs.
    """
    return _answers(work) if _large(work.file) else nullcontext(prepared_chunks(work))


def _large(file: File) -> bool:
    """What comes by a stream cannot be handed to another process."""
    if file.stream is not None or file.path == STDIN:
        return False
    try:
        return Path(file.path).stat().st_size >= LARGE
    except OSError:
        return False  # whoever opens it says so


@contextmanager
def _answers(work: Work) -> Iterator[Iterator[Prepared]]:
    """Start the process, and end it when no more is wanted."""
    where = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    # In a group of its own it does not get the Ctrl-C that is meant for this process.
    with Popen(COMMAND, stdin=PIPE, stdout=PIPE, env=where, process_group=0) as process:
        try:
            yield _taken(process, work)
        finally:
            process.kill()
            with suppress(BrokenPipeError):
                cast("BufferedWriter", process.stdin).close()


def _taken(process: "Popen[bytes]", work: Work) -> Iterator[Prepared]:
    """Hand out the work, and take the answers to it."""
    try:
        _put(cast("BufferedWriter", process.stdin), work)
        while (answer := _next(process)).chunk is not None:
            _note(work.reading.found, answer)
            yield answer.chunk
        _note(work.reading.found, answer)
    except (BrokenPipeError, EOFError, pickle.UnpicklingError):
        code = process.wait()
        how = f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with {code}"
        words = "what was acknowledged is kept, and taking the file in again goes on from there"
        raise Unavailable(f"{work.file.name}: the process that read it {how}; {words}") from None


def _next(process: "Popen[bytes]") -> Answer:
    answer: Answer | Exception = pickle.load(cast("BufferedReader", process.stdout))  # noqa: S301  our own words
    if isinstance(answer, Exception):
        raise answer
    return answer


def _note(found: Found, answer: Answer) -> None:
    """Take over what was found, as if it had been found here."""
    told = answer.found
    found.encoding, found.delimiter = told.encoding, told.delimiter
    found.sheet, found.header_line = told.sheet, told.header_line
    share = answer.share
    found.share = None if share is None else lambda: share


def answer() -> None:
    """Do the work that comes by standard input, in the process that is there for it."""
    gc.disable()  # see `ingest`: a load makes no cycles
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # nobody is there to hear of it
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints does not get in between
        try:
            work: Work = pickle.load(sys.stdin.buffer)  # noqa: S301  from the one who started this process
        except EOFError:
            return  # who was killed in the meantime
        threading.Thread(target=_end_with_the_other, daemon=True).start()
        try:
            for chunk in prepared_chunks(work):
                _put(out, _answer(chunk, work.reading.found))
            _put(out, _answer(None, work.reading.found))
        except (HubError, OSError) as error:
            _put(out, error)


def _answer(chunk: Prepared | None, found: Found) -> Answer:
    return Answer(chunk, replace(found, share=None), None if found.share is None else found.share())


def _put(out: BufferedWriter, value: object) -> None:
    pickle.dump(value, out, protocol=pickle.HIGHEST_PROTOCOL)
    out.flush()


def _end_with_the_other() -> None:
    """Wait for the end of standard input, which nobody closes before."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)
