"""Commands for auditors: whether anybody has changed the log, and checkpoints to tell by."""

from dataclasses import asdict
from typing import Annotated

import typer

from mdm.cli import output, session
from mdm.cli.output import Json

HELP = "Whether history is what was once written: verify, checkpoint."
app = typer.Typer()
Checkpoints = Annotated[
    list[str], typer.Option("--checkpoint", metavar="FILE", help="Checkpoints of before, one a line; may be repeated.")
]


@app.command()
def verify(*, checkpoint: Checkpoints = [], as_json: Json = False) -> None:  # noqa: B006  typer copies it
    """Read the whole log and tell every edit, deletion, insertion and reordering in it; exit 1 if there is any.

    With checkpoints that were kept elsewhere, it also tells whether history was cut off or written anew as a whole.
    Nothing is written, and nobody waits.

    Example: mdm audit verify --checkpoint checkpoints.jsonl
    """
    from mdm.services import auditing

    kept = [one for file in checkpoint for one in auditing.read_checkpoints(file)]
    with session.opened() as hub, output.progress("Reading the log"):
        found = auditing.verify(hub, kept)
    if as_json:
        output.print_json(asdict(found))
    else:
        against = f", held against {len(kept):,} checkpoints" if len(kept) != 1 else ", held against a checkpoint"
        output.say(f"{found.facts:,} facts up to position {found.position:,}{against if kept else ''}")
        if found.match:
            output.say("Nothing has been changed, removed or put in between.")
    if not found.match:
        for one in found.findings[: output.SHOWN_FAULTS]:
            output.complain(f"mdm: fact {one.position}: {one.detail}")
        if len(found.findings) > output.SHOWN_FAULTS:
            output.complain(f"  and {len(found.findings) - output.SHOWN_FAULTS} more (see --json)")
        raise typer.Exit(1)


@app.command()
def checkpoint(*, as_json: Json = False) -> None:
    """Say how far the log goes, with the hash that binds everything up to there.

    Keep it, a line each time, where nobody who can write to the database can change it.

    Example: mdm audit checkpoint --json >> elsewhere/checkpoints.jsonl
    """
    from mdm.services import auditing

    with session.opened() as hub:
        found = auditing.checkpoint(hub)
    if as_json:
        output.print_json(asdict(found))
    else:
        output.say(f"{found.hub}: position {found.position:,}, recorded {found.recorded_at or 'never'}, {found.hash}")
