"""Batches and their rejected rows: each row in quarantine once, however often its file comes."""

import pytest

from mdm.services.hub import Hub
from mdm.store import batches, quarantine
from mdm.store.batches import Origin, RejectedRow
from mdm.store.database import Transaction
from mdm.tables import Quarantine

ORIGIN = Origin("batch-1", "records.csv", "crm", "customer")


def rejected(line: int, **given: object) -> RejectedRow:
    values = {
        "column": "founded",
        "value": "31/31/2020",
        "rule": "date",
        "detail": "is not a date",
        "raw": f"raw {line}",
    }
    return RejectedRow("crm", "customer", line, **(values | given))  # type: ignore[arg-type]


def keep(writer: Transaction, rows: list[RejectedRow], origin: Origin = ORIGIN) -> None:
    batches.quarantine(writer, origin, rows, recorded_at="2026-03-01T00:00:00.000000Z")


def everything(hub: Hub) -> list[Quarantine]:
    with hub.database.read() as reader:
        found = quarantine.page(reader, quarantine.Filter(status=None), after=None, limit=10_000)
        reader.session.expunge_all()
    return sorted(found, key=lambda row: row.line)


@pytest.mark.parametrize("count", [3, 60])
def test_a_row_of_a_file_is_kept_once_however_often_it_comes(hub: Hub, count: int) -> None:
    rows = [rejected(line) for line in range(count)]
    for id_ in ("batch-1", "batch-2"):
        with hub.database.write() as writer:
            keep(writer, [*rows, *rows], Origin(id_, "records.csv", "crm", "customer"))
    found = everything(hub)
    assert [row.line for row in found] == list(range(count))
    assert {(row.status, row.value, row.detail) for row in found} == {("open", "31/31/2020", "is not a date")}


def test_rows_that_differ_in_line_file_rule_or_text_are_kept_apart(hub: Hub) -> None:
    with hub.database.write() as writer:
        keep(writer, [rejected(1), rejected(2), rejected(1, rule="required"), rejected(1, raw="other")])
        keep(writer, [rejected(1)], Origin("batch-1", "other.csv", "crm", "customer"))
        keep(writer, [])
    assert len(everything(hub)) == 5


def test_what_no_database_can_hold_is_written_out_visibly(hub: Hub) -> None:
    with hub.database.write() as writer:
        keep(
            writer,
            [rejected(1, value="a\x00b", detail="c\x00", raw="d\x00\ud800e"), rejected(2, value=None, column=None)],
        )
    one, other = everything(hub)
    assert (one.value, one.detail, one.raw) == ("a\\x00b", "c\\x00", "d\\x00\\ud800e")
    assert (other.value, other.column) == (None, None)


def test_pages_of_quarantine_go_by_file_and_line_and_keep_to_what_is_wanted(hub: Hub) -> None:
    with hub.database.write() as writer:
        keep(writer, [rejected(line) for line in (10, 9, 2, 1, 0)])
    with hub.database.read() as reader:
        wanted = quarantine.Filter(source="crm", entity_type="customer")
        last: Quarantine | None = None
        found: list[str] = []
        while part := quarantine.page(reader, wanted, after=last, limit=2):
            found, last = found + [row.id for row in part], part[-1]
        lines = [row.line for row in map(reader.session.get_one, [Quarantine] * 5, found)]
        assert lines == [0, 1, 2, 9, 10]
        assert quarantine.page(reader, quarantine.Filter(source="erp"), after=None, limit=9) == []
        assert quarantine.page(reader, quarantine.Filter(status="retried"), after=None, limit=9) == []
        one = quarantine.by_id(reader, found[0])
        assert one is not None
        assert one.id == found[0]
        assert quarantine.by_id(reader, "none") is None


def test_a_batch_counts_what_it_brings_and_begins_again_after_an_interruption(hub: Hub) -> None:
    with hub.database.write() as writer:
        batches.start(writer, ORIGIN, actor="someone", at="2026-03-01")
        batches.count(writer, "batch-1", accepted=3, unchanged=2, quarantined=1)
        batches.count(writer, "batch-1", accepted=1, unchanged=0, quarantined=0)
        batches.finish(writer, "batch-1", at="2026-03-02")
        columns = "file, accepted, unchanged, quarantined, started_at, finished_at"
        assert writer.one(f"SELECT {columns} FROM batch") == ("records.csv", 4, 2, 1, "2026-03-01", "2026-03-02")  # noqa: S608
        batches.start(writer, ORIGIN, actor="someone", at="2026-03-03")
        assert writer.rows("SELECT accepted, unchanged, quarantined FROM batch") == [(0, 0, 0)]
