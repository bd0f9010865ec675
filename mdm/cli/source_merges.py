"""Commands about merges that sources made of their own records: told by hand, or suspected."""

from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import KEY
from mdm.cli.output import Json

HELP = "Merges that sources made of their own records: add, suspected."
app = typer.Typer()


@app.command()
def add(
    loser: Annotated[Any, KEY],
    into: Annotated[str, typer.Argument(metavar="ID", help="The id of the record that its source kept.")],
    *,
    as_json: Json = False,
) -> None:
    """Say that a source merged one of its records into another; neither needs to have arrived.

    Example: mdm source-merges add crm:customer:0015h 0015g
    """
    from mdm.services.intake import source_merges

    with session.opened() as hub:
        hub.entity_type(loser.entity_type)
        found = source_merges.merge(hub, loser, into, author=session.author(), wait=True)
    if as_json:
        output.print_json({"seq": found.position, "status": found.status, "golden_id": found.golden_id})
        return
    output.say(f"{loser} was merged into {into}: {found.status}" + (f", {found.golden_id}" if found.golden_id else ""))


@app.command()
def suspected(
    *,
    entity_type: Annotated[str, typer.Option("--type", help="The entity type.")],
    cursor: Annotated[str | None, typer.Option(help="Go on from here: `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most deleted records to list.")] = 100,
    as_json: Json = False,
) -> None:
    """List deleted records that look like a living one of their own source: perhaps they were merged.

    Example: mdm source-merges suspected --type customer
    """
    from mdm.services.intake import suspected_merges

    with session.opened() as hub:
        found = suspected_merges.page(hub, entity_type, cursor=cursor, limit=limit)
    if as_json:
        output.print_json(found)
        return
    rows = [
        (one["deleted"], one["deleted_since"][:10], like["record"], like["golden_id"], like["match_probability"])
        for one in found["items"]
        for like in one["like"]
    ]
    output.print_table("Perhaps merged", ("deleted", "since", "looks like", "golden ID", "probability"), rows)
    if found["next"]:
        output.say(f"There are more: --cursor {found['next']}")
