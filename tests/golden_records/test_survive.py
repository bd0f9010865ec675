"""The values of one golden record: validity, groups, lineage and documents without floats."""

import json

from test_strategies import SOURCES, said

from golden_records.rules import SurvivorshipRules
from golden_records.survive import Survived, survive

ADDRESS = {"groups": [["street", "city", "postcode"]], "trust": {"erp": 90, "crm": 80, "psa": 10}}


def decide(document, contributions, today="2024-03-01"):
    rules = SurvivorshipRules.model_validate(document)
    return survive(rules, contributions, sources=SOURCES, today=today)


def test_one_record_is_its_own_golden_record():
    survived = decide({}, {"name": [said("crm:1", "Acme")], "city": [said("crm:1", "Bonn")]})
    entry = {"winner": {"record": "crm:customer:1", "position": 1}, "losers": [], "strategy": "most_trusted"}
    assert survived == Survived({"city": "Bonn", "name": "Acme"}, {"city": entry, "name": entry}, None)


def test_an_attribute_without_contributions_is_absent():
    assert decide({}, {"name": []}) == Survived({}, {}, None)


def test_an_invalid_value_loses_to_any_valid_one():
    tax_ids = [said("erp:1", "bad", valid=False), said("psa:2", "DE811907980", "2020-01-01")]
    survived = decide(ADDRESS, {"tax_id": tax_ids})
    assert survived.attributes == {"tax_id": "DE811907980"}
    assert survived.lineage["tax_id"]["losers"][0]["because"] == "not valid"


def test_an_attribute_with_only_invalid_values_is_absent_and_its_lineage_says_why():
    for strategy in ("most_trusted", "union"):
        survived = decide({"default": strategy}, {"tax_id": [said("erp:1", "bad", valid=False)]})
        assert survived.attributes == {}
        losers = [{"record": "erp:customer:1", "position": 1, "because": "not valid"}]
        assert survived.lineage["tax_id"] == {"losers": losers, "strategy": strategy}


def test_a_flagged_value_survives_and_lineage_names_the_rules_it_breaks():
    flagged = said("erp:1", "A-1")._replace(broken=("pattern", "one_of"))
    entry = decide({"trust": {"erp": 90}}, {"code": [flagged, said("crm:2", "A2")]}).lineage["code"]
    assert entry["winner"] == {"record": "erp:customer:1", "position": 1, "flagged": ["pattern", "one_of"]}
    assert "flagged" not in entry["losers"][0]
    entry = decide({"trust": {"crm": 90}}, {"code": [flagged, said("crm:2", "A2")]}).lineage["code"]
    assert entry["losers"][0]["flagged"] == ["pattern", "one_of"]


def test_a_value_that_rules_disqualify_says_which():
    ignored = said("erp:1", "A-1", valid=False)._replace(broken=("range", "postcode.pattern"))
    for others in ([], [said("crm:2", "A2")]):
        [loser] = decide({}, {"code": [ignored, *others]}).lineage["code"]["losers"]
        assert loser["because"] == "not valid: range, postcode.pattern"
        assert "flagged" not in loser


def test_a_union_names_the_record_of_each_value():
    survived = decide({"default": "union"}, {"email": [said("erp:1", "a@x"), said("crm:2", "b@x")]})
    records = [{"record": "erp:customer:1", "position": 1}, {"record": "crm:customer:2", "position": 2}]
    assert survived.lineage["email"] == {"winners": records, "losers": [], "strategy": "union"}


def test_an_address_never_mixes_two_addresses():
    survived = decide(
        ADDRESS,
        {
            "street": [said("erp:1", "Weg 1"), said("crm:2", "Gasse 2")],
            "city": [said("crm:2", "Köln", "2024-02-01")],
            "postcode": [said("erp:1", "53111"), said("crm:2", "50667")],
        },
    )
    assert survived.attributes == {"street": "Weg 1", "postcode": "53111"}
    assert survived.lineage["city"]["losers"][0]["because"] == "another record won the group"
    assert survived.lineage["street"]["losers"][0]["because"] == "less trusted"


def test_a_group_is_decided_by_its_first_attribute_with_a_valid_value():
    survived = decide(
        ADDRESS,
        {
            "street": [said("erp:1", "???", valid=False)],
            "city": [said("psa:3", "Bonn"), said("crm:2", "Köln")],
            "postcode": [said("erp:1", "53111"), said("crm:2", "50667")],
        },
    )
    assert survived.attributes == {"city": "Köln", "postcode": "50667"}


def test_a_union_that_leads_a_group_keeps_to_one_record():
    document = {**ADDRESS, "attributes": {"street": "union"}}
    streets = [said("erp:1", "Weg 1"), said("crm:2", "Gasse 2"), said("erp:1", "Hof 3")]
    survived = decide(document, {"street": streets, "city": [said("crm:2", "Köln")]})
    assert survived.attributes == {"street": ["Hof 3", "Weg 1"]}


def test_a_golden_document_holds_no_floats():
    money = {"amount": 12.5, "lines": [{"rate": 1e-7}], "count": 3, "open": True}
    survived = decide({}, {"fee": [said("crm:1", money)]})
    assert survived.attributes["fee"] == {
        "amount": "12.5", "count": 3, "lines": [{"rate": "0.0000001"}], "open": True
    }  # fmt: skip


def test_the_same_document_with_its_keys_in_another_order_is_the_same_bytes():
    one, other = {"city": "Bonn", "street": "Weg 1"}, {"street": "Weg 1", "city": "Bonn"}
    written = [json.dumps(decide({}, {"address": [said("crm:1", value)]}).attributes) for value in (one, other)]
    assert written[0] == written[1]


def test_a_value_said_twice_counts_once():
    again = said("crm:1", "Acme")
    assert decide({}, {"name": [again, again]}) == decide({}, {"name": [again]})


def test_a_golden_record_is_due_when_falling_trust_hands_it_to_another_source():
    document = {"trust": {"crm": {"value": 80, "half_life": "10d"}, "psa": 40}}
    names = {"name": [said("crm:1", "A", "2024-03-01"), said("psa:2", "B", "2024-01-01")]}
    assert decide(document, names).due == "2024-03-11"
    assert decide(document, names, today=None).due == "2024-03-11"
    assert decide(document, names, today="2024-06-01").due is None
    assert decide({**document, "default": "most_recent"}, names).due is None
