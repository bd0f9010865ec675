"""Laws of rules releases over random histories and random changes of rules."""

import random
from typing import Any

import pytest

from mdm.resolution.work import only_matching_differs
from mdm.services import rebuild
from mdm.services.hub import Hub
from mdm.services.rulebook import rules, rules_release
from mdm.services.rulebook.rules_release import Release, going_back
from mdm.store import digests
from tests.laws import histories, random_rules, small_world, standing
from tests.laws.replay import AUTHOR, Driven
from tests.laws.test_resolution_laws import settled_as_plain

SAMPLE, MANY = range(4), range(2000, 2015)
FIRST, OTHERWISE = 0, 4
"""Two variants of the rules that say the same but for who is the same."""
SEEDS = [*SAMPLE, *(pytest.param(seed, marks=pytest.mark.verify) for seed in MANY)]
WRITTEN = ("source_record", "golden_version", "xref", "edge", "task", "reference_link", "block_size", "resolution")


def filled(hub: Hub, seed: int) -> Driven:
    driven = Driven(hub, seed % len(small_world.VARIANTS))
    for number, fact in enumerate(histories.history(seed, length=25)):
        driven.put(number, fact)
    driven.settle()
    return driven


def state(hub: Hub) -> dict[str, Any]:
    """All derived state but the feed, row by row, and its digests."""
    with hub.database.read() as reader:
        rows = {
            name: sorted(map(repr, reader.rows(f"SELECT * FROM {name}")))  # noqa: S608
            for name in WRITTEN
        }
        return {**rows, "state": digests.state(reader), "neutral": digests.neutral(reader)}


def told(report: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in report.items() if name not in {"dry_run", "seq"}}


@pytest.mark.parametrize("seed", SEEDS)
def test_simulate_tells_what_apply_does_and_a_rollback_takes_it_back(sqlite_hub: Hub, seed: int) -> None:
    driven, rnd = filled(sqlite_hub, seed), random.Random(seed)
    of = rnd.choice(["place", "thing"])
    _, text = rules.show(sqlite_hub, of)
    release = Release(random_rules.changed(text, rnd), "changed.yaml")
    before, digest = state(sqlite_hub), driven.digest()
    simulated = rules_release.simulate(sqlite_hub, release, author=AUTHOR)
    assert state(sqlite_hub) == before
    with rules_release.simulated(sqlite_hub) as copy:
        rules_release.apply(copy, release, author=AUTHOR)
        on_the_copy = state(copy)
    applied = rules_release.apply(sqlite_hub, release, author=AUTHOR)
    assert told(applied) == told(simulated)
    assert state(sqlite_hub) == on_the_copy
    standing_intervals(sqlite_hub)
    if applied["version"] != applied["version_before"]:
        rules_release.apply(sqlite_hub, going_back(sqlite_hub, of), author=AUTHOR)
    assert driven.digest() == digest
    assert rebuild.verify(sqlite_hub).match


@pytest.mark.parametrize("seed", SEEDS)
def test_rules_that_say_only_otherwise_who_is_the_same_give_what_all_anew_would(sqlite_hub: Hub, seed: int) -> None:
    for of in ("place", "thing"):
        assert only_matching_differs(*(small_world.entity_type(of, variant) for variant in (FIRST, OTHERWISE)))
    driven, history = Driven(sqlite_hub, FIRST), histories.history(seed, length=40)
    for number, fact in enumerate(history):
        driven.put(number, fact)
        if number % 10 == 9:
            driven.apply(fact[0], OTHERWISE if number % 20 == 9 else FIRST)  # and takes in what has come with it
            settled_as_plain(driven)
    assert rebuild.verify(sqlite_hub).match


def standing_intervals(hub: Hub) -> None:
    with hub.database.read() as reader:
        for law in (standing._xrefs, standing._versions, standing._blocks, standing._edges, standing._cut):
            law(reader)
