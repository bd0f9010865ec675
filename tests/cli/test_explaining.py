"""Why two records match or not, drawn or told, and how a golden record came together."""

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Mdm

GoldenId = Callable[[str, str], str]
APART = ("crm:customer:1", "crm:customer:2")


def test_a_pair_that_no_rule_brings_together_is_told_what_would_have(loaded: Mdm) -> None:
    found = loaded("why", *APART, "--json").json
    assert (found["candidate"], found["keys"]) == (False, [])
    rules = {one["rule"]: one["words"] for one in found["blocking"]}
    assert rules["tax_id"] == "no tax_id on the right"
    assert rules["email"] == "different email"
    told = loaded("why", *APART).out
    assert "never compared, whatever their weight" in told
    assert "no tax_id on the right" in told


def test_a_pair_that_meets_is_not_told_what_would_have(loaded: Mdm) -> None:
    assert "never compared" not in loaded("why", "crm:customer:1", "erp:customer:1").out


def test_a_block_over_the_cap_brings_nobody_together(mdm: Mdm) -> None:
    rows = [f"{n},Northgate Trading Ltd,info@northgate.example" for n in range(201)]
    Path("crm.csv").write_text("\n".join(["id,name,email", *rows]) + "\n", encoding="utf-8")
    assert mdm("ingest", "crm.csv", "--source", "crm", "--type", "customer").code == 0
    found = mdm("why", "crm:customer:1", "crm:customer:2", "--json").json
    assert (found["candidate"], found["keys"] == []) == (False, False)
    assert {one["outcome"] for one in found["blocking"]} == {"crowded", "missing"}


def test_what_was_decided_is_told_with_the_evidence_of_then(loaded: Mdm, golden_id: GoldenId) -> None:
    kept = [golden_id("crm", one) for one in "12"]
    assert loaded("merge", *kept, "--reason", "one firm since May").code == 0
    told = loaded("why", *APART).out
    assert "decided: same. one firm since May" in told
    assert "Evidence then: distinct, " in told
    assert loaded("why", *APART, "--as-of", "1").err.count("had not arrived by then") == 1


def test_a_chart_is_a_page_that_stands_alone(loaded: Mdm) -> None:
    ran = loaded("why", *APART, "--chart", "why.html")
    assert ran.out.endswith("Written: why.html\n")
    page = Path("why.html").read_text(encoding="utf-8")
    assert "crm:customer:1 and crm:customer:2: not a match" in page
    assert "No blocking rule brings these two together" in page
    assert "Waldsee Medizintechnik AG" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_chart_that_cannot_be_written_is_refused_in_one_line(loaded: Mdm) -> None:
    ran = loaded("why", *APART, "--chart", "nowhere/why.html")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "nowhere/why.html: cannot be written" in ran.err


def test_how_names_the_weakest_bridge(loaded: Mdm, golden_id: GoldenId) -> None:
    found = loaded("how", golden_id("crm", "1"), "--json").json
    assert [step["tie"]["words"] for step in found["steps"]] == ["same tax_id: always a match"]
    told = loaded("how", golden_id("crm", "1")).out
    assert "Weakest bridge: step 1, a single edge with +100.000 bits (same tax_id: always a match)." in told


def test_how_says_when_there_is_no_bridge(loaded: Mdm, golden_id: GoldenId) -> None:
    assert "A single record: nothing had to be joined." in loaded("how", golden_id("crm", "2")).out
    loaded("merge", golden_id("crm", "1"), golden_id("crm", "2"), "--reason", "one firm")
    assert "No weakest bridge: only decisions hold these records together." in loaded("how", golden_id("crm", "2")).out


def test_dedupe_names_the_report_it_wrote(bare: Mdm) -> None:
    Path("a.csv").write_text("record_id,name,tax_id\n1,Acme,DE136695976\n2,Acme,DE136695976\n", encoding="utf-8")
    ran = bare("dedupe", "a.csv", "--type", "customer", "--report", "report.html")
    assert "Written: clusters.csv, report.html" in ran.out
    assert "2 records are 1 thing" in Path("report.html").read_text(encoding="utf-8")
    assert bare("dedupe", "a.csv", "--type", "customer", "--json").json["warnings"] == []


def test_a_new_record_is_looked_for_before_it_is_created(mdm: Mdm, loaded: Mdm) -> None:
    found = loaded("find", "customer", "name=Waldsee Medizintechnik", "email=info@waldsee.example", "--json").json
    assert found["items"][0]["attributes"]["name"] == "Waldsee Medizintechnik AG"
    told = loaded("find", "customer", "name=Waldsee Medizintechnik", "email=info@waldsee.example").out
    assert "Looks like crm:customer:" in told
    assert "Evidence, in bits" in told
    assert mdm("find", "customer", "name=Nobody Ever").out == "No golden record looks like it.\n"
    assert mdm("find", "customer", "nmae=x").err == "mdm: customer has no attribute 'nmae'; the nearest is 'name'\n"
    assert (mdm("find", "customer", "name").code, mdm("find", "customr", "name=x").code) == (2, 1)


def test_a_block_over_the_cap_is_told_to_who_looks_for_a_record(mdm: Mdm) -> None:
    rows = [f"{n},Northgate Trading Ltd,info@northgate.example" for n in range(201)]
    Path("crm.csv").write_text("\n".join(["id,name,email", *rows]) + "\n", encoding="utf-8")
    assert mdm("ingest", "crm.csv", "--source", "crm", "--type", "customer").code == 0
    told = mdm("find", "customer", "name=Northgate Trading Ltd").out
    assert told.startswith("No golden record looks like it.\nNobody is compared where more records than the cap")
