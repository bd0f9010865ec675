"""Takes in crosswalk files of an old master, and says what became of their rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import typer

from mdm.cli import output, session


def run(files: Sequence[str], master: str | None, others: Mapping[str, object], *, as_json: bool) -> None:
    """Take in each file; `others` are options that say nothing about a crosswalk. Exits 1 where a row was refused."""
    from mdm.services.intake.crosswalk_files import MASTER, ingest_crosswalk

    for option, value in others.items():
        if value:
            raise typer.BadParameter("each row of a crosswalk says for itself what it is about", param_hint=option)
    summaries = []
    for path in files:
        with session.opened() as hub, output.progress(path) as progress:
            author = session.author()
            summaries.append(ingest_crosswalk(hub, path, master=master or MASTER, author=author, progress=progress))
    if as_json:
        output.print_json({"files": [asdict(summary) for summary in summaries]})
    else:
        columns = ("file", "rows", "accepted", "unchanged", "quarantined", "seconds", "batch")
        rows = [[getattr(summary, name) for name in columns] for summary in summaries]
        output.print_table("Links taken in and resolved", columns, rows)
        if not any(summary.accepted or summary.quarantined for summary in summaries):
            output.say("All of it was there already: nothing has changed.")
    rejected = sum(summary.quarantined for summary in summaries)
    if rejected:
        count = sum(summary.rows for summary in summaries)
        output.complain(f"mdm: {rejected:,} of {count:,} rows were refused and kept: see `mdm quarantine list`")
        raise typer.Exit(1)
