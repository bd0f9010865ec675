"""Those that follow the feed over a live server: nothing lost, nothing out of order, whatever breaks off."""

import random
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx2
import orjson
import pytest

from mdm.api.routes import changes as routes
from mdm.errors import Conflict
from mdm.services import resolving
from mdm.services.access import keys
from mdm.services.deciding import decisions
from mdm.services.feed import changes
from mdm.services.hub import Hub
from mdm.settings import Settings
from stewardship_ui.app import create_app
from tests import cloud_events
from tests.conftest import AUTHOR
from tests.forked import forked, mdm
from tests.serving import free_port, serving
from tests.stories.test_killed_servers import await_server

MANY = 100_000
SOURCES = ("crm", "erp", "psa")


@pytest.fixture
def url(hub: Hub) -> Iterator[str]:
    port = free_port()
    with serving(create_app(Settings(database_url=hub.settings.database_url)), port):
        yield f"http://127.0.0.1:{port}"


def client(hub: Hub, url: str) -> httpx2.Client:
    key = keys.create(hub, role="admin", author=AUTHOR)["key"]
    return httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60)


def events(http: httpx2.Client, *, last: int, **query: Any) -> Iterator[dict[str, Any]]:
    """The events of one stream, behind the last one that was seen."""
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(last)}
    with http.stream("GET", "/v1/changes", params=query, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        name = number = ""
        for line in answer.iter_lines():
            field, _, value = line.partition(": ")
            if field == "id":
                number = value
            elif field == "event":
                name = value
            elif field == "data":
                event = orjson.loads(value)
                assert (event["type"], int(event["sequence"])) == (name, int(number))
                yield event


def snapshot(http: httpx2.Client, *, limit: int = 7) -> tuple[dict[str, Any], int]:
    """All golden records, and the cursor to go on from."""
    standing, query = dict[str, Any](), {"limit": str(limit)}
    while True:
        page = http.get("/v1/snapshot", params=query).json()
        standing |= {one["golden_id"]: (one["version"], one["attributes"]) for one in page["items"]}
        if page["next"] is None:
            return standing, page["after"]
        query["cursor"] = page["next"]


class Consumer:
    """Keeps golden records by what the feed says, and breaks off every now and then."""

    def __init__(self, seed: int) -> None:
        self.rnd, self.seen, self.state = random.Random(seed), 0, dict[str, Any]()
        self.breaks = 0

    def follow(self, http: httpx2.Client, last: int) -> None:
        """Follow until an event."""
        while self.seen < last:
            left = self.rnd.randrange(1, 1 + max(2, last // 4))
            for event in events(http, last=self.seen, limit=self.rnd.randrange(1, max(60, last // 200))):
                self.take(event)
                left -= 1
                if left == 0 or self.seen >= last:
                    self.breaks += 1
                    break

    def take(self, event: dict[str, Any]) -> None:
        assert int(event["sequence"]) == self.seen + 1, "none is lost, none out of order"
        self.seen += 1
        if self.seen < 1_000 or self.seen % 97 == 0:
            cloud_events.check(event)
        if event["type"].startswith("mdm.golden."):
            data = event["data"]
            for gone in [event["subject"], *data.get("losers", ())]:
                self.state.pop(gone, None)
            if data["after"]:
                self.state[event["subject"]] = (data["after"]["version"], data["after"]["attributes"])


def change(http: httpx2.Client, hub: Hub, rnd: random.Random, count: int) -> None:
    """Put, change and delete records in batches, and merge, split and undo in between."""
    made: list[str] = []
    for _ in range(count):
        items = []
        for _ in range(rnd.randrange(1, 12)):
            number = rnd.randrange(40)
            item = {"source": rnd.choice(SOURCES), "entity_type": "customer", "source_id": str(number)}
            name = {"name": f"Firm {'abcdefghij'[number % 10] * 6} {rnd.randrange(3)}"}
            items.append({**item, **({"deleted": True} if rnd.random() < 0.1 else {"attributes": name})})
        assert http.post("/v1/source-records:batch", json=items).status_code < 300
        resolving.resolve_all(hub, author=AUTHOR)
        found = http.get("/v1/golden-records", params={"type": "customer"}).json()["items"]
        if len(found) > 2 and rnd.random() < 0.4:
            pair = [one["golden_id"] for one in rnd.sample(found, 2)]
            made.append(decisions.merge(hub, pair, reason="test", author=AUTHOR, supersede=True).decision_id)
        elif made and rnd.random() < 0.4:
            with suppress(Conflict):  # what was superseded is undone already
                decisions.undo(hub, made.pop(), reason="test", author=AUTHOR)


@pytest.mark.parametrize(("count", "consumers"), [(4, 2), pytest.param(60, 10, marks=pytest.mark.verify)])
def test_consumers_that_break_off_at_random_lose_nothing_and_end_as_the_hub_is(hub, url, count, consumers):
    with client(hub, url) as http:
        change(http, hub, random.Random(7), count)
        last = changes.head(hub)
        following = [Consumer(seed) for seed in range(consumers)]
        threads = [threading.Thread(target=one.follow, args=(http, last)) for one in following]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        standing, after = snapshot(http)
        assert after == last
        for one in following:
            assert one.state == standing
        assert sum(one.breaks for one in following) > consumers


@pytest.mark.soak
def test_a_hundred_thousand_changes_are_followed_while_they_come_about_by_ten_that_break_off(hub):
    consumers, rnd, number, port = [Consumer(seed) for seed in range(10)], random.Random(11), 0, free_port()
    serve = forked(mdm, hub.settings.database_url, "serve", "--port", str(port))
    with serve as server, client(hub, f"http://127.0.0.1:{port}") as http:
        http.timeout = None
        await_server(server, port)
        threads = [threading.Thread(target=one.follow, args=(http, MANY)) for one in consumers]
        for one in threads:
            one.start()
        while changes.head(hub) < MANY:
            change(http, hub, rnd, 1)  # a few that merge, split and go, among many that come
            items = [
                {"source": rnd.choice(SOURCES), "entity_type": "customer", "source_id": f"n{number + place}",
                 "attributes": {"name": f"Firm {rnd.randrange(16**8):08x}"}}
                for place in range(1_000)
            ]  # fmt: skip
            number += len(items)
            assert http.post("/v1/source-records:batch", json=items).status_code < 300
            resolving.resolve_all(hub, author=AUTHOR)
        for one in threads:
            one.join()
        for one in consumers:
            one.follow(http, changes.head(hub))
        standing, after = snapshot(http, limit=1_000)
    assert after == changes.head(hub) >= MANY
    assert all(one.seen == after and one.state == standing for one in consumers)
    breaks = [one.breaks for one in consumers]
    sys.stdout.write(f"{after:,} changes, {len(standing):,} golden records, breaks: {breaks}\n")


def test_a_stream_goes_on_as_things_come_about_filtered_and_masked_and_ends_with_the_server(sqlite_hub):
    app = create_app(sqlite_hub.settings)
    port = free_port()
    seen, opened = list[dict[str, Any]](), threading.Event()
    with serving(app, port), client(sqlite_hub, f"http://127.0.0.1:{port}") as http:
        reader = keys.create(sqlite_hub, role="reader", author=AUTHOR)["key"]

        def follow() -> None:
            with client(sqlite_hub, f"http://127.0.0.1:{port}") as own:
                own.headers["Authorization"] = f"Bearer {reader}"
                opened.set()
                seen.extend(events(own, last=0, source="erp", event=["mdm.golden.created", "mdm.xref.assigned"]))

        following = threading.Thread(target=follow)
        following.start()
        opened.wait()
        for source in ("crm", "erp"):
            body = {"attributes": {"name": f"Firm of {source}", "email": [f"info@{source}.example"]}}
            path = f"/v1/source-records/{source}/customer/1?wait=resolved"
            assert http.put(path, json=body).status_code == 200
        while len(seen) < 2:
            following.join(0.02)
        app.state.feed_watch.stop()
        following.join()
    assert [one["type"] for one in seen] == ["mdm.golden.created", "mdm.xref.assigned"]
    assert seen[0]["data"]["after"]["attributes"] == {"name": "Firm of erp"}, "a reader sees no contact data"


def test_a_revoked_key_receives_nothing_more(sqlite_hub, monkeypatch):
    monkeypatch.setattr(routes, "HEARTBEAT", 0.5)  # where it has all there is, it is asked again only then
    port = free_port()
    with serving(create_app(sqlite_hub.settings), port), client(sqlite_hub, f"http://127.0.0.1:{port}") as http:
        for number in (1, 2):
            body = {"attributes": {"name": f"Firm {'ab'[number - 1] * 5}"}}
            assert http.put(f"/v1/source-records/crm/customer/{number}?wait=resolved", json=body).status_code == 200
        stream = events(http, last=0, limit=1)
        assert next(stream)["type"] == "mdm.golden.created"
        keys.revoke(sqlite_hub, http.headers["Authorization"].split("_")[1], author=AUTHOR)
        assert len(list(stream)) < 4, "it ends, with what was on its way"
