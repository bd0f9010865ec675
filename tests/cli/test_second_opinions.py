"""Second opinions from the command line, by people of three names."""

from pathlib import Path

import pytest

from tests.cli.conftest import Mdm

ALIKE = """id,name,address.street,address.city,address.postcode,address.country
1,Nordwind Logistik GmbH,Hauptstr. 5,Berlin,10115,DE
2,Nordwind Logistic,Hauptstr. 5,Berlin,10115,DE
"""


def test_three_people_answer_one_after_the_other(mdm: Mdm, monkeypatch: pytest.MonkeyPatch) -> None:
    text = mdm("rules", "show", "customer").out
    Path("customer.yaml").write_text(f"{text}\nsecond_opinion: 1\n", encoding="utf-8")
    assert mdm("rules", "apply", "customer.yaml").code == 0
    Path("alike.csv").write_text(ALIKE, encoding="utf-8")
    assert mdm("ingest", "alike.csv", "--source", "crm", "--type", "customer").code == 0
    [task] = mdm("tasks", "list", "--kind", "review", "--json").json["items"]
    monkeypatch.setenv("LOGNAME", "anna")
    said = ("--verdict", "same", "--reason", "one", "--etag", task["etag"])
    decided = mdm("tasks", "decide", task["id"], *said)
    assert decided.code == 0, decided.err
    assert "yourself" in mdm("second-opinions", "show", task["id"]).err
    monkeypatch.setenv("LOGNAME", "bert")
    assert task["id"] in mdm("second-opinions", "list").out
    assert "Nordwind Logistic" in mdm("second-opinions", "show", task["id"]).out
    given = mdm("second-opinions", "give", task["id"], "--verdict", "distinct", "--reason", "two")
    assert "differ" in given.out
    assert "same by cli:anna" in mdm("second-opinions", "answers", "--apart").out
    assert "third person" in mdm("second-opinions", "settle", task["id"], "--verdict", "same", "--reason", "x").err
    monkeypatch.setenv("LOGNAME", "carl")
    settled = mdm("second-opinions", "settle", task["id"], "--verdict", "distinct", "--reason", "asked", "--json")
    assert settled.json["settled"]["person"] == "cli:carl"
    assert "0 of 1 agree" in mdm("second-opinions", "agreement").out
    assert mdm("rebuild", "--verify").code == 0
