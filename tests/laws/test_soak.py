"""The laws on fresh random seeds, as many as you like: `make soak N=300`; the SEED that it says repeats a run."""

import os
import random
import shutil
from collections.abc import Callable
from math import ceil
from pathlib import Path

import pytest

from tests.laws import test_resolution_laws as laws

LAWS: dict[str, Callable[[laws.Hubs, int], None]] = {
    name: law for name, law in vars(laws).items() if name.startswith("test_") and "postgresql" not in name
}
ASKED, PART = int(os.environ.get("SOAK_N", "1")), 50
"""How many seeds are asked for, and how many a test tries; parts are whole and run beside each other."""


@pytest.mark.soak
@pytest.mark.parametrize("part", range(ceil(ASKED / PART)))
@pytest.mark.parametrize("name", LAWS)
def test_every_law_holds_on_fresh_seeds(bare_template: Path, tmp_path: Path, name: str, part: int) -> None:
    drawn = random.Random(f"{os.environ.get('SOAK_SEED')} {part}")
    for _ in range(min(PART, ASKED)):
        seed = drawn.randrange(10**12)
        _hold(name, seed, bare_template, tmp_path / str(seed))


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
