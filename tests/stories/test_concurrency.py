"""Many clients at once: one golden record for one thing, and positions without a gap."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mdm.ingest import Incoming
from mdm.services import rebuild
from mdm.services.hub import Hub
from mdm.services.intake import records
from tests.conftest import AUTHOR

CLIENTS = 20


def copy(client: int, thing: int) -> Incoming:
    """One of twenty nearly identical copies of a company."""
    spelling = ("Northgate Trading {} Ltd", "NORTHGATE TRADING {} LIMITED", "Northgate Trading {}, Ltd.")[client % 3]
    attributes: dict[str, object] = {
        "name": spelling.format(f"{thing:03}"),
        "tax_id": f"GB{434031000 + 97 * thing}",
        "email": [f"office@northgate{thing:03}.example"],
        "address": {"street": f"{thing + 1} Harbour Road", "city": "Bristol", "country": "GB"},
    }  # fmt: skip
    return Incoming(f"system{client}", "customer", f"{thing:04}", attributes, None, None, "put")


def gapless(rows: list[tuple[int]]) -> bool:
    return sorted(number for (number,) in rows) == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("things", [5, pytest.param(50, marks=pytest.mark.verify)])
def test_twenty_clients_never_make_two_golden_records_of_one_thing(hub: Hub, things: int) -> None:
    """Twenty nearly identical records of each thing, put by twenty clients at once that wait for its golden ID."""
    together = threading.Barrier(CLIENTS)

    def client(number: int) -> list[tuple[int, str | None]]:
        together.wait()
        order = [(thing * 7 + number * 3) % things for thing in range(things)]
        return [(thing, records.put(hub, copy(number, thing), author=AUTHOR, wait=True).golden_id) for thing in order]

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = [answer for answers in pool.map(client, range(CLIENTS)) for answer in answers]
    assert len(answers) == CLIENTS * things
    golden: dict[int, set[str | None]] = {}
    for thing, golden_id in answers:
        golden.setdefault(thing, set()).add(golden_id)
    assert all(len(ids) == 1 for ids in golden.values()), golden
    with hub.database.read() as reader:
        assert reader.one("SELECT count(DISTINCT golden) FROM source_record") == (things,)
        assert gapless(reader.rows("SELECT sequence FROM change"))
        assert gapless(reader.rows("SELECT position FROM log"))
    assert rebuild.verify(hub).match
