"""Commands for what comes from outside: the crosswalk of an old master, and files that hold every record."""

from pathlib import Path

import pytest

from tests.cli.conftest import CUSTOMERS, Mdm

CROSSWALK = "source,entity_type,source_id,master_id\ncrm,customer,1,M1\nerp,customer,1,M1\ncrm,customer,2,M2\n"


def test_a_crosswalk_makes_old_ids_answer_and_the_same_file_again_says_that_nothing_changed(loaded: Mdm) -> None:
    Path("old.csv").write_text(CROSSWALK, encoding="utf-8")
    ran = loaded("ingest", "--crosswalk", "old.csv")
    assert (ran.code, "old.csv" in ran.out, "nothing has changed" in ran.out) == (0, True, False)
    found = loaded("lookup", "master", "customer", "M1", "--json").json
    assert [one["source"] for one in found["crosswalk"]] == ["crm", "erp", "master"]
    assert "All of it was there already: nothing has changed." in loaded("ingest", "old.csv", "--crosswalk").out
    assert loaded("rebuild", "--verify").code == 0


def test_a_crosswalk_comes_from_standard_input_too_and_names_its_master(mdm: Mdm) -> None:
    ran = mdm("ingest", "--crosswalk", "-", "--source", "old", "--json", stdin=CROSSWALK)
    assert [(one["rows"], one["accepted"]) for one in ran.json["files"]] == [(3, 3)]
    assert mdm("lookup", "old", "customer", "M2").code == 0


def test_a_bad_row_of_a_crosswalk_is_kept_and_mended(mdm: Mdm) -> None:
    Path("old.csv").write_text(CROSSWALK + "crm,custmer,3,M3\n", encoding="utf-8")
    ran = mdm("ingest", "--crosswalk", "old.csv")
    assert (ran.code, ran.err) == (1, "mdm: 1 of 4 rows were refused and kept: see `mdm quarantine list`\n")
    (row,) = mdm("quarantine", "list", "--json").json["items"]
    assert mdm("quarantine", "retry", row["id"], "--set", "entity_type=customer").code == 0
    assert mdm("lookup", "master", "customer", "M3").code == 0


@pytest.mark.parametrize(
    "options",
    [
        ("--crosswalk", "--type", "customer"),
        ("--crosswalk", "--snapshot"),
        ("--source", "crm"),
        ("--type", "customer"),
        ("--source", "crm", "--type", "customer", "--allow-short"),
        ("other.csv", "--source", "crm", "--type", "customer", "--snapshot"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(mdm: Mdm, options: tuple[str, ...]) -> None:
    assert mdm("ingest", "old.csv", *options).code == 2


def test_a_snapshot_tells_what_is_absent_and_what_was_deleted(loaded: Mdm) -> None:
    Path("crm.csv").write_text("\n".join(CUSTOMERS.splitlines()[:2]) + "\n", encoding="utf-8")
    snapshot = ("ingest", "crm.csv", "--source", "crm", "--type", "customer", "--snapshot")
    told = [loaded(*snapshot, "--json").json["files"][0] for _ in range(3)]
    assert [(one["absent"], one["deleted"]) for one in told] == [(1, 0), (0, 1), (0, 0)]
    assert "absent" in loaded(*snapshot).out
    assert loaded("lookup", "crm", "customer", "2", "--json").json["deleted"]


def test_a_snapshot_with_rows_that_have_no_id_says_that_it_proves_nothing(loaded: Mdm) -> None:
    ran = loaded(
        "ingest", "-", "--source", "crm", "--type", "customer", "--snapshot", stdin="id,name\n1,Waldsee\n,Blackwell\n"
    )
    assert ran.code == 1
    assert "1 rows have no id that can be read, or come from another instance, so no record" in ran.out


def test_a_short_snapshot_is_refused_in_one_line_and_taken_when_told_to(mdm: Mdm) -> None:
    rows = "".join(f"{number},Firm {number}\n" for number in range(30))
    snapshot = ("ingest", "-", "--source", "crm", "--type", "customer", "--snapshot")
    assert mdm(*snapshot, stdin="id,name\n" + rows).code == 0
    short = "id,name\n" + rows[:40]
    ran = mdm(*snapshot, stdin=short)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("mdm: standard input holds ")
    assert mdm(*snapshot, "--allow-short", stdin=short).code in {0, 1}
