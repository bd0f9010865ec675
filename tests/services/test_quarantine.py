"""The life of a rejected row: shown in its columns, mended, taken once, refused again, discarded."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mdm.errors import Conflict, InvalidInput, NotFound
from mdm.ingest import Columns, Incoming
from mdm.log import Author, Key
from mdm.services import rebuild
from mdm.services.hub import Hub
from mdm.services.intake import ingest, quarantine, records
from mdm.services.intake.ingest import File, ingest_file
from mdm.services.reading import lookup
from mdm.services.rulebook import rules
from mdm.store import log
from mdm.store.batches import Origin
from mdm.store.quarantine import Filter
from tests.conftest import AUTHOR


@pytest.fixture
def kept(hub: Hub, tmp_path: Path) -> Any:
    """Ingests a file and gives the rows of it that are in quarantine, by line."""

    def ingest(content: str, name: str = "customers.csv", **columns: str) -> list[dict[str, Any]]:
        path = tmp_path / name
        path.write_bytes(content.encode())
        ingest_file(hub, File(str(path), "crm", "customer", Columns(**columns)), author=AUTHOR)
        items: list[dict[str, Any]] = quarantine.page(hub, Filter(file=name))["items"]
        return items

    return ingest


def retry(hub: Hub, row: Mapping[str, Any], **given: object) -> dict[str, Any]:
    return quarantine.retry(hub, row["id"], given=given, author=AUTHOR)


def facts(hub: Hub) -> list[dict[str, Any]]:
    with hub.database.read() as reader:
        rows = reader.rows("SELECT position FROM log WHERE kind = 'record' ORDER BY position")
        return list(log.bodies(reader, [position for (position,) in rows]).values())


def test_a_row_is_shown_in_its_columns_and_taken_once_it_is_mended(hub: Hub, kept: Any) -> None:
    (row,) = kept(
        "account;name;address.city;modified\n7;Acme Ltd;Leeds;31/31/2024\n", id="account", event_time="modified"
    )
    assert row["columns"] == {"account": "7", "name": "Acme Ltd", "address.city": "Leeds", "modified": "31/31/2024"}
    found = retry(hub, row, modified="2024-12-31", name="Acme Limited")
    assert (found["status"], found["settled_by"], found["settled_at"]) == ("retried", "test", AUTHOR.recorded_at)
    (body,) = facts(hub)
    assert body["attributes"] == {"name": "Acme Limited", "address": {"city": "Leeds"}}
    assert (body["source_id"], body["event_time"]) == ("7", "2024-12-31T00:00:00.000000Z")
    assert (body["batch"], body["line"]) == (row["batch"], 2)
    assert found["raw"] == row["raw"] == "7;Acme Ltd;Leeds;31/31/2024\n"
    assert rebuild.verify(hub).match


def test_a_row_that_is_refused_again_stays_with_the_new_reason_and_what_was_set(hub: Hub, kept: Any) -> None:
    (row,) = kept("id,name,modified\n,,yesterday\n", event_time="modified")
    assert (row["rule"], row["column"]) == ("required", "name")
    found = retry(hub, row, name="Acme Ltd")
    assert (found["status"], found["rule"], found["column"]) == ("open", "missing_id", "id")
    found = retry(hub, row, id="7")
    assert (found["status"], found["rule"], found["value"]) == ("open", "event_time", "yesterday")
    assert quarantine.get(hub, row["id"]) == found
    assert retry(hub, row, modified="")["status"] == "retried"
    assert [body["attributes"] for body in facts(hub)] == [{"name": "Acme Ltd"}]


def test_two_who_retry_at_once_take_a_row_in_once(hub: Hub, kept: Any) -> None:
    (row,) = kept("id,name\n7,\n")

    def attempt(name: str) -> str:
        try:
            return str(retry(hub, row, name=name)["status"])
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(attempt, ["Acme A", "Acme B", "Acme C", "Acme D"]))
    assert said == ["conflict"] * 3 + ["retried"]
    assert len(facts(hub)) == 1


def test_a_process_that_dies_while_it_retries_leaves_the_row_open_and_no_fact(
    hub: Hub, kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = kept("id,name\n7,\n")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(quarantine.stored_quarantine, "save", die)
        with pytest.raises(KeyboardInterrupt):
            retry(hub, row, name="Acme")
    assert facts(hub) == []
    assert retry(hub, row, name="Acme")["status"] == "retried"


def test_all_that_are_wanted_are_retried_and_the_others_left(hub: Hub, kept: Any) -> None:
    kept("id,name\n7,\n8,\n,Acme\n1,Waldsee\n")
    assert quarantine.retry_all(hub, Filter(rule="missing_id"), author=AUTHOR) == quarantine.Retried(0, 1)
    assert quarantine.retry_all(hub, Filter(source="erp"), author=AUTHOR) == quarantine.Retried(0, 0)
    assert quarantine.retry_all(hub, Filter(), author=AUTHOR) == quarantine.Retried(0, 3)
    assert len(facts(hub)) == 1


def test_a_discarded_row_stays_readable_and_cannot_be_taken(hub: Hub, kept: Any) -> None:
    (row,) = kept("id,name\n7,\n")
    with pytest.raises(InvalidInput, match="reason is blank"):
        quarantine.discard(hub, row["id"], reason=" ", author=AUTHOR)
    found = quarantine.discard(hub, row["id"], reason="a test record", author=AUTHOR)
    assert (found["status"], found["reason"]) == ("discarded", "a test record")
    for again in (
        lambda: retry(hub, row, name="Acme"),
        lambda: quarantine.discard(hub, row["id"], reason="x", author=AUTHOR),
    ):
        with pytest.raises(Conflict, match=r"was discarded already, by test at 2026"):
            again()
    assert quarantine.page(hub)["items"] == []
    assert [one["id"] for one in quarantine.page(hub, Filter(status="discarded"))["items"]] == [row["id"]]


def test_the_same_file_again_brings_no_settled_row_back(hub: Hub, kept: Any) -> None:
    content = "id,name\n7,\n8,\n"
    one, other = kept(content)
    retry(hub, one, name="Acme")
    quarantine.discard(hub, other["id"], reason="a test record", author=AUTHOR)
    assert kept(content) == []


def test_a_column_that_nobody_knows_is_refused_with_the_nearest_and_changes_nothing(hub: Hub, kept: Any) -> None:
    (row,) = kept("id,name\n7,\n")
    with pytest.raises(InvalidInput, match="the row has no column 'tax_ids'; the nearest is 'tax_id'"):
        retry(hub, row, name="Acme", tax_ids="DE136695976")
    assert quarantine.get(hub, row["id"]) == row
    with pytest.raises(NotFound):
        quarantine.retry(hub, "none", author=AUTHOR)
    assert retry(hub, row, name="Acme", tax_id="DE136695976")["status"] == "retried"


def test_a_ragged_row_is_taken_once_each_cell_stands_in_its_column(hub: Hub, kept: Any) -> None:
    long, short = kept("id,name,tax_id\n7,Acme, Leeds,DE136695976\n8,Kestrel\n")
    assert long["columns"] == {"id": "7", "name": "Acme", "tax_id": " Leeds", "cell 4": "DE136695976"}
    assert short["columns"] == {"id": "8", "name": "Kestrel", "tax_id": None}
    for row, column in ((long, "cell 4"), (short, "tax_id")):
        found = retry(hub, row)
        assert (found["status"], found["rule"], found["column"]) == ("open", "ragged_row", column)
    given = {"name": "Acme, Leeds", "tax_id": "DE136695976", "cell 4": ""}
    assert retry(hub, long, **given)["status"] == "retried"
    assert retry(hub, short, tax_id="")["status"] == "retried"
    assert [body["attributes"] for body in facts(hub)] == [
        {"name": "Acme, Leeds", "tax_id": "DE136695976"}, {"name": "Kestrel"},
    ]  # fmt: skip


def test_rows_of_jsonl_are_mended_by_member_and_a_broken_line_by_all_of_them(hub: Hub, kept: Any) -> None:
    lines = ['{"id": 7, "taxid": "1", "name": "Acme"}', '{"id": 8, "name"', '{"id": 9, "name": ["B"]}']
    unknown, broken, wrong = kept("\n".join(lines) + "\n", "customers.jsonl")
    assert broken["columns"] == {}
    assert retry(hub, broken)["rule"] == "malformed_row"
    assert retry(hub, broken, id="8", name="Kestrel")["status"] == "retried"
    assert retry(hub, unknown, taxid=None, **{"address.city": "Leeds"})["status"] == "retried"
    assert retry(hub, wrong, name="B", email="a@acme.example;b@acme.example")["status"] == "retried"
    assert [body["attributes"] for body in facts(hub)] == [
        {"name": "Kestrel"}, {"name": "Acme", "address": {"city": "Leeds"}},
        {"name": "B", "email": ["a@acme.example", "b@acme.example"]},
    ]  # fmt: skip


def test_an_id_that_came_twice_is_not_overruled_unseen(hub: Hub, kept: Any) -> None:
    (row,) = kept("id,name\n7,Acme\n7,Kestrel\n")
    assert (retry(hub, row)["rule"], len(facts(hub))) == ("duplicate_id", 1)
    assert retry(hub, row, id="8")["status"] == "retried"
    assert {body["source_id"] for body in facts(hub)} == {"7", "8"}


def test_a_record_that_came_right_since_is_not_overruled_unseen(hub: Hub, kept: Any) -> None:
    first, second = kept("id,name,tax_id\n7,Acme,\n8,,\n9,,\n")
    later = Author("test", "2026-03-02T09:30:00.000000Z")
    item = Incoming("crm", "customer", "8", {"name": "Kestrel"}, None, None, "put")
    records.put(hub, item, author=later, wait=True)
    refused = retry(hub, first, name="Kestrl")
    assert (refused["status"], refused["rule"]) == ("open", "came_again")
    assert "crm:customer:8 has come again since, at 2026-03-02T09:30:00" in refused["detail"]
    assert retry(hub, second, name="Alder")["status"] == "retried"
    assert retry(hub, first, event_time="2026-03-03")["status"] == "retried"
    assert [body["attributes"]["name"] for body in facts(hub)] == ["Acme", "Kestrel", "Alder", "Kestrl"]


def test_a_version_that_was_there_with_other_content_is_taken_under_a_new_number(hub: Hub) -> None:
    for name in ("Acme", "Kestrel"):
        item = Incoming("crm", "customer", "7", {"name": name}, 1, None, "put", 1)
        records.put_many(hub, [item], author=AUTHOR, batch=Origin("b", "f", "crm", "customer"))
    (row,) = quarantine.page(hub)["items"]
    assert retry(hub, row)["rule"] == "version_conflict"
    assert retry(hub, row, version="2")["status"] == "retried"
    assert [(body["version"], body["attributes"]) for body in facts(hub)] == [
        (1, {"name": "Acme"}),
        (2, {"name": "Kestrel"}),
    ]


def test_rows_are_listed_by_file_and_line_page_by_page(hub: Hub, kept: Any) -> None:
    kept("id,name\n" + "7,\n" * 11, "b.csv")
    kept("id,name\n7,\n", "a.csv")
    found, cursor = list[tuple[str, int]](), None
    while True:
        page = quarantine.page(hub, cursor=cursor, limit=5)
        found += [(row["file"], row["line"]) for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == [("a.csv", 2), *(("b.csv", line) for line in range(2, 13))]
    with pytest.raises(InvalidInput, match="is no cursor"):
        quarantine.page(hub, cursor="none")


def test_a_retried_row_is_resolved(hub: Hub, kept: Any) -> None:
    (row,) = kept("id,name\n7,\n")
    retry(hub, row, name="Acme")
    assert lookup.xref(hub, Key("crm", "customer", "7"))["status"] == "active"


CARD = """
entity_type: card
id_prefix: crd
attributes:
  name: {kind: name, required: true}
  lines: {kind: lines, of: {role: {kind: text}, rate: {kind: money, required: true}}}
