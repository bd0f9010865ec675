"""What the commands about relations print, for people and for machines."""

from pathlib import Path


def test_relations_of_a_golden_record_and_what_still_waits(mdm):
    Path("e.csv").write_text("id,name,country\n1000,Firm Deutschland GmbH,DE\n", encoding="utf-8")
    Path("c.csv").write_text("id,name,legal_entity\n1,Acme GmbH,erp:legal_entity:1000\n2,Late AG,9\n", encoding="utf-8")
    assert mdm("ingest", "e.csv", "--source", "erp", "--type", "legal_entity").code == 0
    assert mdm("ingest", "c.csv", "--source", "crm", "--type", "customer").code == 0
    entity = mdm("lookup", "erp", "legal_entity", "1000", "--json").json["golden_id"]
    customer = mdm("lookup", "crm", "customer", "1", "--json").json["golden_id"]
    assert mdm("relations", entity, "--json").json["referred_by"]["items"][0]["golden_id"] == customer
    shown = mdm("relations", customer).out
    for told in (entity, "Firm Deutschland GmbH", "arrived"):
        assert told in shown
    assert "Acme GmbH" in mdm("relations", entity).out
    shown = mdm("references", "waiting").out
    assert "crm:customer:2 → crm:legal_entity:9" in shown
    [group] = mdm("references", "waiting", "--json").json["items"]
    assert (group["standing"], group["count"]) == ("waiting", 1)
    assert "Every reference leads somewhere" in mdm("references", "waiting", "--source", "erp").out
    assert mdm("relations", "cus_zzz").code == 1


def test_a_hierarchy_is_drawn_and_a_mismatch_named(mdm):
    rows = ["id,name,country,lei,parent", "1,Nordwind Holding AG,DE,,", "2,Nordwind Logistik GmbH,DE,,1",
            "3,Nordwind Transport GmbH,DE,529900T8BM49AURSDO55,2"]  # fmt: skip
    Path("erp.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    other = "id,name,country,lei,parent\n9,Nordwind Transport GmbH,DE,529900T8BM49AURSDO55,erp:legal_entity:1\n"
    Path("crm.csv").write_text(other, encoding="utf-8")
    for source in ("erp", "crm"):
        assert mdm("ingest", f"{source}.csv", "--source", source, "--type", "legal_entity").code == 0
    top, middle, below = (mdm("lookup", "erp", "legal_entity", one, "--json").json["golden_id"] for one in "123")
    shown = mdm("hierarchy", "show", top).out
    assert f"{top} Nordwind Holding AG\n  {middle} Nordwind Logistik GmbH\n    {below}" in shown
    assert "The group has 3 golden records on 3 levels." in shown
    assert f"below {middle} Nordwind Logistik GmbH < {top}" in mdm("hierarchy", "show", below).out
    named = mdm("hierarchy", "mismatches").out
    assert ("crm:9" in named, "erp:3" in named, "erp:2" in named) == (True, True, False)
    assert "No system disagrees" in mdm("hierarchy", "mismatches", "--type", "cost_center").out


def test_a_task_about_a_cycle_shows_the_way_round_and_what_is_set_aside(mdm):
    rows = ["id,name,country,parent", "1,Nordwind Holding AG,DE,2", "2,Nordwind Logistik GmbH,DE,1"]
    Path("erp.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert mdm("ingest", "erp.csv", "--source", "erp", "--type", "legal_entity").code == 0
    listed = mdm("tasks", "list")
    assert "leads round in a" in " ".join(listed.out.replace("│", " ").split())
    [task] = mdm("tasks", "list", "--json").json["items"]
    shown = mdm("tasks", "show", task["id"]).out
    for told in ("Nordwind Holding AG", "erp:legal_entity:2", "set aside", "record key is the smallest"):
        assert told in shown
    assert [one["set_aside"] for one in mdm("tasks", "show", task["id"], "--json").json["about"]["cycle"]] == [
        True,
        False,
    ]


def test_what_changed_in_its_source_is_listed_until_it_has_come(mdm):
    mdm("init")
    mdm("ingest", "-", "--source", "sap", "--type", "customer", stdin="id,name,version\n1,Tannwald,6\n2,Waldsee,1\n")
    added = mdm("refetches", "add", "sap:customer:1", "--version", "8")
    assert "sap:customer:1 is to be fetched again: accepted, cus_" in added.out
    assert mdm("refetches", "add", "sap:customer:1", "--version", "8", "--json").json["status"] == "unchanged"
    assert mdm("refetches", "add", "sap:customer:1", "--version", "soon").code == 2
    [listed] = mdm("refetches", "list", "--json").json["items"]
    assert (listed["key"], listed["version"], listed["days"]) == ("sap:customer:1", 8, 0)
    assert "sap:customer:1" in mdm("refetches", "list").out
    assert "version 8" in mdm("lookup", "sap", "customer", "1").out
    assert "version 8" in mdm("golden", listed["golden_id"]).out
    assert "2 records of sap customer" in mdm("refetches", "gap", "sap", "customer").out
    [group] = mdm("refetches", "waiting", "--json").json["items"]
    assert (group["source"], group["count"]) == ("sap", 2)
    assert "sap:customer:2" in mdm("refetches", "waiting").out
    assert mdm("refetches", "gap", "sap", "custmer").code == 1
    preview = mdm("ingest", "-", "--source", "sap", "--type", "customer", "--preview", stdin="id,changed\n1,true\n")
    assert "changed" in preview.out
    mdm("ingest", "-", "--source", "sap", "--type", "customer", stdin="id,name,version\n1,Tannwald,8\n2,Waldsee,1\n")
    assert mdm("refetches", "waiting").out == "Nothing is to be fetched again\n"
