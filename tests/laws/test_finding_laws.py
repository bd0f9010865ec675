"""What is found before a record is created is what resolving finds when it arrives."""

import random

import pytest

from matching.score import OUTCOMES
from mdm.services.reading import find
from tests.laws import histories, small_world
from tests.laws.replay import Driven
from tests.laws.test_resolution_laws import Hubs, hubs

__all__ = ["hubs"]
ARRIVING = 6


def newcomer(seed: int, history: list[small_world.Fact]) -> small_world.Fact:
    """A record whose key is new, of values such as the others have."""
    pick, mood = random.Random(seed).choice, small_world.MOODS[seed % len(small_world.MOODS)]
    while True:
        of, kind, body = histories.one_more(pick, history, mood, ["record"]) or ("", "", {})
        if body["mode"] == "put" and not body.get("created"):
            return of, kind, {**body, "source_id": f"new{seed}"}


def edges_of(driven: Driven, of: str, written: str) -> dict[str, int]:
    """The weight of each edge between a record and a living other one."""
    with driven.hub.database.read() as reader:
        rows = reader.rows(
            "SELECT a.source, a.source_id, b.source, b.source_id, weight FROM edge"
            " JOIN source_record a ON a.id = left_id JOIN source_record b ON b.id = right_id"
            " WHERE living AND a.entity_type = ?",
            of,
        )
    pairs = {(f"{a}:{of}:{b}", f"{c}:{of}:{d}"): weight for a, b, c, d, weight in rows}
    return {(set(pair) - {written}).pop(): weight for pair, weight in pairs.items() if written in pair}


@pytest.mark.parametrize("seed", [*range(5), *(pytest.param(seed, marks=pytest.mark.verify) for seed in range(5, 25))])
def test_what_is_found_is_what_resolving_finds_when_the_record_arrives(hubs: Hubs, seed: int) -> None:
    driven, history = hubs.new(seed), histories.history(seed, length=30)
    for number, fact in enumerate(history):
        driven.put(number, fact)
    driven.settle()
    for arrival in range(ARRIVING):
        of, _, body = fact = newcomer(seed * ARRIVING + arrival, history)
        before = driven.digest()
        found = find.find(driven.hub, of, body["attributes"], source=body["source"], limit=100)
        assert driven.digest() == before
        alike = {
            f"{one['source']}:{of}:{one['source_id']}": round(one["match_weight"] * 1000)
            for item in found["items"]
            for one in item["records"]
        }
        history.append(fact)
        driven.put(len(history) - 1, fact)
        driven.settle()
        assert alike == edges_of(driven, of, f"{body['source']}:{of}:{body['source_id']}")
        for item in found["items"]:
            assert item["match_weight"] == max(one["match_weight"] for one in item["records"])
            assert item["outcome"] == item["evidence"]["outcome"] in OUTCOMES[1:]
