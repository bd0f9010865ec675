"""Crosswalk files: old ids answer, keys are tied, the same file changes nothing, bad rows are kept and mended."""

from pathlib import Path

import pytest

from mdm.errors import NotFound
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import rebuild
from mdm.services.deciding.decisions import verdict
from mdm.services.hub import Hub
from mdm.services.intake import crosswalk_files, quarantine, records
from mdm.services.intake.ingest import Summary
from mdm.services.reading import lookup
from mdm.services.stewarding import tasks
from tests.conftest import AUTHOR

HEADER = "source,entity_type,source_id,master_id\n"


def take(hub: Hub, folder: Path, *rows: str, master: str = "master") -> Summary:
    path = folder / "old.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return crosswalk_files.ingest_crosswalk(hub, str(path), master=master, author=AUTHOR)


def put(hub: Hub, source: str, source_id: str, name: str) -> None:
    item = Incoming(source, "customer", source_id, {"name": name}, None, None, "put")
    records.put(hub, item, author=AUTHOR, wait=True)


def together(hub: Hub, source: str, source_id: str) -> list[str]:
    found = lookup.xref(hub, Key(source, "customer", source_id))
    return sorted(f"{one['source']}:{one['source_id']}" for one in found["crosswalk"])


def told(summary: Summary) -> tuple[int, int, int, int]:
    return summary.rows, summary.accepted, summary.unchanged, summary.quarantined


def log_length(hub: Hub) -> int:
    with hub.database.read() as reader:
        row = reader.one("SELECT max(position) FROM log")
    return int(row[0]) if row else 0


def test_an_old_id_answers_with_the_records_it_stood_for(hub: Hub, tmp_path: Path) -> None:
    put(hub, "crm", "1", "Acme")
    put(hub, "erp", "A", "Something else")
    assert told(take(hub, tmp_path, "crm,customer,1,M1", "erp,customer,A,M1")) == (2, 2, 0, 0)
    assert together(hub, "master", "M1") == ["crm:1", "erp:A", "master:M1"]
    assert rebuild.verify(hub).match


def test_the_same_file_again_changes_nothing_though_it_names_a_key_twice(hub: Hub, tmp_path: Path) -> None:
    rows = ("crm,customer,1,M1", "crm,customer,1,M2", "erp,customer,A,M2")
    assert told(take(hub, tmp_path, *rows)) == (3, 2, 1, 0)
    length = log_length(hub)
    assert told(take(hub, tmp_path, *rows)) == (3, 0, 3, 0)
    assert log_length(hub) == length


def test_a_later_row_replaces_the_earlier_and_an_empty_one_takes_it_back(hub: Hub, tmp_path: Path) -> None:
    put(hub, "crm", "1", "Acme")
    take(hub, tmp_path, "crm,customer,1,M1")
    take(hub, tmp_path, "crm,customer,1,M2")
    assert together(hub, "crm", "1") == ["crm:1", "master:M2"]
    assert together(hub, "master", "M1") == ["master:M1"]
    assert told(take(hub, tmp_path, "crm,customer,1,")) == (1, 1, 0, 0)
    assert told(take(hub, tmp_path, "crm,customer,1,")) == (1, 0, 1, 0)
    assert together(hub, "crm", "1") == ["crm:1"]
    assert rebuild.verify(hub).match


def test_two_old_masters_do_not_take_each_others_rows_away(hub: Hub, tmp_path: Path) -> None:
    put(hub, "crm", "1", "Acme")
    take(hub, tmp_path, "crm,customer,1,M1")
    take(hub, tmp_path, "crm,customer,1,77", master="mergers_master")
    assert together(hub, "crm", "1") == ["crm:1", "master:M1", "mergers_master:77"]


def test_a_key_that_has_never_arrived_is_not_found_but_ties_what_has(hub: Hub, tmp_path: Path) -> None:
    take(hub, tmp_path, "crm,customer,1,M1", "crm,customer,1,M1", "erp,customer,A,M1")
    with pytest.raises(NotFound):
        lookup.xref(hub, Key("crm", "customer", "1"))
    put(hub, "erp", "A", "Acme")
    assert together(hub, "master", "M1") == ["erp:A", "master:M1"]


def test_an_old_id_that_is_a_record_already_keeps_its_values(hub: Hub, tmp_path: Path) -> None:
    item = Incoming("master", "customer", "M1", {"name": "Acme Holding"}, 7, None, "put")
    records.put(hub, item, author=AUTHOR, wait=True)
    take(hub, tmp_path, "crm,customer,1,M1", "crm,customer,2,M2")
    again = records.put(hub, item._replace(source_id="M2", version=1), author=AUTHOR, wait=True)
    assert again.status == "accepted"
    assert rebuild.verify(hub).match


def test_a_stewards_word_on_the_pair_stands_above_a_row_and_asks_nobody(hub: Hub, tmp_path: Path) -> None:
    put(hub, "crm", "1", "Acme")
    take(hub, tmp_path, "crm,customer,1,M1")
    key, old = Key("crm", "customer", "1"), Key("master", "customer", "M1")
    verdict(hub, key, old, "distinct", reason="another firm", author=AUTHOR)
    assert together(hub, "crm", "1") == ["crm:1"]
    assert tasks.page(hub, kind="contradiction")["items"] == []
    verdict(hub, key, old, "same", reason="the same after all", author=AUTHOR, supersede=True)
    assert together(hub, "crm", "1") == ["crm:1", "master:M1"]


def test_a_row_that_would_join_what_is_kept_apart_is_skipped_and_opens_one_task(hub: Hub, tmp_path: Path) -> None:
    put(hub, "crm", "1", "Acme")
    put(hub, "erp", "A", "Zorn")
    verdict(hub, Key("crm", "customer", "1"), Key("erp", "customer", "A"), "distinct", reason="r", author=AUTHOR)
    take(hub, tmp_path, "crm,customer,1,M1", "erp,customer,A,M1")
    (task,) = tasks.page(hub, kind="contradiction")["items"]
    assert task["records"] == ["erp:customer:A", "master:customer:M1"]
    assert together(hub, "master", "M1") == ["crm:1", "master:M1"]
    take(hub, tmp_path, "erp,customer,A,M2")
    assert tasks.page(hub, kind="contradiction")["items"] == []
    assert rebuild.verify(hub).match


def test_a_bad_row_is_kept_as_a_crosswalk_row_and_taken_once_it_is_mended(hub: Hub, tmp_path: Path) -> None:
    put(hub, "crm", "1", "Acme")
    assert told(take(hub, tmp_path, "crm,custmer,1,M1", "crm,customer,2")) == (2, 0, 0, 2)
    first, second = quarantine.page(hub)["items"]
    assert (first["file"], first["line"], first["column"], first["rule"]) == (
        "old.csv",
        2,
        "entity_type",
        "entity_type",
    )
    mended = quarantine.retry(hub, first["id"], given={"entity_type": "custom"}, author=AUTHOR)
    assert mended["status"] == "open"
    mended = quarantine.retry(hub, first["id"], given={"entity_type": "customer"}, author=AUTHOR)
    assert mended["status"] == "retried"
    assert together(hub, "crm", "1") == ["crm:1", "master:M1"]
    assert quarantine.retry(hub, second["id"], given={"master_id": "M2"}, author=AUTHOR)["status"] == "retried"
    assert rebuild.verify(hub).match
