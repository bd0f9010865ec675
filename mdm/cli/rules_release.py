"""Commands that compare rules and release them: diff, simulate, apply, roll back."""

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mdm.cli import output, session
from mdm.cli.arguments import DryRun
from mdm.cli.documents import read_text
from mdm.cli.output import Json

if TYPE_CHECKING:
    from mdm.services.hub import Hub
    from mdm.services.rulebook.rules_release import Release

Document = dict[str, Any]
AT_VERSION = re.compile(r"([a-z][a-z0-9_]*)@([0-9a-f]+)")
Release_ = Annotated[str, typer.Argument(metavar="FILE", help="A YAML file, - for standard input, or TYPE@VERSION.")]
Limit = Annotated[int, typer.Option(min=0, metavar="N", help="The most examples of each sort.")]
SHOWN = 20


def diff(
    left: Annotated[str, typer.Argument(metavar="LEFT", help="A YAML file, TYPE, or TYPE@VERSION.")],
    right: Annotated[
        str | None, typer.Argument(metavar="RIGHT", help="The same; left out, LEFT is compared with what is in force.")
    ] = None,
    *,
    text: Annotated[bool, typer.Option("--text", help="The lines that differ, not what they mean.")] = False,
    as_json: Json = False,
) -> None:
    """Compare two versions of an entity type by what they mean: layout, comments and order do not count.

    Example: mdm rules diff customer.yaml
    """
    from mdm.services.rulebook import rules, rules_diff

    with session.opened() as hub:
        later = _document(hub, left if right is None else right)
        after = rules.check(later, file=left if right is None else right)
        before, earlier = rules.show(hub, after.entity_type) if right is None else (None, _document(hub, left))
    before = before or rules.check(earlier, file=left)
    found = [one.json() for one in rules_diff.differences(before, after)]
    lines = rules_diff.text_diff(earlier, later, names=(before.version, after.version)) if text else None
    if as_json:
        versions = {"version_before": before.version, "version": after.version}
        output.print_json({"entity_type": after.entity_type, **versions, "differences": found, "text": lines})
    elif lines is not None:
        output.say(lines.rstrip("\n"))
    else:
        _print_differences(found)


def simulate(file: Release_, *, limit: Limit = SHOWN, as_json: Json = False) -> None:
    """Show what a rules document would do: clusters, IDs, values, tasks and verdicts; nothing is written.

    It is worked out on a copy of the hub, and nobody has to wait meanwhile.

    Example: mdm rules simulate customer.yaml
    """
    from mdm.services.rulebook import rules_release

    with session.opened() as hub, output.progress("Working it out on a copy"):
        report = rules_release.simulate(hub, _release(hub, file), author=session.author(), limit=limit)
    _print_report(report, as_json=as_json)


def apply(file: Release_, *, limit: Limit = SHOWN, as_json: Json = False) -> None:
    """Install or replace an entity type, resolve its records under the new rules, and show what that did.

    Example: mdm rules apply supplier.yaml
    """
    from mdm.services.rulebook import rules_release

    with session.opened() as hub, output.progress("Resolving under the new rules"):
        report = rules_release.apply(hub, _release(hub, file), author=session.author(), limit=limit)
    _print_report(report, as_json=as_json)


def rollback(
    entity_type: Annotated[str, typer.Argument(metavar="TYPE", help="An entity type.")],
    *,
    to: Annotated[
        str | None, typer.Option(metavar="VERSION", help="A version it had; left out, the one before.")
    ] = None,
    dry_run: DryRun = False,
    limit: Limit = SHOWN,
    as_json: Json = False,
) -> None:
    """Put an earlier rules version in force again: without later facts, everything is as it was under it.

    Example: mdm rules rollback customer
    """
    from mdm.services.rulebook import rules_release

    with session.opened() as hub, output.progress("Resolving under the earlier rules"):
        release = rules_release.going_back(hub, entity_type, to)
        carry_out = rules_release.simulate if dry_run else rules_release.apply
        report = carry_out(hub, release, author=session.author(), limit=limit)
    _print_report(report, as_json=as_json)


COMMANDS = (diff, simulate, apply, rollback)


