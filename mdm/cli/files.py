"""Commands that need no hub: deduplicate files, and judge clusters against the truth."""

from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from mdm.cli import output
from mdm.cli.ingest_options import Encoding, IdColumns, Sheet
from mdm.cli.output import Json

if TYPE_CHECKING:
    from mdm.services.files.dedupe import Report

_MEASURES = {"pairwise": "pairs", "bcubed": "records (B-cubed)", "exact_clusters": "whole clusters"}


def dedupe(  # noqa: PLR0913  a command's options are its parameters
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="csv, tsv, jsonl, parquet or xlsx, also .gz.")],
    *,
    id_columns: IdColumns = None,
    source_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The source; `source` or the file's name if left out.")
    ] = None,
    entity_type: Annotated[str | None, typer.Option("--type", help="A shipped entity type.")] = None,
    rules: Annotated[str | None, typer.Option(metavar="FILE", help="An entity type of your own, as YAML.")] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="A column to leave out; may repeat.")
    ] = None,
    out: Annotated[str, typer.Option(metavar="FILE", help="record_id,cluster_id, every record once.")] = "clusters.csv",
    pairs: Annotated[
        str | None, typer.Option(metavar="FILE", help="Every pair at or above the review threshold.")
    ] = None,
    golden: Annotated[str | None, typer.Option(metavar="FILE", help="One golden record for each cluster.")] = None,
    model: Annotated[
        str | None, typer.Option(metavar="FILE", help="The rules that were used or worked out, for --rules.")
    ] = None,
    report: Annotated[
        str | None, typer.Option(metavar="FILE", help="A page on what was found, for a browser: .html")
    ] = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    link_only: Annotated[bool, typer.Option("--link-only", help="Never join two records of one source.")] = False,
    as_json: Json = False,
) -> None:
    """Find the records of files that are one thing, without a hub; the same files give the same bytes.

    With neither --type nor --rules it works out from the files themselves what their columns hold, which records to
    compare and how much each agreement tells.

    Example: mdm dedupe records.csv --out clusters.csv --pairs pairs.csv --report report.html
    """
    from mdm.ingest.wanted import Wanted
    from mdm.services.files import dedupe as service

    written = [name for name in (out, pairs, golden, model, report) if name]
    output.ensure_one_answer(*written, as_json=as_json)
    wanted = Wanted(tuple(id_columns or ()), source_column, tuple(ignore or ()), encoding, sheet)
    job = service.Job(
        tuple(files), entity_type, rules, wanted, link_only,
        service.Outputs(out, pairs, golden, model, report),
    )  # fmt: skip
    with output.progress("Deduplicating"):
        done = service.dedupe(job)
    if as_json:
        output.print_json(done.json())
    else:
        with output.beside(*written):
            _show(done, written)
    if done.rejected:
        output.complain(f"mdm: {len(done.rejected):,} rows were refused; the first is {done.rejected[0]}")
        raise typer.Exit(1)


def _show(report: "Report", written: list[str]) -> None:
    counts = {name.replace("_", " "): count for name, count in report.counts.items()}
    output.print_table("Deduplicated", list(counts), [list(counts.values())])
    output.print_table("Seconds", list(report.seconds), [list(report.seconds.values())])
    for note in report.notes:
        output.say(f"{note[:1].upper()}{note[1:]}.")
    for warning in report.warnings:
        output.say(f"Warning: {warning}")
    output.say(f"Written: {', '.join(written)}")


def evaluate(
    clusters: Annotated[str, typer.Argument(metavar="CLUSTERS", help="record_id,cluster_id[,source]")],
    truth: Annotated[str, typer.Argument(metavar="TRUTH", help="record_id,cluster_id[,source], or labelled pairs.")],
    *,
    split: Annotated[str | None, typer.Option(help="Only the labelled pairs of this part.")] = None,
    as_json: Json = False,
) -> None:
    """Judge clusters against the truth: precision, recall and F1 of pairs, records (B-cubed) and whole clusters.

    With 95 % intervals: by samples of the true clusters, of labelled pairs by Wilson's formula.

    Example: mdm evaluate clusters.csv truth.csv
    """
    from mdm.services.files import evaluate as service

    found = service.evaluate(clusters, truth, split=split)
    if as_json:
        output.print_json(found)
    else:
        _show_figures(found)


def _show_figures(found: dict[str, object]) -> None:
    interval = cast("dict[str, Any]", found.pop("interval"))
    figures = {name: cast("dict[str, Any]", value) for name, value in found.items() if isinstance(value, dict)}
    rows = [
        [_MEASURES[name], *(_with_interval(value, interval[name][figure]) for figure, value in one.items())]
        for name, one in figures.items()
    ]
    title = f"Against the truth, with {interval['level']:.0%} intervals"
    output.print_table(title, ("", "precision", "recall", "F1"), rows)
    counts = {name.replace("_", " "): value for name, value in found.items() if name not in figures}
    output.print_fields("Counts", counts)


def _with_interval(value: float, ends: tuple[float, float]) -> str:
    return f"{value:.4f} ({ends[0]:.4f}–{ends[1]:.4f})"


COMMANDS = (dedupe, evaluate)
