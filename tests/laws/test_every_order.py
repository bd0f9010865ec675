"""Every order in which a handful of facts can come, in batches of any size, gives the same partition and values."""

import random
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from mdm.services.hub import Hub, open_hub
from mdm.settings import Settings
from mdm.store.one_transaction import one_transaction
from tests.laws import histories, small_world
from tests.laws.replay import Driven


@pytest.fixture
def hub(bare_template: Path, tmp_path: Path) -> Iterator[Hub]:
    path = tmp_path / "hub.db"
    path.write_bytes(bare_template.read_bytes())
    hub = open_hub(Settings(database_url=f"sqlite:///{path}"))
    Driven(hub, 1)
    yield hub
    hub.close()


def handful(seed: int, length: int) -> list[small_world.Fact]:
    """Versions of things, of which no two are of one record."""
    facts = histories.history(seed, length=100, kinds=["record"])
    found: dict[str, small_world.Fact] = {}
    for fact in facts:
        key = f"{fact[2]['source']}:{fact[2]['source_id']}"
        if fact[0] == "thing" and fact[2]["mode"] == "put":
            found.setdefault(key, fact)
    return list(found.values())[:length]


def neutral(hub: Hub, facts: list[small_world.Fact], order: tuple[int, ...], rnd: random.Random) -> str:
    """What stands after the facts in this order, resolved now and then between them; all of it is taken back."""
    with one_transaction(hub.database, kept=False) as tried:
        driven = Driven(Hub(hub.settings, tried, hub.salt), 1)
        for number in order:
            driven.put(number, facts[number])
            if rnd.random() < 0.5:
                driven.resolve("thing")
        driven.resolve("thing")
        return driven.neutral()


# Seeds whose facts make the most edges: with a cap of two, blocks cross it in both directions on the way.
@pytest.mark.parametrize("seed", [13, 54])
@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.verify), 5])
def test_every_order_of_five_facts_gives_the_same(hub: Hub, seed: int, every: int) -> None:
    """All hundred and twenty of them, and one in five in `make test`."""
    facts, rnd = handful(seed, 5), random.Random(seed)
    orders = list(permutations(range(5)))[::every]
    assert len({neutral(hub, facts, order, rnd) for order in orders}) == 1


@pytest.mark.verify
@pytest.mark.parametrize("first", range(7))
def test_every_order_of_seven_facts_gives_the_same(hub: Hub, first: int) -> None:
    facts, rnd = handful(13, 7), random.Random(first)
    orders = [tuple(range(7)), *(order for order in permutations(range(7)) if order[0] == first)]
    assert len({neutral(hub, facts, order, rnd) for order in orders}) == 1
