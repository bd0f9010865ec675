"""Commands about the hub as a whole: set it up, and derive its state again from the log."""

from dataclasses import asdict
from typing import Annotated

import typer

from mdm.cli import output, session
from mdm.cli.output import Json


def init(
    *,
    grant_to: Annotated[
        str | None, typer.Option(metavar="ROLE", help="A role of PostgreSQL that server and worker run as.")
    ] = None,
    grant_reports_to: Annotated[
        str | None, typer.Option(metavar="ROLE", help="A role of PostgreSQL that reads the views for reports.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Migrate the database, install the shipped entity types, and make the first admin key.

    Safe to repeat: a hub that stands is only brought up to date. With --grant-to the role can do the hub's work, but
    owns no table, and facts it can only add; with --grant-reports-to it can read the views for reports, nothing else.

    Example: mdm init
    """
    from mdm.services.setup import initialise

    session.log_to_stderr("warning")
    chosen = session.settings()
    done = initialise(chosen, author=session.author(), grant_to=grant_to, grant_reports_to=grant_reports_to)
    if as_json:
        output.print_json(asdict(done))
        return
    output.say("The hub is ready." if done.created else "The hub was there already and is up to date.")
    output.say(f"Entity types: {', '.join(done.entity_types)}")
    if done.admin_key is not None:
        output.say(f"Admin key (shown this once, keep it): {done.admin_key}")
        output.say("For people who sign in: mdm user add NAME --role admin")


def rebuild(
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare with what stands and write nothing; exit 1 on a difference.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Derive all state again from the log.

    Records are taken in and resolved meanwhile, and readers see what stands. Only to catch up at the end and to replace
    it does a rebuild keep others from resolving; --verify keeps nobody waiting.

    Example: mdm rebuild --verify
    """
    from mdm.services import rebuild as service

    with session.opened() as hub, output.progress("Deriving all state again"):
        found = service.verify(hub) if verify else service.rebuild(hub)
    if as_json:
        output.print_json(asdict(found))
    else:
        output.say(f"{found.records:,} source records; digest of the log's state {found.digest_log}")
        if found.match:
            output.say("What stands is exactly what the log gives.")
    if not found.match:
        output.complain(
            f"mdm: what stands differs from what the log gives (digest {found.digest_live}): run `mdm rebuild`"
        )
        raise typer.Exit(1)


def backup(
    out: Annotated[str, typer.Argument(metavar="OUT", help="The file to write; it must not be there yet.")],
    *,
    as_json: Json = False,
) -> None:
    """Copy a hub in SQLite to a file, as it stands at one moment, while others read and write.

    To restore it, stop the server and put the file in the place of the hub's own.

    Example: mdm backup backup.db
    """
    from mdm.services import backup as service

    with session.opened() as hub:
        done = service.backup(hub, out)
    if as_json:
        output.print_json(asdict(done))
    else:
        output.say(f"{done.file}: {done.size:,} bytes, the log up to position {done.position:,}")


COMMANDS = (init, rebuild, backup)
