"""The command about readiness: may a business process start for a golden record, and what is missing."""

from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import AsOf, On
from mdm.cli.output import Json

Document = dict[str, Any]
NOT_READY = 1


def readiness(  # noqa: PLR0913  what can be asked for
    process: Annotated[str, typer.Argument(metavar="PROCESS", help="A process that an entity type declares.")],
    key: Annotated[str | None, typer.Argument(metavar="KEY", help="A golden ID, or a source record.")] = None,
    *,
    as_of: AsOf = None,
    on: On = None,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only this entity type.")] = None,
    ready: Annotated[bool | None, typer.Option("--ready/--not-ready", help="Only what is ready, or is not.")] = None,
    missing: Annotated[str | None, typer.Option(help="Only what lacks this: value, or system:erp.")] = None,
    cursor: Annotated[str | None, typer.Option(help="Go on from here: `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most golden records to show.")] = 100,
    as_json: Json = False,
) -> None:
    """Show whether golden records are ready for a process, and what each still lacks.

    Without --on it is as of the latest day that the hub has seen; with --as-of what was missing by what it knew then,
    and not what to do now. With KEY the exit code is 0 when it is ready and 1 when it is not, so that a script can
    wait for it.

    Example: mdm readiness quote_to_project crm:customer:0015g --on 2026-03-01
    """
    from mdm.services.watching import readiness as service

    with session.opened() as hub:
        if key is not None:
            found = service.of_one(hub, session.golden_id(hub, key, as_of=as_of), process, as_of=as_of, on=on)
        else:
            wanted = service.Wanted(entity_type, ready, missing, on, cursor, limit)
            found = service.page(hub, process, wanted, as_of=as_of)
    if as_json:
        output.print_json(found)
    elif key is not None:
        _print_one(found, past=as_of is not None)
    else:
        _print_page(found)
    if key is not None and not found["ready"]:
        raise typer.Exit(NOT_READY)


def _print_one(found: Document, *, past: bool) -> None:
    called = f"{found['golden_id']} {output.words(found['label'])}"
    state = f"{'was' if past else 'is'} {'ready' if found['ready'] else 'not ready'}"
    output.say(f"{called} {state} for {found['process']}" + (f" on {found['on']}" if found["on"] else ""))
    if found["missing"]:
        columns = ("what", "for", *(() if past else ("what to do",)))
        rows = [(one["what"], one.get("key"), *(() if past else (one["hint"],))) for one in found["missing"]]
        output.print_table("Missing then" if past else "Missing", columns, rows)


def _print_page(found: Document) -> None:
    anew = not any("recorded_at" in one for one in found["items"])
    columns = ["golden ID", "label", "ready", "missing", *([] if anew else ["since"])]
    rows = [
        (one["golden_id"], one["label"], one["ready"], [said["what"] for said in one["missing"]],
         *([] if anew else [one["recorded_at"]]))
        for one in found["items"]
    ]  # fmt: skip
    day = "" if found["on"] is None else f" on {found['on']}"
    output.print_table(f"Readiness for {found['process']}{day}", columns, rows)
    if found["outdated"]:
        output.say(f"{found['outdated']:,} answers are being judged anew after a wide change.")
    if found["next"]:
        output.say(f"There are more: --cursor {found['next']}")


COMMANDS = (readiness,)
