"""What the commands about divergence and readiness print, write and answer."""

import csv
from pathlib import Path


def test_divergence_is_listed_and_written_so_that_a_spreadsheet_runs_nothing(mdm):
    Path("e.csv").write_text("id,name,tax_id,website\n1,Acme GmbH,DE136695976,acme.example\n", encoding="utf-8")
    Path("c.csv").write_text("id,name,tax_id,website\n=1,Acme GmbH,DE136695976,acme.test\n", encoding="utf-8")
    for source in ("erp", "crm"):
        assert mdm("ingest", f"{source[0]}.csv", "--source", source, "--type", "customer").code == 0
    shown = mdm("divergence").out
    for told in ("Acme GmbH", "crm:=1", "acme.test", "acme.example"):
        assert told in shown
    golden_id = mdm("lookup", "erp", "customer", "1", "--json").json["golden_id"]
    assert mdm("divergence", golden_id, "--json").json == mdm("divergence", "crm:customer:=1", "--json").json
    assert "No system says anything else" in mdm("divergence", "--source", "erp").out
    assert mdm("divergence", "--out", "apart.csv", "--json").json["divergences"] == 1
    [row] = csv.DictReader(Path("apart.csv").read_text(encoding="utf-8").splitlines())
    assert (row["source_id"], row["value"], row["take"]) == ("'=1", "acme.test", "acme.example")
    assert mdm("divergence", "crm:customer:none").code == 1


def test_a_script_can_wait_until_it_is_ready(mdm):
    Path("c.csv").write_text("id,name,tax_id\n1,Acme GmbH,DE136695976\n", encoding="utf-8")
    assert mdm("ingest", "c.csv", "--source", "crm", "--type", "customer").code == 0
    asked = ("readiness", "quote_to_project", "crm:customer:1")
    answer = mdm(*asked)
    assert answer.code == 1
    for told in ("is not ready for quote_to_project", "a record in erp", "create it in erp"):
        assert told in answer.out
    document = mdm(*asked, "--on", "2026-03-01", "--json").json
    assert (document["ready"], document["on"], document["missing"][0]["system"]) == (False, "2026-03-01", "erp")
    assert "Acme GmbH" in mdm("readiness", "quote_to_project", "--not-ready", "--missing", "system:erp").out
    assert mdm("readiness", "quote_to_project", "--ready", "--json").json["items"] == []
    assert mdm("readiness", "quote_to_projekt").code == 1
    listed = mdm("readiness", "quote_to_project", "--on", "2026-03-01")
    assert "Readiness for quote_to_project on 2026-03-01" in listed.out
    assert "Acme GmbH" in listed.out
    Path("l.csv").write_text("id,name,code\n1,Review,SRV-1\n", encoding="utf-8")
    for source in ("crm", "psa"):
        assert mdm("ingest", "l.csv", "--source", source, "--type", "service_item").code == 0
    Path("u.csv").write_text("id,name,code,unit\n1,Review,SRV-1,day\n", encoding="utf-8")
    assert mdm("readiness", "quote_to_project", "psa:service_item:1").code == 1
    assert mdm("ingest", "u.csv", "--source", "psa", "--type", "service_item").code == 0
    asked = ("readiness", "quote_to_project", "psa:service_item:1")
    ready = mdm(*asked)
    assert (ready.code, "is ready for quote_to_project" in ready.out) == (0, True)
    [item] = mdm(*asked[:2], "--ready", "--json").json["items"]
    before = str(item["since"] - 1)
    then = mdm(*asked, "--as-of", before)
    assert (then.code, "was not ready" in then.out, "a valid unit" in then.out) == (1, True, True)
    assert "send" not in then.out, "nobody mends the past"
    assert mdm(*asked[:2], "--ready", "--as-of", before, "--json").json["items"] == []
    assert "a valid unit" in mdm(*asked[:2], "--not-ready", "--as-of", before).out
    assert "no record psa:service_item:1 has been resolved by then" in mdm(*asked, "--as-of", "1999-01-01").err


def test_stats_tell_what_the_hub_holds_and_what_blocks(mdm):
    Path("c.csv").write_text("id,name,tax_id\n1,Acme GmbH,DE136695976\n", encoding="utf-8")
    for source in ("crm", "erp"):
        assert mdm("ingest", "c.csv", "--source", source, "--type", "customer").code == 0
    shown = mdm("stats", "--since", "2026-01-01").out
    for told in ("duplicates removed", "quote_to_project", "a record in billing (1)"):
        assert told in shown
    found = mdm("stats", "--since", "2026-01-01", "--json").json
    assert found["entity_types"]["customer"]["duplicates_removed"] == 1
    assert [one["duplicates_removed"] for one in found["history"]] == [1]
    assert mdm("stats", "--since", "soon").code == 1
