"""The demo firm's customers in three orders and batch sizes: one partition, one set of values, one list of tasks."""

import random
from pathlib import Path

import pytest

from mdm.demo.firm import firm
from mdm.ingest import Columns, Incoming, each_item, incoming_records, read
from mdm.services import rebuild, resolving
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import records
from mdm.settings import Settings
from mdm.store import digests
from mdm.store.batches import Origin
from tests.conftest import AUTHOR
from tests.demo.plain import write_customers


def customers(hub: Hub, folder: Path) -> list[Incoming]:
    """All customers of the demo firm, in the order of its files."""
    items = []
    for name in write_customers(firm(), folder):
        columns, source = Columns(id="id", event_time="updated"), name.partition("_")[0]
        rows = read(str(folder / name))
        customer = hub.entity_type("customer")
        items += each_item(incoming_records(rows, customer, source=source, file=name, columns=columns))
    assert all(isinstance(item, Incoming) for item in items)
    return [item for item in items if isinstance(item, Incoming)]


@pytest.mark.parametrize("count", [48, pytest.param(None, marks=pytest.mark.verify)])
def test_order_and_batch_size_change_nothing(sqlite_template: Path, tmp_path: Path, count: int | None) -> None:
    found = set()
    for number, batch in enumerate((1, 97, 10_000)):
        path = tmp_path / f"hub{number}.db"
        path.write_bytes(sqlite_template.read_bytes())
        hub = open_hub(Settings(database_url=f"sqlite:///{path}", resolve_chunk=batch))
        # Neighbours in the files are neighbours in the firm, so that the sample holds whole customers.
        items = sorted(customers(hub, tmp_path), key=lambda item: str(item.attributes["name"]).lower())[:count]
        random.Random(number).shuffle(items)
        for start in range(0, len(items), 500):
            records.put_many(hub, items[start : start + 500], author=AUTHOR, batch=Origin("order"))
        resolving.resolve_all(hub, author=AUTHOR)
        with hub.database.read() as reader:
            found.add(digests.neutral(reader))
        if count is not None:
            assert rebuild.verify(hub).match
        hub.close()
    assert len(found) == 1
