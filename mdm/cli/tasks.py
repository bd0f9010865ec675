"""Commands about steward tasks: list them, show one with its evidence, decide one or many."""

from typing import Annotated, Any, Literal

import typer

from mdm.cli import output, session
from mdm.cli.arguments import AsOf, DryRun, Hold, Reason, Supersede
from mdm.cli.decisions import carry_out, show_many
from mdm.cli.explain import show_evidence
from mdm.cli.output import Json

HELP = "What stewards should look at: list, show, claim, decide, and what else one does with a task."
app = typer.Typer()
TaskId = Annotated[str, typer.Argument(metavar="TASK", help="A task, as `mdm tasks list` shows it.")]


@app.command("list")
def listed(  # noqa: PLR0913  what can be asked for
    *,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only this entity type.")] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            help="Of this kind: review, contradiction, oversized, unmapped_code, conflict, weak_bridge, constraint,"
            " source_merge or hierarchy_cycle."
        ),
    ] = None,
    status: Annotated[Literal["open", "closed"], typer.Option(help="Open or closed ones.")] = "open",
    assigned_to: Annotated[str | None, typer.Option(help="Only what this person should do; me is yourself.")] = None,
    escalated_to: Annotated[str | None, typer.Option(help="Only what this person is asked about.")] = None,
    claimed_by: Annotated[str | None, typer.Option(help="Only what this person holds.")] = None,
    snoozed: Annotated[bool | None, typer.Option(help="Only those that sleep, or only those that do not.")] = None,
    proposed: Annotated[
        bool | None, typer.Option(help="Only those that an open proposal would decide, or only others.")
    ] = None,
    cursor: Annotated[str | None, typer.Option(help="Go on from here: `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most to list.")] = 20,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """List tasks by priority and age, the likeliest matches first.

    Example: mdm tasks list --type customer --claimed-by me
    """
    from mdm.services.stewarding import tasks

    with session.opened() as hub:
        page = tasks.page(
            hub, entity_type=entity_type, kind=kind, status=status, assigned_to=session.person(assigned_to),
            escalated_to=session.person(escalated_to), claimed_by=session.person(claimed_by), snoozed=snoozed,
            proposed=proposed, cursor=cursor, limit=limit, as_of=as_of,
        )  # fmt: skip
    if as_json:
        output.print_json(page)
        return
    rows = [
        (one["id"], one["kind"], one["entity_type"], one["priority"], one["records"], _about(one))
        for one in page["items"]
    ]
    output.print_table(f"{status.capitalize()} tasks", ("task", "kind", "type", "priority", "records", "about"), rows)
    if page["next"]:
        output.say(f"There are more: --cursor {page['next']}")


def _about(task: dict[str, Any]) -> str:
    about = task["about"]
    if about is None:
        return ""
    if "constraints" in about:
        return "; ".join(map(_words, about["constraints"]))
    if "cycle" in about:
        return f"{about['attribute']} leads round in a circle"
    if "candidates" in about:
        held = "" if about["candidates"] is None else f" ({len(about['candidates'])} candidates)"
        return f"{about['attribute']} of {about['golden_id']}{held}"
    held = "" if about["records"] is None else f" ({about['records']:,} records)"
    return f"{about['value']} of {about['source']} in {about['list']}{held}"


def _words(constraint: dict[str, Any]) -> str:
    days = f" on overlapping days ({', '.join(constraint['overlapping'])})" if constraint["overlapping"] else ""
    source = " in one source" if constraint["of_one_source"] else ""
    return f"different {' and '.join(constraint['different'])}{days}{source}"


@app.command()
def show(task_id: TaskId, *, as_of: AsOf = None, as_json: Json = False) -> None:
    """Show one task: two records side by side with the evidence, a value without a code, or values in conflict.

    Example: mdm tasks show TASK
    """
    from mdm.services.stewarding import tasks

    with session.opened() as hub:
        task = tasks.get(hub, task_id, as_of=as_of)
    if as_json:
        output.print_json(task)
        return
    print_task(task, now=as_of is None)


