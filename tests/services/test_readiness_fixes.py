"""The fixes that readiness lists, applied: all of them make it ready, and with any one left out it is not."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from stdnum.iso7064 import mod_11_10

from mdm.ingest import Incoming
from mdm.services import rebuild, resolving
from mdm.services.hub import Hub
from mdm.services.intake.records import put_many
from mdm.services.watching import readiness
from mdm.services.watching.readiness import Wanted
from mdm.store.batches import Origin
from tests.conftest import AUTHOR

DAY = "2026-06-01"
LINE = {"role": "consultant", "currency": "EUR", "rate": "900"}
SHARED: dict[str, dict[str, Any]] = {"legal_entity": {}, "cost_center": {"code": "ALL"}}
Document = dict[str, Any]


def tax_id(number: int) -> str:
    digits = f"{10_000_000 + number}"
    return f"DE{digits}{mod_11_10.calc_check_digit(digits)}"


def word(source: str, of: str, number: object, mode: Any = "put", **said: Any) -> Incoming:
    return Incoming(source, of, str(number), said, None, None, mode)


class Customer:
    """A customer, some of what it needs, and how to send the rest."""

    process, of, home, systems = "quote_to_project", "customer", "crm", ("crm", "erp", "psa", "billing")
    reference = "legal_entity"

    def __init__(self, number: int) -> None:
        self.number = number
        self.values: Document = {"tax_id": tax_id(number), "legal_entity": "erp:legal_entity:all"}

    def named(self) -> Document:
        return {"name": f"Firm {self.number:06} GmbH", "email": [f"mail@firm{self.number:06}.example"]}

    def card(self, *lines: Document) -> Incoming:
        named = {"name": f"Card {self.number}", "code": f"RC{self.number:06}", "currency": "EUR"}
        return word("psa", "rate_card", self.number, **named, customer=f"crm:customer:{self.number}", lines=list(lines))

    def begun(self, pick: random.Random) -> Iterator[Incoming]:
        """What there is of it at first."""
        own = {**self.values, self.reference: self.values[self.reference].replace("all", str(self.number))}
        given = {name: value for name, value in own.items() if pick.random() < 0.5}
        yield word(self.home, self.of, self.number, **self.named(), **given)
        for source in self.systems:
            if source != self.home and pick.random() < 0.4:
                yield word(source, self.of, self.number, **self.named())
        yield from self.besides(pick)

    def besides(self, pick: random.Random) -> Iterator[Incoming]:
        if pick.random() < 0.3:
            yield self.fixed({"code": "reference"})
        if pick.random() < 0.6:
            yield self.card(pick.choice([{**LINE, "valid_to": DAY}, LINE, {**LINE, "valid_from": "2026-06-02"}]))

    def fixed(self, item: Document) -> Incoming:
        """One of the fixes, as its words say."""
        if item["code"] == "system":
            return word(item["system"], self.of, self.number, **self.named())
        if item["code"] == "value":
            return word(self.home, self.of, self.number, "patch", **{item["attribute"]: self.values[item["attribute"]]})
        if item["code"] == "reference":
            return word("erp", "legal_entity", self.number, name=f"Unit {self.number:06} GmbH", country="DE")
        assert item["code"] in {"referring", "line"}
        return self.card({**LINE, **item.get("key", {})})


class Employee(Customer):
    """A person, likewise."""

    process, of, home, systems = "resource_to_margin", "employee", "hcm", ("hcm", "psa", "erp")
    reference = "cost_center"

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.values = {"cost_rate": "80", "cost_center": "erp:cost_center:all"}

    def named(self) -> Document:
        return {"name": f"Jane Doe{self.number:06}", "email": [f"jane{self.number:06}@firm.example"]}

    def besides(self, pick: random.Random) -> Iterator[Incoming]:
        if pick.random() < 0.3:
            yield self.fixed({"code": "reference"})
        if pick.random() < 0.6:
            days = {"hire_date": pick.choice(["2026-01-01", "2026-07-01"]),
                    "end_date": pick.choice(["2026-05-31", "2027-01-01"])}  # fmt: skip
            yield word(self.home, self.of, self.number, "patch", **days)

    def fixed(self, item: Document) -> Incoming:
        if item["code"] == "active":
            right = {"hire_date": "2026-01-01", "end_date": "2027-01-01"}
            return word(self.home, self.of, self.number, "patch", **{item["attribute"]: right[item["attribute"]]})
        if item["code"] == "reference":
            return word("erp", "cost_center", self.number, name=f"Unit {self.number}", code=f"C{self.number}")
        return super().fixed(item)


def sent(hub: Hub, words: list[Incoming]) -> None:
    outcomes = put_many(hub, words, author=AUTHOR, batch=Origin())
    assert {one.status for one in outcomes} <= {"accepted", "unchanged"}, outcomes
    resolving.resolve_all(hub, author=AUTHOR)


def lacking(hub: Hub, case: type[Customer]) -> dict[str, Document]:
    """What each is missing, by its name."""
    wanted = Wanted(case.of, on=DAY, limit=1_000)
    return {one["label"]: one for one in readiness.page(hub, case.process, wanted)["items"]}


@pytest.mark.parametrize("count", [10, pytest.param(300, marks=pytest.mark.verify)])
def test_all_fixes_make_it_ready_and_with_one_left_out_it_lacks_that_one(sqlite_hub: Hub, count: int) -> None:
    hub, pick = sqlite_hub, random.Random(count)
    made = [case(number) for case in (Customer, Employee) for number in range(count)]
    shared = [word("erp", of, "all", name="All Units", **more) for of, more in SHARED.items()]
    sent(hub, [*shared, *(said for one in made for said in one.begun(pick))])
    told = {case: lacking(hub, case) for case in (Customer, Employee)}
    fixes = {one: told[type(one)][one.named()["name"]]["missing"] for one in made}
    left = {one: pick.choice(missing) for one, missing in fixes.items() if missing}
    assert len(left) > 1.7 * count
    sent(hub, [one.fixed(item) for one, last in left.items() for item in fixes[one] if item != last])
    told = {case: lacking(hub, case) for case in (Customer, Employee)}
    for one, last in left.items():
        assert told[type(one)][one.named()["name"]]["missing"] == [last]
    sent(hub, [one.fixed(last) for one, last in left.items()])
    assert all(one["ready"] for case in (Customer, Employee) for one in lacking(hub, case).values())
    assert rebuild.verify(hub).match
