"""The command that tells what will change by itself as days pass."""

from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.output import Json
from mdm.errors import Fault, InvalidInput

Document = dict[str, Any]


def forecast(
    golden_id: Annotated[str | None, typer.Argument(metavar="ID", help="Only this golden record.")] = None,
    *,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only this entity type.")] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The last day to look at; a year on unless given.")
    ] = None,
    cursor: Annotated[str | None, typer.Option(help="Go on from here: `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most golden records to look at.")] = 100,
    as_json: Json = False,
) -> None:
    """Show which golden values decay, expiry or a condition on age will flip, to what, when and why.

    Example: mdm forecast --type customer --until 2026-12-31
    """
    from mdm.services.reading import forecast as service

    if golden_id is not None and (entity_type or cursor):
        detail = "a golden ID says all: leave out --type and --cursor"
        raise InvalidInput(detail, faults=[Fault("/query/type", detail, "one_of")])
    with session.opened() as hub:
        if golden_id is not None:
            found = service.of_one(hub, golden_id, until=until)
        else:
            found = service.page(hub, entity_type=entity_type, until=until, cursor=cursor, limit=limit)
    if as_json:
        output.print_json(found)
        return
    _print(found)


def _print(found: Document) -> None:
    rows = [
        (one["golden_id"], *(change[name] for name in ("date", "attribute", "from", "to", "because")))
        for one in found.get("items", [found])
        for change in one["changes"]
    ]
    title = f"If nothing else arrives, from {found['since'] or 'the first day'} to {found['until']}"
    output.print_table(title, ("golden ID", "from day", "attribute", "now", "then", "because"), rows)
    if found.get("next"):
        output.say(f"There are more: --cursor {found['next']}")


COMMANDS = (forecast,)
