"""Commands about rules: what an entity type is, how it matches, and what survives."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mdm.cli import output, session
from mdm.cli.output import Json
from mdm.errors import UnreadableFile

if TYPE_CHECKING:
    from mdm.entity_types import EntityType

HELP = "Entity types as YAML documents: check, show, apply."
app = typer.Typer()
RulesFile = Annotated[str, typer.Argument(metavar="FILE", help="A YAML file; - for standard input.")]


@app.command()
def check(file: RulesFile, *, as_json: Json = False) -> None:
    """Check a rules document without applying it; each fault names its path and the nearest valid word.

    Example: mdm rules check supplier.yaml
    """
    from mdm.services import rules

    _tell(rules.check(_text(file), file=file), "is valid", as_json=as_json)


@app.command()
def show(
    entity_type: Annotated[str | None, typer.Argument(metavar="TYPE", help="Left out: list the entity types.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the rules document in force for an entity type, or which entity types there are.

    Example: mdm rules show customer
    """
    from mdm.services import rules

    with session.opened() as hub:
        if entity_type is None:
            _list(list(hub.entity_types().values()), as_json=as_json)
            return
        text, version = rules.show(hub, entity_type), hub.entity_type(entity_type).version
    if as_json:
        output.print_json({"entity_type": entity_type, "version": version, "document": text})
    else:
        sys.stdout.write(text)


@app.command()
def apply(file: RulesFile, *, as_json: Json = False) -> None:
    """Install or replace an entity type, and resolve its records under the new rules.

    Example: mdm rules apply supplier.yaml
    """
    from mdm.services import rules

    text = _text(file)
    with session.opened() as hub, output.progress("Resolving under the new rules"):
        entity_type = rules.apply(hub, text, file=file, author=session.author())
    _tell(entity_type, "is in force", as_json=as_json)


def _text(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{file}: byte {error.start + 1} is not UTF-8; save the rules as UTF-8") from None


def _tell(entity_type: "EntityType", what: str, *, as_json: bool) -> None:
    if as_json:
        output.print_json({"entity_type": entity_type.entity_type, "version": entity_type.version})
    else:
        output.say(f"{entity_type.entity_type} {what} (rules version {entity_type.version})")


def _list(entity_types: "list[EntityType]", *, as_json: bool) -> None:
    columns = ("entity_type", "id_prefix", "version", "attributes")
    rows = [(one.entity_type, one.id_prefix, one.version, list(one.attributes)) for one in entity_types]
    if as_json:
        output.print_json({"items": [dict(zip(columns, row, strict=True)) for row in rows]})
    else:
        output.print_table("Entity types", [name.replace("_", " ") for name in columns], rows)
