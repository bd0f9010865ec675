"""The commands about hierarchies: what stands above and below, and where systems disagree about it."""

from typing import Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import AsOf, GoldenId, On
from mdm.cli.history import title
from mdm.cli.output import Json

Document = dict[str, Any]
HELP = "What stands above and below golden records: show, mismatches."
app = typer.Typer()


@app.command()
def show(
    golden_id: GoldenId,
    *,
    attribute: Annotated[str | None, typer.Option(help="Which hierarchy, where the type has several.")] = None,
    depth: Annotated[int, typer.Option(min=0, max=100, help="How far down the tree is shown.")] = 3,
    on: On = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show ancestors, the tree below, and the roll-up of the whole group.

    Example: mdm hierarchy show le_0000042 --depth 2 --on 2026-03-01
    """
    from mdm.services.reading import hierarchy as service

    with session.opened() as hub:
        found = service.hierarchy(hub, golden_id, service.Wanted(attribute, depth, on), as_of=as_of)
    if as_json:
        output.print_json(found)
        return
    above = " < ".join(f"{one['golden_id']} {output.words(one['label'])}" for one in found["ancestors"])
    when = f" on {found['on']}" if found["on"] else ""
    output.say(f"{title(found)} by {found['attribute']}{when}: " + (f"below {above}" if above else "at the top"))
    if found["set_aside"]:
        output.say("What it says of its parent would close a cycle and is set aside.")
    _print_tree(found["tree"], 0)
    roll_up = found["roll_up"]
    records, levels = roll_up["golden_records"], len(roll_up["levels"])
    many = "s" if records > 1 else ""
    output.say(f"The group has {records:,} golden record{many} on {levels} level{'s' if levels > 1 else ''}.")
    rows = [("source records", source, count) for source, count in roll_up["source_records"].items()]
    referring = [
        ("referred to by", f"{one['entity_type']}.{one['attribute']}", one["golden_records"])
        for one in roll_up["referred_by"]
    ]
    output.print_table("In the group", ("", "of", "count"), [*rows, *referring])


def _print_tree(node: Document, depth: int) -> None:
    output.say(f"{'  ' * depth}{node['golden_id']} {output.words(node['label'])}{' …' if node['more'] else ''}")
    for child in node["children"]:
        _print_tree(child, depth + 1)


@app.command()
def mismatches(
    *,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only this entity type.")] = None,
    cursor: Annotated[str | None, typer.Option(help="Go on from here: `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most golden records to show.")] = 100,
    on: On = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show where systems disagree about the parent of a golden record, with each system's version.

    Example: mdm hierarchy mismatches --type legal_entity
    """
    from mdm.services.watching import hierarchy_mismatches as service

    with session.opened() as hub:
        found = service.mismatches(hub, service.Wanted(entity_type, cursor, limit, on), as_of=as_of)
    if as_json:
        output.print_json(found)
        return
    rows = [
        (one["golden_id"], one["label"], one["attribute"], f"{said['source']}:{said['source_id']}",
         said["golden_id"], said["label"], output.days(one["valid_from"], one["valid_to"]))
        for one in found["items"]
        for said in one["versions"]
    ]  # fmt: skip
    if rows:
        columns = ("golden ID", "label", "attribute", "said by", "leads to", "label there", "days")
        shown = len(columns) if any(row[-1] for row in rows) else len(columns) - 1
        output.print_table("Systems disagree about what is above", columns[:shown], [row[:shown] for row in rows])
    else:
        output.say("No system disagrees with another about what is above")
    for one in found["items"]:
        for task in one["reviews"]:
            output.say(f"The parents of {one['golden_id']} may be one thing: mdm tasks show {task}")
    if found["next"]:
        output.say(f"There are more: --cursor {found['next']}")
