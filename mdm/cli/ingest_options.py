"""What can be said of files when they are taken in."""

from typing import Annotated

import typer

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE...", help="csv, tsv, jsonl, parquet or xlsx, also .gz; - for standard input."),
]
Source = Annotated[str | None, typer.Option(help="The system that the records come from.")]
EntityTypeName = Annotated[str | None, typer.Option("--type", help="The entity type of the records.")]
IdColumn = Annotated[
    str | None,
    typer.Option("--id", metavar="COLUMN", help="The id, of every FILE; record_id, id or source_id if not said."),
]
IdColumns = Annotated[
    list[str] | None,
    typer.Option(
        "--id",
        metavar="COLUMN",
        help="The id; may repeat, for files with their ids in columns of different names."
        " record_id, id, unique_id, rec_id or the row's number if left out.",
    ),
]
VersionColumn = Annotated[
    str | None, typer.Option("--version", metavar="COLUMN", help="The version: a whole number or a time.")
]
EventTimeColumn = Annotated[
    str | None, typer.Option("--event-time", metavar="COLUMN", help="When it became so at the source.")
]
MappingFile = Annotated[str | None, typer.Option(metavar="FILE", help="YAML that says how columns become attributes.")]
Crosswalk = Annotated[
    bool, typer.Option("--crosswalk", help="The files say which record of an old master each source record is.")
]
Snapshot = Annotated[
    bool, typer.Option("--snapshot", help="The file holds all records: what two in a row do not hold is deleted.")
]
AllowShort = Annotated[bool, typer.Option("--allow-short", help="Take a snapshot that lacks much of what is known.")]
Encoding = Annotated[str | None, typer.Option(metavar="NAME", help="The encoding of text files; found if left out.")]
Sheet = Annotated[
    str | None, typer.Option(metavar="NAME", help="The sheet of a workbook; the only one filled if left out.")
]
NoResolve = Annotated[
    bool, typer.Option("--no-resolve", help="Take in only: the worker, or the next command, resolves later.")
]
Preview = Annotated[bool, typer.Option("--preview", help="Show the first rows as stored; write nothing.")]
Rows = Annotated[int, typer.Option(min=1, max=10_000, help="How many rows --preview shows.")]
