"""Runs GoldenMatch on one file: `.venv-bench/bin/python goldenmatch_run.py RECORDS CLUSTERS`.

It configures itself. Files over 100,000 records it refuses to, so there the explicit configuration is the one that it
chooses for the first 100,000. Writes `record_id,cluster_id`, and prints what was done as JSON.
"""

import csv
import json
import sys
import tempfile
from itertools import islice
from pathlib import Path

import goldenmatch

MOST = 100_000


def chosen(records: str) -> object:
    """Give the configuration that it chooses for the beginning of the file."""
    with tempfile.TemporaryDirectory() as folder, open(records, encoding="utf-8", newline="") as file:
        beginning = Path(folder) / "records.csv"
        with beginning.open("w", encoding="utf-8", newline="") as output:
            csv.writer(output).writerows(islice(csv.reader(file), MOST))
        return goldenmatch.auto_configure([(str(beginning), "records")])


def main() -> None:
    """Read the command line and run."""
    records, clusters = sys.argv[1:]
    with open(records, encoding="utf-8", newline="") as file:
        ids = [row["record_id"] for row in csv.DictReader(file)]
    config = chosen(records) if len(ids) > MOST else None
    found = goldenmatch.dedupe(records, config=config)
    of = {member: number for number, cluster in found.clusters.items() for member in cluster["members"]}
    with open(clusters, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("record_id", "cluster_id"))
        writer.writerows((one, of.get(number, f"alone {number}")) for number, one in enumerate(ids))
    print(json.dumps({"words": "configured on the first 100,000" if config else ""}))


if __name__ == "__main__":
    main()
