"""State is a function of the log: derived again it is the same to the bit, and any edit of it is found."""

import pytest

from mdm.ingest import Incoming
from mdm.services import rebuild, records
from mdm.services.hub import Hub
from tests.conftest import AUTHOR

EDITS = {
    "a golden value": "UPDATE golden_version SET attributes = CAST('{}' AS BLOB) WHERE until IS NULL",
    "a cross-reference": "UPDATE xref SET golden = golden + 1",
    "where a record belongs": "UPDATE source_record SET golden = golden + 1 WHERE source = 'erp'",
    "an edge": "UPDATE edge SET weight = weight + 1",
    "an event of the feed": "UPDATE change SET kind = 'golden.retired' WHERE sequence = 1",
}


@pytest.fixture
def filled(hub: Hub) -> Hub:
    for source, name in (("crm", "Northgate Trading Ltd"), ("erp", "Northgate Trading Limited"), ("psa", "Alder GmbH")):
        attributes: dict[str, object] = {"name": name, "address": {"street": "1 Harbour Road", "city": "Bristol"}}
        attributes |= {"tax_id": "GB434031494"} if source != "psa" else {}
        records.put(hub, Incoming(source, "customer", "1", attributes, None, None, "put"), author=AUTHOR, wait=True)
    return hub


def test_what_the_log_gives_is_what_stands(filled: Hub) -> None:
    verified = rebuild.verify(filled)
    assert verified.match
    assert verified.digest_log == verified.digest_live
    assert verified.records == 3


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_of_derived_state_is_found_and_a_rebuild_mends_it(filled: Hub, what: str) -> None:
    statement = EDITS[what]
    if filled.database.postgresql:
        statement = statement.replace("CAST('{}' AS BLOB)", "'{}'::bytea")
    with filled.database.write() as writer:
        writer.run(statement)
    assert not rebuild.verify(filled).match
    assert rebuild.rebuild(filled).match
    assert rebuild.verify(filled).match
    records.put(
        filled, Incoming("crm", "customer", "9", {"name": "Later AG"}, None, None, "put"), author=AUTHOR, wait=True
    )
    assert rebuild.verify(filled).match
