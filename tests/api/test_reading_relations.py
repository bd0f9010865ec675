"""Relations over HTTP: both directions, masked by the one policy, narrowed like every read."""

import pytest


@pytest.fixture
def staffed(server):
    """A legal entity, an employee of it who reports to another, and a customer of it."""
    entity = server.put("erp:legal_entity:1000", name="Firm Deutschland GmbH", country="DE")["golden_id"]
    boss = server.put("hcm:employee:1", name="Jane Doe", email=["jane@firm.example"])["golden_id"]
    hand = server.put("hcm:employee:2", name="John Roe", email=["john@firm.example"], manager="1",
                      legal_entity="erp:legal_entity:1000")["golden_id"]  # fmt: skip
    customer = server.put("crm:customer:1", name="Acme GmbH", legal_entity="erp:legal_entity:1000")["golden_id"]
    return server, {"entity": entity, "boss": boss, "hand": hand, "customer": customer}


def test_both_directions_are_told_and_labels_masked(staffed):
    server, ids = staffed
    path = f"/v1/golden-records/{ids['hand']}/relations"
    told = {role: server.as_(role)("GET", path).json() for role in ("admin", "reader", "auditor")}
    labels = {role: [one["label"] for one in found["refers_to"]] for role, found in told.items()}
    assert labels == {
        "admin": ["Firm Deutschland GmbH", "Jane Doe"], "reader": ["Firm Deutschland GmbH", None],
        "auditor": ["Firm Deutschland GmbH", "J*** D***"],
    }  # fmt: skip
    assert told["reader"]["label"] is None
    found = server.as_("reader")("GET", f"/v1/golden-records/{ids['entity']}/relations").json()["referred_by"]["items"]
    assert [(one["entity_type"], one["golden_id"], one["label"]) for one in found] == [
        ("customer", ids["customer"], "Acme GmbH"), ("employee", ids["hand"], None),
    ]  # fmt: skip
    narrowed = server.as_("reader")("GET", f"/v1/golden-records/{ids['entity']}/relations?type=customer&limit=1")
    assert [one["golden_id"] for one in narrowed.json()["referred_by"]["items"]] == [ids["customer"]]


def test_a_key_narrowed_to_one_type_sees_no_other(staffed):
    server, ids = staffed
    send = server.as_("reader", entity_type="employee")
    assert send("GET", f"/v1/golden-records/{ids['entity']}/relations").status_code == 403
    found = send("GET", f"/v1/golden-records/{ids['hand']}/relations").json()
    assert ["golden_id" in one for one in found["refers_to"]] == [False, True]
    server.put("crm:customer:9", name="Late GmbH", legal_entity="erp:legal_entity:9")
    assert send("GET", "/v1/references:waiting").json() == {"items": []}
    assert send("GET", "/v1/references:waiting?type=customer").status_code == 403
    [group] = server.as_("reader")("GET", "/v1/references:waiting").json()["items"]
    assert (group["source"], group["attribute"], group["count"]) == ("crm", "legal_entity", 1)
    assert server.as_("reader")("GET", "/v1/references:waiting?before=soon").status_code == 422
    assert server.as_("source", source="crm")("GET", "/v1/references:waiting").status_code == 403


def test_the_feed_tells_where_a_reference_leads_now(server):
    late = server.put("crm:customer:9", name="Late GmbH", legal_entity="erp:legal_entity:9")["golden_id"]
    entity = server.put("erp:legal_entity:9", name="Firm Austria GmbH", country="AT")["golden_id"]
    events = server.as_("reader")("GET", "/v1/changes?limit=1000").json()["items"]
    [event] = [one for one in events if one["type"] == "mdm.reference.moved"]
    assert event["subject"] == late
    told = {name: event["data"][name] for name in ("key", "attribute", "from", "to")}
    assert told == {"key": "crm:customer:9", "attribute": "legal_entity", "from": None, "to": entity}


@pytest.fixture
def group(server):
    """A holding, its daughter, and a company whose two systems disagree about which of the two it belongs to."""
    put = server.put
    top = put("erp:legal_entity:1", name="Nordwind Holding AG", country="DE")["golden_id"]
    daughter = put("erp:legal_entity:2", name="Nordwind Logistik GmbH", country="DE", parent="1")["golden_id"]
    known = {"name": "Nordwind Transport GmbH", "country": "DE", "lei": "529900T8BM49AURSDO55"}
    below = put("erp:legal_entity:3", **known, parent="2")["golden_id"]
    assert put("crm:legal_entity:9", **known, parent="erp:legal_entity:1")["golden_id"] == below
    put("hcm:employee:1", name="Jane Doe", legal_entity="erp:legal_entity:3")
    return server, {"top": top, "daughter": daughter, "below": below}


def test_a_hierarchy_is_told_from_any_place_with_the_roll_up_of_its_group(group):
    server, ids = group
    send = server.as_("reader")
    found = send("GET", f"/v1/golden-records/{ids['below']}/hierarchy").json()
    assert [one["golden_id"] for one in found["ancestors"]] == [ids["daughter"], ids["top"]]
    assert (found["ultimate_parent"]["golden_id"], found["ultimate_parent"]["label"]) == (
        ids["top"], "Nordwind Holding AG",
    )  # fmt: skip
    found = send("GET", f"/v1/golden-records/{ids['top']}/hierarchy?depth=1").json()
    [child] = found["tree"]["children"]
    assert (child["golden_id"], child["children"], child["more"]) == (ids["daughter"], [], True)
    assert found["roll_up"] == {
        "golden_records": 3, "levels": [1, 1, 1], "source_records": {"crm": 1, "erp": 3},
        "referred_by": [{"entity_type": "employee", "attribute": "legal_entity", "golden_records": 1}],
    }  # fmt: skip
    refused = send("GET", f"/v1/golden-records/{ids['top']}/hierarchy?attribute=perent")
    assert (refused.status_code, "parent" in refused.json()["detail"]) == (422, True)


def test_systems_that_disagree_about_a_parent_are_told_with_what_each_says(group):
    server, ids = group
    [item] = server.as_("reader")("GET", "/v1/hierarchies:mismatches?type=legal_entity").json()["items"]
    said = {(one["source"], one["source_id"]): one["golden_id"] for one in item["versions"]}
    assert (item["golden_id"], said) == (ids["below"], {("erp", "3"): ids["daughter"], ("crm", "9"): ids["top"]})
    server.put("crm:legal_entity:9", name="Nordwind Transport GmbH", country="DE", lei="529900T8BM49AURSDO55",
               parent="erp:legal_entity:2")  # fmt: skip
    assert server.as_("reader")("GET", "/v1/hierarchies:mismatches").json()["items"] == []


def test_a_cycle_is_told_with_its_edges_and_labels_that_may_not_be_seen_are_not(server):
    for number, lead, name in (("1", "2", "Jane Doe"), ("2", "1", "John Roe")):
        server.put(f"hcm:employee:{number}", name=name, manager=lead)
    [task] = server.as_("steward")("GET", "/v1/tasks?kind=hierarchy_cycle").json()["items"]
    [first, second] = task["about"]["cycle"]
    assert (first["key"], first["label"], first["set_aside"]) == ("hcm:employee:1", "Jane Doe", True)
    assert (second["to"], second["trust"]) == (first["golden_id"], 95)
    [masked] = server.as_("auditor")("GET", "/v1/tasks?kind=hierarchy_cycle").json()["items"]
    assert [one["label"] for one in masked["about"]["cycle"]] != ["Jane Doe", "John Roe"]
