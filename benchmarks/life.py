"""A hub over its life: loaded, decided upon, derived again from the log, and given single records that wait.

`python benchmarks/life.py 100000 --decisions 2000` takes in so many companies of four systems, makes random merges,
splits, verdicts, overrides and undos, and lets `mdm rebuild --verify` derive everything again, once more under
another hash seed, time zone and locale. Then a server takes single records with `wait=resolved`: changes, newcomers,
and records of a chain that all hang together.
"""

import argparse
import csv
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx2
from generate import generate
from measure import MDM, keep, mdm, split_by_source, table

from mdm.errors import HubError
from mdm.log import Author, Key
from mdm.services.access import keys
from mdm.services.deciding import decisions, overrides
from mdm.services.deciding.decisions import Decided, Verdict
from mdm.services.deciding.overrides import Wanted
from mdm.services.hub import Hub, open_hub
from mdm.services.reading import golden
from mdm.settings import Settings, now

ELSEWHERE = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Chatham", "LC_ALL": "C"}
PATIENCE = 120.0
WHY = "benchmark"
KINDS = ("merge", "split", "verdict", "override", "undo")
SAID: tuple[Verdict, ...] = ("same", "distinct", "related")


class Steward:
    """Makes random decisions on a hub; those that contradict what is in force are counted as refused."""

    def __init__(self, hub: Hub, rnd: random.Random) -> None:
        self.hub, self.rnd = hub, rnd
        self.ids = [one["golden_id"] for one in golden.export(hub, "customer")]
        self.made: list[str] = []
        self.counts = dict.fromkeys((*KINDS, "refused"), 0)

    def decide(self, count: int) -> None:
        """Go on until so many decisions are in the log."""
        while len(self.made) < count:
            kind = self.rnd.choice(KINDS)
            try:
                decided = getattr(self, f"_{kind}")()
            except HubError:
                self.counts["refused"] += 1
                continue
            if decided is not None:
                self.made.append(decided.decision_id)
                self.counts[kind] += 1

    def _merge(self) -> Decided:
        return decisions.merge(self.hub, self.rnd.sample(self.ids, 2), reason=WHY, author=_author())

    def _split(self) -> Decided | None:
        chosen = self.rnd.choice(self.ids)
        members = self._members(chosen)
        if len(members) < 2:
            return None
        return decisions.split(self.hub, chosen, [self.rnd.choice(members)], reason=WHY, author=_author())

    def _verdict(self) -> Decided:
        left, right = (self._members(chosen)[0] for chosen in self.rnd.sample(self.ids, 2))
        said = self.rnd.choice(SAID)
        return decisions.verdict(self.hub, left, right, said, reason=WHY, author=_author())

    def _override(self) -> Decided:
        wanted = Wanted(self.rnd.choice(self.ids), "name", f"Renamed {len(self.made)} Ltd")
        return overrides.override(self.hub, wanted, reason=WHY, author=_author())

    def _undo(self) -> Decided | None:
        if not self.made:
            return None
        return decisions.undo(self.hub, self.rnd.choice(self.made), reason=WHY, author=_author())

    def _members(self, golden_id: str) -> list[Key]:
        found = golden.get(self.hub, golden_id)["crosswalk"]
        return [Key(entry["source"], "customer", entry["source_id"]) for entry in found]


def _author() -> Author:
    return Author("benchmark", now())


@contextmanager
def served(database: str, folder: Path) -> Iterator[Callable[[str, dict[str, Any]], float]]:
    """A server of the hub on loopback; gives a function that puts one record, waits, and returns its seconds."""
    with client_of(database, folder) as client:
        yield lambda path, body: _put(client, path, body)


@contextmanager
def client_of(database: str, folder: Path) -> Iterator[httpx2.Client]:
    """A server of the hub on loopback; gives a client with an admin key."""
    hub = open_hub(Settings(database_url=database))
    key = keys.create(hub, role="admin", author=_author())["key"]
    hub.close()
    port = 18_437
    environment = {**os.environ, "MDM_DATABASE_URL": database}
    with (folder / "serve.log").open("wb") as log:
        command = [*MDM, "serve", "--headless", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            with httpx2.Client(
                base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE
            ) as client:
                _ready(client)
                yield client
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _ready(client: httpx2.Client) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.2)
    raise SystemExit("the server did not come up")


