"""Commands about quarantine: the rows that came in and could not be taken."""

from typing import Annotated

import typer

from mdm.cli import output, session
from mdm.cli.output import Json

HELP = "Rejected input, kept with row, column and rule: list, show."
app = typer.Typer()


@app.command("list")
def listed(
    *,
    source: Annotated[str | None, typer.Option(help="Only from this system.")] = None,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only of this entity type.")] = None,
    cursor: Annotated[str | None, typer.Option(help="Go on from here: `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most to list.")] = 50,
    as_json: Json = False,
) -> None:
    """List rejected rows: file, line, column, and what is wrong.

    Example: mdm quarantine list --source crm
    """
    from mdm.services import quarantine

    with session.opened() as hub:
        page = quarantine.page(hub, source=source, entity_type=entity_type, cursor=cursor, limit=limit)
    if as_json:
        output.print_json(page)
        return
    columns = ("id", "source", "entity_type", "file", "line", "column", "detail")
    rows = [[one[name] if name != "line" else str(one[name]) for name in columns] for one in page["items"]]
    output.print_table("Quarantine", [name.replace("_", " ") for name in columns], rows)
    if page["next"]:
        output.say(f"There are more: --cursor {page['next']}")


@app.command()
def show(
    quarantine_id: Annotated[str, typer.Argument(metavar="ID", help="As `mdm quarantine list` shows it.")],
    *,
    as_json: Json = False,
) -> None:
    """Show one rejected row whole, as it stood in its file.

    Example: mdm quarantine show ID
    """
    from mdm.services import quarantine

    with session.opened() as hub:
        row = quarantine.get(hub, quarantine_id)
    if as_json:
        output.print_json(row)
    else:
        output.print_fields("Rejected row", {name: str(value) for name, value in row.items() if value is not None})
