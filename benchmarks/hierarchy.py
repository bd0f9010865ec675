"""A group of many companies: loaded, rolled up, asked for its ultimate parent, and a part of it moved.

`python benchmarks/hierarchy.py 50000 --depth 12` makes so many legal entities of one source in one tree, each below
a random one of the level above, and measures the service calls in this process, without HTTP.
"""

import argparse
import csv
import random
import tempfile
from functools import partial
from pathlib import Path

from measure import keep, mdm, table, timed

from mdm.ingest import Incoming
from mdm.log import Author, Key
from mdm.services import resolving
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import records
from mdm.services.reading import hierarchy, lookup
from mdm.services.reading.hierarchy import Wanted
from mdm.settings import Settings, now


def tree(count: int, depth: int, rnd: random.Random) -> list[tuple[int, int | None]]:
    """(number, parent) of each company: level by level, all but the first few about equally wide."""
    levels = [[0]]
    width = max(count // (depth - 1), 1)
    found: list[tuple[int, int | None]] = [(0, None)]
    for number in range(1, count):
        if len(levels) < depth and (len(levels) == 1 or len(levels[-1]) >= width):
            levels.append([])
        levels[-1].append(number)
        found.append((number, rnd.choice(levels[-2])))
    return found


def written(companies: list[tuple[int, int | None]], file: Path) -> None:
    """The companies as their source would send them."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(("id", "name", "registration_number", "country", "parent"))
        for number, parent in companies:
            writer.writerow(
                (number, f"Firm {number:07} GmbH", f"HRB{number:07}", "DE", "" if parent is None else parent)
            )


def _told(hub: Hub, golden_id: str, *, depth: int = 3) -> None:
    hierarchy.hierarchy(hub, golden_id, Wanted(depth=depth))


def _moved(hub: Hub, number: int, parent: int) -> None:
    author = Author("benchmark", now())
    said = {"name": f"Firm {number:07} GmbH", "registration_number": f"HRB{number:07}", "country": "DE"}
    incoming = Incoming("erp", "legal_entity", str(number), {**said, "parent": str(parent)}, None, None, "put")
    records.put(hub, incoming, author=author, wait=True)
    resolving.resolve_all(hub, author=author)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=50_000, help="how many companies")
    parser.add_argument("--depth", type=int, default=12)
    parser.add_argument("--times", type=int, default=200, help="how often each is asked")
    parser.add_argument("--date", help="keep the result in benchmarks/results under this date")
    arguments = parser.parse_args()
    rnd = random.Random(4711)
    with tempfile.TemporaryDirectory(prefix="mdm-bench-") as name:
        folder = Path(name)
        database = f"sqlite:///{folder / 'hub.db'}"
        companies = tree(arguments.count, arguments.depth, rnd)
        written(companies, folder / "erp.csv")
        mdm("init", database=database)
        _, cost = mdm("ingest", folder / "erp.csv", "--source", "erp", "--type", "legal_entity", database=database)
        hub = open_hub(Settings(database_url=database))
        keys = [Key("erp", "legal_entity", str(number)) for number, _ in companies]
        ids = [one["golden_id"] for one in lookup.xrefs(hub, keys) if one]
        some = rnd.choices(ids, k=arguments.times)
        deepest = rnd.choices(ids[-(arguments.count // arguments.depth) :], k=arguments.times)
        moved = rnd.sample(range(1, arguments.count), 20)
        rows = [
            ("roll-up of the whole group", *timed([partial(_told, hub, ids[0])] * 200)),
            ("roll-up of any", *timed([partial(_told, hub, one) for one in some])),
            ("ultimate parent from the last level", *timed([partial(_told, hub, one, depth=0) for one in deepest])),
            ("another parent for any", *timed([partial(_moved, hub, one, 0) for one in moved])),
        ]
        hub.close()
        parts = [
            f"Load, references and hierarchy included: {cost.wall:.1f} s wall, {cost.cpu:.1f} s CPU.",
            table(("what", "N", "p50 ms", "p99 ms", "most ms"), rows),
        ]
        keep(
            "hierarchy",
            f"{arguments.count:,} companies in one group, {arguments.depth} levels",
            parts,
            date=arguments.date,
        )


if __name__ == "__main__":
    main()
