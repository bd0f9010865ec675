"""Commands about references: those that lead nowhere yet, or no longer."""

from typing import Annotated

import typer

from mdm.cli import output, session
from mdm.cli.arguments import AsOf
from mdm.cli.output import Json

HELP = "What source records refer to."
app = typer.Typer()


@app.command()
def waiting(  # noqa: PLR0913  what can be asked for
    *,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only what records of this type refer to.")] = None,
    source: Annotated[str | None, typer.Option(help="Only what this source refers to.")] = None,
    attribute: Annotated[str | None, typer.Option(help="Only this attribute.")] = None,
    before: Annotated[
        str | None, typer.Option(metavar="T", help="Only those since before a date, a time or a log position.")
    ] = None,
    samples: Annotated[int, typer.Option(min=1, max=100, help="The most of each group to name.")] = 3,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show which references lead to what has not arrived, or has been deleted; the oldest first.

    Example: mdm references waiting --source psa --before 2026-03-01
    """
    from mdm.services.intake import references as service

    wanted = service.Wanted(entity_type, source, attribute, before, samples)
    with session.opened() as hub:
        found = service.waiting(hub, wanted, as_of=as_of)
    if as_json:
        output.print_json(found)
        return
    rows = [
        (one["source"], one["entity_type"], one["attribute"], one["standing"], one["count"], one["recorded_at"],
         one["days"], [f"{sample['key']} → {sample['target']}" for sample in one["samples"]])
        for one in found["items"]
    ]  # fmt: skip
    columns = ("source", "entity type", "attribute", "standing", "count", "since", "days", "such as")
    if rows:
        output.print_table("References that lead nowhere", columns, rows)
    else:
        output.say("Every reference leads somewhere")
