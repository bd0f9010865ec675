"""The client against a live server: typed answers, errors by what can be done about them, and no loss on the way."""

import http.server
import threading
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest

from mdm.client import Forbidden, Gone, InvalidInput, NotFound, Record, Unauthorised, Unavailable
from tests.client.conftest import Live

Connect = Callable[[str, str], Any]
ACME = {"name": "Acme Pumps GmbH", "tax_id": "DE136695976"}


@pytest.fixture
def hub(live: Live, connect: Connect) -> Iterator[Any]:
    """A client with every right."""
    with live.serving():
        yield connect(live.url, live.key("admin"))


def record(source: str, source_id: str, **said: Any) -> Record:
    return Record(source=source, entity_type="customer", source_id=source_id, **{"attributes": ACME, **said})


def test_a_record_is_sent_found_and_looked_up(hub: Any) -> None:
    put = hub.put(record("crm", "a/1", version=1), wait=True)
    assert (put.status, put.resolution) == ("accepted", "created")
    assert hub.put(record("crm", "a/1", version=1)).status == "unchanged"
    assert hub.put(record("erp", "7"), wait=True).resolution == "matched"
    found = hub.lookup("crm", "customer", "a/1")
    assert (found.golden_id, {(one.source, one.source_id) for one in found.crosswalk}) == (
        put.golden_id, {("crm", "a/1"), ("erp", "7")},
    )  # fmt: skip
    keys = [("erp", "customer", "7"), ("erp", "customer", "8")]
    assert [one and one.golden_id for one in hub.lookup_many(keys)] == [put.golden_id, None]
    hub.put(record("psa", "9", attributes={"name": "Not resolved yet"}))
    assert (hub.lookup("psa", "customer", "9").status, hub.lookup("psa", "customer", "9").golden_id) == (
        "pending",
        None,
    )
    golden = hub.golden(put.golden_id, include=["lineage"])
    assert (golden.status, golden.attributes["name"]) == ("active", "Acme Pumps GmbH")
    assert golden.lineage["name"]["winner"]["value"] == "Acme Pumps GmbH"
    (candidate,) = hub.find("customer", {"name": "Acme Pumps", "tax_id": "DE136695976"}).items
    assert (candidate.golden_id, candidate.outcome) == (put.golden_id, "match")


def test_a_part_of_a_record_changes_and_a_deleted_one_goes(hub: Any) -> None:
    golden_id = hub.put(record("crm", "1", version=1), wait=True).golden_id
    hub.put(record("crm", "1", version=2, partial=True, attributes={"name": "Acme Pumps AG"}), wait=True)
    assert hub.golden(golden_id).attributes == {"name": "Acme Pumps AG", "tax_id": "DE136695976"}
    hub.put(Record(source="crm", entity_type="customer", source_id="1", version=3, deleted=True), wait=True)
    assert hub.golden(golden_id).status == "retired"


def test_many_records_are_sent_as_they_come_and_each_is_answered_in_its_place(hub: Any) -> None:
    records = [record("crm", str(n), attributes={} if n == 1_500 else {"name": f"Firm {n}"}) for n in range(2_001)]
    told = list(hub.put_many(one for one in records))
    assert [one.index for one in told] == list(range(2_001))
    assert [one.index for one in told if one.status != "accepted"] == [1_500]
    assert told[1_500].errors[0]["pointer"] == "/attributes/name"


def test_the_feed_is_followed_from_a_cursor_and_on_over_a_restart(live: Live, connect: Connect) -> None:
    client = connect(live.url, live.key("admin"))
    with live.serving():
        client.put(record("crm", "1"), wait=True)
        followed = client.changes(wait=0)
        seen = list(islice(followed, 2))
    with live.serving():
        client.put(record("psa", "2", attributes={"name": "Zenith Optics"}), wait=True)
        seen += islice(followed, 2)
        assert [one.type for one in seen] == ["mdm.golden.created", "mdm.xref.assigned"] * 2
        again = client.changes(after=seen[1].cursor, entity_type="customer", wait=0)
        assert list(islice(again, 2)) == seen[2:]