def print_task(task: dict[str, Any], *, now: bool = True) -> None:
    """Print one task for people: what it is about, who is at it, and how it is decided, if it is of now."""
    output.say(f"{task['id']}: {task['kind']}, {task['status']}, priority {task['priority']}, {task['entity_type']}")
    _show_work(task)
    output.say(f"Records: {', '.join(task['records'])}")
    if task["about"]:
        _show_about(task, now=now)
    if task["preview"]:
        _show_preview(task["preview"], now=now)
    if task["evidence"]:
        show_evidence(task["evidence"])
    if task["status"] == "open" and task["evidence"] and now:
        output.say(f"Decide: mdm tasks decide {task['id']} --verdict same|distinct|related --reason ...")


def _show_work(task: dict[str, Any]) -> None:
    claim, escalated, proposed = task["claim"], task["escalated"], task["proposed"]
    said = [
        f"Due {task['due']}" if task["due"] else "",
        f"assigned to {task['assigned_to']}" if task["assigned_to"] else "",
        f"held by {claim['by']} until {claim['until']}" if claim else "",
        f"snoozed until {task['snoozed_until']}" if task["snoozed_until"] else "",
    ]
    if any(said):
        output.say(", ".join(filter(None, said)))
    if proposed:
        awaits = f"comes into force at {proposed['due']}" if proposed["due"] else "waits for a second person"
        output.say(f"Decided by {proposed['by']} as {proposed['proposal_id']}, which {awaits}")
    if escalated:
        output.say(f"{escalated['by']} asks {escalated['to']}: {escalated['question'] or '(erased)'}")
    for one in task["comments"]:
        output.say(f"{one['author']}, {one['at'][:10]}: {one['text'] or '(erased)'}")


def _show_about(task: dict[str, Any], *, now: bool) -> None:
    about = task["about"]
    if "constraints" in about:
        _show_constraints(task, about["constraints"])
        return
    if "cycle" in about:
        _show_cycle(about)
        return
    if "candidates" in about:
        _show_candidates(task, about)
        return
    held = f" of {about['records']:,} records" if now else ""
    output.say(f"No code of {about['list']} stands for {about['value']!r}, which {about['source']} sends as the"
               f" {about['attribute']}{held}.")  # fmt: skip
    rows = [(one["code"], one["label"], one["score"]) for one in about["suggestions"]]
    if rows:
        output.print_table("Nearest codes", ("code", "label", "nearness"), rows)
    if task["status"] == "open" and now:
        output.say(f"Decide: mdm tasks decide {task['id']} --code CODE --reason ...")


def _show_constraints(task: dict[str, Any], constraints: list[dict[str, Any]]) -> None:
    for one in constraints:
        title = f"Would be one, but no golden record may have {_words(one)}"
        rows = [(name, *both) for name, both in one["values"].items()]
        output.print_table(title, ("attribute", *task["records"]), rows)


def _show_cycle(about: dict[str, Any]) -> None:
    if about["cycle"] is None:
        output.say(f"{about['attribute']} led round in a circle.")
        return
    rows = [
        (one["golden_id"], one["label"], one["to"], one["key"], one["source"] or "a person", one["trust"],
         "set aside" if one["set_aside"] else "counts")
        for one in about["cycle"]
    ]  # fmt: skip
    columns = ("golden ID", "label", "leads to", "says the record", "of", "trust", "this edge")
    spans = [output.days(one["valid_from"], one["valid_to"]) for one in about["days"]]
    days = "" if spans == [""] else f" (half-open days: {', '.join(spans)})"
    output.print_table(f"{about['attribute']} leads round in a circle{days}", columns, rows)
    output.say(f"What is set aside is {about['because']}. Mend the data at its source, or override the reference.")


def _show_candidates(task: dict[str, Any], about: dict[str, Any]) -> None:
    if about["candidates"] is None:
        output.say(f"{about['attribute']} of {about['golden_id']}: several values were as good as one another.")
        return
    columns = ("source", "source_id", "value", "event_time", "trust")
    rows = [[one.get(name) for name in columns] for one in about["candidates"]]
    title = f"{about['attribute']} of {about['golden_id']}: as good as one another by {about['strategy']}"
    output.print_table(title, [name.replace("_", " ") for name in columns], rows)
    if task["status"] == "open":
        output.say(f"Decide: mdm tasks decide {task['id']} --pick KEY --reason ...")


