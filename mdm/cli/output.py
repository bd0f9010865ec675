"""What a command prints: one JSON document for machines, or tables for people; complaints and progress to stderr."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from mdm.errors import HubError
from mdm.services.whole_files import STDOUT

if TYPE_CHECKING:
    from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
# Wide enough that nothing is folded when a table is piped into another program.
PIPED_WIDTH = 240
SHOWN_FAULTS = 10


class Progress(Protocol):
    """Shows how many rows are done, and the share of the whole where it is known."""

    def __call__(self, done: int, share: float | None = None) -> None:
        """Show it."""


def ensure_one_answer(*files: str | None, as_json: bool) -> None:
    """Refuse to print JSON where a file is written to standard output."""
    if as_json and STDOUT in files:
        raise typer.BadParameter("standard output holds either the file or the summary", param_hint="--json")


def beside(*files: str | None) -> AbstractContextManager[object]:
    """Where to print what is said beside files: on standard error if one of them is standard output."""
    return redirect_stdout(sys.stderr) if STDOUT in files else nullcontext()


def print_json(document: object) -> None:
    """Print one JSON document on one line."""
    import orjson

    sys.stdout.flush()
    sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def print_items(items: Sequence[object]) -> None:
    """Print a whole list as HTTP answers with one: as a page that no other follows."""
    print_json({"items": items, "next": None})


def say(line: str) -> None:
    """Print one line for people."""
    sys.stdout.write(printable(line) + "\n")


def complain(line: str) -> None:
    """Print one line on standard error."""
    sys.stdout.flush()
    sys.stderr.write(printable(line) + "\n")
    sys.stderr.flush()


def complain_about(error: HubError) -> None:
    """Print what was refused on one line of standard error, and its single faults below it."""
    complain(f"mdm: {' '.join(error.detail.split())}")
    faults = [fault for fault in error.faults if fault.detail not in error.detail]
    for fault in faults[:SHOWN_FAULTS]:
        complain(f"  {fault.pointer}: {fault.detail}")
    if len(faults) > SHOWN_FAULTS:
        complain(f"  and {len(faults) - SHOWN_FAULTS} more")
    for name, value in error.extra.items():
        complain(f"  {name}: {words(value)}")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; numbers stand to the right, and text from outside can neither style nor steer the terminal."""
    from rich.table import Table
    from rich.text import Text

    listed = [list(row) for row in rows]
    table = Table(title=Text(printable(title)), title_justify="left")
    for index, name in enumerate(columns):
        numeric = bool(listed) and all(isinstance(row[index], int | float) for row in listed)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        table.add_row(*(Text(words(cell)) for cell in row))
    console().print(table)


def print_fields(title: str, fields: Mapping[str, object]) -> None:
    """Print named values, one below the other; those that are empty are left out."""
    rows = [(name, words(value)) for name, value in fields.items() if value not in (None, [], {})]
    if not rows:  # a title is folded to the width of its table, which has none
        say(title)
        return
    print_table(title, ("", ""), rows)


def words(value: Any) -> str:
    """A JSON value as people read it: several values after semicolons, the parts of one after commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {words(part)}" for name, part in value.items() if part is not None)
    if isinstance(value, list | tuple):
        return "; ".join(words(part) for part in value)
    return f"{value:,}" if isinstance(value, int) else printable(str(value))


def days(valid_from: str | None, valid_to: str | None) -> str:
    """The days of something dated in words; of what always holds, nothing."""
    if valid_from is None and valid_to is None:
        return ""
    return f"{valid_from or '…'} to {valid_to or '…'}"


def printable(text: str) -> str:
    """Text with control characters written out, so that no value from outside can steer a terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else repr(letter)[1:-1] for letter in text)


def console(*, stderr: bool = False) -> "Console":
    """A console as wide as the terminal, or wide enough for everything where there is none."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else PIPED_WIDTH, highlight=False, markup=False)


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """A bar of how much is done, or a count where that is not known; on standard error and only on a terminal."""
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(printable(title), total=None, done="")

        def show(done: int, share: float | None = None) -> None:
            total = None if share is None else 1.0
            percent = "" if share is None else f" ({share:.0%})"
            bar.update(task, done=f"{done:,}{percent}", total=total, completed=share)

        yield show
