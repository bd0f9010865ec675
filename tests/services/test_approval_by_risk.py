"""Which decisions are risky enough for a second person: by size, by what people said before, by what hangs on them."""

from typing import Any

import pytest

from mdm.errors import NeedsApproval
from mdm.log import Key
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.stewarding import tasks
from tests.services.two_people import ANNA, asks_for, put


def same(hub: Hub, left: str, right: str) -> Any:
    ends = (Key("crm", "customer", left), Key("crm", "customer", right))
    return decisions.verdict(hub, *ends, "same", reason="one firm", author=ANNA, supersede=True)


def test_a_split_of_a_large_golden_record_is_and_of_a_small_one_is_not(hub: Hub) -> None:
    asks_for(hub, split={"records": 2})
    for number, name in enumerate(("Alder", "Birch", "Cedar")):
        put(hub, "crm", str(number), name=f"{name} Works {number}")
    kept = same(hub, "0", "1").golden_ids[0]
    decisions.split(hub, kept, [Key("crm", "customer", "1")], reason="two", author=ANNA, supersede=True)
    same(hub, "0", "1")
    kept = same(hub, "1", "2").golden_ids[0]
    with pytest.raises(NeedsApproval, match=r"a split of 3 records \(more than 2\)"):
        decisions.split(hub, kept, [Key("crm", "customer", "1")], reason="two", author=ANNA, supersede=True)


def test_what_people_put_together_on_both_sides_is_not_made_one_by_one_of_them_alone(hub: Hub) -> None:
    asks_for(hub, confirmed=True)
    for number, name in enumerate(("Alder", "Birch", "Cedar", "Dogwood", "Elm")):
        put(hub, "crm", str(number), name=f"{name} Works {number}")
    same(hub, "0", "1")
    same(hub, "2", "3")
    same(hub, "0", "4")  # of a single record nobody has said anything
    with pytest.raises(NeedsApproval, match="people have put together before"):
        same(hub, "0", "2")


def test_a_verdict_on_what_much_hangs_on(hub: Hub) -> None:
    address = {"street": "Weg 1", "postcode": "10115", "city": "Berlin"}
    for source, name in (("crm", "Nordwind Logistik GmbH"), ("erp", "Nordwind Logistic")):
        put(hub, source, "1", name=name, address=address)
    [task] = tasks.page(hub, kind="review", moment=ANNA.recorded_at)["items"]
    said = {"verdict": "distinct", "reason": "two", "etag": task["etag"], "author": ANNA}
    asks_for(hub, priority=task["priority"])
    with pytest.raises(NeedsApproval, match=f"a task of priority {task['priority']}"):
        tasks.decide(hub, task["id"], **said)
    asks_for(hub, priority=task["priority"] + 1)
    tasks.decide(hub, task["id"], **said)
