"""The command about what a golden record refers to, and what refers to it."""

from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import AsOf, GoldenId, On
from mdm.cli.history import title
from mdm.cli.output import Json

Document = dict[str, Any]


def relations(  # noqa: PLR0913  what can be asked for
    golden_id: GoldenId,
    *,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only what is of this type refers to it.")] = None,
    attribute: Annotated[str | None, typer.Option(help="Only what refers to it by this attribute.")] = None,
    on: On = None,
    cursor: Annotated[str | None, typer.Option(help="Go on from here: `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most golden records that refer to it.")] = 100,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show what a golden record refers to, what refers to it, and what a verdict calls related.

    Example: mdm relations cus_0000042 --type rate_card
    """
    from mdm.services.reading import relations as service

    wanted = service.Wanted(entity_type, attribute, cursor, limit, on)
    with session.opened() as hub:
        found = service.relations(hub, golden_id, wanted, as_of=as_of)
    if as_json:
        output.print_json(found)
        return
    _print(found)


def _said(key: Document) -> str:
    days = output.days(key.get("valid_from"), key.get("valid_to"))
    return f"{key['source']}:{key['source_id']}" + (f" {days}" if days else "")


def _print(found: Document) -> None:
    rows = [
        (one["attribute"], one["golden_id"] or one["keys"][0]["target"], one["label"], one["standing"],
         one["golden"], [_said(key) for key in one["keys"]])
        for one in found["refers_to"]
    ]  # fmt: skip
    columns: tuple[str, ...] = ("attribute", "leads to", "label", "standing", "survives", "said by")
    if rows:
        output.print_table(f"{title(found)} refers to", columns, rows)
    else:
        output.say(f"{title(found)} refers to nothing")
    referring = [
        (one["entity_type"], one["attribute"], one["golden_id"], one["label"],
         [f"{key['source']}:{key['source_id']}" for key in one["keys"]])
        for one in found["referred_by"]["items"]
    ]  # fmt: skip
    if referring:
        columns = ("entity type", "attribute", "golden ID", "label", "said by")
        output.print_table("Referred to by", columns, referring)
    if found["related"]:
        related = [
            (one["golden_id"], one["label"], [said["decision_id"] for said in one["verdicts"]])
            for one in found["related"]
        ]
        output.print_table("Related, and not the same", ("golden ID", "label", "decided by"), related)
    if found["referred_by"]["next"]:
        output.say(f"There are more: --cursor {found['referred_by']['next']}")


COMMANDS = (relations,)
