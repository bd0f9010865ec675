"""Make files of any size for measurements: `python benchmarks/generate.py customers 100000 OUT_DIR`.

`customers` are companies as four sources hold them, `persons` people in three sources, `mixed` both in one file.
About 30 % of the records are further copies: `records.csv` holds the records, `truth.csv` says which are one thing
(`record_id,cluster_id`). Records stream to disk, so memory stays flat. The same numbers of records and the same
seed give the same bytes.
"""

import argparse
import csv
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import companies
import mixed
import person_records

Rows = Iterator[tuple[str, tuple[str, ...]]]
# what -> its columns, and the records as pairs of the true thing and the row after the id
KINDS: dict[str, tuple[tuple[str, ...], Callable[[Random, int], Rows]]] = {
    "customers": (companies.COLUMNS, companies.customers),
    "persons": (person_records.COLUMNS, person_records.people),
    "mixed": (mixed.COLUMNS, mixed.mixed),
}


def generate(count: int, folder: Path, *, what: str = "customers", seed: int = 2026) -> None:
    """Write `records.csv` and `truth.csv` of `count` records into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    columns, make = KINDS[what]
    with (
        (folder / "records.csv").open("w", encoding="utf-8", newline="") as records,
        (folder / "truth.csv").open("w", encoding="utf-8", newline="") as truth,
    ):
        writer, key = (csv.writer(file, lineterminator="\n") for file in (records, truth))
        writer.writerow(columns)
        key.writerow(("record_id", "cluster_id"))
        for number, (cluster, values) in enumerate(make(Random(seed), count), start=1):
            writer.writerow((f"r{number}", *values))
            key.writerow((f"r{number}", cluster))


def main() -> None:
    """Read the command line, write the files and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=list(KINDS))
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=2026)
    arguments = parser.parse_args()
    start = time.perf_counter()
    generate(arguments.count, arguments.folder, what=arguments.what, seed=arguments.seed)
    seconds = time.perf_counter() - start
    print(f"{arguments.count} records in {seconds:.1f} s ({arguments.count / seconds:,.0f} a second)")


if __name__ == "__main__":
    main()
