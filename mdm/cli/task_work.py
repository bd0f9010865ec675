"""Commands of a steward at work beside others: claim, release, skip, snooze, escalate, assign, comment."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.output import Json
from mdm.cli.tasks import HELP, TaskId, app, print_task
from mdm.services.stewarding.choosing import OpenView, Order

if TYPE_CHECKING:
    from mdm.log import Author
    from mdm.services.hub import Hub

__all__ = ["HELP", "app"]
Seconds = Annotated[
    int | None, typer.Option(min=1, max=86_400, help="How long to hold it; MDM_LEASE_SECONDS when left out.")
]
Person = Annotated[str, typer.Option("--to", help="key:ID of a key, or cli:USER; me is yourself.")]


@app.command("claim-next")
def claim_next(  # noqa: PLR0913  what can be asked for
    *,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only this entity type.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    view: Annotated[OpenView, typer.Option(help="How you stand to it.")] = "all",
    order: Annotated[Order, typer.Option(help="What comes first.")] = "urgent",
    min_probability: Annotated[float | None, typer.Option(min=0, max=1, help="At least so likely a match.")] = None,
    max_probability: Annotated[float | None, typer.Option(min=0, max=1, help="At most so likely a match.")] = None,
    seconds: Seconds = None,
    as_json: Json = False,
) -> None:
    """Claim the first task that nobody else holds, the most urgent if no order is asked for, and show it.

    Example: mdm tasks claim-next --type customer --order likeliest --min-probability 0.9
    """
    from mdm.services.stewarding import task_work
    from mdm.services.stewarding.queue import Choice

    choice = Choice(entity_type, kind, view, order, min_probability, max_probability)
    with session.opened() as hub:
        task = task_work.claim_next(hub, author=session.author(), choice=choice, seconds=seconds)
    if as_json:
        output.print_json(task)
    elif task is None:
        output.say("No task is free.")
    else:
        print_task(task)


@app.command()
def claim(task_id: TaskId, *, seconds: Seconds = None, as_json: Json = False) -> None:
    """Hold a task so that nobody else decides it; claiming it again holds it longer.

    Example: mdm tasks claim TASK --seconds 600
    """
    from mdm.services.stewarding import task_work

    task = _act(lambda hub, author: task_work.claim(hub, task_id, author=author, seconds=seconds))
    _tell(task, f"{task_id} is yours until {_until(task)}.", as_json=as_json)


@app.command()
def release(task_id: TaskId, *, as_json: Json = False) -> None:
    """Give a claimed task back.

    Example: mdm tasks release TASK
    """
    from mdm.services.stewarding import task_work

    task = _act(lambda hub, author: task_work.release(hub, task_id, author=author))
    _tell(task, f"Nobody holds {task_id}.", as_json=as_json)


@app.command()
def skip(task_id: TaskId, *, as_json: Json = False) -> None:
    """Pass over a task: claim-next leaves it out for you until what it shows changes.

    Example: mdm tasks skip TASK
    """
    from mdm.services.stewarding import task_work

    task = _act(lambda hub, author: task_work.skip(hub, task_id, author=author))
    _tell(task, f"{task_id} is left out for you until what it shows changes.", as_json=as_json)


@app.command()
def snooze(
    task_id: TaskId,
    *,
    until: Annotated[str, typer.Option(metavar="DATE", help="The day it comes back.")],
    as_json: Json = False,
) -> None:
    """Put a task off until a day; claiming it by its id wakes it.

    Example: mdm tasks snooze TASK --until 2030-01-31
    """
    from mdm.services.stewarding import task_work

    task = _act(lambda hub, author: task_work.snooze(hub, task_id, until=until, author=author))
    _tell(task, f"{task_id} sleeps until {until}.", as_json=as_json)


@app.command()
def escalate(
    task_id: TaskId,
    *,
    to: Person,
    question: Annotated[str, typer.Option(help="What you want to know.")],
    as_json: Json = False,
) -> None:
    """Ask another person about a task; it is offered to nobody else until it is assigned or closed.

    Example: mdm tasks escalate TASK --to cli:anna --question "Is the branch in Graz a company of its own?"
    """
    from mdm.services.stewarding import task_work

    task = _act(lambda hub, author: task_work.escalate(hub, task_id, to=to, question=question, author=author))
    _tell(task, f"{to} is asked about {task_id}.", as_json=as_json)


@app.command()
def assign(
    task_id: TaskId,
    *,
    to: Annotated[
        str | None, typer.Option("--to", help="key:ID of a key, cli:USER, or me; left out, anybody may do it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say who should do a task, or that anybody may; that also ends an escalation.

    Example: mdm tasks assign TASK --to me
    """
    from mdm.services.stewarding import task_work

    person = session.person(to)
    task = _act(lambda hub, author: task_work.assign(hub, task_id, to=person, author=author))
    _tell(task, f"{task_id} is for {task['assigned_to'] or 'anybody'}.", as_json=as_json)


@app.command()
def comment(
    task_id: TaskId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What there is to say.")],
    *,
    as_json: Json = False,
) -> None:
    """Say something about a task; comments stay with it for ever. @anna tells the account anna, if it may work on it.

    Example: mdm tasks comment TASK "@anna: their accounts department will call back"
    """
    from mdm.services.stewarding import task_work

    task = _act(lambda hub, author: task_work.comment(hub, task_id, text=text, author=author))
    said = task["comments"][-1]
    words = [f"Your comment stands with {task_id}."]
    words += [f"{', '.join(said['mentions'])} will see it."] if said["mentions"] else []
    if said["unknown_names"]:
        words.append(f"Nobody who may work on it is called {', '.join(said['unknown_names'])}.")
    _tell(task, " ".join(words), as_json=as_json)


@app.command()
def mentions(
    *,
    person: Annotated[
        str | None, typer.Option("--of", metavar="PERSON", help="Such as user:anna; you, if left out.")
    ] = None,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only this entity type.")] = None,
    as_json: Json = False,
) -> None:
    """List the comments that name a person and that they have not read, the newest first.

    Example: mdm tasks mentions --of user:anna
    """
    from mdm.services.stewarding import mentions as service

    with session.opened() as hub:
        found = service.unread(hub, person or session.author().actor, entity_type=entity_type, limit=1_000)
    if as_json:
        output.print_json(found)
        return
    rows = [[one["task_id"], one["by"], one["at"][:10], one["text"] or "(erased)"] for one in found["items"]]
    output.print_table("Mentions", ("task", "by", "on", "what"), rows)


@app.command()
def read(task_id: TaskId, *, as_json: Json = False) -> None:
    """Say that you have read what was said to you in the comments on a task.

    Example: mdm tasks read TASK
    """
    from mdm.services.stewarding import task_work

    task = _act(lambda hub, author: task_work.read(hub, task_id, author=author))
    _tell(task, f"What was said to you at {task_id} is read.", as_json=as_json)


def _act(act: Callable[["Hub", "Author"], dict[str, Any]]) -> dict[str, Any]:
    with session.opened() as hub:
        return act(hub, session.author())


def _until(task: dict[str, Any]) -> str:
    return str(task["claim"]["until"])[:19].replace("T", " ") + " UTC"


def _tell(task: dict[str, Any], line: str, *, as_json: bool) -> None:
    if as_json:
        output.print_json(task)
    else:
        output.say(line)
