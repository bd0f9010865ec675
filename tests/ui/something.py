"""A hub with something of everything that pages tell, for what is asked of every page."""

import pytest
import yaml

from mdm.entity_types.document import shipped
from mdm.ingest import Incoming
from mdm.services import resolving
from mdm.services.access import accounts
from mdm.services.access.accounts import Person
from mdm.services.intake import records
from mdm.store.batches import Origin
from tests.conftest import AUTHOR
from tests.services.test_weak_bridges import PART
from tests.stories.stewards import fill
from tests.ui.test_cluster_pages import CHAIN
from tests.ui.test_quarantine_pages import rejected


@pytest.fixture
def something(either_desk):
    """A hub with something of everything that pages tell; the names that stand for it in their addresses."""
    hub, put = either_desk.server.hub, either_desk.server.put
    ask, admin = either_desk.server.as_("steward"), either_desk.server.as_("admin")
    accounts.add(hub, Person("anna", "steward"), password="anna on a long way", author=AUTHOR)
    names = {"version": admin("GET", "/v1/rules/customer").json()["version"]}
    asking = yaml.safe_dump({**yaml.safe_load(shipped()["customer"]), "second_opinion": 1})
    for document in (asking, PART):
        assert admin("POST", "/v1/rules:apply", json={"document": document}).status_code == 200
    put("erp:legal_entity:1000", name="Firm Germany GmbH", registration_number="HRB 1")
    put("erp:legal_entity:1100", name="Firm Nord GmbH", registration_number="HRB 2", parent="1000")
    said = {"crm": {"email": ["a@acme.example"]}, "psa": {"phone": ["+49 30 5550199"]}, "erp": {"legal_entity": "1100"}}
    firm = {"name": "Acme Pumps", "tax_id": "DE136695976"}
    some = [
        Incoming(source, "customer", f"1{n}", {**firm, **more}, None, None, "put")
        for n in range(3) for source, more in said.items()
    ]  # fmt: skip
    records.put_many(hub, some, author=AUTHOR, batch=Origin("customers.csv"))
    resolving.resolve_all(hub, author=AUTHOR)
    names["acme"] = put("crm:customer:10", name="Acme Pumps AG", tax_id="DE136695976")["golden_id"]
    names["birch"] = put("crm:customer:21", name="Birch Logistics", tax_id="DE811907980", parent="10")["golden_id"]
    other = put("crm:customer:29", name="Quite Another One")["golden_id"]
    body = {"golden_ids": [names["acme"], other], "reason": "One firm"}
    assert ask("POST", "/v1/golden-records:merge", json=body).status_code == 200
    body = {"value": "https://acme.example", "reason": "A letter"}
    names["decision"] = ask("PUT", f"/v1/golden-records/{names['acme']}/overrides/website", json=body).json()[
        "decision_id"
    ]
    line = {"role": "analyst", "currency": "EUR", "unit": "hour", "rate": "137.31", "valid_to": "2025-07-01"}
    lines = [line | {"valid_from": "2025-01-01"}, line | {"valid_from": "2025-10-01", "valid_to": None}]
    card = {"name": "Acme 2025", "code": "RC-1", "currency": "EUR", "lines": lines, "customer": "10"}
    names["card"] = put("erp:rate_card:1", **card)["golden_id"]
    for id_, values in CHAIN.items():
        names["part"] = put(f"crm:part:{id_}", **values)["golden_id"]
    put("psa:employee:1", name="Ann Lee", role="Chief of everything")
    [code] = ask("GET", "/v1/tasks?kind=unmapped_code").json()["items"]
    fill(hub, 25, AUTHOR)
    doubts = [doubt(either_desk, number, name) for number, name in enumerate(("Nordwind", "Südstern", "Westfalen"))]
    for task in doubts[1:]:
        body = {"verdict": "same", "reason": "One house", "etag": task["etag"]}
        assert ask("POST", f"/v1/tasks/{task['id']}:decide", json=body).status_code == 200
    body = {"verdict": "distinct", "reason": "Two"}
    assert admin("POST", f"/v1/second-opinions/{doubts[2]['id']}:give", json=body).status_code == 200
    names |= {"task": doubts[0]["id"], "asked": doubts[1]["id"], "given": doubts[2]["id"], "code": code["id"]}
    row = rejected(either_desk).rpartition("/")[2]
    body = {"value": "Gear", "reason": "A letter", "until": "2026-03-02"}
    ended = ask("PUT", f"/v1/golden-records/{names['part']}/overrides/a", json=body)
    assert ended.status_code == 200, ended.text
    resolving.tick(hub, "2026-03-02", author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    return names | {"row": row}


def doubt(desk, number, name):
    """Put two customers between whom the hub is in doubt; the task about them."""
    address = {"street": f"Hauptstr. {number}", "postcode": f"1011{number}", "city": "Berlin"}
    for source, of in (("crm", f"{name} Logistik GmbH"), ("erp", f"{name} Logistic")):
        key = f"{source}:customer:4{number}"
        desk.server.put(key, name=of, address=address, email=[f"ann@{name}.example"][: source == "crm"])
    items = desk.server.as_("steward")("GET", "/v1/tasks?kind=review&type=customer").json()["items"]
    return next(one for one in items if key in one["records"])
