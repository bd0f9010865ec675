"""The program `mdm`: every command under one roof, and every refusal told in one line."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from mdm.cli import (
    audit,
    codes,
    decisions,
    divergence,
    explain,
    export,
    files,
    find,
    forecast,
    golden,
    hierarchy,
    history,
    hub,
    keys,
    proposals,
    quality,
    quarantine,
    rates,
    readiness,
    records,
    references,
    refetches,
    relations,
    rules,
    second_opinions,
    serving,
    source_merges,
    stats,
    task_work,
    users,
)
from mdm.cli.output import complain, complain_about
from mdm.errors import HubError
from mdm.installed import installed_version

REFUSED, INTERRUPTED = 1, 130
HELP = "A master data hub: golden records with permanent IDs, from every copy a firm keeps."


class Shell(TyperGroup):
    """The group of all commands; what the hub refuses ends in one clear line and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except HubError as error:
            complain_about(error)
            raise typer.Exit(REFUSED) from None
        except BrokenPipeError:
            raise  # the reader has seen enough: typer ends without a word
        except OSError as error:
            complain(f"mdm: {f'{error.filename}: ' if error.filename else ''}{error.strerror or error}")
            raise typer.Exit(REFUSED) from None
        except KeyboardInterrupt:
            complain("mdm: interrupted; a hub keeps what was acknowledged, and the same command goes on from there")
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    name="mdm", cls=Shell, help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)  # fmt: skip
MODULES = (
    hub, serving, records, find, golden, rates, relations, history, forecast, explain, export, decisions, quality,
    divergence, readiness, stats, files,
)  # fmt: skip
for module in MODULES:
    for command in module.COMMANDS:
        app.command(command.__name__.rstrip("_").replace("_", "-"))(command)
for noun, group in (
    ("tasks", task_work), ("proposals", proposals), ("quarantine", quarantine), ("rules", rules), ("codes", codes),
    ("references", references), ("refetches", refetches), ("hierarchy", hierarchy), ("rates", rates), ("key", keys),
    ("user", users), ("audit", audit), ("source-merges", source_merges), ("second-opinions", second_opinions),
):  # fmt: skip
    app.add_typer(group.app, name=noun, help=group.HELP, no_args_is_help=True)


def _show_version(wanted: bool) -> None:  # noqa: FBT001  as typer calls it
    if wanted:
        typer.echo(f"mdm {installed_version()}")
        raise typer.Exit


@app.callback(help=HELP)
def program(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Take what stands before a command."""


PROGRAM = get_command(app)
"""What typer makes of it all, once and not at every call: that takes longer than most commands."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit: 0 success, 1 a refused input, 2 wrong usage."""
    PROGRAM(list(sys.argv[1:] if arguments is None else arguments), prog_name="mdm")
