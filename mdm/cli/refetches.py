"""Commands about records that their sources changed without saying how: told by hand, counted, listed."""

from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import KEY, AsOf
from mdm.cli.output import Json

HELP = "Records to be fetched again from their sources: add, gap, waiting, list."
app = typer.Typer()
Type = Annotated[str | None, typer.Option("--type", help="Only records of this type.")]
OfSource = Annotated[str | None, typer.Option("--source", help="Only what this source sends.")]
Before = Annotated[
    str | None, typer.Option(metavar="T", help="Only those since before a date, a time or a log position.")
]


@app.command()
def add(
    record: Annotated[Any, KEY],
    *,
    version: Annotated[str | None, typer.Option(help="The version that the record will come with.")] = None,
    event_time: Annotated[str | None, typer.Option(help="The event time that it will come with.")] = None,
    as_json: Json = False,
) -> None:
    """Say that a record has changed in its source; it needs to be fetched again until that version has come.

    Example: mdm refetches add sap:customer:1000667 --version 8
    """
    from mdm.ingest import Incoming
    from mdm.ingest.incoming import time_text, version_value
    from mdm.services.intake import refetches

    try:
        named = None if version is None else version_value(version)
        when = None if event_time is None else time_text(event_time)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    with session.opened() as hub:
        entity_type = hub.entity_type(record.entity_type)
        word = Incoming(record.source, record.entity_type, record.source_id, {}, named, when, "changed")
        found = refetches.changed(hub, word.in_form(entity_type), author=session.author(), wait=True)
    if as_json:
        output.print_json({"seq": found.position, "status": found.status, "golden_id": found.golden_id})
        return
    output.say(f"{record} is to be fetched again: {found.status}" + (f", {found.golden_id}" if found.golden_id else ""))


@app.command()
def gap(
    source: Annotated[str, typer.Argument(help="The system whose changes were lost.")],
    entity_type: Annotated[str, typer.Argument(metavar="TYPE", help="The entity type of its records.")],
    *,
    as_json: Json = False,
) -> None:
    """Say that changes of a source were lost: each of its records needs to be fetched again until it comes whole.

    Example: mdm refetches gap crm customer
    """
    from mdm.services.intake import refetches
    from mdm.services.resolving import resolve

    with session.opened() as hub:
        found = refetches.gap(hub, source, entity_type, author=session.author())
        resolve(hub, entity_type, author=session.author())
    if as_json:
        output.print_json({"seq": found.position, "records": found.records})
        return
    output.say(f"{found.records:,} records of {source} {entity_type} are to be fetched again")


@app.command()
def waiting(
    *,
    entity_type: Type = None,
    source: OfSource = None,
    before: Before = None,
    samples: Annotated[int, typer.Option(min=1, max=100, help="The most of each group to name.")] = 3,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show how many records are to be fetched again from which source, and since when; the oldest first.

    Example: mdm refetches waiting --source sap --before 2026-03-01
    """
    from mdm.services.watching import refetches

    with session.opened() as hub:
        found = refetches.waiting(hub, refetches.Wanted(entity_type, source, before), samples=samples, as_of=as_of)
    if as_json:
        output.print_json(found)
        return
    rows = [
        (one["source"], one["entity_type"], one["count"], one["recorded_at"], one["days"],
         [sample["key"] for sample in one["samples"]])
        for one in found["items"]
    ]  # fmt: skip
    if rows:
        columns = ("source", "entity type", "count", "since", "days", "such as")
        output.print_table("To be fetched again", columns, rows)
    else:
        output.say("Nothing is to be fetched again")


@app.command("list")
def listed(  # noqa: PLR0913  what can be asked for
    *,
    entity_type: Type = None,
    source: OfSource = None,
    before: Before = None,
    cursor: Annotated[str | None, typer.Option(help="Go on from here: `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most records to list.")] = 100,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """List the records that are to be fetched again; those first that have waited longest.

    Example: mdm refetches list --source sap --type customer
    """
    from mdm.services.watching import refetches

    with session.opened() as hub:
        wanted = refetches.Wanted(entity_type, source, before)
        found = refetches.page(hub, wanted, cursor=cursor, limit=limit, as_of=as_of)
    if as_json:
        output.print_json(found)
        return
    rows = [
        (one["key"], one["golden_id"] or "", one["recorded_at"], one["days"],
         str(one.get("version", "")), one.get("event_time", ""))
        for one in found["items"]
    ]  # fmt: skip
    output.print_table("To be fetched again", ("record", "golden ID", "since", "days", "version", "event time"), rows)
    if found["next"]:
        output.say(f"There are more: --cursor {found['next']}")
