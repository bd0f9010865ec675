"""Source records over HTTP: taken once, answered with their golden ID, wrong ones kept apart."""

import orjson
import pytest

PATH = "/v1/source-records/crm/customer/1"
BODY = {"attributes": {"name": "Acme GmbH", "tax_id": "DE136695976"}, "version": 1}


def test_a_record_is_acknowledged_at_once_and_resolved_when_asked(either_server):
    send = either_server.as_("source", source="crm")
    first = send("PUT", PATH, json=BODY)
    assert (first.status_code, first.json()["status"]) == (202, "accepted")
    assert "golden_id" not in first.json()
    assert send("GET", "/v1/xref/crm/customer/1").json()["status"] in {"pending", "active"}
    again = send("PUT", PATH + "?wait=resolved", json=BODY)
    assert again.status_code == 200
    assert again.json() == {
        "seq": first.json()["seq"], "status": "unchanged", "golden_id": again.json()["golden_id"],
        "resolution": "created",
    }  # fmt: skip
    assert send("GET", "/v1/xref/crm/customer/1").json()["golden_id"] == again.json()["golden_id"]


def test_a_source_id_may_hold_slashes_colons_and_umlauts(either_server):
    path = "a%2Fb:c%20%C3%A4"
    send = either_server.as_("admin")
    golden_id = send("PUT", f"/v1/source-records/crm/customer/{path}?wait=resolved", json=BODY).json()["golden_id"]
    found = send("GET", f"/v1/xref/crm/customer/{path}").json()
    assert (found["golden_id"], found["crosswalk"]) == (golden_id, [{"source": "crm", "source_id": "a/b:c ä"}])
    many = send("POST", "/v1/xref:lookup", json={"keys": [["crm", "customer", "a/b:c ä"]]}).json()
    assert many["items"][0]["golden_id"] == golden_id


def test_a_patch_changes_what_it_names_and_a_delete_leaves_the_id_answering(server):
    golden_id = server.put("crm:customer:1", name="Acme", email=["info@acme.example"])["golden_id"]
    send = server.as_("admin")
    send("PATCH", PATH + "?wait=resolved", json={"attributes": {"name": "Acme Ltd"}})
    shown = send("GET", f"/v1/golden-records/{golden_id}").json()
    assert shown["attributes"] == {"name": "Acme Ltd", "email": ["info@acme.example"]}
    assert send("DELETE", PATH + "?wait=resolved").status_code == 200
    gone = send("GET", f"/v1/golden-records/{golden_id}").json()
    assert (gone["status"], gone["attributes"], gone["crosswalk"]) == ("retired", {}, [])
    xref = send("GET", "/v1/xref/crm/customer/1").json()
    assert (xref["golden_id"], xref["status"], xref["deleted"]) == (golden_id, "retired", True)


def test_deleting_a_record_is_not_said_to_have_created_or_matched_anything(either_server):
    send, paths = either_server.as_("admin"), ("/v1/source-records/erp/customer/1", PATH)
    for path in paths:
        send("PUT", f"{path}?wait=resolved", json=BODY)
    for path in paths:
        gone = send("DELETE", f"{path}?wait=resolved&version=5").json()
        assert gone.keys() == {"seq", "status", "golden_id"}
    late = send("PUT", f"{PATH}?wait=resolved", json={**BODY, "version": 4}).json()
    assert (late["older_than"]["version"], "resolution" in late) == (5, False)
    assert send("PUT", f"{PATH}?wait=resolved", json={**BODY, "version": 6}).json()["resolution"] == "matched"


