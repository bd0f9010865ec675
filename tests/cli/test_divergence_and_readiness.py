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
