"""What each page of the desk asks the database: few statements however much it tells, all of one moment."""

import re

import pytest
import yaml
from fastapi.routing import APIRoute
from starlette.routing import Match

from mdm.entity_types.document import shipped
from mdm.ingest import Incoming
from mdm.services import resolving
from mdm.services.access import accounts
from mdm.services.access.accounts import Person
from mdm.services.intake import records
from mdm.services.reading import relations as related
from mdm.store.batches import Origin
from stewardship_ui.app import ROUTERS
from tests.conftest import AUTHOR
from tests.services.test_weak_bridges import PART
from tests.stories.stewards import fill
from tests.ui.test_cluster_pages import CHAIN
from tests.ui.test_quarantine_pages import rejected

FEW = 8
PAGES = (
    "/", "/queue", "/queue?view=mine", "/queue?order=likeliest", "/queue/bulk?entity_type=thing", "/decisions",
    "/approvals", "/task/{task}", "/task/{code}", "/task/{task}/why", "/task/{task}/people", "/second-opinions",
    "/agreement", "/agreement.csv", "/quarantine", "/quarantine/{row}", "/quality?type=customer",
    "/quality/unready/quote_to_project?type=customer", "/quality/disagreements?type=customer", "/quality/waiting",
    "/rules", "/rules/customer", "/rules/customer?view=yaml", "/rules/customer/versions",
    "/rules/customer/diff?from={version}", "/rules:try?type=customer", "/search", "/search?q=acme+pumps",
    "/activity", "/activity.csv", "/admin", "/admin/people/anna", "/admin/keys", "/admin/roles",
    "/admin/changes", "/admin/changes.csv", "/settings", "/glossary", "/glossary.json", "/entity/{acme}/divergence",
    "/entity/{part}/history", "/why",
)  # fmt: skip
MORE = {
    # Where each value came from, down to the file, and what refers to what.
    "/entity/{acme}": 11, "/entity/{card}": 11, "/entity/{acme}/pin/name": 11,
    # The same, with what would let another value survive: decided anew from the records.
    "/entity/{acme}/sources": 15, "/entity/{acme}/lineage/name": 15,
    # Records, ties, verdicts, and who stands near; with a search beside it.
    "/entity/{acme}/cluster": 10, "/entity/{acme}/split": 10, "/entity/{acme}/merge?q=birch": 15,
    # References there and back, verdicts, and each hierarchy with its roll-up.
    "/entity/{acme}/relations": 16,
    # Each condition of each process asks for something of its own.
    "/entity/{acme}/readiness": 20,
    # Of one that was merged; with the difference, what stood on both sides is told from the log.
    "/entity/{acme}/history": 14, "/entity/{acme}/history?from=1&to=now": 29, "/entity/{acme}?as_of=2099-01-01": 15,
    # The likeliest of all pairs across two golden records, then what is known of that one.
    "/why?left=crm:customer:10&right=psa:customer:10": 11, "/why?left={acme}&right={birch}": 19,
    # As both saw it when the first decided.
    "/second-opinions/{asked}": 16, "/agreement/{given}": 17,
    "/search?q={acme}": 9, "/entity/{card}/readiness": 9,
    # Two for each entity type of which nothing was kept.
    "/quality": 16, "/quality.csv": 13,
}  # fmt: skip
"""The pages that take more, and how many."""
NOT_PAGES = {"/static/{version}/{name:path}", "/sign-in", "/sign-in/provider", "/sign-in/back"}
TRIED_OUT = {
    # A verdict, and more of them at once.
    "/task/{task}/effects": 169, "/queue/bulk?entity_type=customer&verdict=same&reason=One+firm": 153,
    "/approvals/{proposal}": 113,
    # A merge, a split, a value that is set, and one that is no longer.
    "/entity/{acme}/merge?with={birch}": 173, "/entity/{acme}/split?key=erp:customer:11&supersede=1": 172,
    "/entity/{acme}/pin/name?take=other&value=Acme": 151, "/entity/{acme}/undo/{decision}": 165,
}  # fmt: skip
"""The pages that carry a decision out and take it back, and how many they take: what the decision takes, and a page."""


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
    line = {"role": "analyst", "currency": "EUR", "unit": "hour", "rate": "100", "valid_to": "2025-07-01"}
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


def test_every_page_costs_few_statements(either_desk, something, statements):
    few = {**dict.fromkeys(PAGES, FEW), **MORE}
    assert not too_dear(either_desk, something, statements, few)


def test_a_page_that_tries_a_decision_out_costs_little_more_than_the_decision(either_desk, something, statements):
    body = {"filter": {"entity_type": "thing"}, "verdict": "distinct", "reason": "Each another thing"}
    proposed = either_desk.server.as_("steward")("POST", "/v1/tasks:decide-many", json=body)
    assert proposed.status_code == 202, proposed.text
    names = {**something, "proposal": proposed.json()["proposal_id"]}
    assert not too_dear(either_desk, names, statements, TRIED_OUT)


def too_dear(desk, names, statements, most):
    """The pages that take more statements than they may, each with those that it takes."""
    dear = []
    for path, few in most.items():
        address = path.format_map(names)
        desk.page(address, "admin")  # what is read once for all is at hand now
        statements.clear()
        shown = desk.page(address, "admin")
        assert shown.status_code in {200, 303}, path
        if most is TRIED_OUT:
            assert re.search("second person|would be decided|Tasks decided", shown.text), f"{path} tries nothing out"
        cost = 1 + sum("FROM api_key" not in one for one in statements)  # with SQLite it may be known who asks
        if cost > few:
            dear.append("\n".join([f"{cost} in place of {few}: {path}", *statements]))
    return "\n\n".join(dear)


def test_no_page_is_left_out(something):
    names = {**something, "proposal": "dec_1"}
    told = [path.format_map(names).partition("?")[0] for path in (*PAGES, *MORE, *TRIED_OUT)]
    asked = [{"type": "http", "method": "GET", "path": path, "headers": []} for path in told]
    left = {
        route.path
        for router in ROUTERS for route in router.routes if isinstance(route, APIRoute) and "GET" in route.methods
        and all(route.matches(one)[0] != Match.FULL for one in asked)
    }  # fmt: skip
    assert left == NOT_PAGES


@pytest.mark.parametrize("path", ["/entity/{acme}/relations", "/v1/golden-records/{acme}/relations"])
def test_a_page_and_what_it_is_as_json_are_of_one_moment(either_desk, something, monkeypatch, path):
    """What changes while they are read, is on none of their parts."""
    put, address = either_desk.server.put, path.format_map(something)
    before = either_desk.page(address).text

    def later(*given, **more):
        put("psa:customer:55", name="Acme Newcomers", tax_id="DE811569869", parent="10")
        monkeypatch.undo()
        return related.relations(*given, **more)

    monkeypatch.setattr(related, "relations", later)
    assert either_desk.page(address).text == before
    assert "Acme Newcomers" in either_desk.page(address).text
