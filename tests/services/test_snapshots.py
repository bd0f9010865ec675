"""Snapshot files: absent twice is deleted, presence revives, a short or unreadable one deletes nothing."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from mdm.errors import Conflict, UnreadableFile
from mdm.ingest import Columns, Incoming
from mdm.ingest.mapping import parse_mapping
from mdm.log import Author, Key
from mdm.services import rebuild, resolving
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import ingest, records, snapshots
from mdm.services.intake.ingest import File
from mdm.services.intake.snapshots import SnapshotSummary
from mdm.services.reading import lookup
from mdm.services.rulebook import rules
from mdm.settings import Settings
from mdm.store import batches, log
from tests.conftest import AUTHOR

Told = tuple[int, int]


class Exports:
    """Sends files of the crm, each at a moment of its own."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.hub, self.folder, self.sent = hub, folder, 0

    def file(self, lines: Iterable[str], columns: Columns, header: str) -> tuple[File, Author]:
        self.sent += 1
        path = self.folder / "crm.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        author = Author("test", f"2026-03-01T09:30:{self.sent:02}.000000Z")
        return File(str(path), "crm", "customer", columns), author

    def snapshot(self, *ids: object, allow_short: bool = False) -> Told:
        return counts(self.full([f"{id_},Firm {id_}" for id_ in ids], allow_short=allow_short))

    def full(
        self, lines: Iterable[str], *, header: str = "id,name", allow_short: bool = False, **named: str
    ) -> SnapshotSummary:
        file, author = self.file(lines, Columns(**named), header)
        return snapshots.ingest_snapshot(self.hub, file, author=author, allow_short=allow_short)

    def delta(self, *lines: str, header: str = "id,name", **named: str) -> ingest.Summary:
        file, author = self.file(lines, Columns(**named), header)
        return ingest.ingest_file(self.hub, file, author=author)

    def living(self) -> list[str]:
        with self.hub.database.read() as reader:
            rows = reader.rows("SELECT source_id FROM source_record WHERE NOT deleted AND source = 'crm'")
        return sorted((row[0] for row in rows), key=int)


def counts(summary: SnapshotSummary) -> Told:
    return summary.absent, summary.deleted


@pytest.fixture
def exports(hub: Hub, tmp_path: Path) -> Exports:
    return Exports(hub, tmp_path)


@pytest.fixture
def few(sqlite_hub: Hub, tmp_path: Path) -> Exports:
    return Exports(sqlite_hub, tmp_path)


def test_what_two_snapshots_in_a_row_do_not_hold_is_deleted(exports: Exports) -> None:
    assert exports.snapshot(1, 2, 3) == (0, 0)
    assert exports.snapshot(1, 2) == (1, 0)
    assert exports.living() == ["1", "2", "3"]
    assert exports.snapshot(1, 2) == (0, 1)
    assert exports.living() == ["1", "2"]
    assert exports.snapshot(1, 2) == (0, 0)
    assert lookup.xref(exports.hub, Key("crm", "customer", "3"))["deleted"]
    assert rebuild.verify(exports.hub).match


def test_the_tombstone_says_why_and_in_which_batch(few: Exports) -> None:
    few.snapshot(1, 2)
    few.snapshot(1)
    summary = few.full(["1,Firm 1"])
    with few.hub.database.read() as reader:
        head = log.head(reader)
        (body,) = (one for one in log.bodies(reader, range(1, head + 1)).values() if one.get("mode") == "delete")
    assert (body["source_id"], body["batch"]) == ("2", summary.batch)
    assert body["reason"] == "absent from two complete snapshots in a row"


def test_being_there_in_between_starts_the_count_again(few: Exports) -> None:
    few.snapshot(1, 2)
    assert [few.snapshot(1), few.snapshot(1, 2), few.snapshot(1), few.snapshot(1)] == [(1, 0), (0, 0), (1, 0), (0, 1)]


def test_news_of_a_record_in_between_starts_the_count_again(few: Exports) -> None:
    few.snapshot(1, 2)
    few.snapshot(1)
    few.delta("2,Firm 2 Ltd")
    assert [few.snapshot(1), few.snapshot(1)] == [(1, 0), (0, 1)]


def test_other_sources_and_types_are_left_alone(few: Exports) -> None:
    other = Incoming("erp", "customer", "9", {"name": "Zorn"}, None, None, "put")
    records.put(few.hub, other, author=AUTHOR, wait=True)
    records.put(few.hub, other._replace(source="crm", entity_type="legal_entity"), author=AUTHOR, wait=True)
    few.snapshot(1)
    assert [few.snapshot(1), few.snapshot(1)] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("named", [{}, {"version": "v"}, {"event_time": "t"}, {"version": "v", "event_time": "t"}])
