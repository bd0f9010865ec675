"""Arguments that several commands take."""

from typing import Annotated, Any

import typer


def _key(written: str) -> Any:
    from mdm.log import Key

    if isinstance(written, Key):  # a default comes as it is
        return written
    try:
        return Key.parse(written)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _end(written: str) -> str:
    return str(_key(written)) if ":" in written or "_" not in written else written


KEY = typer.Argument(parser=_key, metavar="KEY", help="A source record: source:type:id.")
END = typer.Argument(parser=_end, metavar="KEY", help="A source record, source:type:id, or a golden ID.")
KEYS = typer.Argument(parser=_key, metavar="KEY...", help="Source records: source:type:id.")
GoldenId = Annotated[str, typer.Argument(metavar="ID", help="A golden ID, such as cus_0000042.")]
AsOf = Annotated[str | None, typer.Option(metavar="T", help="As it was at an ISO 8601 date or time, or log position.")]
On = Annotated[str | None, typer.Option(metavar="DATE", help="Of dated lines and values, those in force on that day.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever asks later.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")]
Hold = Annotated[
    int, typer.Option(metavar="SECONDS", min=0, max=60, help="Hold it for so long before it has any effect.")
]
Supersede = Annotated[bool, typer.Option("--supersede", help="Replace decisions in force that say the opposite.")]
