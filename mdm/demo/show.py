"""Prints how the demo firm came out."""

from typing import TYPE_CHECKING

from mdm.demo.built import Built

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def show(built: Built, console: "Console", *, url: str, serving: bool) -> None:
    """Print the tables, the keys and the commands worth trying."""
    console.print(_figures(built))
    console.print()
    console.print(_findings(built))
    for line in _lines(built, url=url, serving=serving):
        console.print(line, soft_wrap=True)


def _figures(built: Built) -> "Table":
    from rich.table import Table

    table = Table(title="The demo firm, against the truth", title_justify="left")
    counted = ("entity type", "source records", "golden records", "tasks")
    for heading in (*counted, "precision", "recall", "look-alikes merged", "seconds"):
        table.add_column(heading, justify="left" if heading == "entity type" else "right")
    for one in built.figures:
        counts = (f"{one.source_records:,}", f"{one.golden_records:,}", f"{one.tasks:,}")
        judged = (
            f"{one.precision:.4f}",
            f"{one.recall:.4f}",
            f"{one.traps_merged} of {one.traps:,}",
            f"{one.seconds:.1f}",
        )
        table.add_row(one.entity_type, *counts, *judged)
    return table


def _findings(built: Built) -> "Table":
    from rich.table import Table

    table = Table(title="What was planted, and what was found", title_justify="left")
    table.add_column("planted in the files")
    for heading in ("planted", "found"):
        table.add_column(heading, justify="right")
    for one in built.findings:
        table.add_row(one.what, f"{one.planted:,}", f"{one.found:,}")
    return table


def _lines(built: Built, *, url: str, serving: bool) -> list[str]:
    widest = max(map(len, built.keys))
    return [
        f"\nHub:   {built.database_url} (the firm's files are in {built.files}/)",
        f"URL:   {url}" + (" (Ctrl-C stops)" if serving else f" once it is served: {_serving(built)}"),
        "\nSign in at /sign-in (new passwords each time, shown this once):",
        *(f"  {name:<{widest}}  {password}" for name, password in built.passwords.items()),
        "\nA key for each role:",
        *(f"  {role:<{widest}}  {key}" for role, key in built.keys.items()),
        "\nWorth trying:",
        *(f"  {command}" for command in built.commands),
    ]


def _serving(built: Built) -> str:
    return built.commands[0].partition(" lookup ")[0] + " serve"
