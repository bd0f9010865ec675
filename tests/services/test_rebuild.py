"""State is a function of the log: derived again it is the same to the bit, and any edit of it is found."""

import threading

import pytest

from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import rebuild, resolving
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden, lookup
from mdm.services.rulebook import rules
from tests.conftest import AUTHOR

NEW = "entity_type: branch\nid_prefix: bra\nattributes: {name: {kind: text}}\n"
NEW += "match: {block_on: [[name]], compare: [name]}\n"
EDITS = {
    "a golden value": "UPDATE golden_version SET attributes = CAST('{}' AS BLOB) WHERE until IS NULL",
    "a cross-reference": "UPDATE xref SET golden = golden + 1",
    "what a cross-reference is looked up by": "UPDATE xref SET key_token = key_token + 1",
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


def test_what_arrives_while_state_is_derived_is_neither_lost_nor_held_up(filled: Hub) -> None:
    with rebuild.derived_beside(filled) as derived:
        put = records.put(filled, Incoming("crm", "customer", "9", {"name": "Later AG"}, None, None, "put"),
                          author=AUTHOR, wait=True)  # fmt: skip
        records.put(filled, Incoming("erp", "customer", "9", {"name": "Pending AG"}, None, None, "put"),
                    author=AUTHOR, wait=False)  # fmt: skip
        rules.apply(filled, NEW, file="new.yaml", author=AUTHOR)
        verified = rebuild.put_in_place(filled, derived)
    assert verified.match
    assert golden.get(filled, str(put.golden_id))["attributes"]["name"] == "Later AG"
    resolving.resolve_all(filled, author=AUTHOR)
    assert crosswalk(filled, "erp", "9")
    assert rebuild.verify(filled).match


def test_records_are_taken_in_and_resolved_by_others_during_a_rebuild(filled: Hub) -> None:
    stop = threading.Event()
    put: list[str] = []

    def write() -> None:
        while not stop.is_set():
            incoming = Incoming(
                "crm", "customer", f"busy{len(put)}", {"name": f"Busy {len(put)} AG"}, None, None, "put"
            )
            put.append(str(records.put(filled, incoming, author=AUTHOR, wait=True).golden_id))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert rebuild.rebuild(filled).match
        assert rebuild.verify(filled).match
    finally:
        stop.set()
        writer.join()
    assert [golden.get(filled, one)["status"] for one in put] == ["active"] * len(put)
    assert rebuild.verify(filled).match


def crosswalk(hub: Hub, source: str, source_id: str) -> str:
    return str(lookup.xref(hub, Key(source, "customer", source_id))["golden_id"])
