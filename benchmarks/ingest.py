"""Take a file of a million rows into the log, as csv and as parquet, against a bare parse and insert of the same rows.

`python benchmarks/ingest.py 1000000` makes so many companies of one source and takes their file in by
`mdm ingest --no-resolve`: acknowledged, hash-chained, what is refused kept in quarantine, not yet resolved.

The yardstick, each time in a process of its own and in turns with the hub's: csv.reader (for parquet: batches of
pyarrow turned into rows) and `executemany` into one plain table of texts in SQLite (WAL, synchronous=FULL), the id
its primary key, a commit for as many rows as the hub acknowledges at once. A second one has neither the key nor the
commits in between. Of several rounds the fastest of each counts, because other work on the machine only slows down.
"""

import argparse
import csv
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from generate import generate
from measure import Cost, keep, mdm, spent, table

from mdm.settings import Settings

CHUNK = Settings.model_fields["ingest_chunk"].default
COLUMNS = ("what", "file", "wall s", "CPU s", "peak MB", "rows/s", "speed to bare")
AT_ONCE = 2_000


def make(count: int, folder: Path) -> dict[str, Path]:
    """Write the same rows as csv and as parquet, the source left out: they are of one system."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    generate(count, folder)
    file = folder / "million.csv"
    with (folder / "records.csv").open(encoding="utf-8", newline="") as rows, file.open("w", newline="") as output:
        writer = csv.writer(output, lineterminator="\n")
        for row in csv.reader(rows):
            writer.writerow([row[0], *row[2:]])
    with file.open(encoding="utf-8", newline="") as opened:
        names = next(csv.reader(opened))
    texts = pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True)
    columns = pa.csv.read_csv(file, convert_options=texts)
    pa.parquet.write_table(columns, folder / "million.parquet")
    return {"csv": file, "parquet": folder / "million.parquet"}


def rows_of(file: Path) -> Iterator[tuple[object, ...] | list[str]]:
    """Parse a file as anybody would: its names of columns first, then its rows."""
    if file.suffix == ".csv":
        with file.open(encoding="utf-8", newline="") as opened:
            yield from csv.reader(opened)
        return
    from pyarrow.parquet import ParquetFile

    opened_file = ParquetFile(file)
    yield list(opened_file.schema_arrow.names)
    for batch in opened_file.iter_batches(batch_size=AT_ONCE):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def bare(file: Path, database: Path, *, keyed: bool) -> None:
    """Parse a file and insert its rows."""
    rows = rows_of(file)
    names = next(rows)
    key = " PRIMARY KEY" if keyed else ""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    columns = ", ".join(f"c{place} TEXT{'' if place else key}" for place in range(len(names)))
    connection.execute(f"CREATE TABLE bare ({columns})")
    insert = f"INSERT INTO bare VALUES ({', '.join('?' * len(names))})"  # noqa: S608  numbers only
    count = 1
    while count > 0:
        connection.execute("BEGIN")
        count = connection.executemany(insert, islice(rows, CHUNK) if keyed else rows).rowcount
        connection.execute("COMMIT")
    connection.close()


def bare_cost(file: Path, folder: Path, *, keyed: bool) -> Cost:
    """Run the yardstick in a process of its own; the seconds are those of its work, without starting Python."""
    database = folder / "bare.db"
    _remove(database)
    command = [sys.executable, __file__, "--bare", str(file), str(database), *(["--keyed"] if keyed else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    return _cost(process)


def hub_cost(file: Path, folder: Path) -> tuple[Cost, Cost]:
    """Take a file into an empty hub; what the taking in cost (its seconds as the command tells), and the command."""
    database = folder / "hub.db"
    _remove(database)
    url = f"sqlite:///{database}"
    mdm("init", database=url)
    options = ("--source", "crm", "--type", "customer", "--event-time", "updated", "--no-resolve")
    summary, whole = mdm("ingest", file, *options, database=url)
    (taken,) = summary["files"]
    if taken["accepted"] != taken["rows"]:
        raise SystemExit(f"{taken['accepted']} of {taken['rows']} rows were accepted")
    return Cost(taken["seconds"], whole.cpu, whole.memory), whole


def _cost(process: "subprocess.Popen[bytes]") -> Cost:
    printed, used = spent(process)
    seconds = json.loads(printed)
    return Cost(seconds, used.cpu, used.memory)


def _remove(database: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        Path(f"{database}{ending}").unlink(missing_ok=True)


class Run:
    """The fastest of each measurement so far."""

    def __init__(self, files: dict[str, Path], folder: Path) -> None:
        self.files, self.folder = files, folder
        self.best: dict[tuple[str, str], Cost] = {}

    def round(self) -> None:
        """Measure everything once, in turns."""
        for kind, file in self.files.items():
            self._note("bare, keyed", kind, bare_cost(file, self.folder, keyed=True))
            taken, whole = hub_cost(file, self.folder)
            self._note("hub", kind, taken)
            self._note("hub, whole command", kind, whole)
            self._note("bare, no key, one commit", kind, bare_cost(file, self.folder, keyed=False))

    def _note(self, what: str, kind: str, cost: Cost) -> None:
        known = self.best.get((what, kind))
        if known is None or cost.wall < known.wall:
            self.best[what, kind] = cost

    def rows(self, count: int) -> Iterator[tuple[object, ...]]:
        """What was found, with the speed of each in parts of that of the keyed yardstick."""
        for (what, kind), cost in sorted(self.best.items(), key=lambda item: (item[0][1], item[0][0])):
            speed = self.best["bare, keyed", kind].wall / cost.wall
            yield what, kind, cost.wall, cost.cpu, round(cost.memory), round(count / cost.wall), f"{speed:.2f}"


def resolved(folder: Path, count: int) -> str:
    """Resolve what waits in the hub, for information."""
    file = folder / "one.csv"
    file.write_text("record_id,name\nlast,Last Company\n", encoding="utf-8")
    started = time.perf_counter()
    url = f"sqlite:///{folder / 'hub.db'}"
    mdm("ingest", file, "--source", "crm", "--type", "customer", database=url)
    return f"Resolving these {count:,} records afterwards took {time.perf_counter() - started:,.0f} s.\n"


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=1_000_000, help="how many rows")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured")
    parser.add_argument("--resolve", action="store_true", help="resolve the records too, and say how long it took")
    parser.add_argument("--date", help="keep the result in benchmarks/results under this date")
    parser.add_argument("--bare", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--keyed", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        started = time.perf_counter()
        bare(*arguments.bare, keyed=arguments.keyed)
        print(time.perf_counter() - started)
        return
    with tempfile.TemporaryDirectory(prefix="mdm-bench-") as name:
        folder = Path(name)
        run = Run(make(arguments.count, folder), folder)
        for _ in range(arguments.rounds):
            run.round()
        parts = [
            table(COLUMNS, run.rows(arguments.count)),
            (
                f"Bare: csv.reader, or batches of {AT_ONCE:,} rows of pyarrow, and executemany into one table"
                f" of texts in SQLite with WAL and synchronous=FULL. Keyed: the id is its primary key, and"
                f" each {CHUNK:,} rows are committed, as the hub acknowledges them.\n"
            ),
            (
                f"Hub: files to acknowledged, hash-chained facts, without resolving. The best of {arguments.rounds}"
                f" rounds in turns, on {os.cpu_count()} cores, {os.getloadavg()[0]:.1f} processes waiting to run.\n"
            ),
            *([resolved(folder, arguments.count)] if arguments.resolve else []),
        ]
        keep("ingest", f"{arguments.count:,} rows into the log", parts, date=arguments.date)


if __name__ == "__main__":
    main()