def _show_preview(preview: dict[str, Any], *, now: bool) -> None:
    left, right = preview["golden_records"]
    names = sorted({*left["attributes"], *right["attributes"]})
    rows = [(name, left["attributes"].get(name), right["attributes"].get(name)) for name in names]
    output.print_table(
        f"Golden records {'now' if now else 'then'}", ("attribute", left["golden_id"], right["golden_id"]), rows
    )
    output.say(f"If they are the same, {preview['same']['golden_id']} stays.")


@app.command()
def decide(  # noqa: PLR0913  a command's options are its parameters
    task_id: TaskId,
    *,
    verdict: Annotated[
        Literal["same", "distinct", "related"] | None, typer.Option(help="What the two records are.")
    ] = None,
    code: Annotated[str | None, typer.Option(help="The code that an unmapped value stands for.")] = None,
    pick: Annotated[
        str | None, typer.Option(metavar="KEY", help="The source record whose value is true, of values in conflict.")
    ] = None,
    reason: Reason,
    etag: Annotated[str | None, typer.Option(help="Refuse if the task has changed since it had this etag.")] = None,
    supersede: Supersede = False,
    hold: Hold = 0,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Say whether two records are the same, which code a value stands for, or whose value is true.

    Example: mdm tasks decide TASK --verdict distinct --reason "two branches of one group"
    """
    from mdm.services.stewarding import tasks
    from mdm.services.stewarding.intents import Intent

    if [verdict, code, pick].count(None) != 2:
        raise typer.BadParameter("give --verdict for a task about records, --code for a value, --pick for a conflict")
    with session.opened() as hub:
        task = tasks.get(hub, task_id)
        about = task["about"] or {}
        parts = {
            "task_id": task_id, "verdict": verdict, "code": code,
            "picks": None if pick is None else {about.get("attribute", ""): pick},
            "etag": etag or task["etag"], "reason": reason, "supersede": supersede,
        }  # fmt: skip
        carry_out(hub, Intent("decide_task", parts), hold=hold, dry_run=dry_run, as_json=as_json)


@app.command("decide-many")
def decide_many(  # noqa: PLR0913  a command's options are its parameters
    *,
    entity_type: Annotated[str, typer.Option("--type", help="The entity type.")],
    kind: Annotated[Literal["review", "contradiction"], typer.Option(help="The kind of task.")] = "review",
    min_probability: Annotated[float | None, typer.Option(min=0, max=1, help="Pairs at least so likely.")] = None,
    max_probability: Annotated[float | None, typer.Option(min=0, max=1, help="Pairs at most so likely.")] = None,
    verdict: Annotated[Literal["same", "distinct", "related"], typer.Option(help="What the two records are.")],
    reason: Reason,
    supersede: Supersede = False,
    hold: Hold = 0,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Decide all open tasks that are meant at once: one decision, taken back by one undo. See first with --dry-run.

    Those that are decided already, or that you hold in hand, are not among them.

    Example: mdm tasks decide-many --type customer --min-probability 0.95 --verdict same --reason "sample of 50 checked"
    """
    from mdm.services.stewarding import bulk_decisions
    from mdm.services.stewarding.intents import Intent

    with session.opened() as hub:
        wanted = bulk_decisions.Matching(entity_type, kind, min_probability, max_probability)
        chosen = bulk_decisions.choose(hub, wanted, author=session.author())
        if dry_run:
            found = bulk_decisions.preview_many(
                hub, chosen, verdict, reason=reason, author=session.author(), supersede=supersede
            )
            _show_many(found, as_json=as_json)
            return
        parts = {"tasks": [[*one] for one in chosen], "verdict": verdict, "reason": reason, "supersede": supersede}
        carry_out(hub, Intent("decide_tasks", parts), hold=hold, dry_run=False, as_json=as_json)


def _show_many(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.print_json({"dry_run": True, "decision_id": None, "seq": None, **found})
        return
    output.say("Nothing was written. This would come of it:")
    show_many(found["totals"]["tasks"], found["left_out"])
    output.say(f"Golden IDs that would redirect: {found['totals']['redirects']:,}")
    for need in found["needs"]:
        output.say(f"A second person would have to approve it: {need}")
    for title, rows in (("What speaks most against it", found["worst"]), ("A sample", found["sample"])):
        columns = ("task", "records", "match weight", "probability")
        shown = [(one["id"], one["records"], one["match_weight"], one["match_probability"]) for one in rows]
        output.print_table(title, columns, shown)
