"""Many stewards empty one queue at once: nothing is decided twice, and nothing is lost."""

import multiprocessing
import random
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import orjson
import pytest

from mdm.services import rebuild
from mdm.services.hub import Hub
from mdm.services.stewarding import tasks
from tests.conftest import AUTHOR
from tests.stories.stewards import Steward, fill, office, send_on


def decided_in_turn(hub: Hub) -> Counter[str]:
    """Check that on each pair a verdict comes only while none holds, and that one holds at last; counts the facts."""
    with hub.database.read() as reader:
        facts = reader.rows(
            "SELECT log.position, kind, body FROM log JOIN payload ON payload.position = log.position"
            " WHERE kind IN ('verdict', 'undo') ORDER BY log.position"
        )
    pair_of: dict[int, tuple[str, ...]] = {}
    history: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for position, kind, written in facts:
        body = orjson.loads(written)
        if kind == "verdict":
            pair_of[position] = (*body["left"], *body["right"])
        history[pair_of[body.get("undoes", position)]].append(kind)
    for pair, kinds in history.items():
        assert kinds == ["verdict" if place % 2 == 0 else "undo" for place in range(len(kinds))], (pair, kinds)
        assert kinds[-1] == "verdict", (pair, kinds)
    return Counter({"pairs": len(history), **Counter(kind for _, kind, _ in facts)})


@pytest.mark.parametrize(
    ("processes", "stewards", "count"),
    [
        (1, 6, 20),
        pytest.param(4, 100, 200, marks=pytest.mark.verify),
        pytest.param(4, 100, 5_000, marks=pytest.mark.soak),
    ],
)
def test_nothing_is_decided_twice_and_nothing_is_lost(hub: Hub, processes: int, stewards: int, count: int) -> None:
    """Claims, claims left lying, skips, undo and stale views; while a source goes on sending."""
    fill(hub, count, AUTHOR)
    names = [f"steward{number}" for number in range(stewards)]
    address = hub.database.url.render_as_string(hide_password=False)
    spawned = multiprocessing.get_context("spawn")
    with ThreadPoolExecutor(1) if processes == 1 else ProcessPoolExecutor(processes, mp_context=spawned) as pool:
        offices = [pool.submit(office, address, names[place::processes], count) for place in range(processes)]
        send_on(hub, count, count // 10, AUTHOR)
        met = sum((one.result() for one in offices), Counter())
    # What was skipped by all, left lying or sent anew at the end is done by one who stays late.
    while tasks.page(hub, entity_type="thing")["items"]:
        met += Steward(hub, f"late{met.total()}", random.Random(met.total())).empty_the_queue()
    counted = decided_in_turn(hub)
    assert counted["pairs"] == count
    assert (counted["verdict"], counted["undo"]) == (met["decided"], met["undone"])
    assert counted["verdict"] - counted["undo"] == count
    assert rebuild.verify(hub).match
    if count > 1_000:
        assert min(met[what] for what in ("left lying", "skipped", "released", "stale", "held by another", "undone"))
