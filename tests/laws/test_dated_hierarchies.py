"""The law of dated hierarchies: on every day they are what a plain day-by-day model makes of the same records."""

import random
from pathlib import Path
from typing import Any

import pytest

from mdm.ingest import Incoming
from mdm.services import rebuild, resolving
from mdm.services.hub import Hub, open_hub
from mdm.services.intake.records import put_many
from mdm.services.rulebook import rules
from mdm.services.stewarding import tasks
from mdm.services.watching import hierarchy_mismatches
from mdm.settings import Settings
from mdm.store import hierarchy
from mdm.store.batches import Origin
from mdm.store.moments import Moment
from mdm.store.one_transaction import one_transaction
from tests.conftest import AUTHOR
from tests.laws.kept_groups import kept_groups_are_what_counting_gives
from tests.laws.plain_hierarchy import Told, above, apart

FIRM = """
entity_type: firm
id_prefix: fir
attributes:
  name: {kind: text, required: true}
  above: {kind: reference, to: firm, dated: true}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
survive: {default: most_trusted, trust: {crm: 90, erp: 80, psa: 70}}
"""
DAYS = [f"2026-0{month}-01" for month in range(1, 8)]
ASKED = ["", *DAYS, *(f"2026-0{month}-15" for month in range(1, 8))]
NAMES = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta")


@pytest.fixture(scope="module")
def firms(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("hierarchies") / "hub.db"
    path.write_bytes(sqlite_template.read_bytes())
    hub = open_hub(Settings(database_url=f"sqlite:///{path}"))
    rules.apply(hub, FIRM, file="firm.yaml", author=AUTHOR)
    resolving.tick(hub, "2026-03-10", author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    yield hub
    hub.close()


def said(rnd: random.Random, key: str, keys: list[str]) -> list[tuple[str, str, str]]:
    """What is above a record: nothing, one thing for ever, or another from day to day, with gaps and overlaps."""
    if rnd.random() < 0.1:
        return [(key, rnd.choice(["", *DAYS]), "")]
    others = [one for one in keys if one != key]
    starts = sorted(rnd.sample(["", *DAYS], rnd.choice((0, 1, 1, 2, 3, 4))))
    ends = [rnd.choice([day for day in [*DAYS, ""] if not day or day > start]) for start in starts]
    return [(rnd.choice([*others, "crm:firm:late"]), start, end) for start, end in zip(starts, ends, strict=True)]


def story(hub: Hub, seed: int) -> dict[str, Told]:
    """Records of six firms in three systems come, change, go and come back, resolved now and then."""
    rnd = random.Random(seed)
    keys = [f"{source}:firm:{number}" for number in range(len(NAMES)) for source in ("crm", "erp", "psa")]
    rnd.shuffle(keys)
    keys = keys[: rnd.randint(4, 14)]
    records: dict[str, Told] = {}
    for place in range(rnd.randint(len(keys), 3 * len(keys))):
        key = rnd.choice(keys) if place >= len(keys) else keys[place]
        source, of, number = key.split(":")
        if key in records and rnd.random() < 0.2:
            records[key].deleted = True
            incoming = Incoming(source, of, number, {}, None, None, "delete")
        else:
            name = NAMES[int(number)] if rnd.random() < 0.9 else rnd.choice(NAMES)
            records[key] = Told(name, said(rnd, key, keys))
            values = [
                {"value": target, **({"valid_from": start} if start else {}), **({"valid_to": end} if end else {})}
                for target, start, end in records[key].above
            ]
            incoming = Incoming(source, of, number, {"name": name, "above": values}, None, None, "put")
        put_many(hub, [incoming], author=AUTHOR, batch=Origin())
        if rnd.random() < 0.3:
            resolving.resolve_all(hub, author=AUTHOR)
            kept_groups_are_what_counting_gives(hub)
    resolving.resolve_all(hub, author=AUTHOR)
    kept_groups_are_what_counting_gives(hub)
    resolving.tick(hub, rnd.choice(DAYS[3:]), author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    kept_groups_are_what_counting_gives(hub)
    return records


def compare(hub: Hub, records: dict[str, Told]) -> None:
    with hub.database.read() as reader:
        named = dict(
            reader.rows("SELECT golden, attributes FROM golden_version WHERE until IS NULL AND attributes IS NOT NULL")
        )
        names = {
            number: next(name for name in NAMES if f'"{name}"'.encode() in bytes(told))
            for number, told in named.items()
        }
        set_aside = {}
        for day in ASKED:
            expected, aside = above(records, day)
            found, cut = {}, set()
            for number, name in names.items():
                way = hierarchy.ancestors(reader, number, "above", when=Moment(2**62, day), limit=99)
                assert len(way) < len(names), f"{name} stands below itself on {day}"
                found |= {name: names[way[0]]} if way else {}
                cut |= {name} if hierarchy.is_set_aside(reader, number, "above", when=Moment(2**62, day)) else set()
            assert (found, cut) == (expected, aside), day
            set_aside[day] = aside
    for day in DAYS:
        page = hierarchy_mismatches.mismatches(hub, hierarchy_mismatches.Wanted(on=day))["items"]
        assert {one["label"] for one in page} == apart(records, day), day
    open_tasks = tasks.page(hub, kind="hierarchy_cycle")["items"]
    assert bool(open_tasks) == any(set_aside.values())
    for task in open_tasks:
        ring = task["about"]["cycle"]
        assert [one["to"] for one in ring] == [one["golden_id"] for one in [*ring[1:], ring[0]]]


def run(hub: Hub, seeds: range) -> None:
    for seed in seeds:
        with one_transaction(hub.database, kept=False) as tried:
            copy = Hub(hub.settings, tried, hub.salt)
            compare(copy, story(copy, seed))


@pytest.mark.parametrize(
    "first", [8, *(pytest.param(first, marks=pytest.mark.verify) for first in range(100, 200, 100))]
)
def test_the_hierarchy_of_any_day_is_what_a_plain_model_makes_of_that_day(firms: Hub, first: int) -> None:
    run(firms, range(first, first + (6 if first == 8 else 100)))


def test_a_rebuild_has_every_day_of_it(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    path.write_bytes(sqlite_template.read_bytes())
    hub = open_hub(Settings(database_url=f"sqlite:///{path}"))
    rules.apply(hub, FIRM, file="firm.yaml", author=AUTHOR)
    story(hub, 4)
    assert rebuild.verify(hub).match
    hub.close()
