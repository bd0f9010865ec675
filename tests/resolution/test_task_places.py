"""What is at stake with a task, when it is due, and that waiting never changes who comes first."""

import itertools
from datetime import date, timedelta

import pytest

from mdm.ingest import Incoming
from mdm.log import Key
from mdm.resolution import task_places
from mdm.resolution.task_places import Stake
from mdm.services import rebuild
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.stewarding import tasks
from mdm.store.task_places import PlacedTask
from tests.conftest import AUTHOR


def put(hub: Hub, written: str, **attributes: object) -> None:
    key = Key.parse(written)
    incoming = Incoming(key.source, key.entity_type, key.source_id, attributes, None, None, "put")
    records.put(hub, incoming, author=AUTHOR, wait=True)


def alike(hub: Hub) -> None:
    put(hub, "crm:customer:1", name="Hollerbach Maschinenbau GmbH", address={"city": "Leipzig"})
    put(hub, "erp:customer:2", name="Hollerbach Maschinenbau")


def shown(hub: Hub) -> dict[str, object]:
    (found,) = tasks.page(hub, kind="review")["items"]
    return {name: found[name] for name in ("priority", "due")}


@pytest.mark.parametrize(
    ("stake", "points"),
    [
        (Stake(0, 0, 0), 0),
        (Stake(1, 1, 0), 10),
        (Stake(2, 2, 0), 20),
        (Stake(2, 2, 1), 25),
        (Stake(7, 5, 20), 65),
        (Stake(1000, 9, 1000), 99),
    ],
)
def test_a_doubling_of_what_hangs_on_it_and_each_system_are_five_points(stake: Stake, points: int) -> None:
    assert stake.points == points


def row(kind: str, priority: int, day: str, weight: int | None = 0) -> tuple[str, int, int, str]:
    task = PlacedTask(f"{kind} {priority} {day}", kind, "customer", 1, 2, weight, None, f"{day}T09:30:00Z", 0, 0)
    return task_places._row(task, priority)


def test_a_task_gains_a_point_a_day_so_that_the_order_of_two_never_changes() -> None:
    rows = [
        (priority, day, row("review", priority, day.isoformat())[2])
        for priority in (0, 20, 40, 99)
        for day in (date(2026, 3, 1) + timedelta(days=days) for days in (0, 19, 20, 21, 80))
    ]
    for today in (date(2026, 6, 1), date(2030, 1, 1)):
        for one, other in itertools.combinations(rows, 2):
            points = [priority + (today - day).days for priority, day, _ in (one, other)]
            assert (points[0] > points[1]) == (one[2] < other[2])


def test_within_a_day_and_a_priority_the_likeliest_come_first() -> None:
    places = [row("review", 20, "2026-03-01", weight)[2] for weight in (9_000, 100, -4_000, -(10**9))]
    assert places == sorted(places)
    assert row("review", 21, "2026-03-01", -(10**9))[2] < row("review", 20, "2026-03-01", 10**9)[2]


def test_contradictions_come_before_whatever_has_waited_for_years() -> None:
    assert row("contradiction", 100, "2026-03-01", None)[2] < row("review", 99, "1999-01-01")[2]


def test_the_priority_says_when_a_task_is_due() -> None:
    due = {priority: row("review", priority, "2026-03-01")[3] for priority in (0, 30, 60)}
    assert due == {0: "2026-03-15", 30: "2026-03-08", 60: "2026-03-04"}
    assert row("oversized", 100, "2026-03-01", None)[3] == "2026-03-02"


def test_what_refers_to_a_golden_record_later_raises_the_task_about_it(hub: Hub) -> None:
    alike(hub)
    assert shown(hub) == {"priority": 20, "due": "2026-03-15"}
    put(hub, "billing:rate_card:1", name="Standard", customer="crm:customer:1")
    assert shown(hub)["priority"] == 25
    put(hub, "erp:customer:2", name="Hollerbach Maschinenbau", website="hollerbach.example")
    assert shown(hub)["priority"] == 25, "still counted when the task is looked at again"
    assert rebuild.verify(hub).match


def test_a_task_that_is_opened_again_is_as_old_as_its_new_opening(hub: Hub) -> None:
    alike(hub)
    (task,) = tasks.page(hub)["items"]
    decided = tasks.decide(hub, task["id"], verdict="distinct", reason="no", etag=task["etag"], author=AUTHOR)
    later = type(AUTHOR)("test", "2026-05-01T09:30:00.000000Z")
    decisions.undo(hub, decided.decision_id, reason="yes", author=later)
    assert shown(hub)["due"] == "2026-05-15"
    assert rebuild.verify(hub).match
