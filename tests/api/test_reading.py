"""Looking up and reading: crosswalks, golden records, lineage, history and the feed, each masked by role."""

import time

import pytest

from mdm.entity_types import shipped


@pytest.fixture
def acme(either_server):
    """One company in three systems, and its golden ID."""
    put = either_server.put
    put("crm:customer:1", name="Acme GmbH", tax_id="DE136695976", email=["info@acme.example"])
    put("erp:customer:7", name="Acme GmbH", tax_id="DE136695976")
    return either_server, put("psa:customer:9", name="ACME", tax_id="DE136695976")["golden_id"]


def test_a_key_leads_to_the_whole_crosswalk_or_to_one_system_of_it(acme):
    server, golden_id = acme
    send = server.as_("reader")
    found = send("GET", "/v1/xref/crm/customer/1").json()
    assert found["golden_id"] == golden_id
    assert found["crosswalk"] == [
        {"source": "crm", "source_id": "1"}, {"source": "erp", "source_id": "7"}, {"source": "psa", "source_id": "9"},
    ]  # fmt: skip
    only = send("GET", "/v1/xref/crm/customer/1?target=erp").json()
    assert only["crosswalk"] == [{"source": "erp", "source_id": "7"}]


def test_many_keys_are_answered_in_their_order_with_null_for_what_never_came(acme):
    server, golden_id = acme
    keys = [["psa", "customer", "9"], ["psa", "customer", "10"], ["crm", "customer", "1"], ["crm", "legal_entity", "1"]]
    items = server.as_("reader")("POST", "/v1/xref:lookup", json={"keys": keys}).json()["items"]
    assert [one and one["golden_id"] for one in items] == [golden_id, None, golden_id, None]


def test_a_document_has_an_etag_and_is_not_sent_twice(acme):
    server, golden_id = acme
    send = server.as_("reader")
    for path in (
        "/v1/xref/crm/customer/1",
        f"/v1/golden-records/{golden_id}",
        f"/v1/golden-records/{golden_id}/lineage",
    ):
        etag = send("GET", path).headers["ETag"]
        again = send("GET", path, headers={"If-None-Match": f'"other", W/{etag}'})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    server.put("erp:customer:7", name="Acme GmbH", tax_id="DE136695976", phone="+49 30 901820")
    assert send("GET", f"/v1/golden-records/{golden_id}", headers={"If-None-Match": etag}).status_code == 200


def test_a_reader_sees_no_contact_data_anywhere_and_an_auditor_their_form(acme):
    server, golden_id = acme
    paths = [
        f"/v1/golden-records/{golden_id}", f"/v1/golden-records/{golden_id}?include=lineage,crosswalk",
        f"/v1/golden-records/{golden_id}/lineage", f"/v1/golden-records/{golden_id}/history",
        "/v1/golden-records?type=customer", "/v1/changes",
    ]  # fmt: skip
    for path in paths:
        whole = server.as_("steward")("GET", path)
        assert "info@acme.example" in whole.text, path
        for role in ("reader", "auditor"):
            shown = server.as_(role)("GET", path)
            assert shown.status_code == 200
            assert "info@acme" not in shown.text, (role, path)
            assert "Acme GmbH" in shown.text
        assert "i***@a***.example" in server.as_("auditor")("GET", path).text, path
    masked = server.as_("reader")("GET", f"/v1/golden-records/{golden_id}").json()
    assert masked["masked"] == ["email"]


def test_lineage_names_the_winning_record_and_why_the_others_lost(acme):
    server, golden_id = acme
    found = server.as_("admin")("GET", f"/v1/golden-records/{golden_id}/lineage").json()["lineage"]["name"]
    assert found["strategy"] == "most_frequent"
    assert (found["winner"]["source"], found["winner"]["value"]) == ("erp", "Acme GmbH")
    assert {(one["source"], one["value"]) for one in found["losers"]} == {("crm", "Acme GmbH"), ("psa", "ACME")}
    assert all(one["because"] for one in found["losers"])
    assert len(found["rules_version"]) == 16


def test_a_record_can_be_read_as_it_was_at_a_position(acme):
    server, golden_id = acme
    send = server.as_("admin")
    first, *_, last = send("GET", f"/v1/golden-records/{golden_id}/history").json()["versions"]
    then = send("GET", f"/v1/golden-records/{golden_id}?as_of={first['since']}").json()
    assert (then["version"], len(then["crosswalk"])) == (1, 1)
    by_time = send("GET", f"/v1/golden-records/{golden_id}?as_of={last['recorded_at']}").json()
    assert by_time["version"] == last["version"]
    assert send("GET", f"/v1/golden-records/{golden_id}?as_of=1999-01-01").status_code == 404
    send("DELETE", "/v1/source-records/crm/customer/1?wait=resolved")
    now, before = (send("GET", "/v1/xref/erp/customer/7" + asked).json()["crosswalk"]
                   for asked in ("", f"?as_of={last['since']}"))  # fmt: skip
    assert [len(now), len(before)] == [2, 3], "what was deleted later belonged to the crosswalk then"


