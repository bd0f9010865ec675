"""The laws of resolution over dense random histories, on real databases."""

import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from golden_records.identity import golden_id
from mdm.services import rebuild
from mdm.services.hub import Hub, open_hub
from mdm.services.reading import golden
from mdm.settings import Settings
from tests.laws import histories, orders, plain_divergence, small_world, standing
from tests.laws.replay import Driven

SAMPLE, MANY = range(10), range(1000, 1060)
# The last five catch planted bugs that others miss: about values that people set, merges of sources, weak bridges.
LARGE_SAMPLE = [*range(9), 10, 11, 38, 88, 95, 119, 1079]
LARGE_REST = [seed for seed in range(60) if seed not in LARGE_SAMPLE]


class Hubs:
    """Fresh hubs, as many as a law needs."""

    def __init__(self, template: Path, folder: Path) -> None:
        self.template, self.folder, self.made = template, folder, []

    def new(self, seed: int = 0) -> Driven:
        """A hub whose rules are one of the variants, by the seed: every mood of a history meets each of them."""
        path = self.folder / f"hub{len(self.made)}.db"
        shutil.copyfile(self.template, path)
        self.made.append(open_hub(Settings(database_url=f"sqlite:///{path}")))
        return Driven(self.made[-1], seed // len(small_world.MOODS) % len(small_world.VARIANTS))


@pytest.fixture
def hubs(bare_template: Path, tmp_path: Path) -> Iterator[Hubs]:
    made = Hubs(bare_template, tmp_path)
    yield made
    for hub in made.made:
        hub.close()


def both_tiers(sample: Sequence[int], *more: int):  # type: ignore[no-untyped-def]
    """A sample of seeds in `make test`, more and many in `make verify`."""
    seeds = [*sample, *(pytest.param(seed, marks=pytest.mark.verify) for seed in (*more, *MANY))]
    return pytest.mark.parametrize("seed", seeds)


def same_as_plain(driven: Driven, of: str, stands: Hub) -> None:
    expected, found = driven.expected(of), driven.found(of, stands)
    assert found.edges == expected.edges
    assert found.golden == expected.golden
    assert found.values == expected.values
    assert found.tasks == expected.tasks


def settled_as_plain(driven: Driven) -> None:
    """Resolve all that is pending; it is what the facts give from scratch, and sound in itself."""
    driven.settle()
    with driven.hub.at_one_moment() as stands:
        for of in ("place", "thing"):
            same_as_plain(driven, of, stands)
            plain_divergence.check(stands, small_world.entity_type(of, driven.variants[of]))
        standing.check(stands)


FLAGGED = 366_051_962_984
"""In this history a record refers to what is deleted, which is flagged; its golden record refers to something else."""


@both_tiers([*LARGE_SAMPLE, FLAGGED], *LARGE_REST)
def test_every_commit_gives_what_the_facts_give_from_scratch(hubs: Hubs, seed: int) -> None:
    follow(hubs.new(seed), seed)


def follow(driven: Driven, seed: int) -> None:
    """Put a history into a hub and compare with the plain hub after every commit."""
    rnd = random.Random(seed)
    for number, fact in enumerate(histories.history(seed, length=rnd.randrange(25, 55))):
        driven.put(number, fact)
        if rnd.random() < 0.6:
            settled_as_plain(driven)
    settled_as_plain(driven)
    assert rebuild.verify(driven.hub).match


@pytest.mark.parametrize(
    "seed", [1, 8, *(pytest.param(seed, marks=pytest.mark.verify) for seed in range(2, 15) if seed != 8)]
)
def test_postgresql_gives_the_same(bare_postgres_hub: Hub, seed: int) -> None:
    follow(Driven(bare_postgres_hub), seed)


@both_tiers(SAMPLE)
def test_arrival_order_and_batch_sizes_do_not_matter(hubs: Hubs, seed: int) -> None:
    facts = histories.history(seed, length=30)
    digests = set()
    for order in (list(range(len(facts))), orders.shuffled(facts, seed), orders.shuffled(facts, seed + 1)):
        driven, rnd = hubs.new(seed), random.Random(seed + len(digests))
        for number in order:
            driven.put(number, facts[number])
            if rnd.random() < 0.25:
                driven.resolve(rnd.choice(["place", "thing"]))
        driven.settle()
        digests.add(driven.neutral())
    assert len(digests) == 1


@both_tiers(SAMPLE)
def test_undo_gives_the_state_before_the_decision(hubs: Hubs, seed: int) -> None:
    facts = histories.history(seed, length=25)
    decision = histories.history(seed + 7, length=1, kinds=["verdict", "set", "override"])[0]
    decision[2]["supersedes"] = []
    driven = hubs.new(seed)
    for number, fact in enumerate(facts):
        driven.put(number, fact)
    driven.settle()
    before = driven.digest()
    driven.put(100, decision)
    driven.settle()
    driven.put(101, (decision[0], "undo", {"undoes": 100, "reason": ""}))
    driven.settle()
    assert driven.digest() == before


@both_tiers(SAMPLE)
def test_new_rules_give_what_the_facts_give_under_them(hubs: Hubs, seed: int) -> None:
    driven, rnd = hubs.new(seed), random.Random(seed)
    for number, fact in enumerate(histories.history(seed, length=30)):
        driven.put(number, fact)
        if rnd.random() < 0.15:
            driven.apply(rnd.choice(["place", "thing"]), rnd.choice([0, 1, 2, 3]))
        if rnd.random() < 0.2:
            settled_as_plain(driven)
    settled_as_plain(driven)
    assert rebuild.verify(driven.hub).match


@both_tiers(SAMPLE)
def test_every_golden_id_ever_given_out_answers(hubs: Hubs, seed: int) -> None:
    driven, rnd = hubs.new(seed), random.Random(seed)
    for number, fact in enumerate(histories.history(seed, length=30)):
        driven.put(number, fact)
        if rnd.random() < 0.4:
            driven.settle()
    driven.settle()
    with driven.hub.database.read() as reader:
        published = reader.rows("SELECT DISTINCT golden, entity_type FROM golden_version")
        bearers = reader.rows("SELECT xref.golden, source_record.golden FROM xref JOIN source_record ON id = record_id")
        active = {row[0] for row in reader.rows(
            "SELECT golden FROM golden_version WHERE until IS NULL AND attributes IS NOT NULL")}  # fmt: skip
    prefixes = {"place": "plc", "thing": "thg"}
    for number, of in published:
        answer = golden.get(driven.hub, golden_id(prefixes[of], number))
        successors = {now for was, now in bearers if was == number and now in active} - {number}
        if number in active:
            assert answer["status"] == "active"
        elif len(successors) == 1:
            assert (answer["status"], answer["current_id"]) == ("merged", golden_id(prefixes[of], *successors))
        else:
            assert answer["status"] == ("split" if successors else "retired")
