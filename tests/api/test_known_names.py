"""Lists that are narrowed by entity type, source or attribute: a name that is none is refused, never an empty list.

Not so by programs that may be there before a system is: a look-up may lead to it, and the feed be followed for it.
"""

import pytest

from tests.api.conforming import document

SLIPS = {"type": "custmer", "source": "slaesforce", "attribute": "tax_idd"}
MEANT = {"type": "customer", "source": "salesforce", "attribute": "tax_id"}
NEEDS = {"/v1/golden-records:search": {"q": "acme"}}
ASKED = [
    (path, asked["name"])
    for path, operations in sorted(document()["paths"].items())
    for asked in operations.get("get", {}).get("parameters", [])
    if asked["in"] == "query" and asked["name"] in SLIPS and (path, asked["name"]) != ("/v1/changes", "source")
]


@pytest.fixture
def ask(server):
    golden_id = server.put("salesforce:customer:1", name="Acme GmbH", tax_id="DE136695976")["golden_id"]
    named = {
        "golden_id": golden_id, "process": "quote_to_project", "source": "salesforce", "entity_type": "customer",
        "source_id": "1",
    }  # fmt: skip

    def send(path, **query):
        needed = {"type": "customer"} if path.endswith((":export", ":suspected")) else NEEDS.get(path, {})
        return server.as_("admin")("GET", path.format(**named), params={**needed, **query})

    return send


@pytest.mark.parametrize(("path", "name"), ASKED)
def test_a_name_that_is_none_is_refused_and_the_nearest_is_named(ask, path, name):
    refused = ask(path, **{name: SLIPS[name]})
    assert refused.status_code == (422 if "hierarchy" in path else 404), refused.text
    assert repr(MEANT[name]) in refused.json()["detail"] or "hierarchy" in path, refused.text


def test_what_programs_ask_may_name_a_system_that_has_sent_nothing_yet(ask):
    assert ask("/v1/xref/salesforce/customer/1", target="to_come").json()["crosswalk"] == []
    assert ask("/v1/changes", source="to_come").json()["items"] == []


def test_a_feed_that_nothing_could_ever_come_of_is_refused_before_it_is_streamed(server):
    streamed = {"Accept": "text/event-stream"}
    refused = server.as_("reader")("GET", "/v1/changes?type=custmer", headers=streamed)
    assert refused.status_code == 404, refused.text


def test_a_source_that_only_a_key_names_has_a_quarantine(server):
    assert server.as_("source", source="brand_new")("GET", "/v1/quarantine").json()["items"] == []


def test_a_rejected_row_is_found_by_the_names_it_came_with(server):
    sent = {"source": "oddball", "entity_type": "custmer", "source_id": "1", "attributes": {"name": "Acme"}}
    server.as_("admin")("POST", "/v1/source-records:batch", json=[sent])
    for query in ("type=custmer", "source=oddball"):
        assert len(server.as_("admin")("GET", f"/v1/quarantine?{query}").json()["items"]) == 1, query


def test_rows_of_an_unknown_entity_type_are_not_retried_in_silence(server):
    refused = server.as_("admin")("POST", "/v1/quarantine:retry", json={"type": "custmer"})
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
