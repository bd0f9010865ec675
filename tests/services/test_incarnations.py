"""Ids that a source uses again: the old record keeps answering, and the new one is another."""

from pathlib import Path
from typing import Any

import pytest

from mdm.errors import InvalidInput, NotFound
from mdm.ingest import Columns, Incoming
from mdm.ingest.mapping import parse_mapping
from mdm.log import Author, Key
from mdm.services import rebuild
from mdm.services.hub import Hub
from mdm.services.intake import ingest, quarantine, records, snapshots
from mdm.services.intake.preparing import File
from mdm.services.reading import golden, lookup
from tests.conftest import AUTHOR

OLD, NEW = "2019-05-01T00:00:00Z", "2026-02-03T00:00:00Z"


def put(hub: Hub, created: str | None, name: str, *, version: int, mode: Any = "put", **said: Any) -> records.Put:
    values = {} if mode == "delete" else {"name": name}
    item = Incoming("sap", "customer", "4711", values, version, None, mode, created=created, **said)
    return records.put(hub, item, author=AUTHOR, wait=True)


def at(hub: Hub, source_id: str) -> dict[str, Any]:
    return lookup.xref(hub, Key("sap", "customer", source_id))


def test_what_was_created_later_is_another_record_and_the_old_one_keeps_answering(hub: Hub) -> None:
    old = put(hub, OLD, "Nordlicht Bau GmbH", version=1)
    assert "incarnations" not in at(hub, "4711")
    put(hub, OLD, "", version=2, mode="delete")
    new = put(hub, NEW, "Blackwell Engineering Ltd", version=1)
    assert new.golden_id != old.golden_id
    assert new.status == "accepted", "its versions are its own"
    assert at(hub, "4711")["golden_id"] == old.golden_id
    assert at(hub, "4711")["incarnations"] == [{"source_id": f"4711~{NEW}", "created": NEW}]
    assert at(hub, f"4711~{NEW}")["golden_id"] == new.golden_id
    assert put(hub, NEW, "Blackwell Engineering Ltd", version=1).status == "unchanged"
    assert put(hub, NEW, "Blackwell Engineering Limited", version=2).golden_id == new.golden_id
    assert put(hub, OLD, "Nordlicht Bau AG", version=3).golden_id == old.golden_id
    assert golden.get(hub, str(old.golden_id))["attributes"]["name"] == "Nordlicht Bau AG"
    assert golden.get(hub, str(new.golden_id))["attributes"]["name"] == "Blackwell Engineering Limited"
    with pytest.raises(InvalidInput, match="say with `created`"):
        put(hub, None, "Who?", version=4)
    with pytest.raises(NotFound):
        at(hub, "4711~2020")
    assert rebuild.verify(hub).match


def test_a_record_that_never_said_when_it_was_created_learns_it(hub: Hub) -> None:
    first = put(hub, None, "Nordlicht Bau GmbH", version=1)
    assert put(hub, OLD, "Nordlicht Bau AG", version=2).golden_id == first.golden_id
    assert put(hub, None, "Nordlicht AG", version=3).golden_id == first.golden_id
    assert put(hub, NEW, "Blackwell Engineering Ltd", version=1).golden_id != first.golden_id


def test_files_say_it_in_a_column_or_by_a_mapping_and_a_snapshot_deletes_no_later_record(
    sqlite_hub: Hub, tmp_path: Path
) -> None:
    hub, path = sqlite_hub, tmp_path / "sap.csv"
    mapping = parse_mapping("rename: {UUID: created}", hub.entity_type("customer"), file="m.yaml")
    file = File(str(path), "sap", "customer", Columns(), mapping, snapshot=True)

    def send(number: int, *rows: str) -> ingest.Summary:
        path.write_text("\n".join(["id,name,UUID", *rows]) + "\n", encoding="utf-8")
        author = Author("test", f"2026-03-01T09:30:{number:02}.000000Z")
        return snapshots.ingest_snapshot(hub, file, author=author, allow_short=True)

    send(1, "17,Nordlicht Bau GmbH,AA-1", "18,Waldsee Medizintechnik AG,BB-1")
    for number in (2, 3, 4):
        send(number, "17,Blackwell Engineering Ltd,AA-2", "18,Waldsee Medizintechnik AG,BB-1")
    assert at(hub, "17~AA-2")["status"] == "active"
    assert "deleted" not in at(hub, "17~AA-2")
    for number in (5, 6):
        send(number, "18,Waldsee Medizintechnik AG,BB-1")
    assert at(hub, "17~AA-2")["deleted"]
    send(7, "17,Blackwell Engineering Ltd,", "18,Waldsee Medizintechnik AG,BB-1")
    (row,) = quarantine.page(hub)["items"]
    assert row["rule"] == "incarnation"
    assert quarantine.retry(hub, row["id"], given={"created": "AA-2"}, author=AUTHOR)["status"] == "retried"
    assert "deleted" not in at(hub, "17~AA-2")
    assert rebuild.verify(hub).match


def test_a_later_record_merges_under_its_own_key(hub: Hub) -> None:
    old = put(hub, OLD, "Nordlicht Bau GmbH", version=1)
    other = Incoming("sap", "customer", "9", {"name": "Blackwell Engineering Ltd"}, 1, None, "put")
    kept = records.put(hub, other, author=AUTHOR, wait=True)
    merged = put(hub, NEW, "", version=1, mode="delete", merged_into="9")
    assert merged.golden_id == kept.golden_id != old.golden_id
    assert at(hub, "4711")["golden_id"] == old.golden_id
