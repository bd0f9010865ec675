"""What people decide, rules, keys and the rebuild, from the command line."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Mdm

GoldenId = Callable[[str, str], str]
ALIKE = """id,name,address.street,address.city,address.postcode,address.country
1,Hollerbach Maschinenbau GmbH,Rosenweg 147,Leipzig,04185,DE
2,Hollerbach Maschinenbau,,,,
"""


@pytest.fixture
def task(mdm: Mdm) -> str:
    """An open task about two customers that look alike."""
    Path("alike.csv").write_text(ALIKE, encoding="utf-8")
    mdm("ingest", "alike.csv", "--source", "crm", "--type", "customer")
    return str(mdm("tasks", "list", "--json").json["items"][0]["id"])


def test_a_merge_redirects_and_undo_takes_it_back(loaded: Mdm, golden_id: GoldenId) -> None:
    first, second = golden_id("crm", "1"), golden_id("crm", "2")
    decided = loaded("merge", second, first, "--reason", "one owner", "--json").json
    assert decided["golden_ids"] == [first]
    assert decided["redirects"] == {second: first}
    merged = loaded("golden", second, "--json").json
    assert (merged["status"], merged["current_id"]) == ("merged", first)
    assert f"into {first}" in loaded("golden", second).out
    assert decided["decision_id"] in loaded("history", first).out
    assert loaded("undo", decided["decision_id"]).code == 0
    assert golden_id("crm", "2") == second
    assert loaded("rebuild", "--verify", "--json").json["match"] is True


def test_a_split_parts_records_and_keeps_the_founders_id(loaded: Mdm, golden_id: GoldenId) -> None:
    id_ = golden_id("crm", "1")
    ran = loaded("split", id_, "erp:customer:1", "--reason", "the sister company")
    assert ran.code == 0
    assert "mdm undo dec_" in ran.out
    assert golden_id("crm", "1") == id_
    assert golden_id("erp", "1") != id_


def test_a_decision_against_another_is_refused_unless_it_supersedes(loaded: Mdm, golden_id: GoldenId) -> None:
    id_ = golden_id("crm", "1")
    loaded("split", id_, "erp:customer:1", "--reason", "apart")
    pair = (id_, golden_id("erp", "1"))
    refused = loaded("merge", *pair, "--reason", "together")
    assert refused.code == 1
    assert "dec_" in refused.err
    assert "Traceback" not in refused.err
    assert loaded("merge", *pair, "--reason", "together", "--supersede").code == 0


def test_a_merge_of_one_is_wrong_usage(loaded: Mdm, golden_id: GoldenId) -> None:
    assert loaded("merge", golden_id("crm", "1"), "--reason", "x").code == 2


def test_a_task_is_shown_with_its_evidence_and_decided(mdm: Mdm, task: str) -> None:
    assert task in mdm("tasks", "list").out
    shown = mdm("tasks", "show", task).out
    assert "Evidence" in shown
    assert "Golden records now" in shown
    decided = mdm("tasks", "decide", task, "--verdict", "same", "--reason", "same door", "--json").json
    assert len(decided["golden_ids"]) == 1
    assert mdm("tasks", "list", "--json").json["items"] == []
    again = mdm("tasks", "decide", task, "--verdict", "distinct", "--reason", "no")
    assert again.code == 1
    assert "closed" in again.err


def test_a_task_that_has_changed_is_not_decided(mdm: Mdm, task: str) -> None:
    ran = mdm("tasks", "decide", task, "--verdict", "same", "--reason", "r", "--etag", "0123456789abcdef")
    assert ran.code == 1
    assert "read it again" in ran.err


def test_rules_are_checked_shown_and_applied(mdm: Mdm) -> None:
    text = mdm("rules", "show", "customer").out
    Path("mine.yaml").write_text(text.replace("review: 0.70", "review: 0.60"), encoding="utf-8")
    before = mdm("rules", "show", "customer", "--json").json["version"]
    checked = mdm("rules", "check", "mine.yaml", "--json").json
    applied = mdm("rules", "apply", "mine.yaml", "--json").json
    assert (applied["version"], applied["verdicts"]) == (checked["version"], checked["verdicts"])
    assert mdm("rules", "show", "customer", "--json").json["version"] == checked["version"] != before
    listed = mdm("rules", "show", "--json").json["items"]
    assert checked["version"] in [one["version"] for one in listed]


def test_rules_that_are_not_valid_name_the_nearest_word(mdm: Mdm) -> None:
    text = mdm("rules", "show", "customer").out
    Path("mine.yaml").write_text(text.replace("survive:", "surviv:"), encoding="utf-8")
    for command in ("check", "apply"):
        ran = mdm("rules", command, "mine.yaml")
        assert ran.code == 1
        assert "mine.yaml" in ran.err
        assert "survive" in ran.err
    assert mdm("rules", "check", "none.yaml").code == 1


def test_a_ninth_entity_type_comes_from_a_file_alone(mdm: Mdm) -> None:
    Path("ship.yaml").write_text(
        "entity_type: ship\nid_prefix: shp\nattributes: {name: {kind: text, required: true}, imo: {kind: identifier}}\n"
        "match: {block_on: [[imo]], compare: [name, imo], always: [{same: imo}]}\n",
        encoding="utf-8",
    )
    Path("ships.csv").write_text("id,name,imo\n1,Ever Given,9811000\n2,EVER GIVEN,9811000\n", encoding="utf-8")
    assert mdm("rules", "apply", "ship.yaml").code == 0
    assert mdm("ingest", "ships.csv", "--source", "port", "--type", "ship").code == 0
    found = mdm("lookup", "port", "ship", "1", "--json").json
    assert found["golden_id"].startswith("shp_")
    assert len(found["crosswalk"]) == 2


def test_a_key_is_shown_once_listed_and_revoked(mdm: Mdm) -> None:
    made = mdm("key", "create", "--role", "source", "--source", "crm", "--json").json
    assert made["key"].startswith("mdm_")
    listed = mdm("key", "list").out
    assert made["id"] in listed
    assert made["key"] not in listed
    assert mdm("key", "revoke", made["id"]).code == 0
    assert {one["id"]: one["revoked_at"] for one in mdm("key", "list", "--json").json["items"]}[made["id"]]
    assert mdm("key", "create", "--role", "king").code == 1


def test_a_rebuild_finds_and_mends_what_was_tampered_with(loaded: Mdm, sqlite_url: str) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE golden_version SET attributes = '{}' WHERE attributes IS NOT NULL")
    connection.close()
    ran = loaded("rebuild", "--verify", "--json")
    assert ran.code == 1
    assert ran.json["match"] is False
    assert ran.json["digest_log"] != ran.json["digest_live"]
    assert "differs" in ran.err
    assert loaded("rebuild").code == 0
    assert loaded("rebuild", "--verify").code == 0


def test_files_are_deduplicated_and_judged_without_a_hub(bare: Mdm) -> None:
    Path("alike.csv").write_text(
        ALIKE.replace("Holerbach Maschinenbau", "Hollerbach Maschinenbau GmbH"), encoding="utf-8"
    )
    report = bare("dedupe", "alike.csv", "--type", "customer", "--pairs", "pairs.csv", "--json").json
    assert report["counts"]["records"] == 2
    assert Path("clusters.csv").read_text(encoding="utf-8").splitlines()[0] == "record_id,cluster_id"
    assert Path("pairs.csv").exists()
    assert "clusters.csv" in bare("dedupe", "alike.csv", "--type", "customer").out
    Path("truth.csv").write_text("record_id,cluster_id\n1,a\n2,a\n", encoding="utf-8")
    judged = bare("evaluate", "clusters.csv", "truth.csv", "--json").json
    assert judged["pairwise"]["precision"] == 1.0
    assert "precision" in bare("evaluate", "clusters.csv", "truth.csv").out


def test_dedupe_without_rules_works_them_out_and_says_what_it_took(bare: Mdm) -> None:
    Path("alike.csv").write_text(ALIKE, encoding="utf-8")
    ran = bare("dedupe", "alike.csv", "--model", "model.yaml")
    assert ran.code == 0
    assert "too few candidate pairs to learn from" in ran.out
    assert "Written: clusters.csv, model.yaml" in ran.out
    assert bare("dedupe", "alike.csv", "--rules", "model.yaml").code == 0


def test_a_value_is_set_previewed_explained_and_taken_back(loaded: Mdm, golden_id: GoldenId) -> None:
    one = golden_id("crm", "1")
    set_name = ("override", one, "name", "Waldsee Medtech AG", "--reason", "register", "--until", "2027-01-01")
    dry = loaded(*set_name, "--dry-run")
    assert dry.code == 0
    assert "Nothing was written" in dry.out
    assert "Waldsee Medtech AG" in dry.out
    assert loaded("golden", one, "--json").json["attributes"]["name"] == "Waldsee Medizintechnik AG"
    assert loaded(*set_name, "--dry-run", "--json").json["decision_id"] is None
    decided = loaded(*set_name, "--json").json
    assert loaded("golden", one, "--json").json["attributes"]["name"] == "Waldsee Medtech AG"
    shown = loaded("lineage", one, "name").out
    assert "register, until 2027-01-01" in shown
    assert "overridden" in shown
    several = loaded("override", one, "email", '["a@x.example", "b@x.example"]', "--reason", "letter")
    assert several.code == 0
    emptied = loaded("override", one, "phone", "", "--reason", "gone", "--until-source-changes")
    assert emptied.code == 0
    attributes = loaded("golden", one, "--json").json["attributes"]
    assert (attributes["email"], attributes.get("phone")) == (["a@x.example", "b@x.example"], None)
    assert "override" in loaded("history", one).out
    assert loaded("undo", decided["decision_id"], "--dry-run").code == 0
    assert loaded("undo", decided["decision_id"]).code == 0
    assert loaded("golden", one, "--json").json["attributes"]["name"] == "Waldsee Medizintechnik AG"
    assert loaded("rebuild", "--verify").code == 0


def test_a_value_that_cannot_be_set_is_refused_in_one_line(loaded: Mdm, golden_id: GoldenId) -> None:
    refused = loaded("override", golden_id("crm", "1"), "tax_id", "123", "--reason", "x")
    assert (refused.code, refused.err) == (1, "mdm: tax_id cannot be '123': that is no valid tax_id\n")
    missing = loaded("override", golden_id("crm", "1"), "tax_id", "123")
    assert missing.code == 2


def test_accounts_are_made_listed_changed_and_disabled_and_no_password_is_an_argument(mdm: Mdm) -> None:
    words = "four words that wander"
    made = mdm("user", "add", "anna", "--role", "steward", "--display-name", "Anna Berg", "--json", stdin=words + "\n")
    assert (made.json["name"], made.json["role"], made.json["disabled_at"]) == ("anna", "steward", None)
    assert words not in made.out + made.err
    assert mdm("user", "add", "bert", "--role", "steward", "--password", words).code == 2
    for refused in (("bert", "--role", "king"), ("Bert", "--role", "reader"), ("anna", "--role", "reader")):
        assert mdm("user", "add", *refused, stdin=words).code == 1
    assert mdm("user", "role", "anna", "approver").out == "anna has the role approver.\n"
    assert mdm("user", "password", "anna", stdin="short\n").code == 1
    assert mdm("user", "password", "anna", "--json", stdin="other " + words).json == {"name": "anna", "changed": True}
    assert mdm("user", "disable", "anna", "--json").json["disabled_at"]
    assert "Anna Berg" in mdm("user", "list").out
    assert mdm("user", "enable", "anna").code == 0
    (listed,) = mdm("user", "list", "--json").json["items"]
    assert (listed["role"], listed["disabled_at"]) == ("approver", None)
    assert mdm("user", "disable", "nobody").code == 1
