"""Look-ups over HTTP against a FastAPI route that gives a constant, on the same server, in one run.

`python benchmarks/lookup.py 100000` loads so many companies of four systems and serves them with one worker, by SQLite
and by PostgreSQL. Beside the hub the same process serves a bare FastAPI application with one asynchronous route. One
key at a time, over 1 and over 200 connections, and a thousand keys in a request; keys are drawn at random. Constant
and look-ups take turns, and of several rounds the best of each counts, because other work on the machine only slows
down. The client is a process of its own on the same machine. The CPU of the server a request is told where /proc tells.
`--hub` measures a hub that was loaded before, by the address of its database; `--times N` has every cross-reference
of the records that are loaded N times, under other keys.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2
import orjson
from generate import generate
from http_load import Load, load, request
from measure import keep, mdm, postgresql, split_by_source, table
from repeated import other_id, repeat

from mdm.cli.serving import without_ui
from mdm.log import Author
from mdm.services.access import keys
from mdm.services.hub import open_hub
from mdm.settings import Settings, now

PORT, PATIENCE = 18_441, 60.0
AT_ONCE, BATCHES, ASKED = 1_000, 50, 20_000
WIDE = 200
COLUMNS = (
    "what", "connections", "requests/s", "to constant", "p50 ms", "p99 ms", "keys/s", "CPU µs", "CPU to constant",
)  # fmt: skip


class Run(NamedTuple):
    """What a run of requests gave, and the seconds of CPU of the server that one of them took."""

    load: Load
    cpu: float


def application() -> Any:
    """The hub, and beside it a bare FastAPI application at /constant; what the server of the benchmark runs."""
    from fastapi import FastAPI

    hub, bare = without_ui(), FastAPI()

    @bare.get("/constant")
    async def constant() -> dict[str, str]:
        return {"status": "ok"}

    async def both(scope: Any, receive: Any, send: Any) -> None:
        of = bare if scope["type"] == "http" and scope["path"] == "/constant" else hub
        await of(scope, receive, send)

    return both


@contextmanager
def served(database: str, folder: Path) -> Iterator[int]:
    """Serve the hub and the constant from one process until the block ends; gives its id."""
    environment = {**os.environ, "MDM_DATABASE_URL": database, "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-m", "uvicorn", "lookup:application", "--factory", "--port", str(PORT),
               "--no-access-log", "--log-level", "warning"]  # fmt: skip
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _ready()
            yield process.pid
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _ready() -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if httpx2.get(f"http://127.0.0.1:{PORT}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.2)
    raise SystemExit("the server did not come up")


def requests(database: str, times: int = 1) -> dict[str, list[bytes]]:
    """What is sent: the constant, one key at a time, and a thousand keys at once."""
    hub, rnd = open_hub(Settings(database_url=database)), random.Random(4711)
    key = keys.create(hub, role="reader", author=Author("benchmark", now()))["key"]
    with hub.database.read() as reader:
        known = reader.rows("SELECT source, entity_type, source_id FROM source_record ORDER BY id")
    hub.close()

    def drawn(count: int) -> list[tuple[str, str, str]]:
        every = rnd.choices(known, k=count)
        return [(source, of, other_id(source_id, rnd.randrange(times))) for source, of, source_id in every]

    # The first one is answered by the route, which knows no more than the records themselves.
    some = [known[0], *drawn(ASKED)]
    batches = [orjson.dumps({"keys": drawn(AT_ONCE)}) for _ in range(BATCHES)]
    return {
        "constant": [request("GET", "/constant")],
        "look-up": [request("GET", "/v1/xref/" + "/".join(quote(p, safe="") for p in one), key=key) for one in some],
        "batch": [request("POST", "/v1/xref:lookup", key=key, body=body) for body in batches],
    }


def _cpu(process: int) -> float:
    """Seconds of CPU that a process has taken; 0 where that is not told."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _best(one: Run | None, other: Run) -> Run:
    if one is None:
        return other
    return Run(max(one.load, other.load, key=lambda load: load.rate), min(one.cpu, other.cpu))


def measured(database: str, folder: Path, *, rounds: int, seconds: float, times: int = 1) -> list[tuple[object, ...]]:
    """A row for each way of asking, as `COLUMNS` names them."""
    asked = requests(database, times)
    places = [("constant", 1), ("look-up", 1), ("constant", WIDE), ("look-up", WIDE), ("batch", 1), ("batch", 4)]
    best: dict[tuple[str, int], Run] = {}
    with served(database, folder) as process:
        for what, connections in places:
            load(PORT, asked[what], connections=connections, seconds=seconds / 4)  # nothing is read for the first time
        for _ in range(rounds):
            for place in places:
                before = _cpu(process)
                found = load(PORT, asked[place[0]], connections=place[1], seconds=seconds)
                run = Run(found, (_cpu(process) - before) / (found.rate * seconds))
                best[place] = _best(best.get(place), run)
    rows: list[tuple[object, ...]] = []
    for (what, connections), (found, cpu) in best.items():
        constant = best["constant", connections if connections in {1, WIDE} else 1]
        batch = what == "batch"
        ratio = "" if batch else round(found.rate / constant.load.rate, 2)
        cpu_ratio = "" if batch or not cpu else round(constant.cpu / cpu, 2)
        each = int(found.rate * AT_ONCE) if batch else ""
        rows.append((
            what, connections, int(found.rate), ratio, round(found.median, 2), round(found.most, 2), each,
            round(1e6 * cpu), cpu_ratio,
        ))  # fmt: skip
    return rows


def on_both(count: int, folder: Path, *, only: str | None, times: int, **long: Any) -> list[str]:
    """Load so many companies into either database, or only one, have them so many times, and measure."""
    generate(count, folder)
    files, parts = split_by_source(folder / "records.csv", folder), []

    def measure(database: str) -> str:
        mdm("init", database=database)
        for source, file in files.items():
            mdm("ingest", file, "--source", source, "--type", "customer", "--event-time", "updated", database=database)
        if times > 1:
            repeat(database, times)
        return table(COLUMNS, measured(database, folder, times=times, **long))

    if only != "postgresql":
        parts += ["## SQLite\n", measure(f"sqlite:///{folder / 'hub.db'}")]
    if only != "sqlite":
        with postgresql() as (database, _):
            parts += ["## PostgreSQL\n", measure(database)]
    return parts


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=100_000, help="how many records")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each is sent in a round")
    parser.add_argument("--hub", help="the address of a database that so many were loaded into before")
    parser.add_argument("--times", type=int, default=1, help="how many times each cross-reference is there")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--date", help="keep the result in benchmarks/results under this date")
    arguments = parser.parse_args()
    long = {"rounds": arguments.rounds, "seconds": arguments.seconds}
    with tempfile.TemporaryDirectory(prefix="mdm-bench-") as name:
        if arguments.hub:
            parts = [table(COLUMNS, measured(arguments.hub, Path(name), **long))]
        else:
            parts = on_both(arguments.count, Path(name), only=arguments.only, times=arguments.times, **long)
    title = f"Look-ups in {arguments.count * arguments.times:,} cross-references"
    keep("lookup_at_size" if arguments.hub else "lookup", title, parts, date=arguments.date)


if __name__ == "__main__":
    main()
