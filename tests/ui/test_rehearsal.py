"""The workbench over the whole demo queue: what it shows, and what its rehearsal says, against what is written."""

import random
from pathlib import Path

import orjson
import pytest
from fastapi.testclient import TestClient

from mdm.demo import run
from mdm.errors import InvalidInput
from mdm.services import comparison, golden, intents, tasks
from mdm.services.hub import open_hub
from mdm.services.intents import Intent
from mdm.settings import Settings
from stewardship_ui.app import create_app
from tests.conftest import AUTHOR

EXACTLY = "exactly this will be written"


@pytest.mark.verify
def test_a_rehearsal_tells_whether_just_what_is_shown_will_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    built = run.build(run.settings(Settings()), author=AUTHOR)
    hub, rnd = open_hub(Settings(database_url=built.database_url)), random.Random(5)
    same, told_wrongly = 0, []
    with TestClient(create_app(hub.settings), headers={"Authorization": f"Bearer {built.keys['admin']}"}) as http:
        for task_id in [one["id"] for one in tasks.page(hub, kind="review", limit=500)["items"]]:
            picks = picked(hub, task_id, rnd)
            shown = comparison.compare(hub, task_id, picks=picks)
            if shown["task"]["status"] != "open" or shown["same"] is None:
                continue
            asked = [("pick", f"{name}={key}") for name, key in picks.items()]
            rehearsed = http.get(f"/task/{task_id}/effects", params=asked)
            parts = {"task_id": task_id, "verdict": "same", "picks": picks or None, "etag": shown["task"]["etag"],
                     "reason": "One thing", "supersede": False}  # fmt: skip
            done = intents.carry_out(hub, Intent("decide_task", parts), AUTHOR)
            written = golden.get(hub, done.golden_ids[0])["attributes"]
            as_shown = plain(written) == plain(shown["same"]["attributes"])
            as_shown = as_shown and done.redirects == shown["same"]["redirects"]
            same += as_shown
            if (EXACTLY in rehearsed.text) != as_shown:
                told_wrongly.append(task_id)
    hub.close()
    assert told_wrongly == []
    assert same > 30


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
