"""Commands about blind second opinions: give one, see how far people agree, settle a disagreement."""

from typing import Annotated, Any, Literal

import typer

from mdm.cli import output, session
from mdm.cli.arguments import Reason
from mdm.cli.output import Json

HELP = "Blind second opinions on decided tasks: list, show, give; agreement, answers, settle."
app = typer.Typer()
TaskId = Annotated[str, typer.Argument(metavar="TASK", help="A task, such as task_5f1e0c9a7b3d2e4f6a8b.")]
Answer = Annotated[Literal["same", "distinct", "related"], typer.Option("--verdict", help="What the two records are.")]
OfType = Annotated[str | None, typer.Option("--type", help="Only this entity type.")]
Document = dict[str, Any]


@app.command("list")
def listed(*, entity_type: OfType = None, as_json: Json = False) -> None:
    """List decided tasks on which you may give a second opinion: none that you decided yourself.

    Example: mdm second-opinions list --type customer
    """
    from mdm.services.stewarding import second_opinions

    with session.opened() as hub:
        page = second_opinions.waiting(hub, session.author().actor, entity_type=entity_type, limit=1_000)
    if as_json:
        output.print_json(page)
        return
    rows = [[one["id"], one["entity_type"], one["kind"], *one["records"]] for one in page["items"]]
    output.print_table("Second opinions", ("task", "entity type", "kind", "left", "right"), rows)


@app.command()
def show(task_id: TaskId, *, as_json: Json = False) -> None:
    """Show the two records of a decided task as they were before, without the answer.

    Example: mdm second-opinions show task_5f1e0c9a7b3d2e4f6a8b
    """
    from mdm.services.stewarding import second_opinions

    with session.opened() as hub:
        found = second_opinions.look(hub, task_id, who=session.author().actor)
    if as_json:
        output.print_json(found)
        return
    columns = ("attribute", *(one["key"] for one in found["records"]), "is", "what is seen")
    rows = [[one["attribute"], *map(output.words, one["values"]), one["state"], one["words"] or ""]
            for one in found["attributes"]]  # fmt: skip
    output.print_table(found["task"]["id"], columns, rows)


@app.command()
def give(task_id: TaskId, *, verdict: Answer, reason: Reason, as_json: Json = False) -> None:
    """Give a second opinion; it is kept beside the first answer and changes nothing.

    Example: mdm second-opinions give task_5f1e0c9a7b3d2e4f6a8b --verdict distinct --reason "two branches"
    """
    from mdm.services.stewarding import second_opinions

    with session.opened() as hub:
        found = second_opinions.give(hub, task_id, verdict, reason=reason, author=session.author())
    if as_json:
        output.print_json(found)
        return
    output.say("The two answers agree." if found["agrees"] else "The two answers differ: a third person settles it.")


@app.command()
def agreement(
    *,
    entity_type: OfType = None,
    since: Annotated[str | None, typer.Option(metavar="T", help="Of opinions given from then on.")] = None,
    as_json: Json = False,
) -> None:
    """Show how far people agree, by rule and by person; kappa is agreement beyond chance.

    Example: mdm second-opinions agreement --since 2026-01-01
    """
    from mdm.services.stewarding import agreement as service

    with session.opened() as hub:
        found = service.agreement(hub, entity_type=entity_type, since=since)
    if as_json:
        output.print_json(found)
        return
    said = "" if found["kappa"] is None else f", kappa {found['kappa']}"
    output.say(f"{found['agreed']} of {found['answered']} agree{said}; {found['waiting']} wait for a second opinion")
    output.say("{agreed} of {answered} automatic matches are upheld".format(**found["matches"]))
    output.say(f"{found['disagreements']} disagreements wait for a third person")
    for title, entries in (("By rule", found["rules"]), ("By person", found["people"])):
        if entries:
            output.print_table(title, [name.replace("_", " ") for name in entries[0]],
                               [list(one.values()) for one in entries])  # fmt: skip


@app.command()
def answers(
    *,
    entity_type: OfType = None,
    apart: Annotated[bool, typer.Option("--apart", help="Only disagreements that nobody has settled yet.")] = False,
    cursor: Annotated[str | None, typer.Option(help="Go on from here: `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most to list.")] = 20,
    as_json: Json = False,
) -> None:
    """List second opinions with both answers, the newest first.

    Example: mdm second-opinions answers --apart
    """
    from mdm.services.stewarding import agreement as service

    with session.opened() as hub:
        page = service.page(hub, entity_type=entity_type, apart=apart, cursor=cursor, limit=limit)
    if as_json:
        output.print_json(page)
        return
    columns = ("task", "entity type", "first", "second", "settled")
    output.print_table("Second opinions", columns, [
        [one["id"], one["entity_type"], *(_said(each) for each in (*one["answers"], one["settled"]))]
        for one in page["items"]
    ])  # fmt: skip
    if page["next"]:
        output.say(f"There are more: --cursor {page['next']}")


@app.command()
def settle(task_id: TaskId, *, verdict: Answer, reason: Reason, as_json: Json = False) -> None:
    """Say which of two answers holds, as neither of the two; where that is the second, it takes the first one's place.

    Example: mdm second-opinions settle task_5f1e0c9a7b3d2e4f6a8b --verdict distinct --reason "the register has two"
    """
    from mdm.services.stewarding import agreement as service

    with session.opened() as hub:
        found = service.settle(hub, task_id, verdict, reason=reason, author=session.author())
    if as_json:
        output.print_json(found)
        return
    output.say(f"Settled: {task_id} is {verdict}")


def _said(answer: Document | None) -> str:
    return "" if answer is None else f"{answer['verdict']} by {answer['person']}"
