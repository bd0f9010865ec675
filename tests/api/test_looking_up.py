"""The quick way for look-ups: the same bytes as the route behind it gives, and everything else is passed on to that."""

import asyncio
import threading
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from mdm.api import quick_way
from mdm.log import Key
from mdm.services.access import keys
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.reading import look_ups
from mdm.services.reading.reading_together import Question, ReadingTogether
from tests.conftest import AUTHOR

AWKWARD = ["1", "a/b", "ä ö", 'say "so"', "x\\y", "50%", "~2", "emoji 🎈"]


@contextmanager
def only_the_route(monkeypatch: pytest.MonkeyPatch) -> Any:
    with monkeypatch.context() as patched:
        patched.setattr(quick_way, "secret_of", lambda _headers: None)
        yield


def path(source: str, source_id: str) -> str:
    return f"/v1/xref/{source}/customer/{quote(source_id, safe='')}"


@pytest.fixture
def filled(either_server: Any) -> Any:
    """Golden records of one and of several members, a deleted record, one not resolved, and an id used again."""
    server = either_server
    for number, source_id in enumerate(AWKWARD):
        server.put(f"crm:customer:{source_id}", name=f"Firm {number}", tax_id="DE136695976" if number < 3 else None)
    server.put("erp:customer:gone", name="Gone Ltd")
    admin = server.as_("admin")
    assert admin("DELETE", "/v1/source-records/erp/customer/gone?wait=resolved").status_code == 200
    for created in ("2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"):
        body = {"attributes": {"name": f"Used {created}"}, "created": created}
        assert admin("PUT", "/v1/source-records/hcm/customer/again?wait=resolved", json=body).status_code == 200
    admin("PUT", "/v1/source-records/psa/customer/new", json={"attributes": {"name": "Not yet"}})
    return server


def test_it_gives_the_bytes_and_the_etag_of_the_route_for_every_key_there_is(filled, monkeypatch):
    ask, word = filled.as_("reader"), {"event_time": "2026-03-01"}
    for behind in ("/v1/source-records/crm/customer/1", "/v1/source-records/hcm/customer/unknown"):
        assert filled.as_("admin")("POST", f"{behind}:changed?wait=resolved", json=word).status_code == 200
    places = [("crm", one) for one in AWKWARD] + [("erp", "gone"), ("psa", "new"), ("hcm", "again"), ("crm", "never")]
    quick = [ask("GET", path(*place)) for place in places]
    asked = {"keys": [[source, "customer", source_id] for source, source_id in places]}
    all_at_once = ask("POST", "/v1/xref:lookup", content=orjson.dumps(asked), headers=JSON)
    some = {"keys": [["crm", "customer", one] for one in AWKWARD]}
    these = ask("POST", "/v1/xref:lookup", content=orjson.dumps(some), headers=JSON)
    with only_the_route(monkeypatch):
        for place, told in zip(places, quick, strict=True):
            slow = ask("GET", path(*place))
            assert (told.status_code, told.headers.get("etag")) == (slow.status_code, slow.headers.get("etag")), place
            assert told.content == slow.content or told.status_code == 404, place
        assert all_at_once.content == ask("POST", "/v1/xref:lookup", json=asked).content
        assert these.content == ask("POST", "/v1/xref:lookup", json=some).content


JSON = {"Content-Type": "application/json"}


