"""Commands about API keys: make, list, revoke."""

from typing import Annotated

import typer

from mdm.cli import output, session
from mdm.cli.output import Json

HELP = "Keys of the API: create, list, revoke."
app = typer.Typer()


@app.command()
def create(
    *,
    role: Annotated[str, typer.Option(help="reader, source, steward, approver, auditor or admin.")],
    source: Annotated[str | None, typer.Option(help="Narrow the key to this system.")] = None,
    entity_type: Annotated[str | None, typer.Option("--type", help="Narrow the key to this entity type.")] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="From this day or ISO 8601 time on it no longer works.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a key; it is shown this once and only its hash is kept.

    Example: mdm key create --role source --source crm --expires 2030-01-01
    """
    from mdm.services.access import keys

    with session.opened() as hub:
        made = keys.create(
            hub, role=role, source=source, entity_type=entity_type, expires=expires, author=session.author()
        )
    if as_json:
        output.print_json(made)
    else:
        output.say(f"Key {made['id']} of role {made['role']} (shown this once, keep it): {made['key']}")


@app.command("list")
def listed(*, as_json: Json = False) -> None:
    """List all keys, without their secrets.

    Example: mdm key list
    """
    from mdm.services.access import keys

    with session.opened() as hub:
        found = keys.listed(hub)
    if as_json:
        output.print_items(found)
        return
    columns = ("id", "role", "source", "entity_type", "created_at", "last_used_at", "expires_at", "revoked_at")
    rows = [[one[name] for name in columns] for one in found]
    output.print_table("Keys", [name.replace("_", " ") for name in columns], rows)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `mdm key list` shows it.")], *, as_json: Json = False
) -> None:
    """Take a key out of use, from the next request on.

    Example: mdm key revoke 6a0d57077f3d
    """
    from mdm.services.access import keys

    with session.opened() as hub:
        keys.revoke(hub, key_id, author=session.author())
    if as_json:
        output.print_json({"id": key_id, "revoked": True})
    else:
        output.say(f"Key {key_id} is revoked.")
