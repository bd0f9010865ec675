"""What the hub said once it says again, asked as of that position or that moment, whatever has happened since."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from mdm.services import rebuild
from mdm.services.hub import Hub
from tests.laws import histories, small_world
from tests.laws.recorded import NOTHING, Recorder, asked
from tests.laws.replay import Driven
from tests.laws.test_resolution_laws import Hubs

SAMPLE, MANY = (1, 5), range(400, 410)


@pytest.fixture
def hubs(bare_template: Path, tmp_path: Path) -> Iterator[Hubs]:
    made = Hubs(bare_template, tmp_path)
    yield made
    for hub in made.made:
        hub.close()


def both_tiers(sample: tuple[int, ...]):  # type: ignore[no-untyped-def]
    """A sample of seeds in `make test`, many in `make verify`."""
    return pytest.mark.parametrize("seed", [*sample, *(pytest.param(seed, marks=pytest.mark.verify) for seed in MANY)])


def remembered(driven: Driven, seed: int) -> Recorder:
    """Put a history into a hub, with changes of rules, and note what it says, also while facts wait."""
    rnd = random.Random(seed)
    recorder = Recorder(driven, rnd)
    for number, fact in enumerate(histories.history(seed, length=25)):
        recorder.goes_on()
        driven.put(number, fact)
        recorder.note(2)
        if rnd.random() < 0.2:
            recorder.note_all()
        recorder.goes_on()
        if rnd.random() < 0.5:
            driven.settle()
        if rnd.random() < 0.05:
            driven.apply(rnd.choice(["place", "thing"]), rnd.choice([0, 1, 2]))
        recorder.note(2)
    recorder.goes_on()
    driven.settle()
    return recorder


@both_tiers(SAMPLE)
def test_random_reads_of_the_past_equal_what_was_recorded_then(hubs: Hubs, seed: int) -> None:
    recorder = remembered(hubs.new(seed), seed)
    assert recorder.ask_again() >= 200
    assert asked(recorder.driven.hub, "xref", small_world.ALL[0], 0) == NOTHING
    assert rebuild.rebuild(recorder.driven.hub).match
    recorder.ask_again()


@pytest.mark.parametrize("seed", [3, *(pytest.param(seed, marks=pytest.mark.verify) for seed in range(500, 509))])
def test_postgresql_remembers_the_same(bare_postgres_hub: Hub, seed: int) -> None:
    assert remembered(Driven(bare_postgres_hub), seed).ask_again() >= 200
