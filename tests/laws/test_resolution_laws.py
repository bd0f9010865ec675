"""The laws of resolution over dense random histories, on real databases."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mdm.services import rebuild
from mdm.services.hub import open_hub
from mdm.settings import Settings
from tests.laws import histories
from tests.laws.replay import Driven

SAMPLE, MANY = range(10), range(1000, 1150)


class Hubs:
    """Fresh hubs, as many as a law needs."""

    def __init__(self, template: Path, folder: Path) -> None:
        self.template, self.folder, self.made = template, folder, []

    def new(self) -> Driven:
        path = self.folder / f"hub{len(self.made)}.db"
        shutil.copyfile(self.template, path)
        self.made.append(open_hub(Settings(database_url=f"sqlite:///{path}")))
        return Driven(self.made[-1])


@pytest.fixture
def hubs(sqlite_template: Path, tmp_path: Path) -> Iterator[Hubs]:
    made = Hubs(sqlite_template, tmp_path)
    yield made
    for hub in made.made:
        hub.close()


def both_tiers(function):  # type: ignore[no-untyped-def]
    """A sample of seeds in `make test`, many in `make verify`."""
    seeds = [*SAMPLE, *(pytest.param(seed, marks=pytest.mark.verify) for seed in MANY)]
    return pytest.mark.parametrize("seed", seeds)(function)


def same_as_plain(driven: Driven, of: str) -> None:
    expected, found = driven.expected(of), driven.found(of)
    assert found.edges == expected.edges
    assert found.golden == expected.golden
    assert found.values == expected.values
    assert found.tasks == expected.tasks


@both_tiers
def test_every_commit_gives_what_the_facts_give_from_scratch(hubs: Hubs, seed: int) -> None:
    driven, rnd = hubs.new(), random.Random(seed)
    for number, fact in enumerate(histories.history(seed, length=rnd.randrange(20, 45))):
        driven.put(number, fact)
        if rnd.random() < 0.4:
            driven.settle()
            for of in ("place", "thing"):
                same_as_plain(driven, of)
    driven.settle()
    for of in ("place", "thing"):
        same_as_plain(driven, of)
    assert rebuild.verify(driven.hub).match


@both_tiers
def test_arrival_order_and_batch_sizes_do_not_matter(hubs: Hubs, seed: int) -> None:
    facts = histories.history(seed, length=30)
    digests = set()
    for order in (list(range(len(facts))), histories.shuffled(facts, seed), histories.shuffled(facts, seed + 1)):
        driven, rnd = hubs.new(), random.Random(seed + len(digests))
        for number in order:
            driven.put(number, facts[number])
            if rnd.random() < 0.25:
                driven.resolve(rnd.choice(["place", "thing"]))
        driven.settle()
        digests.add(driven.neutral())
    assert len(digests) == 1


@both_tiers
def test_undo_gives_the_state_before_the_decision(hubs: Hubs, seed: int) -> None:
    facts = histories.history(seed, length=25)
    decision = histories.history(seed + 7, length=1, kinds=["verdict", "set"])[0]
    decision[2]["supersedes"] = []
    driven = hubs.new()
    for number, fact in enumerate(facts):
        driven.put(number, fact)
    driven.settle()
    before = driven.digest()
    driven.put(100, decision)
    driven.settle()
    driven.put(101, (decision[0], "undo", {"undoes": 100, "reason": ""}))
    driven.settle()
    assert driven.digest() == before
