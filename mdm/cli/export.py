"""The command that writes golden records, their crosswalk or their lineage to a file, sorted by golden ID."""

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal

import typer

from mdm.cli import output, session
from mdm.cli.arguments import AsOf, On
from mdm.cli.output import Json

Document = dict[str, Any]
COUNTED = {"golden-records": "golden_records", "crosswalk": "crosswalk_entries", "lineage": "lineage_entries"}


def export(  # noqa: PLR0913  what can be asked for
    out: Annotated[str, typer.Argument(metavar="OUT", help="The file to write; - for standard output.")],
    *,
    entity_type: Annotated[str, typer.Option("--type", help="The entity type to export.")],
    what: Annotated[
        Literal["golden-records", "crosswalk", "lineage"],
        typer.Option(help="Golden records, the source keys of each, or where each value came from."),
    ] = "golden-records",
    written_as: Annotated[
        Literal["csv", "jsonl", "parquet"],
        typer.Option("--format", help="Dated lines are one cell of JSON in csv, lists of objects in the others."),
    ] = "jsonl",
    as_of: AsOf = None,
    on: On = None,
    since: Annotated[
        str | None, typer.Option(help="Only what has changed since: the position of an export before, or a moment.")
    ] = None,
    spreadsheet_safe: Annotated[
        bool, typer.Option("--spreadsheet-safe", help="In csv, write nothing that a spreadsheet takes for a formula.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write every golden record of an entity type, sorted by golden ID, or only what has changed.

    Example: mdm export --type customer --format csv customers.csv
    """
    output.ensure_one_answer(out, as_json=as_json)
    from mdm.publish import files
    from mdm.services.feed import exporting
    from mdm.services.whole_files import whole_file

    with (
        session.opened() as hub,
        output.progress(f"Writing {out}") as progress,
        exporting.export(hub, what, entity_type, as_of=as_of, on=on, since=since) as found,
        whole_file(out) as file,
    ):
        count = [0]
        documents = _counted(found.documents, count, progress)
        for piece in files.pieces(written_as, found.sheet, documents, safe=spreadsheet_safe):
            file.buffer.write(piece)
    if as_json:
        output.print_json({
            "file": out, "format": written_as, "entity_type": entity_type, COUNTED[what]: count[0],
            "position": found.position,
        })  # fmt: skip
    else:
        with output.beside(out):
            output.say(f"{out}: {count[0]:,} {COUNTED[what].replace('_', ' ')}")


def _counted(documents: Iterable[Document], count: list[int], progress: Callable[[int], None]) -> Iterator[Document]:
    for document in documents:
        yield document
        count[0] += 1
        progress(count[0])


COMMANDS = (export,)