def _release(hub: "Hub", named: str) -> "Release":
    from mdm.services.rulebook.rules_release import Release

    return Release(_document(hub, named), named)


def _document(hub: "Hub", named: str) -> str:
    """The text of a file, of the rules in force of a type, or of one version of them."""
    from mdm.services.rulebook import rules

    versioned = AT_VERSION.fullmatch(named)
    if versioned is not None:
        return rules.show(hub, versioned[1], version=versioned[2])[1]
    return rules.show(hub, named)[1] if named in hub.entity_types() else read_text(named)


def _print_report(report: Document, *, as_json: bool) -> None:
    for warning in report["warnings"]:
        output.complain(f"mdm: {warning}")
    if as_json:
        output.print_json(report)
        return
    if report["dry_run"]:
        output.say("Nothing was written. This would come of it:")
    becomes = "would be" if report["dry_run"] else "is"
    output.say(f"{report['entity_type']} {becomes} in force (rules version {report['version']})")
    if report["version_before"] is None:
        return
    _print_differences(report["differences"])
    _print_clusters(report)
    _print_values(report["values"])
    _print_tasks(report["tasks"])
    print_verdicts(report["verdicts"])
    for name, count in report["elsewhere"].items():
        output.say(f"Golden records of {name} that change with it: {count:,}")


def _print_differences(found: list[Document]) -> None:
    columns = ("section", "name", "change", "before", "after")
    if found:
        output.print_table("What the rules say", columns, [[one[name] for name in columns] for one in found])
    else:
        output.say("Both say the same.")


def _print_clusters(report: Document) -> None:
    golden, ids = report["golden_records"], report["ids"]
    output.say(
        f"Golden records: {golden['before']:,} before, {golden['after']:,} after; "
        f"{report['merges']['count']:,} merged of several, {report['splits']['count']:,} split"
    )
    output.say("Golden IDs: " + ", ".join(f"{ids[word]['count']:,} {word}" for word in ids))
    for title, word in (("Merged", "merges"), ("Split", "splits")):
        if items := report[word]["items"]:
            other = "from" if word == "merges" else "into"
            rows = [(one["golden_id"], one[other], one["records"]) for one in items]
            output.print_table(title, ("golden_id", other, "records"), rows)


def _print_values(values: Document) -> None:
    output.say(f"Golden records with other values: {values['golden_records']:,}")
    if not values["golden_records"]:
        return
    counts = [(name, *one.values()) for name, one in values["attributes"].items()]
    output.print_table("Values", ("attribute", "gained", "lost", "changed"), counts)
    rows = [
        (one["golden_id"], name, change["before"], change["after"])
        for one in values["items"]
        for name, change in one["changes"].items()
    ]
    output.print_table("Those that change most", ("golden_id", "attribute", "before", "after"), rows)


def _print_tasks(tasks: Document) -> None:
    output.say(
        f"Open tasks: {tasks['before']:,} before, {tasks['after']:,} after; "
        f"{tasks['opened']:,} opened, {tasks['closed']:,} closed"
    )
    if tasks["opened"] or tasks["closed"]:
        rows = [(kind, *one.values()) for kind, one in tasks["kinds"].items()]
        output.print_table("Tasks", ("kind", "before", "after", "opened", "closed"), rows)


def print_verdicts(found: Document) -> None:
    """Say how rules stand against the verdicts of stewards, and which they contradict."""
    output.say(
        f"Verdicts of stewards: {found['pairs']:,} pairs; of these the rules alone agree with {found['agree']:,}, are "
        f"undecided on {found['undecided']:,} and contradict {found['contradicted']:,} "
        f"({found['newly_contradicted']:,} newly; {found['contradicted_before']:,} before)"
    )
    if found["items"]:
        rows = [
            (one["left"], one["right"], one["verdict"], _said(one["before"]), _said(one["after"]))
            for one in found["items"]
        ]
        output.print_table(
            "Contradicted verdicts, which hold all the same", ("left", "right", "verdict", "before", "after"), rows
        )


def _said(one: Document) -> str:
    beside = f"{one['match_probability']:.2%}" if one["candidate"] else "never compared"
    return f"{one['outcome']} ({beside})"
