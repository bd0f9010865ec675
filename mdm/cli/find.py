"""The command that searches before anything is created."""

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
    from mdm.services import find as service

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


COMMANDS = (find,)