@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson"])
def test_of_a_batch_each_item_stands_by_itself(either_server, kind):
    items = [
        {"source": "crm", "entity_type": "customer", "source_id": "1", "attributes": {"name": "Acme"}},
        {"source": "crm", "entity_type": "customer", "source_id": "2", "attributes": {"nam": "Acme", "tax_id": []}},
        {"source": "crm", "entity_type": "custmer", "source_id": "3", "attributes": {"name": "Acme"}},
        {"source": "crm", "entity_type": "customer", "source_id": "1", "attributes": {"name": "Acme"}},
        {"source": "crm", "entity_type": "customer", "source_id": "4", "deleted": True},
        {"source": "crm", "entity_type": "customer", "attributes": {}},
        "nonsense",
    ]
    body = orjson.dumps(items) if kind == "application/json" else b"\n".join(orjson.dumps(one) for one in items)
    send = either_server.as_("admin")
    answer = send("POST", "/v1/source-records:batch", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 200, answer.text
    told = answer.json()["items"]
    assert [(one["index"], one["status"]) for one in told] == list(enumerate(
        ["accepted", "quarantined", "quarantined", "unchanged", "accepted", "quarantined", "quarantined"]
    ))  # fmt: skip
    assert told[0]["seq"] == told[3]["seq"]
    assert {one["pointer"] for one in told[1]["errors"]} == {
        "/attributes/nam", "/attributes/name", "/attributes/tax_id",
    }  # fmt: skip
    assert "customer" in told[2]["errors"][0]["detail"]
    kept = send("GET", "/v1/quarantine").json()["items"]
    assert sorted(row["line"] for row in kept) == [2, 3, 6, 7]
    one = next(row for row in kept if row["line"] == 2)
    assert orjson.loads(one["raw"]) == items[1]
    assert send("GET", f"/v1/quarantine/{one['id']}").json() == one


@pytest.mark.parametrize(("kind", "body"), [
    ("application/json", b"{}"), ("application/json", b"[1,"), ("application/x-ndjson", b'{"a": 1}\n{'),
])  # fmt: skip
def test_a_batch_that_cannot_be_read_is_refused_whole(server, kind, body):
    answer = server.as_("admin")("POST", "/v1/source-records:batch", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 422
    assert server.as_("admin")("GET", "/v1/quarantine").json()["items"] == []


def test_a_source_writes_for_itself_alone_also_in_a_batch(server):
    send = server.as_("source", source="erp")
    assert send("PUT", PATH, json=BODY).status_code == 403
    own = {"source": "erp", "entity_type": "customer", "source_id": "1", "attributes": {"name": "Acme"}}
    answer = send("POST", "/v1/source-records:batch", json=[own, {**own, "source": "crm"}])
    assert answer.status_code == 403
    assert send("GET", "/v1/xref/erp/customer/1").status_code == 404, "nothing of the batch may have been taken"
    assert send("POST", "/v1/source-records:batch", json=[{**own, "source": ["crm"]}]).status_code == 403


def test_every_fact_keeps_the_correlation_id_of_its_request(server):
    send = server.as_("admin")
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    send("PUT", PATH, json=BODY, headers={"X-Correlation-ID": "order-4711"})
    send(
        "PUT",
        "/v1/source-records/crm/customer/2",
        json=BODY,
        headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"},
    )
    last = send("PUT", "/v1/source-records/crm/customer/3", json=BODY, headers={"X-Correlation-ID": "no\ttabs"})
    with server.hub.database.read() as reader:
        kept = [row[0] for row in reader.rows("SELECT correlation_id FROM log WHERE kind = 'record' ORDER BY position")]
    assert kept == ["order-4711", trace, last.headers["X-Request-ID"]]


def test_a_source_says_that_it_merged_two_of_its_own(either_server):
    send = either_server.as_("source", source="crm")
    for source_id, name in (("a/1", "Acme"), ("2", "Zorn")):
        path = f"/v1/source-records/crm/customer/{source_id.replace('/', '%2F')}"
        send("PUT", path, json={"attributes": {"name": name}})
    told = send("POST", "/v1/source-records/crm/customer/2:merge?wait=resolved", json={"into": "a/1"})
    assert (told.status_code, told.json()["status"]) == (200, "accepted")
    for source_id in ("2", "a%2F1"):
        assert send("GET", f"/v1/xref/crm/customer/{source_id}").json()["golden_id"] == told.json()["golden_id"]
    again = send("POST", "/v1/source-records/crm/customer/2:merge", json={"into": "a/1"})
    assert (again.status_code, again.json()) == (202, {"seq": told.json()["seq"], "status": "unchanged"})


@pytest.mark.parametrize(
    ("path", "body", "status", "pointer"),
    [
        ("crm/customer/1", {"into": "1"}, 422, "/into"),
        ("crm/customer/1", {"into": " "}, 422, "/source_id"),
        ("crm/customer/1", {"into": 2}, 422, "/into"),
        ("crm/customer/1", {}, 422, "/into"),
        ("crm/custmer/1", {"into": "2"}, 404, None),
        ("erp/customer/1", {"into": "2"}, 403, None),
    ],
)
def test_a_merge_that_cannot_be_is_refused(server, path, body, status, pointer):
    answer = server.as_("source", source="crm")("POST", f"/v1/source-records/{path}:merge", json=body)
    assert answer.status_code == status, answer.text
    assert [one["pointer"] for one in answer.json().get("errors", [])] == ([pointer] if pointer else [])


def test_a_reader_may_not_merge(server):
    assert (
        server.as_("reader")("POST", "/v1/source-records/crm/customer/1:merge", json={"into": "2"}).status_code == 403
    )


def test_items_of_a_batch_may_say_that_they_were_merged(server):
    items = [
        {"source": "crm", "entity_type": "customer", "source_id": "1", "attributes": {"name": "Acme"}},
        {"source": "crm", "entity_type": "customer", "source_id": "2", "deleted": True, "merged_into": "1"},
        {"source": "crm", "entity_type": "customer", "source_id": "3", "deleted": True, "merged_into": "3"},
    ]
    told = server.as_("admin")("POST", "/v1/source-records:batch", json=items).json()["items"]
    assert [one["status"] for one in told] == ["accepted", "accepted", "quarantined"]
    assert told[2]["errors"][0]["pointer"] == "/merged_into"
