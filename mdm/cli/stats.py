"""The command about what the hub holds and what it brought."""

from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.output import Json

Document = dict[str, Any]


def stats(
    *,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Also what happened on each day since.")] = None,
    as_json: Json = False,
) -> None:
    """Show what the hub holds: duplicates removed, tasks decided, divergence, and what blocks processes most.

    Example: mdm stats --since 2026-03-01
    """
    from mdm.services.watching import measures

    with session.opened() as hub, output.progress("Counting"):
        found = measures.stats(hub, since=since)
    if as_json:
        output.print_json(found)
        return
    held = {name: one for name, one in found["entity_types"].items() if one["source_records"]}
    columns: tuple[str, ...] = (
        "entity type", "source records", "golden records", "duplicates removed", "open tasks", "decided",
        "seconds to decide", "divergence", "closed", "seconds to all systems",
    )  # fmt: skip
    output.print_table("What the hub holds", columns, [_row(name, one) for name, one in held.items()])
    rows = [
        (name, process, said["golden_records"], said["ready"], said["median_seconds_to_ready"],
         [f"{one['what']} ({one['golden_records']:,})" for one in said["blocked_by"][:3]])
        for name, one in held.items() for process, said in one["readiness"].items()
    ]  # fmt: skip
    if rows:
        columns = ("entity type", "process", "golden records", "ready", "seconds to ready", "blocked most by")
        output.print_table("Readiness", columns, rows)
    if since is not None:
        words = list(found["history"][0]) if found["history"] else []
        output.print_table("Day by day", [name.replace("_", " ") for name in words],
                           [[one[name] for name in words] for one in found["history"]])  # fmt: skip


def _row(name: str, one: Document) -> list[object]:
    tasks, apart = one["tasks"], one["divergence"]
    return [
        name, one["source_records"], one["golden_records"], one["duplicates_removed"], one["open_tasks"],
        tasks["decided"], tasks["median_seconds_to_decide"], apart["open"], apart["closed"],
        one["median_seconds_to_all_systems"],
    ]  # fmt: skip


COMMANDS = (stats,)
