"""The firm of all eight entity types in any order: what refers to what need not arrive before it (P4, rule 10)."""

import random
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from mdm.services import health, rebuild, resolving
from mdm.services.hub import Hub, open_hub
from mdm.services.intake.records import put_many
from mdm.services.rulebook import code_lists
from mdm.settings import Settings
from mdm.store import digests
from mdm.store.batches import Origin
from tests.conftest import AUTHOR
from tests.laws import small_firm

Step = Callable[[Hub], object]


def opened(template: Path, folder: Path, name: str, chunk: int) -> Hub:
    path = folder / f"{name}.db"
    path.write_bytes(template.read_bytes())
    return open_hub(Settings(database_url=f"sqlite:///{path}", resolve_chunk=chunk))


def steps() -> list[Step]:
    """Everything that can come at any time: each record, and what two systems' codes mean."""
    records = [lambda hub, one=one: put_many(hub, [one], author=AUTHOR, batch=Origin()) for one in small_firm.records()]
    documents = [orjson.dumps(document).decode() for document in small_firm.MAPPINGS]  # JSON is YAML
    mappings = [lambda hub, one=one: code_lists.apply(hub, one, file="codes.yaml", author=AUTHOR) for one in documents]
    return [*records, *mappings]


def neutral(hub: Hub) -> str:
    with hub.database.read() as reader:
        return digests.neutral(reader)


def interleaved(hub: Hub, seed: int) -> str:
    """Take everything in, in an order of its own, resolving some type now and then; give what stands at the end."""
    pick = random.Random(seed)
    order = steps()
    pick.shuffle(order)
    names = sorted(small_firm.GOLDEN)
    for step in order:
        step(hub)
        if pick.random() < 0.15:
            resolving.resolve(hub, pick.choice(names), author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    return neutral(hub)


@pytest.fixture
def in_order(sqlite_template: Path, tmp_path: Path) -> Hub:
    """The firm taken in type by type, those that are referred to first."""
    hub = opened(sqlite_template, tmp_path, "in_order", 1_000)
    for step in steps():
        step(hub)
    resolving.resolve_all(hub, author=AUTHOR)
    return hub


def test_the_firm_has_sixty_records_and_comes_out_as_it_is(in_order: Hub) -> None:
    counts = health.stats(in_order)["entity_types"]
    assert len(small_firm.records()) == 60
    assert {name: counts[name]["golden_records"] for name in small_firm.GOLDEN} == small_firm.GOLDEN
    assert rebuild.verify(in_order).match
    in_order.close()


@pytest.mark.parametrize("first", [0, *(pytest.param(first, marks=pytest.mark.verify) for first in range(10, 210, 10))])
def test_the_order_in_which_types_arrive_changes_nothing(
    first: int, in_order: Hub, sqlite_template: Path, tmp_path: Path
) -> None:
    expected = neutral(in_order)
    in_order.close()
    for seed in range(first, first + (10 if first else 2)):
        hub = opened(sqlite_template, tmp_path, f"hub{seed}", chunk=(1, 7, 1_000)[seed % 3])
        assert interleaved(hub, seed) == expected, f"seed {seed}"
        hub.close()
