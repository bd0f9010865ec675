"""The commands that find golden records: before anything is created, and by text."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.explain import show_evidence
from mdm.cli.output import Json


def find(
    entity_type: Annotated[str, typer.Argument(metavar="TYPE", help="The entity type of the new record.")],
    values: Annotated[
        list[str], typer.Argument(metavar="NAME=VALUE...", help="What it says; a name twice makes several values.")
    ],
    *,
    source: Annotated[
        str | None, typer.Option(help="The system whose codes and ids the values are written in.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="The most golden records to show.")] = 10,
    as_json: Json = False,
) -> None:
    """Find the golden records that a new record would belong to, with the evidence; nothing is written.

    Example: mdm find customer name="Acme GmbH" address.city=Berlin email=info@acme.example
    """
    from mdm.services.reading import find as service

    with session.opened() as hub:
        found = service.find(hub, entity_type, _read(values), source=source or service.ANY, limit=limit)
    if as_json:
        output.print_json(found)
        return
    for one in found["items"]:
        records = [f"{record['source']}:{entity_type}:{record['source_id']}" for record in one["records"]]
        output.say(f"{one['golden_id']}: {output.words(one['attributes'])}")
        output.say(f"Looks like {output.words(records)}")
        show_evidence(one["evidence"])
    if not found["items"]:
        output.say("No golden record looks like it.")
    if found["crowded"]:
        output.say(f"Nobody is compared where more records than the cap share a key: {output.words(found['crowded'])}")


def _read(written: Sequence[str]) -> dict[str, Any]:
    values: dict[str, list[str]] = {}
    for one in written:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{one!r} is not NAME=VALUE", param_hint="NAME=VALUE...")
        values.setdefault(name, []).append(value)
    return {name: some[0] if len(some) == 1 else some for name, some in values.items()}


def search(
    text: Annotated[str, typer.Argument(help="Words, a golden ID of now or before, a key, or an id in any source.")],
    *,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only this entity type.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="The most golden records to show.")] = 10,
    as_json: Json = False,
) -> None:
    """Search golden records by text, misspelled or only begun, the best first.

    Example: mdm search "acme berlin" --type customer
    """
    from mdm.services.reading import search as service

    with session.opened() as hub:
        found = service.search(hub, text, of=entity_type, limit=limit)
    if as_json:
        output.print_json(found)
        return
    for one in found["items"]:
        leads = f" ({one['status']}, now {one['current_id']})" if "current_id" in one else ""
        output.say(f"{one['golden_id']}{leads}: {output.words(one['attributes'])}")
    if not found["items"]:
        output.say("No golden record is found by that.")
    if found["more"]:
        output.say("There are more; narrow the text, or ask for more with --limit.")


COMMANDS = (find, search)
