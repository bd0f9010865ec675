"""Releasing rules on the command line."""

from pathlib import Path

import pytest

RULES = "entity_type: shop\nid_prefix: shp\nattributes:\n  name: {kind: text}\n  chain: {kind: text}\n"
RULES += "match: {block_on: [[name]], compare: [name], always: [{same: name}]}\n"
WITHOUT = RULES.replace("  chain: {kind: text}\n", "")


@pytest.fixture
def shops(mdm):
    Path("shop.yaml").write_text(RULES, encoding="utf-8")
    Path("new.yaml").write_text(WITHOUT, encoding="utf-8")
    Path("shops.csv").write_text("id,name,chain\n1,Alder,Big\n2,Birch,\n", encoding="utf-8")
    assert mdm("rules", "apply", "shop.yaml").code == 0
    assert mdm("ingest", "shops.csv", "--source", "crm", "--type", "shop").code == 0
    return mdm


def test_simulate_apply_and_rollback_tell_the_same_in_json(shops):
    simulated = shops("rules", "simulate", "new.yaml", "--json").json
    applied = shops("rules", "apply", "new.yaml", "--json").json
    assert simulated == {**applied, "dry_run": True, "seq": None}
    tried = shops("rules", "rollback", "shop", "--dry-run", "--json").json
    back = shops("rules", "rollback", "shop", "--to", applied["version_before"], "--json").json
    assert tried == {**back, "dry_run": True, "seq": None}
    items = shops("rules", "history", "shop", "--json").json["items"]
    assert [one["action"] for one in items] == ["apply", "apply", "rollback"]
    assert shops("rules", "show", "shop", "--version", applied["version"]).out == WITHOUT
    again = shops("rules", "simulate", f"shop@{applied['version']}", "--json").json
    assert again == simulated


def test_people_read_what_a_release_does(shops):
    shown = shops("rules", "simulate", "new.yaml").out
    assert "Nothing was written. This would come of it:" in shown
    assert "shop would be in force" in shown
    assert "Golden records with other values: 1" in shown
    assert "Verdicts of stewards: 0 pairs" in shown
    assert "Nothing was written" not in shops("rules", "apply", "new.yaml").out
    assert "rollback" in shops("rules", "rollback", "shop").out + shops("rules", "history", "shop").out
    refused = shops("rules", "rollback", "shop", "--to", "f00")
    assert (refused.code, "never had the rules version" in refused.err) == (1, True)


def test_check_refuses_what_the_hub_could_not_take(shops):
    for text, words in (
        (RULES.replace("shp", "cus"), "id_prefix of shop is 'shp' for ever"),
        (RULES.replace("type: shop", "type: store"), "id_prefix 'shp' belongs to shop already"),
        (RULES.replace("match: {", "match: {linkage: average, "), "needs all records at once"),
    ):
        for verb in ("check", "simulate", "apply"):
            ran = shops("rules", verb, "-", stdin=text)
            assert (ran.code, words in ran.err) == (1, True), (verb, ran.err)


def test_versions_are_compared_by_meaning_or_by_line(shops):
    assert "chain" in shops("rules", "diff", "new.yaml").out
    assert "Both say the same." in shops("rules", "diff", "shop.yaml").out
    assert "-  chain: {kind: text}" in shops("rules", "diff", "new.yaml", "--text").out
    applied = shops("rules", "apply", "new.yaml", "--json").json
    found = shops("rules", "diff", f"shop@{applied['version_before']}", "shop", "--json").json
    assert (found["differences"], found["version"]) == (applied["differences"], applied["version"])


def test_check_says_whether_verdicts_could_be_held_against_it(bare, shops, monkeypatch):
    assert "Verdicts of stewards: 0 pairs" in shops("rules", "check", "new.yaml").out
    assert shops("rules", "check", "new.yaml", "--json").json["verdicts"]["pairs"] == 0
    monkeypatch.setenv("MDM_DATABASE_URL", "sqlite:///nowhere.db")
    assert "no hub here" in bare("rules", "check", "new.yaml").out
    assert bare("rules", "check", "new.yaml", "--json").json["verdicts"] is None
