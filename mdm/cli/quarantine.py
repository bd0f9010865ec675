"""Commands about quarantine: the rows that came in and could not be taken."""

from typing import Annotated, Any, Literal

import typer

from mdm.cli import output, session
from mdm.cli.arguments import Reason
from mdm.cli.output import Json

HELP = "Rejected input, kept with row, column and rule: list, show, retry, discard."
app = typer.Typer()
RowId = Annotated[str, typer.Argument(metavar="ID", help="As `mdm quarantine list` shows it.")]
Source = Annotated[str | None, typer.Option(help="Only from this system.")]
TypeName = Annotated[str | None, typer.Option("--type", help="Only of this entity type.")]
Rule = Annotated[str | None, typer.Option(help="Only those that break this rule.")]
FileName = Annotated[str | None, typer.Option(help="Only from the file of this name.")]
Status = Literal["open", "retried", "discarded"]


@app.command("list")
def listed(  # noqa: PLR0913  a command's options are its parameters
    *,
    source: Source = None,
    entity_type: TypeName = None,
    rule: Rule = None,
    file: FileName = None,
    status: Annotated[Status, typer.Option(help="Open ones, or those that are settled.")] = "open",
    cursor: Annotated[str | None, typer.Option(help="Go on from here: `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most to list.")] = 50,
    as_json: Json = False,
) -> None:
    """List rejected rows by file and line: the column, and what is wrong.

    Example: mdm quarantine list --source crm
    """
    from mdm.services.intake import quarantine
    from mdm.store.quarantine import Filter

    wanted = Filter(source, entity_type, status, rule, file)
    with session.opened() as hub:
        page = quarantine.page(hub, wanted, cursor=cursor, limit=limit)
    if as_json:
        output.print_json(page)
        return
    columns = ("id", "source", "entity_type", "file", "line", "column", "detail")
    rows = [[one[name] if name != "line" else str(one[name]) for name in columns] for one in page["items"]]
    output.print_table("Quarantine", [name.replace("_", " ") for name in columns], rows)
    if page["next"]:
        output.say(f"There are more: --cursor {page['next']}")


@app.command()
def show(quarantine_id: RowId, *, as_json: Json = False) -> None:
    """Show one rejected row whole, as it stood in its file, and its columns as they stand after mending.

    Example: mdm quarantine show ID
    """
    from mdm.services.intake import quarantine

    with session.opened() as hub:
        row = quarantine.get(hub, quarantine_id)
    if as_json:
        output.print_json(row)
        return
    fields = {name: str(value) for name, value in row.items() if value is not None and name != "columns"}
    output.print_fields("Rejected row", fields)
    if row["columns"]:
        output.print_table("Columns", ("column", "value"), list(row["columns"].items()))


@app.command()
def retry(  # noqa: PLR0913  a command's options are its parameters
    quarantine_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="As `mdm quarantine list` shows it.")
    ] = None,
    *,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="COLUMN=VALUE", help="Put a value there first; may repeat."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every open row, as it stands.")] = False,
    source: Source = None,
    entity_type: TypeName = None,
    rule: Rule = None,
    file: FileName = None,
    as_json: Json = False,
) -> None:
    """Mend a rejected row and take it in, or take in all that are no longer refused.

    A row that is refused again stays, with the new reason and what was set. Nothing after the = takes a value away.

    Example: mdm quarantine retry ID --set modified=2024-12-31
    """
    if every == (quarantine_id is not None):
        raise typer.BadParameter("give the ID of one row, or --all")
    if every and given:
        raise typer.BadParameter("--set mends one row: give its ID in place of --all")
    if quarantine_id is not None and (source or entity_type or rule or file):
        raise typer.BadParameter("--source, --type, --rule and --file go with --all")
    if quarantine_id is None:
        _retry_all(source, entity_type, rule, file, as_json=as_json)
    else:
        _retry_one(quarantine_id, dict(map(_assignment, given or ())), as_json=as_json)


def _retry_one(quarantine_id: str, given: dict[str, object], *, as_json: bool) -> None:
    from mdm.services.intake import quarantine

    with session.opened() as hub:
        row = quarantine.retry(hub, quarantine_id, given=given, author=session.author())
    if as_json:
        output.print_json(row)
    elif row["status"] == "retried":
        output.say(f"Taken: {_place(row)}")
    if row["status"] == "open":
        output.complain(f"mdm: refused again: {_place(row)}: {row['detail']}")
        raise typer.Exit(1)


def _retry_all(
    source: str | None, entity_type: str | None, rule: str | None, file: str | None, *, as_json: bool
) -> None:
    from mdm.services.intake import quarantine
    from mdm.store.quarantine import Filter

    wanted = Filter(source, entity_type, rule=rule, file=file)
    with session.opened() as hub, output.progress("Retrying") as progress:
        retried = quarantine.retry_all(hub, wanted, author=session.author(), progress=progress)
    if as_json:
        output.print_json({"taken": retried.taken, "refused": retried.refused})
    else:
        output.say(f"Taken: {retried.taken:,}; refused again: {retried.refused:,}")
    if retried.refused:
        output.complain("mdm: some rows were refused again: see `mdm quarantine list`")
        raise typer.Exit(1)


@app.command()
def discard(quarantine_id: RowId, *, reason: Reason, as_json: Json = False) -> None:
    """Say that a rejected row will never be taken; it stays readable.

    Example: mdm quarantine discard ID --reason "a test record"
    """
    from mdm.services.intake import quarantine

    with session.opened() as hub:
        row = quarantine.discard(hub, quarantine_id, reason=reason, author=session.author())
    if as_json:
        output.print_json(row)
    else:
        output.say(f"Discarded: {_place(row)}")


def _assignment(written: str) -> tuple[str, object]:
    column, equals, value = written.partition("=")
    if not equals or not column.strip():
        raise typer.BadParameter(f"--set takes COLUMN=VALUE, not {written!r}")
    return column.strip(), value


def _place(row: dict[str, Any]) -> str:
    return f"{row['file']}, line {row['line']}"
