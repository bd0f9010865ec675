"""The laws on fresh random seeds, as many as you like: `make soak N=300`; SOAK_SEED=... repeats a run."""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.laws import test_resolution_laws as laws

LAWS: dict[str, Callable[[laws.Hubs, int], None]] = {
    name: law for name, law in vars(laws).items() if name.startswith("test_") and "postgresql" not in name
}
EVERY = 50


@pytest.fixture(scope="module")
def seeds() -> list[int]:
    """SOAK_N seeds; the same base seed gives the same ones."""
    count = int(os.environ.get("SOAK_N") or 1)
    given = os.environ.get("SOAK_SEED")
    base = int(given) if given else random.SystemRandom().randrange(10**9)
    _say(f"\nsoak: {len(LAWS)} laws, N={count} seeds each, SOAK_SEED={base} repeats them")
    rnd = random.Random(base)
    return [rnd.randrange(10**12) for _ in range(count)]


@pytest.mark.soak
@pytest.mark.parametrize("name", LAWS)
def test_every_law_holds_on_fresh_seeds(bare_template: Path, tmp_path: Path, seeds: list[int], name: str) -> None:
    for number, seed in enumerate(seeds, 1):
        if number == 1 or number % EVERY == 0:
            _say(f"{name}: seed {seed} ({number} of {len(seeds)})")
        _hold(name, seed, bare_template, tmp_path / str(seed))


def _say(words: str) -> None:
    """A run of hours says where it stands."""
    print(words, flush=True)  # noqa: T201


def _hold(name: str, seed: int, template: Path, folder: Path) -> None:
    folder.mkdir()
    hubs = laws.Hubs(template, folder)
    try:
        LAWS[name](hubs, seed)
    except Exception as error:
        error.add_note(f"seed {seed}: {name} does not hold; its hubs are in {folder}")
        raise
    finally:
        for hub in hubs.made:
            hub.close()
    shutil.rmtree(folder)
