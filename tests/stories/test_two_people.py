"""Proposals under pressure: many at once, killed in the middle, and nothing decided twice or lost."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection

import pytest

from mdm import worker
from mdm.errors import Conflict, Forbidden, HubError, Settled
from mdm.log import Author
from mdm.services import rebuild
from mdm.services.deciding.decisions import Decided
from mdm.services.hub import Hub, open_hub
from mdm.services.stewarding import proposals
from mdm.services.stewarding.proposals import Proposed
from mdm.settings import Settings, now
from tests.forked import FORKING, forked
from tests.services.two_people import ANNA, BERT, CARL, asks_for, later, merge, override, proposed, put, state, two


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all of this at the same moment, and give what each answered or was refused with."""
    together = threading.Barrier(len(acts))

    def one(act: Callable[[], object]) -> object:
        together.wait()
        try:
            return act()
        except HubError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def facts(hub: Hub, kind: str) -> int:
    with hub.database.read() as reader:
        row = reader.one("SELECT count(*) FROM log WHERE kind = ?", kind)
    return int(row[0]) if row else 0


def test_of_many_who_approve_or_refuse_at_once_one_is_heard(hub: Hub) -> None:
    asks_for(hub, merge=True)
    for number in range(3):
        ids = [
            put(hub, "crm", f"a{number}", name=f"Alder {number}"),
            put(hub, "erp", f"b{number}", name=f"Birch {number}"),
        ]
        waits = proposed(hub, merge(ids))
        answers = at_once(
            *[partial(proposals.approve, hub, waits, reason=None, author=by) for by in (BERT, CARL, ANNA)],
            partial(proposals.refuse, hub, waits, reason="no", author=CARL),
            partial(proposals.withdraw, hub, waits, reason=None, author=ANNA),
        )
        heard = [one for one in answers if not isinstance(one, HubError)]
        assert len(heard) == 1, answers
        assert all(isinstance(one, Settled | Forbidden) for one in answers if isinstance(one, HubError)), answers
        assert facts(hub, "settlement") == number + 1
        told = proposals.get(hub, waits)
        assert (told["status"] == "carried_out") == isinstance(heard[0], Decided)
        assert told["answered_by"] != ANNA.actor
    assert rebuild.verify(hub).match


def test_withdrawn_or_carried_out_at_the_same_moment_it_is_one_of_them_and_undo_takes_it_back_either_way(
    hub: Hub,
) -> None:
    older, newer = two(hub)
    before = state(hub)
    for _ in range(3):
        held = proposed(hub, merge([older, newer]), hold=5)
        taken, *_ = at_once(
            partial(proposals.take_back, hub, held, reason="slip", author=ANNA),
            *[partial(proposals.carry_out_due, hub, author=later(5))] * 2,
        )
        became = proposals.get(hub, held)["status"]
        assert isinstance(taken, Proposed) == (became == "withdrawn"), taken
        assert isinstance(taken, Decided) == (became == "carried_out"), taken
        assert state(hub) == before
    assert facts(hub, "verdict") == facts(hub, "undo")
    assert rebuild.verify(hub).match


def test_workers_that_look_at_once_carry_out_each_once_and_in_order(hub: Hub) -> None:
    ids = [put(hub, "crm", str(number), name=f"Alder {number}") for number in range(3)]
    held = [proposed(hub, override(one, "name", "Birch"), hold=5) for one in ids]
    at_once(*[partial(proposals.carry_out_due, hub, author=later(20))] * 3)
    assert {proposals.get(hub, one)["status"] for one in held} == {"carried_out"}
    assert (facts(hub, "override"), facts(hub, "settlement")) == (3, 3)
    assert rebuild.verify(hub).match


@pytest.mark.parametrize("stewards", [5, pytest.param(20, marks=pytest.mark.verify)])
def test_stewards_who_decide_hold_and_take_back_at_once_lose_nothing(hub: Hub, stewards: int) -> None:
    asks_for(hub, override=["website"])
    ids = [put(hub, "crm", str(number), name=f"Alder {number}") for number in range(stewards // 2)]

    def steward(number: int) -> Callable[[], object]:
        by = replace(ANNA, actor=f"key:{number}")
        other = replace(ANNA, actor=f"key:{(number + 1) % stewards}")
        id_ = ids[number % len(ids)]

        def act() -> object:
            if number % 3 == 0:
                return proposals.take_back(
                    hub, proposed(hub, override(id_, "name", f"B{number}", supersede=True), by, hold=5),
                    reason="slip", author=by,
                )  # fmt: skip
            if number % 3 == 1:
                return proposed(hub, override(id_, "name", f"B{number}", supersede=True), by, hold=5)
            waits = proposed(hub, override(id_, "website", f"b{number}.example", supersede=True), by)
            with pytest.raises(Forbidden):
                proposals.approve(hub, waits, reason=None, author=by)
            return proposals.approve(hub, waits, reason=None, author=other)

        return act

    answers = at_once(*[steward(number) for number in range(stewards)])
    assert all(not isinstance(one, HubError) or isinstance(one, Conflict) for one in answers), answers
    proposals.carry_out_due(hub, author=later(30))
    settled = proposals.page(hub, status=None, limit=100)["items"]
    assert len(settled) == stewards
    assert {one["status"] for one in settled} <= {"carried_out", "withdrawn", "overtaken"}
    assert sum(one["status"] == "carried_out" for one in settled) == facts(hub, "override")
    assert not [one for one in settled if one["answered_by"] == one["proposer"]]
    assert rebuild.verify(hub).match


def test_the_worker_carries_out_what_is_due(hub: Hub) -> None:
    one = put(hub, "crm", "1", name="Alder")
    held = proposed(hub, override(one, "name", "Birch"), Author("key:anna", now()), hold=1)
    with worker.in_background(hub.settings, actor="worker"):
        assert proposals.get(hub, held)["status"] == "held"
        for _ in range(200):
            if proposals.get(hub, held)["status"] != "held":
                break
            time.sleep(0.05)
    assert proposals.get(hub, held)["status"] == "carried_out"


def carry_out(url: str, started: Connection) -> None:
    hub = open_hub(Settings(database_url=url))
    started.send(True)
    while proposals.carry_out_due(hub, author=Author("worker", "2026-03-01T10:00:00.000000Z")):
        pass


@pytest.mark.parametrize(
    ("database", "moments"),
    [
        ("sqlite", [0.05]),
        pytest.param("sqlite", [0.02, 0.05, 0.1], marks=pytest.mark.verify),
        pytest.param("postgres", [0.02, 0.05, 0.1], marks=pytest.mark.verify),
    ],
)
def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    request: pytest.FixtureRequest, database: str, moments: list[float]
) -> None:
    url = request.getfixturevalue(f"{database}_url")
    hub = open_hub(Settings(database_url=url))
    ids = [put(hub, "crm", str(number), name=f"Alder {number}") for number in range(6)]
    held = [proposed(hub, override(one, "name", f"Birch {one}"), hold=number) for number, one in enumerate(ids, 1)]
    for after in moments:
        heard, started = FORKING.Pipe(duplex=False)
        with forked(carry_out, url, started) as process:
            started.close()
            heard.recv()
            time.sleep(after)
            process.kill()
        done = [proposals.get(hub, one)["status"] == "carried_out" for one in held]
        assert sum(done) == facts(hub, "override") == facts(hub, "settlement")
        assert done == sorted(done, reverse=True), "in the order in which they come into force"
    while proposals.carry_out_due(hub, author=later(59)):
        pass
    assert facts(hub, "override") == facts(hub, "settlement") == 6
    assert rebuild.verify(hub).match
    hub.close()
