"""Match real files two ways, and judge both against the truth: `python benchmarks/real_data.py`.

Each set of MDM_BENCH_DATA (../shared/data if not given) goes (i) through `mdm dedupe --rules` and (ii) through a
hub in SQLite, as a new entity type that consists of a rules file: its records are split by source, and each
source's file is taken in by `mdm ingest`. A set that is not there is reported as absent.
"""

import argparse
import os
import tempfile
from pathlib import Path

from measure import clusters_of_export, keep, mdm, split_by_source, table

RULES = Path(__file__).with_name("rules")
SETS = {
    "chicago_childcare": "chicago_childcare",
    "fodors_zagats": "fodors_zagats",
    "gen_customers_20k": "gen_customers",
}
COLUMNS = ("set", "records", "through", "precision", "recall", "F1", "clusters", "refused", "wall s", "CPU s", "MB")
Row = tuple[object, ...]


def by_dedupe(data: Path, rules: Path, folder: Path) -> Row:
    """Match one set without a hub."""
    clusters = folder / "dedupe.csv"
    found, cost = mdm("dedupe", data / "records.csv", "--rules", rules, "--out", clusters)
    counts = found["counts"]
    costs = (counts["rejected"], cost.wall, cost.cpu, round(cost.memory))
    return (data.name, counts["records"], "dedupe", *judged(clusters, data), counts["clusters"], *costs)


def by_hub(data: Path, rules: Path, folder: Path) -> Row:
    """Master one set in a hub of its own."""
    database = f"sqlite:///{folder / 'hub.db'}"
    mdm("init", database=database)
    entity_type = mdm("rules", "apply", rules, database=database)[0]["entity_type"]
    options = ("--type", entity_type, "--id", "record_id")
    runs = [
        mdm("ingest", file, "--source", source, *options, database=database)
        for source, file in split_by_source(data / "records.csv", folder).items()
    ]
    summaries = [one for found, _ in runs for one in found["files"]]
    cost = sum((cost for _, cost in runs[1:]), start=runs[0][1])
    golden, clusters = folder / "golden.jsonl", folder / "hub.csv"
    mdm("export", "--type", entity_type, golden, database=database)
    count = clusters_of_export(golden, data / "records.csv", clusters)
    counts = [sum(one[name] for one in summaries) for name in ("rows", "quarantined")]
    costs = (counts[1], cost.wall, cost.cpu, round(cost.memory))
    return (data.name, counts[0], "hub", *judged(clusters, data), count, *costs)


def judged(clusters: Path, data: Path) -> tuple[float, float, float]:
    """Give pairwise precision, recall and F1."""
    figures = mdm("evaluate", clusters, data / "truth.csv")[0]["pairwise"]
    return figures["precision"], figures["recall"], figures["f1"]


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", nargs="*", default=list(SETS), help=f"which of: {', '.join(SETS)}")
    parser.add_argument("--date", help="keep the result in benchmarks/results under this date")
    arguments = parser.parse_args()
    if unknown := set(arguments.sets) - SETS.keys():
        parser.error(f"no set {', '.join(sorted(unknown))}; there are: {', '.join(SETS)}")
    beside = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    everything = Path(os.environ.get("MDM_BENCH_DATA", beside))
    rows: list[Row] = []
    absent = []
    for name in arguments.sets:
        data = everything / name
        if not (data / "records.csv").exists():
            absent.append(
                f"{name} is absent: there is no {name}/records.csv in the folder that MDM_BENCH_DATA names.\n"
            )
            continue
        with tempfile.TemporaryDirectory(prefix="mdm-bench-") as folder:
            rules = RULES / f"{SETS[name]}.yaml"
            rows += [by_dedupe(data, rules, Path(folder)), by_hub(data, rules, Path(folder))]
    parts = [table(COLUMNS, rows)] if rows else []
    keep("real_data", "Real files, by file and through a hub (SQLite)", [*parts, *absent], date=arguments.date)


if __name__ == "__main__":
    main()
