"""Commands about accounts of people: make, list, disable and enable, another password or role."""

import getpass
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.output import Json
from mdm.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

HELP = "Accounts of people who sign in: add, list, disable, enable, password, role, narrow."
app = typer.Typer()
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the person signs in with, such as anna.")]
ROLES = "reader, steward, approver, auditor or admin."


@app.command()
def add(
    name: Name,
    *,
    role: Annotated[str, typer.Option(help=ROLES)],
    entity_type: Annotated[str | None, typer.Option("--type", help="Narrow the account to this entity type.")] = None,
    display_name: Annotated[str | None, typer.Option(help="What the pages call the person.")] = None,
    as_json: Json = False,
) -> None:
    """Make an account; its password is asked for, or read from standard input.

    Example: mdm user add anna --role steward --display-name "Anna Berg"
    """
    from mdm.services.access import accounts

    with session.opened() as hub:
        person = accounts.Person(name, role, entity_type, display_name)
        made = accounts.add(hub, person, password=_password(name), author=session.author())
    _tell(made, f"{name} can sign in, as {role}.", as_json=as_json)


@app.command("list")
def listed(*, as_json: Json = False) -> None:
    """List all accounts.

    Example: mdm user list
    """
    from mdm.services.access import accounts

    with session.opened() as hub:
        found = accounts.listed(hub)
    if as_json:
        output.print_items(found)
        return
    columns = ("name", "display_name", "role", "entity_type", "created_at", "disabled_at", "provider")
    rows = [[one[name] for name in columns] for one in found]
    output.print_table("Accounts", [name.replace("_", " ") for name in columns], rows)


@app.command()
def disable(name: Name, *, as_json: Json = False) -> None:
    """Let a person sign in no longer, and sign them out at once.

    Example: mdm user disable anna
    """
    from mdm.services.access import accounts

    _change(accounts.disable, name, f"{name} can no longer sign in.", as_json=as_json)


@app.command()
def enable(name: Name, *, as_json: Json = False) -> None:
    """Let a person whose account was disabled sign in again.

    Example: mdm user enable anna
    """
    from mdm.services.access import accounts

    _change(accounts.enable, name, f"{name} can sign in again.", as_json=as_json)


@app.command()
def password(name: Name, *, as_json: Json = False) -> None:
    """Give a person another password and sign them out; it is asked for, or read from standard input.

    Example: mdm user password anna
    """
    from mdm.services.access import accounts

    with session.opened() as hub:
        accounts.set_password(hub, name, _password(name), author=session.author())
    _tell({"name": name, "changed": True}, f"{name} has another password.", as_json=as_json)


@app.command()
def role(name: Name, role: Annotated[str, typer.Argument(help=ROLES)], *, as_json: Json = False) -> None:
    """Give a person another role, and sign them out.

    Example: mdm user role anna approver
    """
    from mdm.services.access import accounts

    with session.opened() as hub:
        changed = accounts.set_role(hub, name, role, author=session.author())
    _tell(changed, f"{name} has the role {role}.", as_json=as_json)


@app.command()
def narrow(
    name: Name,
    entity_type: Annotated[str | None, typer.Option("--type", help="The entity type; left out, none.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Narrow a person to one entity type, or let them see all again, and sign them out.

    Example: mdm user narrow anna --type customer
    """
    from mdm.services.access import accounts

    with session.opened() as hub:
        changed = accounts.narrow(hub, name, entity_type, author=session.author())
    _tell(changed, f"{name} is narrowed to {entity_type or 'nothing'}.", as_json=as_json)


def _change(change: "Callable[..., dict[str, Any]]", name: str, line: str, *, as_json: bool) -> None:
    with session.opened() as hub:
        changed = change(hub, name, author=session.author())
    _tell(changed, line, as_json=as_json)


def _tell(document: dict[str, Any], line: str, *, as_json: bool) -> None:
    if as_json:
        output.print_json(document)
    else:
        output.say(line)


def _password(name: str) -> str:
    """A password typed twice, or the first line of standard input; never an argument, which others could read."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(f"Password for {name}: ")
    if getpass.getpass("The same again: ") != first:
        raise InvalidInput("the two passwords differ")
    return first
