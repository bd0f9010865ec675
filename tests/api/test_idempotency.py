"""Requests with an Idempotency-Key: one effect, one answer, whatever happens to clients and servers."""

import pytest

from mdm.api.json_route import JsonRoute
from mdm.errors import InFlight
from mdm.log import Author, Once
from mdm.services import once
from mdm.services.deciding import decisions
from mdm.services.once import Answer
from mdm.settings import later, now
from tests.api.test_every_route import ROUTES
from tests.conftest import AUTHOR

MERGE = "/v1/golden-records:merge"


@pytest.fixture
def two(either_server):
    """A server with two golden records, and the body of a request that merges them."""
    ids = [either_server.put(f"crm:customer:{n}", name=name)["golden_id"] for n, name in ((1, "Acme"), (2, "Birch"))]
    return either_server, {"golden_ids": ids, "reason": "one owner"}


def facts(hub, kind):
    with hub.database.read() as reader:
        return reader.one("SELECT COUNT(*) FROM log WHERE kind = ?", kind)[0]


def merge(server, body, key, path=MERGE, role="steward"):
    return server.as_(role)("POST", path, json=body, headers={"Idempotency-Key": key})


def test_a_repeat_has_no_effect_and_gets_the_same_answer_and_another_body_is_refused(two):
    server, body = two
    first, *again = [merge(server, body, key) for key in ("k-1", "k-1", '"k-1"')]
    assert first.status_code == 200, first.text
    assert {(one.status_code, one.content) for one in again} == {(200, first.content)}
    assert [one.headers.get("Idempotency-Replayed") for one in (first, *again)] == [None, "true", "true"]
    assert facts(server.hub, "verdict") == 1
    for other, path in (({**body, "reason": "another"}, MERGE), (body, MERGE + "?dry_run=true")):
        refused = merge(server, other, "k-1", path)
        assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "idempotency_key")
    assert merge(server, body, "k-1", role="approver").status_code != 200, "the keys of others are their own"
    for wrong in ("", " ", "a b", "x" * 256, "\x7f"):
        assert merge(server, body, wrong).status_code == 400, wrong
    assert merge(server, body, "k-1", role="reader").status_code == 403, "who may not is told no answer"


def test_a_refused_request_may_be_sent_again_under_its_key(two):
    server, body = two
    missing = {**body, "golden_ids": [body["golden_ids"][0], "cus_zzzzzzz"]}
    assert [merge(server, missing, "k-1").status_code for _ in range(2)] == [404, 404]
    assert merge(server, body, "k-1").status_code == 200


def test_a_dry_run_and_a_held_decision_count_once_too(two):
    server, body = two
    dry = [merge(server, body, "dry", MERGE + "?dry_run=true") for _ in range(2)]
    assert dry[0].content == dry[1].content
    held = [merge(server, {**body, "hold": 30}, "held") for _ in range(2)]
    assert (held[0].status_code, held[0].content) == (202, held[1].content)
    assert (facts(server.hub, "verdict"), facts(server.hub, "proposal")) == (0, 1)


def test_a_request_in_flight_is_told_so_and_one_whose_server_was_killed_goes_on_with_the_next_repeat(two):
    server, body = two
    hub, at = server.hub, now()
    begun = once.begin(hub, actor="key:x", key="k", request="r", at=at)
    assert isinstance(begun, Once)
    with pytest.raises(InFlight):
        once.begin(hub, actor="key:x", key="k", request="r", at=later(at, seconds=59))
    # Killed before its effect: the next run carries it out, and the first, if it lives after all, has none.
    second = once.begin(hub, actor="key:x", key="k", request="r", at=later(at, seconds=61))
    assert isinstance(second, Once)
    with pytest.raises(InFlight):
        decisions.merge(hub, body["golden_ids"], reason="slow", author=Author("key:x", at, once=begun))
    assert facts(hub, "verdict") == 0
    done = decisions.merge(hub, body["golden_ids"], reason="one", author=Author("key:x", at, once=second))
    # Killed between effect and answer: the next repeat says what it became, and every later one says the same.
    told = [once.begin(hub, actor="key:x", key="k", request="r", at=later(at, seconds=s)) for s in (125, 130, 9_999)]
    assert isinstance(told[0], Answer)
    assert told[0] == told[1] == told[2]
    assert done.decision_id.encode() in told[0].body
    assert once.keep(hub, second, Answer(200, None, b"late")) == told[0], "what was told once stands"
    assert facts(hub, "verdict") == 1


def test_answers_are_kept_for_thirty_days(sqlite_hub):
    at = AUTHOR.recorded_at
    begun = once.begin(sqlite_hub, actor="key:x", key="k", request="r", at=at)
    once.keep(sqlite_hub, begun, Answer(200, None, b"{}"))
    almost, after = (later(at, seconds=86_400 * 30 + more) for more in (0, 1))
    assert isinstance(once.begin(sqlite_hub, actor="key:x", key="k", request="r", at=almost), Answer)
    assert isinstance(once.begin(sqlite_hub, actor="key:x", key="k", request="r", at=after), Once)


def test_a_batch_counts_once_and_records_count_once_without_a_key_too(server):
    items = [
        {"source": "crm", "entity_type": "customer", "source_id": str(n), "attributes": {"name": f"A {n}"}}
        for n in range(3)
    ]
    first, second = (
        server.as_("admin")("POST", "/v1/source-records:batch", json=items, headers={"Idempotency-Key": "b"})
        for _ in range(2)
    )
    assert first.content == second.content
    assert {one["status"] for one in first.json()["items"]} == {"accepted"}
    without = server.as_("admin")("POST", "/v1/source-records:batch", json=items)
    assert {one["status"] for one in without.json()["items"]} == {"unchanged"}
    assert facts(server.hub, "record") == 3


def test_every_post_takes_the_header():
    posts = [route for route in ROUTES if "POST" in route.methods]
    assert len(posts) > 20
    assert all(isinstance(route, JsonRoute) for route in posts)
