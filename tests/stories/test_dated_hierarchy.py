"""A group of companies over the years: a parent of next year, a correction of last year, and a cycle of some days.

Legal entities of two systems are sent, re-parented from a day to come and in the past, and read on days and as of
moments; ticks make days pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.testclient import TestClient

from mdm.log import Author
from mdm.services import rebuild, resolving
from mdm.services.access import keys
from mdm.services.hub import Hub
from stewardship_ui.app import create_app
from tests.conftest import AUTHOR


@dataclass
class Group:
    """A hub behind HTTP, and the golden IDs of the companies by name."""

    hub: Hub
    http: TestClient
    key: str
    ids: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, **options: Any) -> Any:
        answer = self.http.request(method, path, headers={"Authorization": f"Bearer {self.key}"}, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, key: str, name: str, *parents: tuple[str, str | None, str | None]) -> None:
        """Send a company with its parents, each as (key, first day, last day)."""
        given = [
            {"value": parent, **({"valid_from": first} if first else {}), **({"valid_through": last} if last else {})}
            for parent, first, last in parents
        ]
        number = key.rpartition(":")[2]
        attributes = {"name": name, "registration_number": f"HRB 10{number}", "country": "DE", "parent": given}
        path = f"/v1/source-records/{key.replace(':', '/')}?wait=resolved"
        self.ids[name] = self.call("PUT", path, json={"attributes": attributes})["golden_id"]

    def above(self, name: str, **asked: str) -> list[str]:
        found = self.call("GET", f"/v1/golden-records/{self.ids[name]}/hierarchy", params=asked)
        return [one["label"] for one in found["ancestors"]]

    def in_group(self, name: str, **asked: str) -> int:
        found = self.call("GET", f"/v1/golden-records/{self.ids[name]}/hierarchy", params=asked)
        return int(found["roll_up"]["golden_records"])

    def events(self, after: int) -> tuple[list[dict[str, Any]], int]:
        page = self.call("GET", "/v1/changes", params={"after": after, "limit": 1000})
        return page["items"], page["next"]

    def day(self, date: str) -> None:
        resolving.tick(self.hub, date, author=Author("scheduler", f"{date}T00:00:00Z"))
        resolving.resolve_all(self.hub, author=AUTHOR)


@pytest.fixture
def group(hub: Hub) -> Iterator[Group]:
    key = keys.create(hub, role="admin", author=AUTHOR)["key"]
    with TestClient(create_app(hub.settings), raise_server_exceptions=False) as http:
        yield Group(hub, http, key)
    assert rebuild.verify(hub).match


def test_a_company_changes_hands_on_its_day_and_the_past_can_be_corrected_and_asked_for(group: Group) -> None:
    group.day("2026-05-01")
    group.send("erp:legal_entity:1", "Nordwind Holding AG")
    group.send("erp:legal_entity:2", "Suedstern Holding SE")
    group.send("erp:legal_entity:3", "Logistik Hansa GmbH", ("1", "2020-01-01", None))
    group.send("erp:legal_entity:4", "Kieler Speditionsgesellschaft mbH", ("3", None, None))
    spedition = "Kieler Speditionsgesellschaft mbH"
    assert group.above(spedition) == ["Logistik Hansa GmbH", "Nordwind Holding AG"]
    _, seen = group.events(0)

    # Sold from July on: nothing changes today, and everything on the day.
    group.send(
        "erp:legal_entity:3", "Logistik Hansa GmbH", ("1", "2020-01-01", "2026-06-30"), ("2", "2026-07-01", None)
    )
    before = group.call("GET", f"/v1/golden-records/{group.ids['Logistik Hansa GmbH']}")["seq"]
    assert group.above(spedition) == ["Logistik Hansa GmbH", "Nordwind Holding AG"]
    assert group.above(spedition, on="2026-07-01") == ["Logistik Hansa GmbH", "Suedstern Holding SE"]
    assert [group.in_group("Nordwind Holding AG", on=day) for day in ("2026-06-30", "2026-07-01")] == [3, 1]
    items, seen = group.events(seen)
    assert [one["data"]["before"]["attributes"] == one["data"]["after"]["attributes"] for one in items] == [True]
    group.day("2026-06-30")
    assert group.events(seen)[0] == []
    group.day("2026-07-01")
    [sold], seen = group.events(seen)
    assert sold["type"] == "mdm.golden.updated"
    parents = [sold["data"][side]["attributes"]["parent"] for side in ("before", "after")]
    assert parents == ["erp:legal_entity:1", "erp:legal_entity:2"]
    assert group.above(spedition) == ["Logistik Hansa GmbH", "Suedstern Holding SE"]

    # A correction of the past: it had been sold in 2025 already. What was believed before can still be asked for.
    group.send(
        "erp:legal_entity:3", "Logistik Hansa GmbH", ("1", "2020-01-01", "2025-03-31"), ("2", "2025-04-01", None)
    )
    assert group.above(spedition, on="2025-12-31") == ["Logistik Hansa GmbH", "Suedstern Holding SE"]
    assert group.above(spedition, on="2025-12-31", as_of=str(before)) == [
        "Logistik Hansa GmbH", "Nordwind Holding AG",
    ]  # fmt: skip
    assert group.above(spedition, as_of=str(before)) == ["Logistik Hansa GmbH", "Nordwind Holding AG"]
    path = f"/v1/golden-records/{group.ids['Logistik Hansa GmbH']}/diff"
    changed = group.call("GET", path, params={"from": "2", "to": "4", "on": "2025-12-31"})["attributes"]["parent"]
    assert (changed["from"], changed["to"]) == ("erp:legal_entity:1", "erp:legal_entity:2")

    # Both directions, on all days and on one.
    path = f"/v1/golden-records/{group.ids['Nordwind Holding AG']}/relations"
    assert [one["label"] for one in group.call("GET", path)["referred_by"]["items"]] == ["Logistik Hansa GmbH"]
    assert group.call("GET", path, params={"on": "2026-01-01"})["referred_by"]["items"] == []


def test_systems_disagree_on_some_days_and_a_cycle_stands_on_some(group: Group) -> None:
    group.day("2026-05-01")
    for number, name in ((1, "Nordwind Holding AG"), (2, "Suedstern Holding SE")):
        group.send(f"erp:legal_entity:{number}", name)
    group.send("erp:legal_entity:3", "Logistik Hansa GmbH", ("1", None, "2026-06-30"), ("2", "2026-07-01", None))
    group.send("hcm:legal_entity:3", "Logistik Hansa GmbH", ("erp:legal_entity:1", None, None))
    path = "/v1/hierarchies:mismatches"
    assert group.call("GET", path)["items"] == []
    [item] = group.call("GET", path, params={"on": "2026-08-01"})["items"]
    assert (item["label"], item["valid_from"], item["valid_to"]) == ("Logistik Hansa GmbH", "2026-07-01", None)
    assert [(one["source"], one["label"]) for one in item["versions"]] == [
        ("erp", "Suedstern Holding SE"), ("hcm", "Nordwind Holding AG"),
    ]  # fmt: skip
    group.day("2026-07-01")
    assert [one["golden_id"] for one in group.call("GET", path)["items"]] == [item["golden_id"]]

    # Suedstern is said to be below its own daughter from September to the end of October.
    group.send("psa:legal_entity:2", "Suedstern Holding SE", ("erp:legal_entity:3", "2026-09-01", "2026-10-31"))
    [task] = group.call("GET", "/v1/tasks", params={"kind": "hierarchy_cycle"})["items"]
    assert task["records"] == ["psa:legal_entity:2"]
    assert task["about"]["days"] == [{"valid_from": "2026-09-01", "valid_to": "2026-11-01"}]
    assert [one["label"] for one in task["about"]["cycle"]] == ["Suedstern Holding SE", "Logistik Hansa GmbH"]
    for day, aside in (("2026-08-31", False), ("2026-09-01", True), ("2026-10-31", True), ("2026-11-01", False)):
        found = group.call(
            "GET", f"/v1/golden-records/{group.ids['Suedstern Holding SE']}/hierarchy", params={"on": day}
        )
        assert (found["set_aside"], found["ancestors"]) == (aside, []), day

    # A person says on which days it really was so; the cycle is over, and the task with it.
    body = {"value": None, "valid_from": "2026-09-01", "valid_through": "2026-10-31", "reason": "board minutes"}
    path = f"/v1/golden-records/{group.ids['Suedstern Holding SE']}/overrides/parent"
    preview = group.call("PUT", f"{path}?dry_run=true", json=body)
    assert preview["changes"][0]["before"]["dated"]["parent"][0]["valid_from"] == "2026-09-01"
    group.call("PUT", path, json=body)
    assert group.call("GET", "/v1/tasks", params={"kind": "hierarchy_cycle"})["items"] == []