def test_a_record_that_reappears_as_it_was_is_revived(exports: Exports, named: dict[str, str]) -> None:
    header = f"id,name{''.join(f',{column}' for column in named.values())}"
    rest = "".join({"v": ",5", "t": ",2026-01-01"}[column] for column in named.values())
    both, one = [f"1,Acme{rest}", f"2,Zorn{rest}"], [f"1,Acme{rest}"]
    for lines in (both, one, one):
        exports.full(lines, header=header, **named)
    assert exports.living() == ["1"]
    summary = exports.full(both, header=header, **named)
    assert (summary.accepted, summary.unchanged) == (1, 1)
    assert exports.living() == ["1", "2"]
    again = exports.full(both, header=header, **named)
    assert (again.accepted, again.unchanged, counts(again)) == (0, 2, (0, 0))
    golden = lookup.xref(exports.hub, Key("crm", "customer", "2"))["golden_id"]
    assert golden is not None
    assert rebuild.verify(exports.hub).match


def test_a_delta_with_the_last_version_revives_and_an_older_one_does_not(few: Exports) -> None:
    header, named = "id,name,v", {"version": "v"}
    few.delta("2,Zorn,1", "2,Zorn Ltd,2", "1,Acme,1", header=header, **named)
    for _ in range(2):
        few.full(["1,Acme,1"], header=header, **named)
    few.delta("2,Zorn,1", header=header, **named)
    assert few.living() == ["1"]
    few.delta("2,Zorn Ltd,2", header=header, **named)
    assert few.living() == ["1", "2"]


@pytest.mark.parametrize("line", ["2,Zorn,1", "2,Zorn Old,0"])
def test_a_snapshot_that_holds_an_older_version_revives_all_the_same(few: Exports, line: str) -> None:
    header, named = "id,name,v", {"version": "v"}
    few.delta("2,Zorn,1", "2,Zorn Ltd,2", "1,Acme,1", header=header, **named)
    for _ in range(2):
        few.full(["1,Acme,1"], header=header, **named)
    few.full(["1,Acme,1", line], header=header, **named)
    assert few.living() == ["1", "2"]
    found = lookup.xref(few.hub, Key("crm", "customer", "2"))
    assert found["status"] == "active"
    assert rebuild.verify(few.hub).match


def test_a_row_that_says_deleted_revives_nothing(few: Exports) -> None:
    header = "id,name,deleted"
    for lines in (["1,Acme,", "2,Zorn,"], ["1,Acme,"], ["1,Acme,"]):
        few.full(lines, header=header)
    few.full(["1,Acme,", "2,,true"], header=header)
    assert few.living() == ["1"]


def test_a_rejected_row_with_an_id_counts_as_there(few: Exports) -> None:
    few.snapshot(1, 2)
    for _ in range(2):
        summary = few.full(["1,Firm 1", "2,"])
        assert (summary.quarantined, *counts(summary)) == (1, 0, 0)


def test_rows_without_a_readable_id_make_no_evidence_and_keep_the_count(few: Exports) -> None:
    few.snapshot(1, 2, 3)
    few.snapshot(1, 2)
    broken = few.full(["1,Firm 1", ",Firm"])
    assert (broken.unreadable, *counts(broken)) == (1, 0, 0)
    assert few.living() == ["1", "2", "3"]
    assert few.snapshot(1) == (1, 1)  # 3 for the second time, 2 for the first
    assert few.living() == ["1", "2"]


def test_a_record_that_only_a_broken_snapshot_holds_starts_again(few: Exports) -> None:
    few.snapshot(1, 2)
    few.snapshot(1)
    few.full(["1,Firm 1", "2,Firm 2", ",x"])
    assert few.snapshot(1) == (1, 0)


def test_a_suddenly_short_file_is_refused_with_the_figures_and_writes_nothing(exports: Exports) -> None:
    exports.snapshot(*range(1, 26))
    with exports.hub.database.read() as reader:
        before = log.head(reader)
    with pytest.raises(Conflict, match=r"19 of the 25 living records of crm customer \(76 %; at least 80 %"):
        exports.snapshot(*range(1, 20), 77, 78, 79)
    with exports.hub.database.read() as reader:
        assert log.head(reader) == before
        assert reader.one("SELECT count(*) FROM batch") == (1,)
    assert exports.snapshot(*range(1, 21)) == (5, 0)
    assert exports.snapshot(1, allow_short=True) == (19, 5)


