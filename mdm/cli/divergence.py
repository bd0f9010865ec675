"""The command about divergence: which systems disagree with golden records, and what each should say."""

import csv
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import AsOf, On
from mdm.cli.output import Json

Document = dict[str, Any]
COLUMNS = (
    "golden_id", "entity_type", "attribute", "source", "source_id", "value", "take", "golden_value", "because", "since",
    "recorded_at",
)  # fmt: skip


def divergence(  # noqa: PLR0913  what can be asked for
    key: Annotated[str | None, typer.Argument(metavar="KEY", help="A golden ID, or a source record.")] = None,
    *,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only this entity type.")] = None,
    source: Annotated[str | None, typer.Option(help="Only what this source says.")] = None,
    attribute: Annotated[str | None, typer.Option(help="Only this attribute.")] = None,
    cursor: Annotated[str | None, typer.Option(help="Go on from here: `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most to show.")] = 100,
    out: Annotated[str | None, typer.Option(metavar="FILE", help="Write all of it to a csv file instead.")] = None,
    by_day: Annotated[bool, typer.Option("--by-day", help="Count what opened and closed on each day.")] = False,
    as_of: AsOf = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Show where source records say something else than their golden record, and what they should say.

    A source that says nothing is incomplete and not listed here: see mdm quality. With --as-of it tells what stood
    then, without what systems should say; with --on, of dated lines and values, what disagrees on that day; with
    --by-day how many opened, closed and were open.

    Example: mdm divergence --type customer --source psa --attribute tax_id
    """
    from mdm.services.watching import divergence as service

    output.ensure_one_answer(out, as_json=as_json)
    wanted = service.Wanted(entity_type, source, attribute, cursor, limit)
    with session.opened() as hub:
        if by_day:
            found: Document = service.counts(hub, wanted)
        elif out is not None:
            found = {"file": out, "divergences": _write(out, service.export(hub, wanted, as_of=as_of, on=on))}
        elif key is not None:
            found = service.of_one(hub, session.golden_id(hub, key, as_of=as_of), as_of=as_of, on=on)
        else:
            found = service.page(hub, wanted, as_of=as_of, on=on)
    if as_json:
        output.print_json(found)
    elif by_day:
        rows = [(one["day"], one["opened"], one["closed"], one["open"]) for one in found["items"]]
        output.print_table("Disagreements by day", ("day", "opened", "closed", "open at its end"), rows)
    elif out is not None:
        with output.beside(out):
            output.say(f"{out}: {found['divergences']:,} disagreements")
    else:
        _print(found)


def _print(found: Document) -> None:
    rows = [
        (one["golden_id"], one["label"], one["attribute"], f"{one['source']}:{one['source_id']}", one["value"],
         "; ".join(filter(None, (output.words(one.get("take")), one.get("because")))), one["recorded_at"])
        for one in found["items"]
    ]  # fmt: skip
    if rows:
        columns = ("golden ID", "label", "attribute", "said by", "says", "should say", "since")
        output.print_table("Systems disagree with the golden record", columns, rows)
    else:
        output.say("No system says anything else")
    if found.get("next"):
        output.say(f"There are more: --cursor {found['next']}")


def _write(out: str, items: Iterable[Document]) -> int:
    from mdm.publish.cells import spreadsheet_safe
    from mdm.services.whole_files import whole_file

    count = 0
    with whole_file(out) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for count, item in enumerate(items, start=1):  # noqa: B007  the last one is the number of rows
            writer.writerow([spreadsheet_safe(output.words(item.get(name))) for name in COLUMNS])
    return count


COMMANDS = (divergence,)
