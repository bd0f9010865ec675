"""Judge the readiness of many customers: all anew, a page over the service, one question, and one change.

`python benchmarks/readiness.py 10000` makes so many customers in four systems, each with a rate card of twelve lines,
and measures in this process, without HTTP.
"""

import argparse
import csv
import random
import tempfile
from functools import partial
from pathlib import Path

import orjson
from measure import keep, mdm, table, timed

from mdm.ingest import Incoming
from mdm.log import Author, Key
from mdm.resolution import readiness_writing
from mdm.services import resolving
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import records
from mdm.services.reading import lookup
from mdm.services.watching import readiness
from mdm.settings import Settings, now
from mdm.store import readiness as stored

ROLES = ("consultant", "senior_consultant", "partner", "manager")
SYSTEMS = ("crm", "erp", "psa", "billing")


def written(count: int, folder: Path, rnd: random.Random) -> None:
    """Customers as four systems hold them, a tenth of them missing in each, and a rate card of each."""
    for source in SYSTEMS:
        with (folder / f"{source}.csv").open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(("id", "name", "email"))
            for number in range(count):
                if rnd.random() < 0.9:
                    writer.writerow((number, f"Firm {number:06} GmbH", f"mail@firm{number:06}.example"))
    with (folder / "cards.jsonl").open("wb") as cards:
        for number in range(count):
            lines = [
                {"role": role, "currency": "EUR", "rate": "900", "valid_from": f"{year}-01-01",
                 "valid_to": f"{year + 1}-01-01"}
                for role in ROLES for year in (2025, 2026, 2027)
            ]  # fmt: skip
            card = {"id": str(number), "name": f"Card {number:06}", "code": f"RC{number:06}", "currency": "EUR",
                    "customer": f"crm:customer:{number}", "lines": lines}  # fmt: skip
            cards.write(orjson.dumps(card) + b"\n")


def _all_anew(hub: Hub) -> None:
    with hub.database.read() as reader:
        types = readiness_writing.standing_types(reader)
        readiness_writing.judged(reader, types, "customer", stored.goldens(reader, "customer"))


def _page(hub: Hub) -> None:
    readiness.page(hub, "quote_to_project", readiness.Wanted(ready=False))


def _card_changes(hub: Hub, number: int) -> None:
    author = Author("benchmark", now())
    said = {"name": f"Card {number:06}", "code": f"RC{number:06}", "currency": "EUR",
            "customer": f"crm:customer:{number}", "lines": []}  # fmt: skip
    records.put(hub, Incoming("psa", "rate_card", str(number), said, None, None, "put"), author=author, wait=True)
    resolving.resolve_all(hub, author=author)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=10_000, help="how many customers")
    parser.add_argument("--date", help="keep the result in benchmarks/results under this date")
    arguments = parser.parse_args()
    rnd = random.Random(4711)
    with tempfile.TemporaryDirectory(prefix="mdm-bench-") as name:
        folder = Path(name)
        database = f"sqlite:///{folder / 'hub.db'}"
        written(arguments.count, folder, rnd)
        mdm("init", database=database)
        for source in SYSTEMS:
            mdm("ingest", folder / f"{source}.csv", "--source", source, "--type", "customer", database=database)
        mdm("ingest", folder / "cards.jsonl", "--source", "psa", "--type", "rate_card", database=database)
        hub = open_hub(Settings(database_url=database))
        keys = [Key("crm", "customer", str(number)) for number in rnd.sample(range(arguments.count), 300)]
        ids = [one["golden_id"] for one in lookup.xrefs(hub, keys) if one]
        asked = [partial(readiness.of_one, hub, one, "quote_to_project", on="2026-06-01") for one in ids]
        rows = [
            ("all judged anew, three processes", *timed([partial(_all_anew, hub)] * 3)),
            ("a page of those not ready", *timed([partial(_page, hub)] * 20)),
            ("one question on a day", *timed(list(asked))),
            ("a rate card changes", *timed([partial(_card_changes, hub, number) for number in range(30)])),
        ]
        hub.close()
        parts = [table(("what", "N", "p50 ms", "p99 ms", "most ms"), rows)]
        title = f"{arguments.count:,} customers in four systems, each with a rate card of twelve lines"
        keep("readiness", title, parts, date=arguments.date)


if __name__ == "__main__":
    main()