def test_few_records_may_all_be_gone(few: Exports) -> None:
    few.snapshot(*range(1, 20))
    assert few.snapshot(1) == (18, 0)


def test_the_share_is_a_setting(sqlite_url: str, tmp_path: Path) -> None:
    hub = open_hub(Settings(database_url=sqlite_url, snapshot_share=50, snapshot_few=4))
    exports = Exports(hub, tmp_path)
    exports.snapshot(1, 2, 3, 4)
    assert exports.snapshot(1, 2) == (2, 0)
    with pytest.raises(Conflict, match="1 of the 4"):
        exports.snapshot(1)
    hub.close()


def test_a_file_without_rows_holds_nothing(few: Exports) -> None:
    few.snapshot(1, 2)
    assert [few.snapshot(), few.snapshot()] == [(2, 0), (0, 2)]
    assert few.living() == []


def test_a_file_that_cannot_be_read_is_no_snapshot(few: Exports) -> None:
    few.snapshot(1, 2)
    few.snapshot(1)
    with pytest.raises(UnreadableFile):
        few.full(["1,x"], header="id,nickname")
    assert few.snapshot(1) == (0, 1)


def test_a_mapping_may_make_the_id(few: Exports) -> None:
    entity_type = few.hub.entity_type("customer")
    mapping = parse_mapping("{rename: {Nr: id, Firma: name}}", entity_type, file="m.yaml")
    told = []
    for lines in (["1;Acme", "2;Zorn"], ["1;Acme"], ["1;Acme"]):
        file, author = few.file(lines, Columns(), "Nr;Firma")
        file = File(file.path, "crm", "customer", Columns(), mapping)
        told.append(counts(snapshots.ingest_snapshot(few.hub, file, author=author)))
    assert told == [(0, 0), (1, 0), (0, 1)]


def test_a_run_that_was_cut_off_after_its_absences_and_repeated_counts_once(few: Exports) -> None:
    few.snapshot(1, 2)
    summary = few.full(["1,Firm 1"])
    with few.hub.database.write() as writer:
        batches.reopen(writer, summary.batch)  # as if it had been killed before the end
    assert few.snapshot(1) == (1, 0)
    assert few.living() == ["1", "2"]
    assert few.snapshot(1) == (0, 1)


def test_another_snapshot_after_one_that_was_cut_off_counts(few: Exports) -> None:
    few.snapshot(1, 2, 3)
    summary = few.full(["1,Firm 1", "2,Firm 2"])
    with few.hub.database.write() as writer:
        batches.reopen(writer, summary.batch)
    assert few.snapshot(1) == (1, 1)


def test_many_absent_records_are_written_in_parts(sqlite_url: str, tmp_path: Path) -> None:
    hub = open_hub(Settings(database_url=sqlite_url, ingest_chunk=3))
    exports = Exports(hub, tmp_path)
    exports.snapshot(*range(1, 15))
    assert exports.snapshot(1) == (13, 0)
    assert exports.snapshot(1) == (0, 13)
    assert exports.living() == ["1"]
    assert rebuild.verify(hub).match
    hub.close()


GROUP = """
entity_type: group
id_prefix: gro
attributes: {name: {kind: text}}
match: {block_on: [[name]], compare: [name]}
"""
MEMBER = """
entity_type: customer
id_prefix: cus
attributes:
  name: {kind: text}
  group: {kind: reference, to: group, on_delete: retire}
match: {block_on: [[name]], compare: [name]}
"""


def test_what_retired_with_its_target_and_is_absent_too_stays_deleted_when_the_target_is_back(few: Exports) -> None:
    for text in (GROUP, MEMBER):
        rules.apply(few.hub, text, file="group.yaml", author=AUTHOR)

    def group(mode: Any) -> None:
        incoming = Incoming("crm", "group", "9", {"name": "Group"}, None, None, mode)
        records.put(few.hub, incoming, author=AUTHOR, wait=True)
        resolving.resolve_all(few.hub, author=AUTHOR)

    group("put")
    few.full(["1,One,9", "2,Two,9"], header="id,name,group")
    group("delete")
    assert few.living() == []
    for _ in range(2):
        few.full(["1,One,9"], header="id,name,group", allow_short=True)
    group("put")
    assert few.living() == ["1", "9"]
