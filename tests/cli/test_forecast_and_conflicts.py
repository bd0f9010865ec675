"""`mdm forecast`, and tasks about values in conflict on the command line."""

from pathlib import Path

import pytest

from tests.cli.conftest import Mdm

SHOP = """
entity_type: shop
id_prefix: shp
attributes: {name: {kind: text}, phone: {kind: text}}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
survive:
  attributes: {phone: [{strategy: first, when: {fresher_than: 10d}}, longest]}
  conflicts: [phone]
"""


@pytest.fixture
def shops(mdm: Mdm) -> Mdm:
    Path("shop.yaml").write_text(SHOP, encoding="utf-8")
    assert mdm("rules", "apply", "shop.yaml").err == ""
    for source, phone in (("crm", "316 87"), ("erp", "316 99 12")):
        Path(f"{source}.csv").write_text(f"id,name,phone,seen\n1,Alder,{phone},2026-01-01\n", encoding="utf-8")
        ran = mdm("ingest", f"{source}.csv", "--source", source, "--type", "shop", "--event-time", "seen")
        assert ran.code == 0, ran.err
    return mdm


def test_a_forecast_is_shown_for_one_and_for_all(shops: Mdm) -> None:
    [item] = shops("forecast", "--type", "shop", "--until", "2026-03-01", "--json").json["items"]
    [change] = item["changes"]
    assert (change["date"], change["from"], change["to"]) == ("2026-01-11", "316 87", "316 99 12")
    shown = shops("forecast", item["golden_id"], "--until", "2026-03-01")
    assert "2026-01-11" in shown.out
    assert shops("forecast", item["golden_id"], "--until", "2026-03-01", "--json").json["changes"] == [change]
    assert shops("forecast", item["golden_id"], "--type", "shop").code == 1
    assert "say until when" in shops("forecast").err


def test_a_conflict_is_listed_shown_and_decided(shops: Mdm) -> None:
    [task] = shops("tasks", "list", "--kind", "conflict", "--json").json["items"]
    assert "2 candidates" in shops("tasks", "list").out
    shown = shops("tasks", "show", task["id"]).out
    assert "316 99 12" in shown
    assert "--pick KEY" in shown
    decided = shops("tasks", "decide", task["id"], "--pick", "erp:shop:1", "--reason", "called", "--json").json
    assert shops("golden", decided["golden_ids"][0], "--json").json["attributes"]["phone"] == "316 99 12"
    lineage = shops("lineage", decided["golden_ids"][0], "phone", "--json").json["lineage"]["phone"]
    assert lineage["step"] == 1
    assert shops("undo", decided["decision_id"], "--reason", "no").code == 0
    assert shops("tasks", "show", task["id"], "--json").json["status"] == "open"
    assert "strategy first, step 1" in " ".join(shops("lineage", decided["golden_ids"][0], "phone").out.split())
