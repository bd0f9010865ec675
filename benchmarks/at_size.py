"""A large hub at work: single records that wait, questions before creating, search, look-ups, and the stewards' desk.

`python benchmarks/at_size.py 1000000` takes in so many companies of four systems and asks a server of that hub.
Loading takes most of the time, so `--hub` works on a hub that was loaded before, by the address of its database, on
SQLite or on PostgreSQL; it is changed by that. `--records` is the file that it was loaded from. Latencies are those of
one client that asks one thing after the other, over HTTP; pages are asked of the application within this process, so
that their statements are seen.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from typing import Any

import desk
import httpx2
import lookup
import orjson
from fastapi.testclient import TestClient
from generate import generate
from http_load import load, request
from life import client_of, puts
from measure import keep, mdm, split_by_source, table

from mdm import worker
from mdm.cli import session
from mdm.log import Author
from mdm.services.access import keys
from mdm.services.hub import open_hub
from mdm.settings import Settings, now
from stewardship_ui.app import create_app

ASKED, SCRAPES, STREAM_SECONDS, CLIENTS = 500, 50, 5.0, 8


def loaded(count: int, folder: Path, database: str) -> dict[str, Path]:
    """Take in so many companies; gives the file of each source."""
    generate(count, folder)
    files = split_by_source(folder / "records.csv", folder)
    mdm("init", database=database)
    for source, file in files.items():
        mdm("ingest", file, "--source", source, "--type", "customer", "--event-time", "updated", database=database)
    return files


def day_passed(database: str) -> float:
    """Let a day pass, as the worker does once a day: quality is measured, and what depends on the day is resolved."""
    hub = open_hub(Settings(database_url=database))
    started = sum(os.times()[:4])  # with the process that measures
    worker.let_day_pass(hub, actor="benchmark")
    hub.close()
    return sum(os.times()[:4]) - started


def asked(client: httpx2.Client, requests: Iterator[tuple[str, str, dict[str, Any]]]) -> tuple[object, ...]:
    """How many there were, and the milliseconds of the median, the 99th percentile and the slowest."""
    took = []
    for method, path, more in requests:
        started = time.perf_counter()
        client.request(method, path, **more).raise_for_status()
        took.append(1_000 * (time.perf_counter() - started))
    cuts = quantiles(took, n=100, method="inclusive")
    return len(took), *(round(one, 1) for one in (cuts[49], cuts[98], max(took)))


def single_puts(files: dict[str, Path], rnd: random.Random) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Changes and newcomers, each resolved before it is answered."""
    for path, body in puts(files, ASKED, rnd):
        yield "PUT", f"/v1/source-records/{path}", {"params": {"wait": "resolved"}, "json": body}


def finds(files: dict[str, Path], rnd: random.Random) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Questions whether a new record would be somebody who is known."""
    for _, body in puts(files, ASKED, rnd):
        yield "POST", "/v1/matches:find", {"json": {"entity_type": "customer", **body}}


def searches(files: dict[str, Path], rnd: random.Random) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Two words of a name, as somebody types them."""
    for _, body in puts(files, ASKED, rnd):
        words = " ".join(str(body["attributes"].get("name", "firm")).split()[:2])
        yield "GET", "/v1/golden-records:search", {"params": {"q": words}}


def figures(path: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What monitoring asks for again and again."""
    for _ in range(SCRAPES):
        yield "GET", path, {}


def streamed(database: str) -> tuple[object, ...]:
    """Single puts that do not wait, from several clients at once; how many a second are acknowledged."""
    hub = open_hub(Settings(database_url=database))
    key = keys.create(hub, role="admin", author=Author("benchmark", now()))["key"]
    hub.close()
    body = orjson.dumps({"attributes": {"name": "Streaming Works Ltd"}})
    sent = [request("PUT", f"/v1/source-records/s1/customer/stream-{n}", key=key, body=body) for n in range(20_000)]
    with tempfile.TemporaryDirectory() as folder, lookup.served(database, Path(folder)):
        found = load(lookup.PORT, sent, connections=CLIENTS, seconds=STREAM_SECONDS)
    return CLIENTS, int(found.rate), round(found.median, 1), round(found.most, 1)


def pages(database: str) -> list[tuple[object, ...]]:
    """A row for each kind of page at the desk, as `desk` tells them."""
    session.log_to_stderr("error")  # a line for each request would be most of what is printed
    settings = Settings(database_url=database)
    hub = open_hub(settings)
    key = keys.create(hub, role="steward", author=Author("benchmark", now()))["key"]
    with TestClient(create_app(settings)) as http:
        headers = {"Authorization": f"Bearer {key}"}
        rows = [desk.measured(http, headers, *one) for one in desk.pages(hub, 20).items()]
    hub.close()
    return rows


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=1_000_000, help="how many records")
    parser.add_argument("--hub", help="the address of a database that was loaded before, and will be changed")
    parser.add_argument("--records", type=Path, help="the file that it was loaded from, of all systems")
    parser.add_argument("--date", help="keep the result in benchmarks/results under this date")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mdm-bench-") as name:
        folder, rnd = Path(name), random.Random(4711)
        database = options.hub or f"sqlite:///{folder / 'hub.db'}"
        if options.hub is None:
            files = loaded(options.count, folder, database)
        else:
            files = split_by_source(options.records, folder)
        day = day_passed(database)
        shown = pages(database)
        looked_up = lookup.measured(database, folder, rounds=3, seconds=3.0)
        with client_of(database, folder) as client:
            latencies = [
                ("matches:find", *asked(client, finds(files, rnd))),
                ("golden-records:search", *asked(client, searches(files, rnd))),
                *((path, *asked(client, figures(path))) for path in ("/v1/stats", "/metrics")),
                ("one record with wait=resolved", *asked(client, single_puts(files, rnd))),
            ]
        stream = streamed(database)
        parts = [
            f"A day passed in {day:,.0f} s of CPU.\n",
            table(("one client", "N", "p50 ms", "p99 ms", "most ms"), latencies),
            table(("clients of single puts that do not wait", "puts/s", "p50 ms", "p99 ms"), [stream]),
            table(lookup.COLUMNS, looked_up),
            table(("page", "times", "CPU ms, median", "p95", "wall ms, median", "p95", "statements"), shown),
        ]
        keep("at_size", f"{options.count:,} records at work", parts, date=options.date)


if __name__ == "__main__":
    main()
