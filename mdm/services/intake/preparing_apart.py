"""Prepares a large file in a process of its own: one core reads it while another writes to the log.

It opens no database. A pipe holds little, so it is never more than a chunk ahead of what was taken.
"""

import gc
import pickle
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from importlib.abc import MetaPathFinder
from io import BufferedReader, BufferedWriter
from pathlib import Path
from subprocess import PIPE, Popen
from typing import NamedTuple, cast

from mdm.errors import HubError, Unavailable
from mdm.ingest import STDIN
from mdm.ingest.reading import Found
from mdm.services import apart
from mdm.services.intake.prepared import Prepared
from mdm.services.intake.preparing import File, Work, prepared_chunks

LARGE = 8 << 20
"""Bytes of a file from which a process pays off: to start one takes as long as preparing 50,000 rows."""
COMMAND = apart.command(__name__)


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
    with Popen(COMMAND, stdin=PIPE, stdout=PIPE, env=apart.environment(), process_group=0) as process:
        try:
            yield _taken(process, work)
        finally:
            apart.end(process)


def _taken(process: "Popen[bytes]", work: Work) -> Iterator[Prepared]:
    """Hand out the work, and take the answers to it."""
    try:
        apart.put(cast("BufferedWriter", process.stdin), work)
        while (answer := _next(process)).chunk is not None:
            _note(work.reading.found, answer)
            yield answer.chunk
        _note(work.reading.found, answer)
    except (BrokenPipeError, EOFError, pickle.UnpicklingError):
        how = apart.how_it_ended(process.wait())
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


class _WithoutPandas(MetaPathFinder):
    """Arrow loads pandas where it finds it, which takes as long as reading 40,000 rows; nothing here needs it.

    A None in `sys.modules`, which says the same to others, Arrow takes for pandas itself.
    """

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(name=fullname)


def answer() -> None:
    """Do the work that comes by standard input, in the process that is there for it."""
    gc.disable()  # see `ingest`: a load makes no cycles
    sys.meta_path.insert(0, _WithoutPandas())
    with apart.work() as (work, out):
        try:
            for chunk in prepared_chunks(work):
                apart.put(out, _answer(chunk, work.reading.found))
            apart.put(out, _answer(None, work.reading.found))
        except (HubError, OSError) as error:
            apart.put(out, error)


def _answer(chunk: Prepared | None, found: Found) -> Answer:
    return Answer(chunk, replace(found, share=None), None if found.share is None else found.share())
