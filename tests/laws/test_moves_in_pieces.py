"""What refers to something that moves is resolved again a few at a time, with anything in between: the laws hold."""

import random

import pytest

from mdm.resolution.work import Work
from mdm.services import rebuild, resolving
from mdm.services.hub import Hub
from tests.laws import histories, standing
from tests.laws.replay import AUTHOR, Driven
from tests.laws.test_resolution_laws import Hubs, hubs, settled_as_plain  # noqa: F401

SAMPLE, MANY = range(10), range(10, 60)


@pytest.mark.parametrize("seed", [*SAMPLE, *(pytest.param(seed, marks=pytest.mark.verify) for seed in MANY)])
def test_it_comes_out_as_if_all_were_resolved_at_once(
    hubs: Hubs, seed: int, monkeypatch: pytest.MonkeyPatch,  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.setattr(Work, "MOST_AGAIN", 1 + seed % 2)
    in_pieces(hubs.new(seed), seed)


@pytest.mark.parametrize("seed", [2, *(pytest.param(seed, marks=pytest.mark.verify) for seed in range(3, 13))])
def test_so_it_does_on_postgresql(bare_postgres_hub: Hub, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Work, "MOST_AGAIN", 1 + seed % 2)
    in_pieces(Driven(bare_postgres_hub), seed)


def in_pieces(driven: Driven, seed: int) -> None:
    """Put a history into a hub, resolve this or that in between, and compare with the plain hub at the end."""
    rnd = random.Random(seed)
    for number, fact in enumerate(histories.crowded(histories.history(seed, length=rnd.randrange(25, 55)), rnd)):
        driven.put(number, fact)
        go_on(driven, rnd)
        standing.check_half_way(driven.hub)
    settled_as_plain(driven)
    assert rebuild.verify(driven.hub).match


def go_on(driven: Driven, rnd: random.Random) -> None:
    """Nothing, or what whoever waits for a record has done, or a commit for what is outdated, or all."""
    match rnd.choice(["nothing", "one type", "arrived", "arrived", "some more", "all"]):
        case "one type":
            driven.resolve(rnd.choice(["place", "thing"]))
        case "arrived":
            resolving.resolve_arrived(driven.hub, author=AUTHOR)
        case "some more":
            for name in resolving.outdated(driven.hub):
                resolving.refresh(driven.hub, name, author=AUTHOR)
        case "all":
            settled_as_plain(driven)
