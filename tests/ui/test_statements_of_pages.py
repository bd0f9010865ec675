"""What each page of the desk asks the database: few statements however much it tells, all of one moment."""

import re

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Match

from mdm.services.reading import relations as related
from stewardship_ui.app import ROUTERS

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
    "/entity/{part}/history", "/v1/golden-records/{part}/history", "/why",
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
    "/task/{task}/effects": 115, "/queue/bulk?entity_type=customer&verdict=same&reason=One+firm": 100,
    "/approvals/{proposal}": 89,
    # A merge, a split, a value that is set, and one that is no longer.
    "/entity/{acme}/merge?with={birch}": 128, "/entity/{acme}/split?key=erp:customer:11&supersede=1": 125,
    "/entity/{acme}/pin/name?take=other&value=Acme": 100, "/entity/{acme}/undo/{decision}": 113,
}  # fmt: skip
"""The pages that carry a decision out and take it back, and how many they take: what the decision takes, and a page."""


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
        cost = 1 + sum("JOIN api_key" not in one for one in statements)  # who asks is read outside of transactions
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
