"""Rate cards by the thousand: loaded from three systems, asked for rates in process and over HTTP, and their findings.

`python benchmarks/rates.py 5000 --lines 40` makes so many cards with so many lines each, of three systems that are at
odds here and there, of customers that belong to legal entities; then asks for a rate of a card and of a customer in
this process and over HTTP on the loopback, and for pages of findings. The day passes before anything is measured.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
from life import client_of
from measure import keep, mdm, table, timed

from mdm.code_lists import shipped
from mdm.log import Key
from mdm.services.hub import Hub, open_hub
from mdm.services.pricing import line_findings, rates
from mdm.services.pricing.rate_question import Question
from mdm.services.reading import lookup
from mdm.settings import Settings
from mdm.worker import let_day_pass

SOURCES = ("erp", "psa", "billing")
DAYS = ("2024-01-01", "2024-07-01", "2025-01-01", "2025-07-01", "2026-01-01", "2026-07-01", "2027-01-01")
CUSTOMERS, ENTITIES = 2_500, 20


def lines(rnd: random.Random, roles: list[str], count: int) -> list[dict[str, Any]]:
    """The true lines of one card: one role after the other, each over half years in a row."""
    found = []
    for number in range(count):
        role, half = roles[number // 6 % len(roles)], number % 6
        unit = "hour" if number // (6 * len(roles)) == 0 else "day"
        found.append({
            "role": role, "currency": "EUR", "unit": unit, "rate": f"{rnd.randrange(80, 300)}.00",
            "valid_from": DAYS[half], "valid_to": DAYS[half + 1],
        })  # fmt: skip
    return found


def cards(count: int, per_card: int, rnd: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """(source, record): every system has a third of the lines of its own, and some of another's at another rate."""
    roles = sorted(json_roles())
    for number in range(count):
        true = lines(rnd, roles, per_card)
        common = {"code": f"RC-{number:06}-{number * 7919 % 999983:06}", "currency": "EUR", "valid_from": "2024-01-01"}
        parties = {
            "customer": f"erp:customer:{number % CUSTOMERS}",
            "legal_entity": f"erp:legal_entity:{number % ENTITIES}",
        }
        for place, source in enumerate(SOURCES):
            own = [dict(one) for index, one in enumerate(true) if index % 3 == place]
            if rnd.random() < 0.1:
                own[0] = {**true[(place + 1) % 3], "rate": "77.00"}
            yield source, {"id": f"{number}", "name": f"Card {number:06}", **common, **parties, "lines": own}


def json_roles() -> list[str]:
    """The codes of the shipped roles."""
    return list(shipped()["roles"].codes)


def _written(folder: Path, count: int, per_card: int, rnd: random.Random) -> dict[tuple[str, str], Path]:
    files = {(source, "rate_card"): folder / f"{source}.jsonl" for source in SOURCES}
    opened = {place: file.open("w", encoding="utf-8") for place, file in files.items()}
    for source, record in cards(count, per_card, rnd):
        opened[source, "rate_card"].write(json.dumps(record) + "\n")
    for file in opened.values():
        file.close()
    others = {
        "legal_entity": [{"id": str(one), "name": f"Firm {one:04} GmbH", "registration_number": f"HRB{one:06}"}
                         for one in range(ENTITIES)],
        "customer": [{"id": str(one), "name": f"Client {one:05} AG", "website": f"client{one:05}.example",
                      "legal_entity": f"erp:legal_entity:{one % ENTITIES}"} for one in range(CUSTOMERS)],
    }  # fmt: skip
    found = {}
    for entity_type, rows in others.items():
        found["erp", entity_type] = folder / f"{entity_type}.jsonl"
        found["erp", entity_type].write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return {**found, **files}


def _asked(hub: Hub, about: str, role: str) -> None:
    fields = {"role": role, "currency": "EUR", "unit": "hour"}
    rates.rate(hub, Question(about, fields, "2026-03-01"))


def _over_http(client: httpx2.Client, about: str, role: str) -> None:
    query = {"role": role, "currency": "EUR", "unit": "hour", "on": "2026-03-01"}
    client.get(f"/v1/golden-records/{about}/rate", params=query).raise_for_status()


def _paged(hub: Hub, wanted: line_findings.Wanted) -> None:
    line_findings.findings(hub, wanted)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=5_000, help="how many cards")
    parser.add_argument("--lines", type=int, default=40, help="how many lines a card")
    parser.add_argument("--times", type=int, default=10_000, help="how often a rate is asked")
    parser.add_argument("--date", help="keep the result in benchmarks/results under this date")
    arguments = parser.parse_args()
    rnd = random.Random(4711)
    with tempfile.TemporaryDirectory(prefix="mdm-bench-") as name:
        folder = Path(name)
        database = f"sqlite:///{folder / 'hub.db'}"
        mdm("init", database=database)
        costs = []
        for (source, entity_type), file in _written(folder, arguments.count, arguments.lines, rnd).items():
            _, cost = mdm("ingest", file, "--source", source, "--type", entity_type, database=database)
            costs.append((f"{source} {entity_type}", round(cost.wall, 1), round(cost.cpu, 1)))
        hub = open_hub(Settings(database_url=database))
        ids = [
            one["golden_id"]
            for of, count in (("rate_card", arguments.count), ("customer", CUSTOMERS))
            for one in lookup.xrefs(hub, [Key("erp", of, str(number)) for number in range(count)])
            if one
        ]
        roles = json_roles()
        some = [(rnd.choice(ids[: arguments.count]), rnd.choice(roles)) for _ in range(arguments.times)]
        clients = [(rnd.choice(ids[arguments.count :]), rnd.choice(roles)) for _ in range(arguments.times)]
        with hub.database.read() as reader:
            kinds = reader.rows(
                "SELECT kind, count(*) FROM line_finding WHERE until IS NULL GROUP BY kind ORDER BY kind"
            )
        pages = {
            "a page of all findings": line_findings.Wanted(on="2027-06-01"),
            "a page of conflicts": line_findings.Wanted(kind="conflict"),
            "a page of conflicts of one source": line_findings.Wanted(kind="conflict", source="billing"),
            "a page of a source that has none": line_findings.Wanted(on="2027-06-01", source="crm"),
        }
        rows = [
            ("a rate of a card, in process", *timed([partial(_asked, hub, *one) for one in some])),
            ("a rate of a customer, in process", *timed([partial(_asked, hub, *one) for one in clients])),
            *((title, *timed([partial(_paged, hub, wanted)] * 50)) for title, wanted in pages.items()),
        ]
        let_day_pass(hub, actor="benchmark")  # or the server's worker does, while the first questions are asked
        with client_of(database, folder) as client:
            rows += [
                ("a rate of a card, over HTTP", *timed([partial(_over_http, client, *one) for one in some])),
                ("a rate of a customer, over HTTP", *timed([partial(_over_http, client, *one) for one in clients])),
            ]
        hub.close()
        parts = [
            table(("file", "wall s", "CPU s"), costs), table(("finding", "N"), kinds),
            table(("what", "N", "p50 ms", "p99 ms", "most ms"), rows),
        ]  # fmt: skip
        title = f"{arguments.count * arguments.lines:,} lines on {arguments.count:,} rate cards of three systems"
        keep("rates", title, parts, date=arguments.date)


if __name__ == "__main__":
    main()