match: {block_on: [[name]], compare: [name]}
"""


def rejected(hub: Hub, tmp_path: Path, content: str, entity_type: str, mapping: str | None = None) -> Any:
    """Ingest a file, with a mapping if there is one, and give the one row of it that is in quarantine."""
    file, how = tmp_path / "psa.csv", tmp_path / "psa.yaml"
    file.write_text(content, encoding="utf-8")
    how.write_text(mapping or "{}", encoding="utf-8")
    read = None if mapping is None else ingest.mapping_file(hub, str(how), entity_type)
    ingest_file(hub, File(str(file), "psa", entity_type, Columns(), read), author=AUTHOR)
    how.unlink()
    file.unlink()
    (row,) = quarantine.page(hub, Filter(source="psa"))["items"]
    return row


def test_a_row_that_a_mapping_refused_is_mended_in_the_columns_of_its_file(hub: Hub, tmp_path: Path) -> None:
    mapping = "{rename: {Nr: id, Firm: name, Seen: event_time}, dates: {Seen: '%d.%m.%Y'}, drop: [Note]}"
    content = "Nr;Firm;Seen;Note\n1;Acme;01.03.2024;x\n2;Omega;2024-03-02;y\n"
    row = rejected(hub, tmp_path, content, "customer", mapping)
    assert (row["column"], row["rule"], row["line"]) == ("Seen", "date", 3)
    assert row["columns"] == {"Nr": "2", "Firm": "Omega", "Seen": "2024-03-02", "Note": "y"}
    with pytest.raises(InvalidInput, match="has no column 'event_time'"):
        retry(hub, row, event_time="2024-03-02")
    assert retry(hub, row)["status"] == "open"
    assert retry(hub, row, Seen="02.03.2024", Firm="Omega Ltd")["status"] == "retried"
    body = facts(hub)[-1]
    assert (body["source_id"], body["event_time"]) == ("2", "2024-03-02T00:00:00.000000Z")
    assert (body["attributes"], body["line"]) == ({"name": "Omega Ltd"}, 3)


def test_a_mapping_that_fits_its_entity_type_no_longer_refuses_the_row_and_says_so(hub: Hub, tmp_path: Path) -> None:
    rules.apply(hub, CARD, file="card.yaml", author=AUTHOR)
    row = rejected(hub, tmp_path, "Nr,N,X\n1,,x\n", "card", "rename: {Nr: id, N: name, X: lines.role}")
    changed = CARD.replace("{role: {kind: text}, ", "{")
    rules.apply(hub, changed, file="card.yaml", author=AUTHOR)
    found = retry(hub, row, N="A")
    assert (found["status"], found["rule"]) == ("open", "mapping")
    assert "lines.role" in found["detail"]


def test_a_record_of_several_rows_is_one_entry_and_is_mended_row_by_row(hub: Hub, tmp_path: Path) -> None:
    rules.apply(hub, CARD, file="card.yaml", author=AUTHOR)
    content = "id,name,lines.role,lines.rate\n1,A,dev,100\n1,,mgr,\n2,B,dev,90\n"
    row = rejected(hub, tmp_path, content, "card")
    assert (row["line"], row["column"], row["rule"]) == (3, "lines.rate", "required")
    assert row["columns"]["lines.role@3"] == "mgr"
    assert [body["source_id"] for body in facts(hub)] == ["2"]
    assert retry(hub, row, **{"lines.rate@3": "200"})["status"] == "retried"
    assert [line["rate"] for line in facts(hub)[-1]["attributes"]["lines"]] == ["100", "200"]


def test_rows_that_stand_apart_are_not_taken_as_they_stand(hub: Hub, tmp_path: Path) -> None:
    rules.apply(hub, CARD, file="card.yaml", author=AUTHOR)
    file = tmp_path / "psa.csv"
    file.write_text("id,name,lines.role,lines.rate\n1,A,dev,1\n2,B,dev,2\n1,A,mgr,3\n", encoding="utf-8")
    ingest_file(hub, File(str(file), "psa", "card", Columns()), author=AUTHOR)
    first, last = quarantine.page(hub, Filter(source="psa"))["items"]
    assert (first["rule"], last["rule"]) == ("scattered_lines", "scattered_lines")
    assert retry(hub, first)["rule"] == "scattered_lines"
    assert retry(hub, first, id="3")["status"] == "retried"


def test_some_rows_at_a_time_are_retried_by_file_and_line(hub: Hub, kept: Any) -> None:
    kept("id,name\n" + "7,\n" * 5, "a.csv")
    done, cursor, counts = 0, None, list[int]()
    while True:
        found, cursor = quarantine.retry_some(hub, Filter(file="a.csv"), cursor=cursor, limit=2, author=AUTHOR)
        counts.append(found.refused)
        done += found.taken
        if cursor is None:
            break
    assert (done, counts) == (0, [2, 2, 1])
    with pytest.raises(InvalidInput, match="is no cursor"):
        quarantine.retry_some(hub, Filter(), cursor="none", limit=2, author=AUTHOR)


def test_a_column_whose_name_no_database_can_hold_is_named_as_far_as_it_can(hub: Hub, kept: Any) -> None:
    found = kept('{"id": "1", "name": "A", "\\ud800x": 1}\n{"id": "2", "name": "A", "y\\u0000": 1}\n', "a.jsonl")
    assert [(row["column"], row["rule"]) for row in found] == [
        ("\\ud800x", "unknown_attribute"), ("y\\x00", "unknown_attribute"),
    ]  # fmt: skip
    assert (retry(hub, found[0])["status"], retry(hub, found[1])["column"]) == ("open", "y\\x00")


def test_a_file_whose_name_is_no_text_is_taken(hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"M\xfcller.csv")
    path.write_text("id,name\n1,Acme\n2,\n", encoding="utf-8")
    ingest_file(hub, File(str(path), "crm", "customer", Columns()), author=AUTHOR)
    (row,) = quarantine.page(hub, Filter())["items"]
    assert row["file"] == "M\\udcfcller.csv"
