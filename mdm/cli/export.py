"""The command that writes golden records to a file, sorted by golden ID."""

import csv
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO

import typer

from mdm.cli import output, session
from mdm.cli.arguments import AsOf, On
from mdm.cli.export_cells import BETWEEN_VALUES, cell, columns_of
from mdm.cli.export_parquet import write_parquet
from mdm.cli.output import Json

if TYPE_CHECKING:
    from mdm.entity_types import EntityType

Document = dict[str, Any]
STDOUT = "-"


def export(
    out: Annotated[str, typer.Argument(metavar="OUT", help="The file to write; - for standard output.")],
    *,
    entity_type: Annotated[str, typer.Option("--type", help="The entity type to export.")],
    written_as: Annotated[
        Literal["csv", "jsonl", "parquet"],
        typer.Option("--format", help="Dated lines are one cell of JSON in csv, lists of objects in the others."),
    ] = "jsonl",
    as_of: AsOf = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Write every golden record of an entity type, sorted by golden ID.

    Example: mdm export --type customer --format csv customers.csv
    """
    if out == STDOUT and as_json:
        raise typer.BadParameter("standard output holds either the records or the summary", param_hint="--json")
    from mdm.services.golden import export as exported

    with session.opened() as hub, output.progress(f"Writing {out}") as progress, _placed(out) as file:
        documents = _counted(exported(hub, entity_type, as_of=as_of, on=on), progress)
        count = WRITERS[written_as](file, hub.entity_type(entity_type), documents)
    if as_json:
        output.print_json({"file": out, "format": written_as, "entity_type": entity_type, "golden_records": count})
    elif out != STDOUT:
        output.say(f"{out}: {count:,} golden records")


def _counted(documents: Iterable[Document], progress: Callable[[int], None]) -> Iterator[Document]:
    for number, document in enumerate(documents, start=1):
        yield document
        progress(number)


@contextmanager
def _placed(out: str) -> Iterator[TextIO]:
    """Standard output, or a file that is there whole or not at all."""
    if out == STDOUT:
        yield sys.stdout
        sys.stdout.flush()
        return
    from mdm.services.whole_files import whole_file

    with whole_file(out) as file:
        yield file


def write_jsonl(file: TextIO, entity_type: "EntityType", documents: Iterable[Document]) -> int:
    """Write one golden record a line as JSON; returns how many."""
    del entity_type  # the documents say it all
    import orjson

    count = 0
    for count, document in enumerate(documents, start=1):  # noqa: B007  the last one is the number of lines
        file.write(orjson.dumps(document).decode() + "\n")
    return count


def write_csv(file: TextIO, entity_type: "EntityType", documents: Iterable[Document]) -> int:
    """Write one golden record a row, with a column for each attribute and each field of it; returns how many.

    Dated lines are one column, each cell the list as JSON: a record is always one row.
    """
    import orjson

    columns = columns_of(entity_type)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["golden_id", "version", *(f"{name}.{part}".rstrip(".") for name, part in columns), "crosswalk"])
    count = 0
    for count, document in enumerate(documents, start=1):  # noqa: B007  the last one is the number of rows
        values = document["attributes"]
        crosswalk = BETWEEN_VALUES.join(f"{one['source']}:{one['source_id']}" for one in document["crosswalk"])
        cells = [
            orjson.dumps(values[name]).decode()
            if name in entity_type.lines and name in values
            else cell(values.get(name), part)
            for name, part in columns
        ]
        writer.writerow([document["golden_id"], document["version"], *cells, crosswalk])
    return count


WRITERS = {"csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet}
COMMANDS = (export,)
