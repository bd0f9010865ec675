"""Load generated records into a hub, from files to golden records and cross-references.

`python benchmarks/load.py 100000` makes so many companies as four systems hold them, and takes each system's file
in by `mdm ingest`, on SQLite and on PostgreSQL (a server from a wheel, or that of MDM_TEST_POSTGRES_URL). The
yardstick, in the same run: parsing the same files and inserting their rows into one plain table.
"""

import argparse
import csv
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from generate import generate
from measure import Cost, Server, clusters_of_export, keep, mdm, postgresql, split_by_source, table

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
COLUMNS = ("what", "database", "wall s", "CPU s", "server's CPU s", "peak MB", "records/s")
FOUND = ("database", "source records", "golden records", "open tasks", "refused", "precision", "recall", "F1")


def loaded(files: dict[str, Path], database: str) -> tuple[Cost, int]:
    """Take in every file, each by a process of its own; returns what that cost, and the rows refused."""
    mdm("init", database=database)
    cost, refused = Cost(), 0
    for source, file in files.items():
        options = ("--source", source, "--type", "customer", "--event-time", "updated")
        summary, one = mdm("ingest", file, *options, database=database)
        cost += one
        refused += sum(found["quarantined"] for found in summary["files"])
    return cost, refused


def found(records: Path, truth: Path, folder: Path, *, database: str) -> tuple[object, ...]:
    """Count what came out and judge it against the truth."""
    golden, clusters = folder / "golden.jsonl", folder / "clusters.csv"
    mdm("export", "--type", "customer", golden, database=database)
    count = clusters_of_export(golden, records, clusters)
    figures = mdm("evaluate", clusters, truth)[0]["pairwise"]
    return count, figures["precision"], figures["recall"], figures["f1"]


def bare(files: dict[str, Path], database: str) -> Cost:
    """Parse the same files and insert the rows into one plain table, in one transaction, flushed."""
    started, used = time.perf_counter(), time.process_time()
    if database.startswith("sqlite"):
        _bare_sqlite(files, database.removeprefix("sqlite:///") + ".bare")
    else:
        _bare_postgresql(files, database)
    return Cost(time.perf_counter() - started, time.process_time() - used)


def _rows(files: dict[str, Path]) -> Iterator[tuple[str, ...]]:
    for source, file in files.items():
        with file.open(encoding="utf-8", newline="") as opened:
            rows = csv.reader(opened)
            next(rows)
            yield from ((source, *row) for row in rows)


def _bare_sqlite(files: dict[str, Path], path: str) -> None:
    width = len(next(_rows(files)))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"CREATE TABLE bare ({', '.join(f'c{number} TEXT' for number in range(width))})")
    connection.executemany(f"INSERT INTO bare VALUES ({', '.join('?' * width)})", _rows(files))  # noqa: S608  numbers only
    connection.commit()
    connection.close()


def _bare_postgresql(files: dict[str, Path], url: str) -> None:
    import psycopg

    width = len(next(_rows(files)))
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare ({', '.join(f'c{number} text' for number in range(width))})")
        with cursor.copy("COPY bare FROM STDIN") as copy:
            for row in _rows(files):
                copy.write_row(row)
        cursor.execute("DROP TABLE bare")


class Run:
    """One measurement: the files, and what has been found so far."""

    def __init__(self, count: int, folder: Path) -> None:
        self.count, self.folder = count, folder
        generate(count, folder)
        self.files = split_by_source(folder / "records.csv", folder)
        self.costs: list[tuple[object, ...]] = []
        self.results: list[tuple[object, ...]] = []
        self.walls: dict[tuple[str, str], float] = {}
        self.start = 0.0  # seconds that any command takes, of which there is one for each file

    def measure(self, name: str, database: str, server: Server | None = None) -> None:
        """Measure the yardstick and the hub on one database."""
        self._note("plain insert", name, bare(self.files, database), None)
        before = server.cpu() if server else 0.0
        cost, refused = loaded(self.files, database)
        self._note("hub", name, cost, server.cpu() - before if server else None)
        self.start = mdm("key", "list", database=database)[1].wall
        stats = mdm("tasks", "list", "--limit", "1000", database=database)[0]
        tasks = f"{len(stats['items']):,}{' or more' if stats['next'] else ''}"
        golden, *figures = found(self.folder / "records.csv", self.folder / "truth.csv", self.folder, database=database)
        self.results.append((name, self.count - refused, golden, tasks, refused, *figures))

    def _note(self, what: str, name: str, cost: Cost, server: float | None) -> None:
        self.walls[what, name] = cost.wall
        memory: object = round(cost.memory) if cost.memory else ""
        self.costs.append(
            (what, name, cost.wall, cost.cpu, "" if server is None else server, memory, round(self.count / cost.wall))
        )

    def ratios(self) -> str:
        """Put the ratios of wall seconds into words."""
        walls = self.walls
        names = [name for what, name in walls if what == "hub"]
        lines = [
            f"Hub to plain insert, {name}: {walls['hub', name] / walls['plain insert', name]:.0f} to 1."
            for name in names
        ]
        if len(names) > 1:
            lines.append(f"Hub, {POSTGRESQL} to {SQLITE}: {walls['hub', POSTGRESQL] / walls['hub', SQLITE]:.2f} to 1.")
        lines.append(f"Of the hub's seconds, {len(self.files)} times {self.start:.1f} are the start of `mdm ingest`.")
        return "\n\n".join(lines) + "\n"


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=100_000, help="how many records")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="measure one database only")
    parser.add_argument("--date", help="keep the result in benchmarks/results under this date")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mdm-bench-") as name, ExitStack() as stack:
        run = Run(arguments.count, Path(name))
        if arguments.only != "postgresql":
            run.measure(SQLITE, f"sqlite:///{name}/hub.db")
        if arguments.only != "sqlite":
            run.measure(POSTGRESQL, *stack.enter_context(postgresql()))
        title = f"{arguments.count:,} records from files to golden records and cross-references"
        parts = [table(COLUMNS, run.costs), run.ratios(), table(FOUND, run.results)]
        keep("load", title, parts, date=arguments.date)


if __name__ == "__main__":
    main()
