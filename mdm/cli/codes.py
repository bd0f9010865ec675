"""Commands about code lists: what codes there are, and what each source means by its values."""

from typing import TYPE_CHECKING, Annotated

import typer

from mdm.cli import output, session
from mdm.cli.arguments import Reason
from mdm.cli.documents import read_text
from mdm.cli.output import Json

if TYPE_CHECKING:
    from mdm.services.rulebook.code_lists import Applied

HELP = "Code lists and what sources mean by their values: list, show, apply, map, unmapped."
app = typer.Typer()
ListName = Annotated[str, typer.Argument(metavar="LIST", help="A code list, as `mdm codes list` shows it.")]


@app.command("list")
def listed(*, as_json: Json = False) -> None:
    """List the code lists, with how many codes and mappings each has.

    Example: mdm codes list
    """
    from mdm.services.rulebook import code_lists

    with session.opened() as hub:
        items = code_lists.listed(hub)
    if as_json:
        output.print_items(items)
        return
    columns = ("code_list", "label", "codes", "mappings")
    rows = [[one[name] for name in columns] for one in items]
    output.print_table("Code lists", [name.replace("_", " ") for name in columns], rows)


@app.command()
def show(code_list: ListName, *, as_json: Json = False) -> None:
    """Show the codes of a list with their other spellings, and what each source means by its values.

    Example: mdm codes show roles
    """
    from mdm.services.rulebook import code_lists

    with session.opened() as hub:
        found = code_lists.get(hub, code_list)
    if as_json:
        output.print_json(found)
        return
    rows = [(code, one["label"], one["aliases"]) for code, one in found["codes"].items()]
    output.print_table(found["label"], ("code", "label", "also written"), rows)
    if found["mappings"]:
        mapped = [(one["source"], one["value"], one["code"]) for one in found["mappings"]]
        output.print_table("Mappings", ("source", "value", "code"), mapped)


@app.command()
def apply(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A YAML file; - for standard input.")],
    *,
    as_json: Json = False,
) -> None:
    """Install or replace a code list, or take in what a source means by its values; records follow at once.

    Example: mdm codes apply psa-roles.yaml
    """
    from mdm.services.rulebook import code_lists

    text = read_text(file)
    with session.opened() as hub, output.progress("Resolving what the codes change"):
        applied = code_lists.apply(hub, text, file=file, author=session.author())
    _tell(applied, as_json=as_json)


@app.command("map")
def map_(  # noqa: PLR0913  a command's options are its parameters
    code_list: ListName,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The system that sends the value.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="As it is sent; case, spaces, dashes, dots are free.")],
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="A code of the list.")] = None,
    *,
    reason: Reason,
    remove: Annotated[bool, typer.Option("--remove", help="Take the mapping away.")] = False,
    as_json: Json = False,
) -> None:
    """Say which code a source means by a value, in every record that holds it, or take that away.

    Example: mdm codes map roles psa "Sr. Cons." senior_consultant --reason "asked the PSA team"
    """
    from mdm.services.rulebook import code_lists

    if remove == (code is not None):
        raise typer.BadParameter("give a CODE, or --remove")
    with session.opened() as hub, output.progress("Resolving what the code changes"):
        applied = code_lists.change(hub, code_list, source, {value: code}, reason=reason, author=session.author())
    _tell(applied, as_json=as_json)


@app.command()
def unmapped(
    *,
    code_list: Annotated[str | None, typer.Option("--list", help="Only of this list.")] = None,
    source: Annotated[str | None, typer.Option(help="Only from this system.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="The most to list.")] = 50,
    as_json: Json = False,
) -> None:
    """List the values that no code stands for, those that most records hold first, with the nearest codes.

    Example: mdm codes unmapped --source psa
    """
    from mdm.services.rulebook import unmapped_codes

    with session.opened() as hub:
        items = unmapped_codes.listed(hub, code_list=code_list, source=source, limit=limit)
    if as_json:
        output.print_items(items)
        return
    rows = [
        (one["code_list"], one["source"], one["value"], one["records"], one["places"],
         [near["code"] for near in one["suggestions"]])
        for one in items
    ]  # fmt: skip
    output.print_table("Unmapped values", ("list", "source", "value", "records", "stands in", "nearest codes"), rows)


def _tell(applied: "Applied", *, as_json: bool) -> None:
    if as_json:
        output.print_json(applied.document)
        return
    what = applied.code_list if applied.source is None else f"what {applied.source} means in {applied.code_list}"
    if not applied.position:
        output.say(f"{what}: that is so already, nothing has changed")
        return
    noun = "code" if applied.source is None else "mapping"
    output.say(f"{what}: {applied.changed:,} {noun}{'' if applied.changed == 1 else 's'}")
    if applied.decision_id is not None:
        output.say(f"Take it back with `mdm undo {applied.decision_id}`")
