"""Commands about rules: what an entity type is, how it matches, and what survives."""

import sys
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from mdm.cli import output, session
from mdm.cli.documents import read_text
from mdm.cli.ingest_options import Encoding, IdColumns, Sheet
from mdm.cli.output import Json
from mdm.cli.rules_release import COMMANDS, print_verdicts
from mdm.errors import Unavailable

if TYPE_CHECKING:
    from mdm.entity_types import EntityType
    from mdm.services.files.train_report import Report

HELP = "Entity types as YAML documents: check, compare, simulate, apply, roll back, train."
app = typer.Typer()
for command in COMMANDS:
    app.command()(command)
RulesFile = Annotated[str, typer.Argument(metavar="FILE", help="A YAML file; - for standard input.")]


@app.command()
def check(file: RulesFile, *, as_json: Json = False) -> None:
    """Check a rules document without applying it; each fault names its path and the nearest valid word.

    Where there is a hub, a code list or an entity type that it does not have is named too, what would keep it from
    taking the rules is refused, and the rules are held against every verdict of its stewards.

    Example: mdm rules check supplier.yaml
    """
    from mdm.services.rulebook import rules, rules_release

    text = read_text(file)
    entity_type = rules.check(text, file=file)
    found = None
    with suppress(Unavailable), session.opened() as hub:
        found = rules_release.check(hub, text, file=file)
    if as_json:
        told = {"warnings": [], "verdicts": None} if found is None else found
        output.print_json({"entity_type": entity_type.entity_type, "version": entity_type.version, **told})
        return
    if found is not None:
        _warn(found["warnings"])
    output.say(f"{entity_type.entity_type} is valid (rules version {entity_type.version})")
    if found is None:
        output.say("There is no hub here, so that no verdicts of stewards could be held against it.")
    else:
        print_verdicts(found["verdicts"])


@app.command()
def show(
    entity_type: Annotated[str | None, typer.Argument(metavar="TYPE", help="Left out: list the entity types.")] = None,
    *,
    version: Annotated[str | None, typer.Option(metavar="VERSION", help="Not the one in force, but this one.")] = None,
    as_json: Json = False,
) -> None:
    """Show the rules document in force for an entity type, or which entity types there are.

    Example: mdm rules show customer
    """
    from mdm.services.rulebook import rules

    with session.opened() as hub:
        if entity_type is None:
            _list(list(hub.entity_types().values()), as_json=as_json)
            return
        found, text = rules.show(hub, entity_type, version=version)
    if as_json:
        output.print_json({**rules.entry(found), "document": text})
    else:
        sys.stdout.write(text)


@app.command()
def history(
    entity_type: Annotated[str, typer.Argument(metavar="TYPE", help="An entity type.")], *, as_json: Json = False
) -> None:
    """Show every rules version that was put in force: when, by whom, and which was rolled back.

    Example: mdm rules history customer
    """
    from mdm.services.rulebook import rules

    with session.opened() as hub:
        items = rules.history(hub, entity_type)
    if as_json:
        output.print_items(items)
        return
    columns = ("version", "action", "rolled_back", "recorded_at", "actor", "in_force")
    rows = [tuple(one.get(name) for name in columns) for one in items]
    output.print_table(f"Rules of {entity_type}", [name.replace("_", " ") for name in columns], rows)


@app.command()
def train(  # noqa: PLR0913  a command's options are its parameters
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE...", help="csv, tsv, jsonl, parquet or xlsx, also .gz.")
    ] = None,
    *,
    rules: Annotated[str | None, typer.Option(metavar="FILE", help="The rules to start from, as YAML.")] = None,
    entity_type: Annotated[str | None, typer.Option("--type", help="Or a shipped entity type.")] = None,
    id_columns: IdColumns = None,
    source_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The source; `source` or the file's name if left out.")
    ] = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    labels: Annotated[
        str | None, typer.Option(metavar="FILE", help="Labelled pairs: record_id_1,record_id_2,label[,split].")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only the labelled pairs of this part.")] = None,
    verdicts: Annotated[
        bool, typer.Option("--verdicts", help="Learn from the hub's verdicts; without FILE, on its own records.")
    ] = False,
    out: Annotated[str, typer.Option(metavar="FILE", help="The trained rules, as YAML.")] = "trained.yaml",
    as_json: Json = False,
) -> None:
    """Learn how much each agreement tells from records alone, or with what people said of pairs; write rules with it.

    With --verdicts, --type is a type of the hub, and the records of files are those of their source and id.

    Example: mdm rules train customers.csv --type customer --out trained.yaml
    """
    from mdm.ingest.wanted import Wanted
    from mdm.services.files import train as service

    output.ensure_one_answer(out, as_json=as_json)
    session.log_to_stderr("warning")
    document = None if rules is None else (read_text(rules), rules)
    wanted = Wanted(tuple(id_columns or ()), source_column, encoding=encoding, sheet=sheet)
    job = service.Job(tuple(files or ()), out, entity_type, document, wanted, labels, split)
    with session.opened() if verdicts else nullcontext() as hub, output.progress("Training"):
        report = service.train(job, hub=hub)
    if as_json:
        output.print_json(report.json())
    else:
        with output.beside(out):
            _show_training(report, out)
    if report.rejected:
        output.complain(f"mdm: {len(report.rejected):,} rows were refused; the first is {report.rejected[0]}")
        raise typer.Exit(1)


def _show_training(report: "Report", out: str) -> None:
    rows = [
        (one.attribute, level.level, level.pairs, *(f"{number:.6f}" for number in figures))
        for one in report.attributes
        for level in one.levels
        for figures in [(level.m.before, level.m.after, level.u.before, level.u.after)]
    ]
    output.print_table("Trained", ("attribute", "level", "pairs", "m before", "m", "u before", "u"), rows)
    for note in report.notes:
        output.say(note)
    counts, prior = report.counts, report.prior
    output.say(
        f"{counts['pairs']:,} of {counts['candidate_pairs']:,} candidate pairs of {counts['records']:,} records, "
        f"about {counts['likely_matches']:,} of them matches; prior {prior.before:g} -> {prior.after:g}"
    )
    output.say(f"Written: {out}")


def _warn(warnings: list[str]) -> None:
    for warning in warnings:
        output.complain(f"mdm: {warning}")


def _list(entity_types: "list[EntityType]", *, as_json: bool) -> None:
    from mdm.services.rulebook import rules

    entries = [rules.entry(one) for one in entity_types]
    if as_json:
        output.print_items(entries)
    else:
        columns = ("entity_type", "id_prefix", "version", "attributes")
        rows = [tuple(one[name] for name in columns) for one in entries]
        output.print_table("Entity types", [name.replace("_", " ") for name in columns], rows)
