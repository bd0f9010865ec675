"""Sums that are kept are what counting gives: after any history on many days, a rebuild, a rollback and a migration."""

import random
from contextlib import suppress
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from mdm.errors import HubError
from mdm.ingest import Incoming
from mdm.log import Author
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden
from mdm.services.rulebook import rules
from mdm.services.stewarding import proposals, tasks
from mdm.services.stewarding.intents import Intent
from mdm.store import schema, sums
from mdm.store.sums import Sum, Sums
from tests.laws.kept_sums import kept_sums_are_what_counting_gives
from tests.laws.test_order_of_types import opened

OFFICE = """
entity_type: office
id_prefix: ofc
attributes: {{name: {{kind: text, required: true}}, city: {{kind: text}}, code: {{kind: code}}}}
match: {{block_on: [[name]], compare: [name, code], thresholds: {{match: 0.9999, review: 0.1}}}}
survive: {{default: most_trusted, trust: {{erp: 90, crm: 80}}}}
readiness: {{{0}}}
"""
READINESS = (
    "lease: {systems: [erp, crm], attributes: [city]}",
    "lease: {systems: [erp, crm], attributes: [city]}, move: {systems: [psa], attributes: [code]}",
    "lease: {attributes: [code]}",
    "",
)
SOURCES, NAMES, CITIES, CODES = ("erp", "crm", "psa"), ("Nord", "West"), ("Kiel", "Rom"), ("A", "B")
ALL = {*sums.HELD, *sums.HAPPENED, *sums.TOOK, *sums.ANSWERED}


def lives(hub: Hub, seed: int, *, days: int) -> Sums:
    """Let so many days pass on which something happens, comparing after each; give all that was ever kept."""
    pick, seen = random.Random(seed), Sums()
    rules.apply(hub, OFFICE.format(READINESS[0]), file="office.yaml", author=_at(0))
    for day in range(days):
        author = _at(day, pick.randrange(24))
        for _ in range(pick.randrange(1, 5)):
            _put(hub, pick, author)
        with suppress(HubError):  # a task that is gone, or what is undone already
            _decide(hub, pick, author)
        if pick.random() < 0.1:
            text = OFFICE.format(pick.choice(READINESS))
            rules.apply(hub, text, file="office.yaml", author=author)
        if pick.random() < 0.7:
            resolving.resolve_all(hub, author=author)
        seen |= kept(hub)
    resolving.resolve_all(hub, author=_at(days))
    return seen | kept(hub)


def kept(hub: Hub) -> Sums:
    with hub.database.read() as reader:
        return kept_sums_are_what_counting_gives(reader)


def _at(day: int, hour: int = 0) -> Author:
    return Author("test", f"2026-{3 + day // 28:02}-{1 + day % 28:02}T{hour:02}:00:00.000000Z")


def _put(hub: Hub, pick: random.Random, author: Author) -> None:
    said = {"name": pick.choice(NAMES), "city": pick.choice(CITIES), "code": pick.choice(CODES)}
    said = {name: value for name, value in said.items() if name == "name" or pick.random() < 0.7}
    gone = pick.random() < 0.2
    one = Incoming(pick.choice(SOURCES), "office", str(pick.randrange(4)), {} if gone else said, None, None,
                   "delete" if gone else "put")  # fmt: skip
    records.put(hub, one, author=author, wait=pick.random() < 0.5)


def _decide(hub: Hub, pick: random.Random, author: Author) -> None:
    waiting, active = tasks.page(hub)["items"], golden.page(hub, entity_type="office")["items"]
    chosen = pick.random()
    if chosen < 0.5 and waiting:
        task, verdict = pick.choice(waiting), pick.choice(["same", "distinct"])
        tasks.decide(hub, task["id"], verdict=verdict, reason="seen", etag=task["etag"], author=author)
    elif chosen < 0.7 and len(active) > 1:
        two = [one["golden_id"] for one in pick.sample(active, 2)]
        parts = {"golden_ids": two, "reason": "one", "supersede": True}
        proposals.decide(hub, Intent("merge", parts), author=author)
    elif chosen < 0.9:
        with hub.database.read() as reader:
            made = reader.rows("SELECT position FROM log WHERE kind = 'verdict' ORDER BY position")
        if made:
            decisions.undo(hub, decisions.decision_id(pick.choice(made)[0]), reason="no", author=author)


@pytest.mark.parametrize("seeds", [range(1, 3), pytest.param(range(10, 20), marks=pytest.mark.verify)])
def test_sums_are_what_counting_gives_after_any_history(seeds: range, sqlite_template: Path, tmp_path: Path) -> None:
    seen = Sums()
    for seed in seeds:
        hub = opened(sqlite_template, tmp_path, f"hub-{seed}", chunk=(3, 1_000)[seed % 2])
        seen |= lives(hub, seed, days=40)
        before = kept(hub)
        assert rebuild.rebuild(hub).match
        assert kept(hub) == before
        hub.close()
    assert {of.what for of in seen} == ALL, "histories in which something never happens prove nothing of it"
    assert len({of.seconds for of in seen}) > 10


def test_they_are_in_postgresql_too_and_a_hub_from_before_learns_them(hub: Hub) -> None:
    lives(hub, 3, days=20)
    before = kept(hub)
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parents[2] / "migrations"))
    with hub.database.write() as writer:
        config.attributes["connection"] = writer.connection
        command.downgrade(config, "0044")
    schema.migrate(hub.database)
    assert kept(hub) == before


def test_what_is_taken_back_leaves_them_as_they_were(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    lives(hub, 4, days=5)
    before = kept(hub)
    one = Incoming("erp", "office", "9", {"name": "Nord"}, None, None, "put")
    records.put(hub, one, author=_at(6), wait=False)
    with monkeypatch.context() as broken:
        broken.setattr("mdm.store.resolution.append_changes", lambda *_, **__: 1 / 0)  # after the sums were added to
        with pytest.raises(ZeroDivisionError):
            resolving.resolve_all(hub, author=_at(6))
    assert kept(hub) == before
    resolving.resolve_all(hub, author=_at(6))
    assert kept(hub)[Sum("source_records", "office", day="2026-03-07")] == 1
