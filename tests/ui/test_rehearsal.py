"""The workbench over whole demo queues: what it shows, and what its rehearsal says, against what is written."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from fastapi.testclient import TestClient

from mdm.demo import run
from mdm.demo.firm import SEED
from mdm.entity_types.document import shipped
from mdm.errors import InvalidInput
from mdm.services.hub import Hub, open_hub
from mdm.services.reading import golden
from mdm.services.rulebook import rules
from mdm.services.stewarding import comparison, intents, tasks
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.preview import preview
from mdm.settings import Settings
from stewardship_ui.app import create_app
from tests.conftest import AUTHOR

EXACTLY = "exactly this will be written"


@pytest.mark.verify
@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_a_rehearsal_tells_whether_just_what_is_shown_will_be_written(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In 500 tasks of two firms."""
    monkeypatch.chdir(tmp_path)
    decided, same = decided_as_shown(seed, 250)
    assert decided == 250
    assert same > 100


@pytest.mark.soak
def test_what_is_shown_is_written_in_as_many_tasks_as_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, decided, same, seed = int(os.environ.get("SOAK_N", "100")), 0, 0, 100
    while decided < wanted:
        folder = tmp_path / str(seed)
        folder.mkdir()
        monkeypatch.chdir(folder)
        more = decided_as_shown(seed, wanted - decided)
        decided, same, seed = decided + more[0], same + more[1], seed + 1
    print(f"\n{decided} tasks of {seed - 100} firms, {same} with just what the comparison showed")  # noqa: T201


def asked_much(hub: Hub) -> None:
    """Ask of pairs that are hardly alike, too, so that there are many tasks."""
    for name, text in shipped().items():
        assert "review: 0.70" in text
        rules.apply(hub, text.replace("review: 0.70", "review: 0.10"), file=name, author=AUTHOR)


def in_any_order(hub: Hub, rnd: random.Random) -> Iterator[str]:
    """The tasks that are open, mixed, and then those that have come up meanwhile."""
    seen = set[str]()
    while fresh := [one["id"] for one in tasks.page(hub, kind="review", limit=500)["items"] if one["id"] not in seen]:
        seen.update(fresh)
        yield from rnd.sample(fresh, len(fresh))


def decided_as_shown(seed: int, most: int) -> tuple[int, int]:
    """Decide pairs in the queue of a demo firm; how many, and in how many just what was shown was written.

    In each, the dry run told what is written to the letter, and the page said whether that is what it shows.
    """
    built = run.build(run.settings(Settings()), author=AUTHOR, seed=seed)
    hub, rnd = open_hub(Settings(database_url=built.database_url)), random.Random(seed)
    decided, same, told_wrongly = 0, 0, []
    asked_much(hub)
    with TestClient(create_app(hub.settings), headers={"Authorization": f"Bearer {built.keys['admin']}"}) as http:
        for task_id in in_any_order(hub, rnd):
            if decided == most:
                break
            picks = picked(hub, task_id, rnd)
            shown = comparison.compare(hub, task_id, picks=picks)
            if shown["task"]["status"] != "open" or shown["same"] is None:
                continue
            asked = [("pick", f"{name}={key}") for name, key in picks.items()]
            rehearsed = http.get(f"/task/{task_id}/effects", params=asked)
            parts = {"task_id": task_id, "verdict": "same", "picks": picks or None, "etag": shown["task"]["etag"],
                     "reason": "One thing", "supersede": False}  # fmt: skip
            intent = Intent("decide_task", parts)
            would = preview(hub, lambda tried, author: intents.carry_out(tried, intent, author), author=AUTHOR)  # noqa: B023
            done = intents.carry_out(hub, intent, AUTHOR)
            written = [golden.get(hub, one)["attributes"] for one in done.golden_ids]
            as_shown = plain(written[0]) == plain(shown["same"]["attributes"])
            as_shown = as_shown and done.redirects == shown["same"]["redirects"]
            decided, same = decided + 1, same + as_shown
            as_told = plain([one["attributes"] for one in would.golden_records]) == plain(written)
            if (EXACTLY in rehearsed.text) != as_shown or not as_told:
                told_wrongly.append(task_id)
    hub.close()
    assert told_wrongly == []
    return decided, same


def picked(hub, task_id, rnd):
    """For every third task a value that can be taken from one of its records."""
    shown = comparison.compare(hub, task_id)
    offered = [
        {row["attribute"]: record["key"]}
        for row in shown["attributes"] if not row["dated"]
        for record, value in zip(shown["records"], row["values"], strict=True) if value
    ]  # fmt: skip
    choice = rnd.choice(offered)
    try:
        comparison.picked_values(hub, task_id, choice)
    except InvalidInput:
        return {}
    return choice if rnd.random() < 1 / 3 else {}


def plain(value):
    """A document as bytes, so that equal means equal to the letter."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