def test_the_quick_way_is_the_one_that_is_taken(filled, monkeypatch):
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("this is left to nobody else")

    monkeypatch.setattr("mdm.services.reading.lookup._xrefs", never)
    ask = filled.as_("source", source="crm")
    answer = ask("GET", path("crm", "a/b"))
    assert answer.status_code == 200
    again = ask("GET", path("crm", "a/b"), headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    many = ask("POST", "/v1/xref:lookup", content=b'{"keys":[["crm","customer","1"]]}', headers=JSON)
    assert many.json()["items"][0]["status"] == "active"
    assert answer.headers["x-request-id"] != many.headers["x-request-id"]


def test_of_a_server_many_keys_are_waited_for_where_nothing_else_is_to_say_of_them(filled, monkeypatch):
    hub, left = filled.hub, []
    many = look_ups.many
    monkeypatch.setattr(look_ups, "many", lambda *asked: left.append(1) or many(*asked))
    plain = [["crm", "customer", one] for one in AWKWARD]
    asked = (plain, plain * 200, [*plain, ["psa", "customer", "new"]])
    told = [filled.as_("reader")("POST", "/v1/xref:lookup", json={"keys": keys}).json()["items"] for keys in asked]
    assert told[1] == told[0] * 200
    assert told[2][:-1] == told[0]
    assert len(left) == (2 if hub.database.postgresql else 3), "many more, and one that is not resolved"


def test_answers_are_written_by_the_rules_that_stand_where_they_are_read(filled):
    hub = filled.hub
    keys = [("crm", "customer", "1"), ("crm", "customer", "a/b")]

    async def told(behind: int) -> list[str] | None:
        reads = ReadingTogether(hub)
        reading = await reads.read([Question("nobody", [look_ups.token(hub, keys[0])])])
        assert reading.rules_at is not None
        found = await look_ups.many_now(hub, reads.at_once, reading._replace(rules_at=reading.rules_at - behind), keys)
        reads.close()
        return found

    if hub.database.postgresql:
        assert asyncio.run(told(0)) == look_ups.many(hub, keys, lambda place: Key(*keys[place]))
        assert asyncio.run(told(1)) is None


def test_a_key_that_is_revoked_or_narrowed_is_refused_at_once(filled):
    made = keys.create(filled.hub, role="reader", author=AUTHOR)
    headers = {"Authorization": f"Bearer {made['key']}"}
    assert filled.http.get(path("crm", "1"), headers=headers).status_code == 200
    keys.revoke(filled.hub, made["id"], author=AUTHOR)
    assert filled.http.get(path("crm", "1"), headers=headers).status_code == 401
    assert filled.as_("reader", entity_type="employee")("GET", path("crm", "1")).status_code == 403
    assert filled.http.get(path("crm", "1")).status_code == 401


BAD_KEYS = ['["crm","customer"]', '["crm:customer","x","1"]', '["crm","customer",1]', '["crm","customer","\\u0000"]']


@pytest.mark.parametrize("body", ["", "{}", "[]", *(f'{{"keys":[{key}]}}' for key in BAD_KEYS)])
def test_a_body_that_cannot_be_is_refused_as_ever(server, body):
    answer = server.as_("reader")("POST", "/v1/xref:lookup", content=body, headers=JSON)
    assert answer.status_code == 422, answer.text


def test_who_has_just_sent_something_waits_until_it_is_seen(server, monkeypatch):
    sent = server.as_("admin")("PUT", "/v1/source-records/crm/customer/1", json={"attributes": {"name": "Acme"}})
    assert sent.status_code == 202
    seq = sent.json()["seq"]
    ask = server.as_("reader")
    monkeypatch.setattr("mdm.api.caller.PATIENCE", 0.05)
    assert ask("GET", f"{path('crm', '1')}?min_seq={seq}").status_code == 503, "nobody resolves it"
    server.put("crm:customer:2", name="Zenith Optics")
    found = ask("GET", f"{path('crm', '1')}?min_seq={seq}")
    assert found.json()["status"] == "active"
    assert ask("GET", f"{path('crm', '1')}?min_seq={found.json()['seq']}").status_code == 200
    assert ask("GET", f"{path('crm', '1')}?min_seq={10**9}").status_code == 422, "the log has not come so far"
    assert ask("GET", f"{path('crm', '1')}?min_seq=soon").status_code == 422


@pytest.mark.parametrize("rounds", [15, pytest.param(200, marks=pytest.mark.verify)])
def test_beside_merges_and_undos_nobody_sees_half_of_one(either_server, rounds):
    server, hub = either_server, either_server.hub
    places = [("crm", str(number)) for number in range(4)]
    ids = [server.put(f"crm:customer:{one}", name=f"Firm {'abcd'[int(one)] * 5}")["golden_id"] for _, one in places]
    merging = threading.Thread(target=_merge_and_undo, args=(hub, ids, rounds))
    merging.start()
    ask, states = server.as_("reader"), set()
    body = orjson.dumps({"keys": [[source, "customer", one] for source, one in places]})
    while merging.is_alive():
        found = ask("POST", "/v1/xref:lookup", content=body, headers=JSON).json()["items"]
        borne = {one: xref["golden_id"] for (_, one), xref in zip(places, found, strict=True)}
        for xref in found:
            walk = {entry["source_id"] for entry in xref["crosswalk"]}
            assert walk == {one for one, golden in borne.items() if golden == xref["golden_id"]}, found
            assert xref["status"] == "active"
        states.add(tuple(borne.values()))
    merging.join()
    assert len(states) > 1, "they were seen apart and together"


def _merge_and_undo(hub: Hub, ids: list[str], rounds: int) -> None:
    for number in range(rounds):
        pair = [ids[number % 4], ids[(number + 1) % 4]]
        made = decisions.merge(hub, pair, reason="test", author=AUTHOR)
        decisions.undo(hub, made.decision_id, reason="test", author=AUTHOR)


def test_a_cross_reference_holds_on_every_day(filled):
    ask, asked = filled.as_("reader"), {"keys": [["crm", "customer", "1"]]}
    for found, of_a_day, of_no_day in (
        [ask("GET", f"{path('crm', '1')}{day}") for day in ("", "?on=2020-02-29", "?on=2021-02-29")],
        [ask("POST", f"/v1/xref:lookup{day}", json=asked) for day in ("", "?on=2020-02-29", "?on=2021-02-29")],
    ):
        assert of_a_day.content == found.content
        assert (of_no_day.status_code, of_no_day.json()["errors"][0]["pointer"]) == (422, "/query/on")
