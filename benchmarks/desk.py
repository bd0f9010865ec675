"""The stewards' desk before a long queue: what a page of the queue and a task cost the server.

`python benchmarks/desk.py 100000` takes in two customers for each task, through the same use cases as any other input,
so that the hub is in doubt about each pair; then it asks for the queue in every order and by every facet, and for
tasks, and tells processor time and wall time of the server's work for each, and how many statements it ran.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from fastapi.testclient import TestClient
from measure import keep, postgresql, table

from mdm.ingest import Incoming
from mdm.log import Author
from mdm.services import resolving
from mdm.services.access import keys
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import records
from mdm.services.setup import initialise
from mdm.services.stewarding import task_work, tasks
from mdm.settings import Settings, now
from mdm.store.batches import Origin
from mdm.store.database import Transaction
from stewardship_ui.app import create_app

CHUNK = 10_000
SYLLABLES = "bralomkertisvunhaldermonfigrapseltorwendaknispol"
ORDERS = ("urgent", "due", "newest", "likeliest", "doubtful")


def name_of(number: int) -> str:
    """A name that no other pair has."""
    digits = [(number // 16**place) % 16 for place in range(5)]
    return "".join(SYLLABLES[3 * one : 3 * one + 3] for one in digits).capitalize()


def both(number: int) -> Iterator[Incoming]:
    """Two customers that may be one."""
    name, phone = name_of(number), f"+49 40 {3_000_000 + number}"
    town = {"street": f"Elbstr. {number % 300}", "postcode": f"{20_000 + number % 800}", "city": "Hamburg"}
    left = {"name": f"{name}tt & Söhne", "phone": [phone], "email": [f"office@{name.lower()}.example"]}
    right = {"name": f"{name} & Söhne GmbH", "phone": [phone], "address": town}
    yield Incoming("crm", "customer", str(number), left, None, None, "put")
    yield Incoming("erp", "customer", str(number), right, None, None, "put")


def fill(hub: Hub, count: int) -> None:
    """Open so many tasks, some of them assigned, claimed and snoozed."""
    author = Author("cli:benchmark", now())
    for start in range(0, count, CHUNK):
        numbers = range(start, min(count, start + CHUNK))
        pairs = [one for number in numbers for one in both(number)]
        records.put_many(hub, pairs, author=author, batch=Origin("benchmark"))
        resolving.resolve_all(hub, author=author)
    for place, one in enumerate(tasks.page(hub, limit=60)["items"]):
        if place % 3 == 0:
            task_work.assign(hub, one["id"], to="cli:benchmark", author=author)
        else:
            task_work.claim(hub, one["id"], author=author)


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    run, counted = Transaction._run, list[str]()

    def noted(self: Transaction, statement: str, values: tuple[object, ...]) -> None:
        counted.append(statement)
        run(self, statement, values)

    Transaction._run = noted  # type: ignore[method-assign,assignment]
    try:
        yield counted
    finally:
        Transaction._run = run  # type: ignore[method-assign]


def measured(http: TestClient, headers: dict[str, str], name: str, paths: list[str]) -> tuple[object, ...]:
    """The row of one kind of page: each address once to warm up, then once to measure."""
    cpu, wall, statements = [], [], 0
    for path in paths[:3]:
        http.get(path, headers=headers).raise_for_status()
    for path in paths:
        with counting() as counted:
            at, began = time.process_time(), time.perf_counter()
            http.get(path, headers=headers)
            cpu.append(1_000 * (time.process_time() - at))
            wall.append(1_000 * (time.perf_counter() - began))
        statements = max(statements, len(counted))
    return name, len(paths), median(cpu), upper(cpu), median(wall), upper(wall), statements


def upper(values: list[float]) -> float:
    """The 95th percentile."""
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def pages(hub: Hub, repeats: int) -> dict[str, list[str]]:
    """The addresses of each kind of page."""
    rnd = random.Random(7)
    some = [one["id"] for one in tasks.page(hub, limit=1_000)["items"]]
    queue = {f"queue, {order}": [f"/queue?order={order}"] for order in ORDERS}
    queue |= {f"queue, {order}, later page": [f"/queue?order={order}&cursor={rnd.choice(some)}"] for order in ORDERS}
    queue |= {f"queue of a type, {order}": [f"/queue?order={order}&entity_type=customer"] for order in ORDERS}
    queue |= {
        f"queue, {view}": [f"/queue?view={view}"]
        for view in ("mine", "held", "overdue", "snoozed", "proposed", "closed")
    }
    queue["queue of a kind that is not there, due"] = ["/queue?kind=conflict&order=due"]
    queue["queue, likely .9 to .95"] = ["/queue?likely=0.9-0.95"]
    told = {name: paths * repeats for name, paths in queue.items()}
    told["home"] = ["/"] * repeats
    told["task"] = [f"/task/{one}" for one in rnd.sample(some, min(len(some), 10 * repeats))]
    return told


def main() -> None:
    """Measure on SQLite, and on PostgreSQL when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", type=int, nargs="?", default=100_000)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--date")
    options = parser.parse_args()
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory())
        address = (
            opened.enter_context(postgresql())[0] if options.postgresql else f"sqlite:///{Path(folder) / 'mdm.db'}"
        )
        settings = Settings(database_url=address)
        initialise(settings, author=Author("cli:benchmark", now()))
        hub = open_hub(settings)
        at = time.process_time()
        fill(hub, options.tasks)
        filled = time.process_time() - at
        key = keys.create(hub, role="steward", author=Author("cli:benchmark", now()))["key"]
        with TestClient(create_app(settings)) as http:
            headers = {"Authorization": f"Bearer {key}"}
            rows = [measured(http, headers, *one) for one in pages(hub, options.repeats).items()]
            counts = http.get("/v1/tasks:counts", headers=headers).json()
        hub.close()
    title = (
        f"{counts['open']:,} open tasks over {2 * options.tasks:,} records, {settings.database_url.partition(':')[0]}"
    )
    told = table(("page", "times", "CPU ms, median", "p95", "wall ms, median", "p95", "statements"), rows)
    keep(
        "desk",
        "The desk before a long queue",
        [f"## {title}\n\nFilled in {filled:,.0f} CPU s.\n", told],
        date=options.date,
    )


if __name__ == "__main__":
    main()