def test_pages_hold_every_golden_record_once_in_the_order_of_ids(server):
    ids = [server.put(f"crm:customer:{n}", name=f"{word} AG")["golden_id"]
           for n, word in enumerate(["Alpha", "Beryl", "Cobalt", "Dune", "Ember"])]  # fmt: skip
    send, seen, cursor = server.as_("reader"), [], ""
    while cursor is not None:
        page = send("GET", f"/v1/golden-records?type=customer&limit=2&cursor={cursor}").json()
        seen += [one["golden_id"] for one in page["items"]]
        cursor = page["next"]
    assert seen == sorted(ids)


def test_the_feed_is_gapless_and_its_cursor_goes_on(acme):
    server, golden_id = acme
    send, events, after = server.as_("steward"), [], 0
    while page := send("GET", f"/v1/changes?after={after}&limit=2").json():
        events += page["items"]
        if not page["items"]:
            break
        after = page["next"]
    assert [int(event["sequence"]) for event in events] == list(range(1, len(events) + 1))
    first = events[0]
    assert (first["specversion"], first["type"], first["subject"]) == ("1.0", "mdm.golden.created", golden_id)
    assert first["source"] == "/hub/hub"
    assert first["data"]["before"] is None
    assert first["data"]["keys"] == ["crm:customer:1"]
    assert {event["type"] for event in events} >= {"mdm.xref.assigned", "mdm.golden.updated"}
    empty = send("GET", "/v1/changes?after=0&type=legal_entity").json()
    assert (empty["items"], empty["next"]) == ([], events[-1] and int(events[-1]["sequence"]))


def test_waiting_for_a_change_ends_with_it_or_with_the_time(server):
    send = server.as_("reader")
    began = time.monotonic()
    assert send("GET", "/v1/changes?wait=0.4").json()["items"] == []
    assert time.monotonic() - began >= 0.4
    server.put("crm:customer:1", name="Acme")
    assert send("GET", "/v1/changes?wait=30").json()["items"] != []


def test_how_a_cluster_formed_is_told_without_any_value(acme):
    server, golden_id = acme
    found = server.as_("reader")("GET", f"/v1/golden-records/{golden_id}/how").json()
    assert found["members"] == ["crm:customer:1", "erp:customer:7", "psa:customer:9"]
    assert (len(found["steps"]), found["weakest"]) == (2, 2)
    assert "DE136695976" not in str(found)


def test_why_explains_a_pair_and_its_weights_add_up(acme):
    server, _ = acme
    found = server.as_("steward")("GET", "/v1/why?left=crm:customer:1&right=psa:customer:9").json()
    assert found["outcome"] == "match"
    total = found["prior"] + sum(one["weight"] for one in found["comparisons"])
    assert round(total, 3) == found["match_weight"]


def test_what_was_decided_about_a_pair_stands_with_its_evidence_and_a_reader_sees_no_reason(acme):
    server, golden_id = acme
    keys = [f"{source}:customer:{number}" for source, number in (("crm", 1), ("psa", 9))]
    said = {"keys": keys[1:], "reason": "two firms, says Jo"}
    assert server.as_("steward")("POST", f"/v1/golden-records/{golden_id}:split", json=said).status_code == 200
    (told,) = server.as_("steward")("GET", f"/v1/why?left={keys[0]}&right={keys[1]}").json()["decisions"]
    assert (told["action"], told["verdict"], told["reason"]) == ("split", "distinct", "two firms, says Jo")
    assert told["evidence"]["outcome"] == "match"
    (told,) = server.as_("reader")("GET", f"/v1/why?left={keys[0]}&right={keys[1]}").json()["decisions"]
    assert "Jo" not in told["reason"]


def test_rules_and_statistics_are_there_to_read(acme):
    server, _ = acme
    send = server.as_("reader")
    names = [one["entity_type"] for one in send("GET", "/v1/rules").json()["items"]]
    assert names == sorted(shipped())
    assert "entity_type: customer" in send("GET", "/v1/rules/customer").json()["document"]
    counts = send("GET", "/v1/stats").json()["entity_types"]["customer"]
    told = {name: counts[name] for name in ("source_records", "golden_records", "open_tasks", "quarantined")}
    assert told == {"source_records": 3, "golden_records": 1, "open_tasks": 0, "quarantined": 0}
    assert (counts["duplicates_removed"], send("GET", "/v1/stats?since=2026-01-01").json()["history"] != []) == (
        2,
        True,
    )
    figures = send("GET", "/metrics")
    assert figures.headers["content-type"].startswith("text/plain")
    for line in ('mdm_duplicates_removed{entity_type="customer"} 2.0', "mdm_waiting_seconds 0.0",
                 'mdm_pending{entity_type="customer"} 0.0',
                 'mdm_readiness{entity_type="customer",process="quote_to_project",ready="no"} 1.0'):  # fmt: skip
        assert line in figures.text.splitlines()
    assert 'entity_type="customer"' not in server.as_("reader", entity_type="legal_entity")("GET", "/metrics").text
    narrow = server.as_("reader", entity_type="legal_entity")
    assert list(narrow("GET", "/v1/stats").json()["entity_types"]) == ["legal_entity"]
    assert narrow("GET", "/v1/changes").json()["items"] == []
    assert narrow("GET", "/v1/golden-records").json()["items"] == []
    assert narrow("GET", "/v1/xref/crm/customer/1").status_code == 403
