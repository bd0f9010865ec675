"""The quick way for a record that is put: the same answers as the route gives, and every refusal is left to that."""

from typing import Any

import orjson

from mdm.api import quick_way
from mdm.services.access import keys
from mdm.services.rulebook import rules
from tests.conftest import AUTHOR

NAMED: dict[str, Any] = {"attributes": {"name": "Acme GmbH"}}
BODIES: list[Any] = [
    {**NAMED, "version": 7}, {**NAMED, "version": 7}, {"attributes": {"name": "Acme AG"}, "version": 7},
    {"attributes": {"name": "Acme AG"}, "version": 6, "event_time": "2026-03-01"}, {**NAMED, "version": "x"},
    {"attributes": {}}, {"attributes": {"nam": "Acme"}}, {"attributes": {"tax_id": None}}, {"attributes": []}, {}, [],
    {**NAMED, "versoin": 7}, {**NAMED, "event_time": "soon"}, {**NAMED, "merged_into": "8", "version": 9},
    {**NAMED, "version": 10, "created": "2026-01-01"}, {"attributes": {"name": ["a", "b"]}},
]  # fmt: skip
RAW = [b"", b"{", b'{"attributes":{"name":NaN}}', b'{"attributes":{"name":"\\ud800"}}', b"[" * 5_000, b"\xff"]
PLACES = [
    "crm/customer/{0}", "crm/customer/a%2Fb{0}", "crm/customer/a%20 {0}", "crm/custmer/{0}", "c%20m/customer/{0}",
    "crm/customer/", "crm/customer", "erp/customer/{0}", "crm/employee/{0}", "crm/customer/{0}?wait=resolved",
    "crm/customer/{0}?dry_run=true", "crm/customer/{0}?as_of=1", "crm/customer/%00{0}",
]  # fmt: skip


def told(answer: Any, way: str) -> tuple[int, Any]:
    """An answer without what is another one each time."""
    document = orjson.loads(answer.text.replace(way, "id"))
    own = {"seq", "request_id", "golden_id"}
    return answer.status_code, {name: part for name, part in document.items() if name not in own}


def test_it_answers_and_refuses_as_the_route_does(either_server, monkeypatch):
    server = either_server
    sends = [server.as_("admin"), server.as_("source", source="crm"), server.as_("source", source="erp"),
             server.as_("reader"), server.as_("admin", entity_type="employee")]  # fmt: skip

    def answers(way: str) -> list[tuple[int, Any]]:
        path, headers = f"/v1/source-records/billing/customer/{way}", {"Content-Type": "application/json"}
        found = [sends[0]("PUT", path, json=body) for body in BODIES]
        found += [sends[0]("PUT", path, content=sent, headers=headers) for sent in RAW]
        found += [sends[0]("PUT", path, json=BODIES[0], headers={"Content-Type": "text/csv"})]
        found += [sends[0]("PUT", path, json=BODIES[0], headers={"If-Match": '"x"'})]
        found += [sends[0](method, path, json=NAMED) for method in ("PATCH", "PUT", "POST")]
        for send in sends:
            found += [send("PUT", f"/v1/source-records/{place.format(way)}", json=NAMED) for place in PLACES]
        found += [server.http.put(path, json=NAMED)]
        return [told(one, way) for one in found]

    quick = answers("quick")
    monkeypatch.setattr(quick_way, "secret_of", lambda _headers: None)
    assert answers("slow") == quick
    assert {status for status, _ in quick} >= {200, 202, 400, 401, 403, 404, 405, 415, 422}


def test_it_is_the_way_that_is_taken_and_a_revoked_key_is_refused_at_once(either_server, monkeypatch):
    server = either_server
    server.put("crm:customer:1", name="Acme GmbH")
    monkeypatch.setattr("mdm.api.routes.source_records.answer", None)
    made = keys.create(server.hub, role="admin", author=AUTHOR)
    path, headers = "/v1/source-records/crm/customer/2", {"Authorization": f"Bearer {made['key']}"}
    answer = server.http.put(path, json=NAMED, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (202, "application/json")
    assert (answer.json()["status"], "x-request-id" in answer.headers) == ("accepted", True)
    keys.revoke(server.hub, made["id"], author=AUTHOR)
    assert server.http.put(path, json=NAMED, headers=headers).status_code == 401


def test_rules_hold_from_the_moment_at_which_they_were_applied(either_server):
    server, path = either_server, "/v1/source-records/crm/hut/1"
    document = "entity_type: hut\nid_prefix: hut\nattributes: {name: {kind: text}}\n"
    document += "match: {block_on: [[name]], compare: [name]}\n"
    send = server.as_("admin")
    assert send("PUT", path, json=NAMED).status_code == 404
    rules.apply(server.hub, document, file="hut.yaml", author=AUTHOR)
    assert send("PUT", path, json=NAMED).status_code == 202
    with_beds = {"attributes": {"name": "Acme GmbH", "beds": "7"}}
    assert send("PUT", path, json=with_beds).status_code == 422
    rules.apply(server.hub, document.replace("text}}", "text}, beds: {kind: number}}"), file="h.yaml", author=AUTHOR)
    assert send("PUT", path, json=with_beds).status_code == 202


def test_a_fact_says_whose_request_it_came_with(either_server, monkeypatch):
    server, trace = either_server, "4bf92f3577b34da6a3ce929d0e0e4736"
    send = server.as_("source", source="crm")
    said = [{"X-Correlation-ID": "load-7"}, {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}]
    for way in ("q", "s"):
        for place, headers in enumerate(said):
            path = f"/v1/source-records/crm/customer/{way}{place}"
            assert send("PUT", path, json=NAMED, headers=headers).status_code == 202
        monkeypatch.setattr(quick_way, "secret_of", lambda _headers: None)
    with server.hub.database.read() as reader:
        kept = reader.rows("SELECT actor, correlation_id FROM log WHERE kind = 'record' ORDER BY position")
    assert [one for _, one in kept] == ["load-7", trace] * 2
    assert len({actor for actor, _ in kept}) == 1