def test_an_error_says_what_can_be_done_about_it(live: Live, connect: Connect, hub: Any) -> None:
    with pytest.raises(NotFound) as missing:
        hub.lookup("crm", "customer", "never")
    assert (missing.value.status, missing.value.code) == (404, "not_found")
    assert missing.value.request_id
    with pytest.raises(InvalidInput, match="nmae") as invalid:
        hub.put(record("crm", "1", attributes={"nmae": "Acme"}))
    assert "/attributes/nmae" in {one["pointer"] for one in invalid.value.errors}
    with pytest.raises(Unauthorised):
        connect(live.url, "mdm_none").lookup("crm", "customer", "1")
    with pytest.raises(Forbidden, match="reader may not ingest"):
        connect(live.url, live.key("reader")).put(record("crm", "1"))


def test_a_hub_that_cannot_be_reached_is_told_as_such(live: Live, connect: Connect) -> None:
    with pytest.raises(Unavailable, match="cannot be reached") as away:
        connect(live.url, "mdm_none").lookup("crm", "customer", "1")
    assert (away.value.status, away.value.code) == (0, "unreachable")


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "hub.example", "", "ftp://hub.example"])
def test_what_is_no_address_is_refused_at_once_and_not_tried_for_ever(connect: Connect, address: str) -> None:
    with pytest.raises(InvalidInput, match="begins with http:// or https://"):
        connect(address, "mdm_x")


@pytest.mark.parametrize("key", ["", " ", "mdm_a b", "mdm_é", "mdm_a\nX: y"])
def test_what_can_be_no_key_is_refused_at_once_and_not_taken_for_a_hub_that_is_away(connect: Connect, key: str) -> None:
    with pytest.raises(Unauthorised, match="the key is empty, or no key"):
        connect("http://127.0.0.1:9", key)


def test_a_key_may_bring_the_end_of_its_line(live: Live, connect: Connect) -> None:
    with live.serving():
        reader = connect(live.url, live.key("reader") + "\n")
        with pytest.raises(NotFound):
            reader.lookup("crm", "customer", "1")


class Busy(http.server.BaseHTTPRequestHandler):
    """Is too busy twice, then answers."""

    tries = 0

    def do_GET(self) -> None:
        type(self).tries += 1
        busy = self.tries < 3
        self.send_response((429, 503)[self.tries - 1] if busy else 200)
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(b'{"golden_id": "cus_1", "status": "active", "entity_type": "customer", "seq": 1}')

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def test_a_busy_hub_is_asked_again(connect: Connect) -> None:
    handler = type("Busy", (Busy,), {"tries": 0})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            found = connect(f"http://127.0.0.1:{server.server_port}", "mdm_x").lookup("crm", "customer", "1")
        finally:
            server.shutdown()
            thread.join()
    assert (found.golden_id, handler.tries) == ("cus_1", 3)


def test_a_snapshot_says_where_to_go_on_and_a_cursor_that_is_not_kept_leads_to_it(live: Live, connect: Connect) -> None:
    live.hub.settings = live.hub.settings.model_copy(update={"feed_days": 1})
    with live.serving():
        client = connect(live.url, live.key("admin"))
        client.put(record("crm", "1"), wait=True)
        began = client.snapshot(entity_type="customer")
        assert [one.attributes["name"] for one in began.records] == ["Acme Pumps GmbH"]
        client.put(record("psa", "2", attributes={"name": "Zenith Optics"}), wait=True)
        followed = client.changes(after=began.after, wait=0)
        assert [one.type for one in islice(followed, 2)] == ["mdm.golden.created", "mdm.xref.assigned"]
        with live.hub.database.write() as writer:  # as if all of it had come about long ago
            writer.run("UPDATE log SET recorded_at = '2020-01-01T00:00:00.000000Z'")
        with pytest.raises(Gone, match="/v1/snapshot") as gone:
            next(client.changes(after=0, wait=0))
        assert gone.value.problem["snapshot"] == "/v1/snapshot"
        assert client.snapshot().after == gone.value.problem["oldest"]
        with pytest.raises(Gone, match="another hub") as ahead:  # nothing would be told up to there, without a word
            next(client.changes(after=gone.value.problem["oldest"] + 1, wait=0))
        assert ahead.value.problem["newest"] == gone.value.problem["oldest"]
