"""The etag of a task changes when what a steward decides on changes, and not with the day of the next change."""

from typing import Any

import pytest

from mdm.errors import Stale
from mdm.ingest import Incoming
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.stewarding import tasks
from mdm.store import bulk
from tests.conftest import AUTHOR


def put(hub: Hub, source: str, **attributes: object) -> None:
    records.put(hub, Incoming(source, "customer", "1", attributes, None, None, "put"), author=AUTHOR, wait=True)


@pytest.fixture
def task(hub: Hub) -> dict[str, Any]:
    """A task about two customers that look alike."""
    put(hub, "crm", name="Hollerbach Maschinenbau GmbH", address={"city": "Leipzig"})
    put(hub, "erp", name="Hollerbach Maschinenbau")
    (found,) = tasks.page(hub)["items"]
    return found


def another_version(hub: Hub, lost: str | None = None) -> None:
    """A new version of every golden record, as the resolver writes it when a day has passed; lost: what it lacks."""
    with hub.database.write() as writer:
        rows = writer.rows("SELECT * FROM golden_version WHERE until IS NULL")
        names = [column[0] for column in writer.cursor.description]
        for row in rows:
            one = dict(zip(names, row, strict=True))
            where = (one["golden"], one["version"])
            writer.run("UPDATE golden_version SET until = since + 1 WHERE golden = ? AND version = ?", *where)
            one |= {"version": one["version"] + 1, "since": one["since"] + 1, "due": "2031-03-01"}
            bulk.insert(writer, "golden_version", names, [tuple({**one, **({lost: None} if lost else {})}.values())])


def test_a_version_that_differs_only_in_the_day_of_its_next_change_makes_no_view_stale(
    hub: Hub, task: dict[str, Any]
) -> None:
    another_version(hub)
    now = tasks.get(hub, task["id"])
    assert [one["version"] for one in now["preview"]["golden_records"]] == [2, 2]
    assert now["etag"] == task["etag"]
    tasks.decide(hub, task["id"], verdict="distinct", reason="seen", etag=task["etag"], author=AUTHOR)


@pytest.mark.parametrize("part", ["attributes", "lineage"])
def test_other_values_or_other_reasons_for_them_do(hub: Hub, task: dict[str, Any], part: str) -> None:
    another_version(hub, lost=part)
    with pytest.raises(Stale):
        tasks.decide(hub, task["id"], verdict="distinct", reason="seen", etag=task["etag"], author=AUTHOR)


def test_another_version_of_a_record_does(hub: Hub, task: dict[str, Any]) -> None:
    put(hub, "erp", name="Hollerbach Maschinenbau", website="https://hollerbach.example")
    assert tasks.get(hub, task["id"])["etag"] != task["etag"]
    with pytest.raises(Stale):
        tasks.decide(hub, task["id"], verdict="same", reason="seen", etag=task["etag"], author=AUTHOR)
