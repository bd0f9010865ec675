"""A lineage is judged by what it says, not by how it was compressed."""

import zlib

from mdm.entity_types import shipped
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.resolving import resolve_all
from mdm.services.rulebook import rules
from mdm.store.database import Database
from tests.conftest import AUTHOR
from tests.services.test_records import record


def versions(database: Database) -> list[tuple[int, bytes]]:
    with database.read() as reader:
        rows = reader.rows("SELECT version, lineage FROM golden_version")
    return [(version, bytes(lineage)) for version, lineage in rows]


def test_a_lineage_that_was_compressed_otherwise_makes_no_new_version(hub: Hub) -> None:
    records.put(hub, record(), author=AUTHOR, wait=True)
    ((version, lineage),) = versions(hub.database)
    otherwise = zlib.compress(zlib.decompress(lineage), 9)
    assert otherwise != lineage
    with hub.database.write() as writer:
        writer.run("UPDATE golden_version SET lineage = ?", otherwise)
    document = shipped()["customer"].replace("label: Customer", "label: Client")
    rules.apply(hub, document, file="customer.yaml", author=AUTHOR)
    resolve_all(hub, author=AUTHOR)
    assert versions(hub.database) == [(version, otherwise)]
