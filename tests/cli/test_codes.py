"""`mdm codes`: list, show, apply, map, unmapped; and the task of an unmapped value."""

from pathlib import Path

import pytest

from tests.cli.conftest import Mdm

CONSULTANT = """
entity_type: consultant
id_prefix: con
attributes:
  name: {kind: name}
  role: {kind: code, list: roles}
match: {block_on: [[name]], compare: [name, role]}
"""


@pytest.fixture
def consultants(mdm: Mdm) -> Mdm:
    Path("consultant.yaml").write_text(CONSULTANT, encoding="utf-8")
    Path("psa.csv").write_text("id,name,role\n1,Anna Weber,Cons. III\n2,Li Wei,cons-iii\n", encoding="utf-8")
    assert mdm("rules", "apply", "consultant.yaml").err == ""
    assert mdm("ingest", "psa.csv", "--source", "psa", "--type", "consultant").code == 0
    return mdm


def test_a_value_is_mapped_and_taken_away_again(consultants: Mdm) -> None:
    [entry] = consultants("codes", "unmapped", "--json").json["items"]
    assert (entry["value"], entry["records"], entry["places"]) == ("Cons. III", 2, ["consultant.role"])
    assert entry["suggestions"][0]["code"] == "consultant"
    assert "Cons. III" in consultants("codes", "unmapped").out
    assert consultants("codes", "unmapped", "--source", "erp", "--json").json["items"] == []
    mapped = consultants("codes", "map", "roles", "psa", "CONS III", "consultant", "--reason", "asked", "--json").json
    assert (mapped["changed"], mapped["decision_id"]) == (1, f"dec_{mapped['seq']}")
    assert consultants("codes", "unmapped", "--json").json["items"] == []
    again = consultants("codes", "map", "roles", "psa", "Cons. III", "consultant", "--reason", "asked")
    assert "nothing has changed" in again.out
    assert "psa" in consultants("codes", "show", "roles").out
    assert consultants("codes", "map", "roles", "psa", "Cons. III", "--remove", "--reason", "wrong").code == 0
    assert len(consultants("codes", "unmapped", "--json").json["items"]) == 1


def test_a_task_is_shown_and_decided_by_a_code_and_undone(consultants: Mdm) -> None:
    [task] = consultants("tasks", "list", "--kind", "unmapped_code", "--json").json["items"]
    assert task["records"] == ["psa:consultant:1", "psa:consultant:2"]
    shown = consultants("tasks", "show", task["id"]).out
    assert "'Cons. III'" in shown
    assert "--code CODE" in shown
    assert "of psa in roles" in consultants("tasks", "list").out
    assert consultants("tasks", "decide", task["id"], "--reason", "?").code == 2
    decided = consultants("tasks", "decide", task["id"], "--code", "consultant", "--reason", "asked", "--json").json
    assert len(decided["golden_ids"]) == 2
    assert consultants("tasks", "show", task["id"], "--json").json["status"] == "closed"
    assert consultants("undo", decided["decision_id"], "--reason", "no").code == 0
    assert consultants("tasks", "show", task["id"], "--json").json["status"] == "open"
    assert consultants("rebuild", "--verify").code == 0


def test_documents_are_applied_once_and_refused_with_the_place(mdm: Mdm) -> None:
    text = "code_list: offices\ncodes: {graz: {label: Graz, aliases: [GRZ]}}\n"
    assert mdm("codes", "apply", "-", stdin=text).out == "offices: 1 code\n"
    assert "nothing has changed" in mdm("codes", "apply", "-", stdin=text).out
    assert mdm("codes", "show", "offices", "--json").json["codes"] == {"graz": {"label": "Graz", "aliases": ["GRZ"]}}
    ran = mdm("codes", "apply", "-", stdin="code_list: offices\nsource: psa\nmap: {G: grax}\n")
    assert (ran.code, ran.err) == (1, "mdm: offices has no code 'grax'; the nearest is 'graz'\n")
    ran = mdm("codes", "apply", "-", stdin="code_list: ofices\nsource: psa\nmap: {G: graz}\n")
    assert (ran.code, ran.err) == (1, "mdm: there is no code list 'ofices'; the nearest is 'offices'\n")
    assert mdm("codes", "apply", "-", stdin="code_list: offices\ncodes: {a: {lable: b}}").err.startswith(
        "mdm: -: /codes"
    )
    names = [one["code_list"] for one in mdm("codes", "list", "--json").json["items"]]
    assert names == ["countries", "currencies", "grades", "industries", "offices", "roles", "units"]
    assert "Offices" not in mdm("codes", "list").out
    assert mdm("codes", "map", "offices", "psa", "G", "--reason", "?").code == 2


def test_rules_that_name_a_list_that_is_not_there_say_so(mdm: Mdm) -> None:
    text = CONSULTANT.replace("list: roles", "list: rolls")
    expected = "mdm: role: there is no code list 'rolls' yet, so its values stay unmapped; the nearest is 'roles'\n"
    for verb in ("check", "apply"):
        ran = mdm("rules", verb, "-", stdin=text)
        assert (ran.code, ran.err) == (0, expected)


def test_rules_that_lead_to_a_type_that_is_not_there_say_so(mdm: Mdm) -> None:
    text = CONSULTANT.replace("match:", "  office: {kind: reference, to: cost_centre}\nmatch:", 1)
    expected = "mdm: office: there is no entity type 'cost_centre' yet, so its references wait; the nearest is "
    for verb in ("check", "apply"):
        ran = mdm("rules", verb, "-", stdin=text)
        assert (ran.code, ran.err) == (0, expected + "'cost_center'\n")


def test_a_hub_that_stands_keeps_what_was_made_of_its_lists(mdm: Mdm) -> None:
    assert mdm("codes", "apply", "-", stdin="code_list: grades\ncodes: {a: {}}").code == 0
    assert mdm("init").code == 0
    assert list(mdm("codes", "show", "grades", "--json").json["codes"]) == ["a"]


def test_rules_are_checked_where_there_is_no_hub(bare: Mdm) -> None:
    assert bare("rules", "check", "-", stdin=CONSULTANT).code == 0
    assert bare("codes", "list").code == 1