def _put(client: httpx2.Client, path: str, body: dict[str, Any]) -> float:
    started = time.perf_counter()
    answer = client.put(f"/v1/source-records/{path}", params={"wait": "resolved"}, json=body)
    if answer.status_code != 200:
        raise SystemExit(f"{answer.status_code}: {answer.text}")
    return time.perf_counter() - started


def puts(files: dict[str, Path], count: int, rnd: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Changes of records that are there, and newcomers that are copies of them with another name of the street."""
    source, file = sorted(files.items())[0]
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [row for _, row in zip(range(50_000), csv.DictReader(opened), strict=False)]
    for number in range(count):
        row = dict(rnd.choice(rows))
        source_id = row.pop("record_id")
        row.pop("updated", None)
        values: dict[str, Any] = {name: value for name, value in row.items() if value and "." not in name}
        parts = {name.partition(".")[2]: value for name, value in row.items() if value and "." in name}
        values |= {"address": parts} if parts else {}
        if number % 2:
            source_id = f"new-{number}"
        else:
            values["name"] = f"{values.get('name', 'Firm')} {rnd.choice(['Group', 'Services', 'Partners'])}"
        yield f"{source}/customer/{source_id}", {"attributes": values}


def chain(length: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Records of which each shares an e-mail address with the next, so that all hang together."""
    for number in range(length):
        emails = [f"office{place}@chain.example" for place in (number, number + 1)]
        yield f"s1/customer/chain-{number}", {"attributes": {"name": "Chain Holding Ltd", "email": emails}}


def _figures(seconds: list[float]) -> tuple[float, ...]:
    cuts = quantiles(seconds, n=100)
    return round(1000 * cuts[49], 1), round(1000 * cuts[98], 1), round(1000 * max(seconds), 1)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=100_000, help="how many records")
    parser.add_argument("--decisions", type=int, default=2_000)
    parser.add_argument("--puts", type=int, default=1_000)
    parser.add_argument("--chain", type=int, default=5_000, help="how many records hang together in the chain")
    parser.add_argument("--no-rebuild", action="store_true", help="leave out the rebuilds")
    parser.add_argument("--date", help="keep the result in benchmarks/results under this date")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mdm-bench-") as name:
        folder, rnd = Path(name), random.Random(4711)
        database = f"sqlite:///{folder / 'hub.db'}"
        generate(arguments.count, folder)
        files = split_by_source(folder / "records.csv", folder)
        steps: list[tuple[object, ...]] = []
        mdm("init", database=database)
        started = time.perf_counter()
        for source, file in files.items():
            mdm("ingest", file, "--source", source, "--type", "customer", "--event-time", "updated", database=database)
        steps.append(("load", time.perf_counter() - started, ""))
        hub = open_hub(Settings(database_url=database))
        started = time.perf_counter()
        steward = Steward(hub, rnd)
        steward.decide(arguments.decisions)
        told = ", ".join(f"{kind} {count}" for kind, count in steward.counts.items())
        steps.append((f"{arguments.decisions:,} decisions", time.perf_counter() - started, told))
        hub.close()
        if not arguments.no_rebuild:
            for what, environment in (("rebuild --verify", {}), ("the same elsewhere", ELSEWHERE)):
                os.environ.update(environment)
                found, cost = mdm("rebuild", "--verify", database=database)
                steps.append((what, cost.wall, "identical" if found["match"] else "DIFFERENT"))
        latencies: list[tuple[object, ...]] = []
        with served(database, folder) as put:
            seconds = [put(*one) for one in puts(files, arguments.puts, rnd)]
            latencies.append(("changes and newcomers", len(seconds), *_figures(seconds)))
            seconds = [put(*one) for one in chain(arguments.chain)]
            latencies.append((f"the last 500 of a chain of {arguments.chain:,}", 500, *_figures(seconds[-500:])))
            seconds = [put(*one) for one in puts(files, arguments.puts, rnd)]
            latencies.append(("changes and newcomers beside the chain", len(seconds), *_figures(seconds)))
        parts = [
            table(("what", "wall s", "found"), steps),
            table(("one record with wait=resolved", "N", "p50 ms", "p99 ms", "most ms"), latencies),
        ]
        keep("life", f"{arguments.count:,} records over the life of a hub", parts, date=arguments.date)


if __name__ == "__main__":
    main()
