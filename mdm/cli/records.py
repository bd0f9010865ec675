"""Commands about source records: take files in, and look up where a record belongs."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from mdm.cli import ingest_crosswalk, ingest_preview, output, session
from mdm.cli.arguments import AsOf
from mdm.cli.golden import print_crosswalk
from mdm.cli.ingest_options import (
    AllowShort,
    Crosswalk,
    Encoding,
    EntityTypeName,
    EventTimeColumn,
    Files,
    IdColumn,
    MappingFile,
    NoResolve,
    Preview,
    Rows,
    Sheet,
    Snapshot,
    Source,
    VersionColumn,
)
from mdm.cli.output import Json

if TYPE_CHECKING:
    from mdm.services.intake.ingest import Summary
    from mdm.services.intake.preparing import File


def ingest(  # noqa: PLR0913  a command's options are its parameters
    files: Files,
    *,
    source: Source = None,
    entity_type: EntityTypeName = None,
    id_column: IdColumn = None,
    version_column: VersionColumn = None,
    event_time_column: EventTimeColumn = None,
    mapping: MappingFile = None,
    crosswalk: Crosswalk = False,
    snapshot: Snapshot = False,
    allow_short: AllowShort = False,
    encoding: Encoding = None,
    sheet: Sheet = None,
    later: NoResolve = False,
    preview: Preview = False,
    rows: Rows = 10,
    as_json: Json = False,
) -> None:
    """Take in files of source records and resolve them; safe to repeat, also after an interruption.

    Rows that cannot be taken are kept in quarantine, the others count; the exit code is 1 then.

    Example: mdm ingest customers.csv --source crm --type customer --id account --event-time modified
    """
    from mdm.ingest import Columns
    from mdm.services.intake.ingest import mapping_file
    from mdm.services.intake.preparing import File

    if crosswalk:
        others = {
            "--type": entity_type, "--id": id_column, "--version": version_column, "--event-time": event_time_column,
            "--mapping": mapping, "--preview": preview, "--snapshot": snapshot, "--allow-short": allow_short,
            "--no-resolve": later,
        }  # fmt: skip
        ingest_crosswalk.run(files, source, others, as_json=as_json)
        return
    source, entity_type = _given(source, "--source"), _given(entity_type, "--type")
    columns = Columns(id_column, version_column, event_time_column)
    with session.opened() as hub:
        hub.entity_type(entity_type)
        how = None if mapping is None else mapping_file(hub, mapping, entity_type)
    named = [File(path, source, entity_type, columns, how, encoding=encoding, sheet=sheet) for path in files]
    if preview:
        ingest_preview.show(named, rows, as_json=as_json)
        return
    if allow_short and not snapshot:
        raise typer.BadParameter("only a snapshot can be short", param_hint="--allow-short")
    if snapshot and len(named) > 1:
        raise typer.BadParameter("a snapshot is one file, which holds all records", param_hint="--snapshot")
    if snapshot and later:
        raise typer.BadParameter("a snapshot is resolved to know what it lacks", param_hint="--no-resolve")
    summaries = [_ingest_snapshot(file, allow_short) if snapshot else _ingest(file, not later) for file in named]
    _report(summaries, "Taken in, to be resolved" if later else "Taken in and resolved", as_json=as_json)


def _report(summaries: "Sequence[Summary]", title: str, *, as_json: bool) -> None:
    """Tell what became of each file; exits 1 where rows were refused."""
    if as_json:
        output.print_json({"files": [asdict(summary) for summary in summaries]})
    else:
        _show(summaries, title)
    rejected = sum(summary.quarantined for summary in summaries)
    if rejected:
        rows = sum(summary.rows for summary in summaries)
        output.complain(f"mdm: {rejected:,} of {rows:,} rows were refused and kept: see `mdm quarantine list`")
        raise typer.Exit(1)


def _given(value: str | None, option: str) -> str:
    if value is None:
        raise typer.BadParameter("say it for every file but a crosswalk", param_hint=option)
    return value


def _ingest(file: "File", resolve: bool) -> "Summary":  # noqa: FBT001  as the option says
    from mdm.services.intake.ingest import ingest_file

    with session.opened() as hub, output.progress(file.path) as progress:
        return ingest_file(hub, file, author=session.author(), resolve=resolve, progress=progress)


def _ingest_snapshot(file: "File", allow_short: bool) -> "Summary":  # noqa: FBT001  as the option says
    from mdm.services.intake.snapshots import ingest_snapshot

    with session.opened() as hub, output.progress(file.path) as progress:
        return ingest_snapshot(hub, file, author=session.author(), allow_short=allow_short, progress=progress)


def _show(summaries: "Sequence[Summary]", title: str) -> None:
    columns = ["file", "rows", "accepted", "unchanged", "quarantined", "seconds", "batch"]
    columns[5:5] = [name for name in ("absent", "deleted") if all(hasattr(one, name) for one in summaries)]
    rows = [[getattr(summary, name) for name in columns] for summary in summaries]
    output.print_table(title, columns, rows)
    for summary in summaries:
        if unreadable := getattr(summary, "unreadable", 0):
            from mdm.services.intake.snapshots import NO_RECORD

            output.say(f"{summary.file}: {unreadable:,} rows {NO_RECORD}, so no record counts as absent.")
        if told := ingest_preview.unusual(summary):
            output.say(f"{summary.file}: {told}")
        if summary.older:
            output.say(
                f"{summary.file}: {summary.older:,} of {summary.accepted:,} accepted rows are older, by version and "
                "event time, than what there is of their records, and change nothing that is newer."
            )
        if summary.same:
            output.say(f"{summary.file}: every row was there already; nothing has changed")


def lookup(
    source: Annotated[str, typer.Argument(help="The system that knows the record.")],
    entity_type: Annotated[str, typer.Argument(metavar="TYPE", help="Its entity type.")],
    source_id: Annotated[str, typer.Argument(metavar="ID", help="Its id in that system.")],
    *,
    target: Annotated[str | None, typer.Option(help="Show only the entries of this system.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Look up the golden ID of a source record and the whole crosswalk, as they are or were.

    Example: mdm lookup crm customer 0015g --target erp
    """
    from mdm.log import Key
    from mdm.services.reading.lookup import xref

    with session.opened() as hub:
        found = xref(hub, Key(source, entity_type, source_id), target=target, as_of=as_of)
    if as_json:
        output.print_json(found)
        return
    if found["golden_id"] is None:
        output.say(f"{source}:{entity_type}:{source_id} has arrived and is not resolved yet")
        return
    output.say(f"{source}:{entity_type}:{source_id} is {found['golden_id']} ({found['status']})")
    print_crosswalk(found["crosswalk"])


COMMANDS = (ingest, lookup)
