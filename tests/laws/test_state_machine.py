"""The laws of resolution as a state machine: Hypothesis chooses what people, sources and workers do next."""

import contextlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import SQLModel

from mdm.errors import Conflict, InvalidInput, Stale
from mdm.ingest import Incoming
from mdm.log import Author
from mdm.services import rebuild
from mdm.services.deciding import decisions
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import refetches as thin
from mdm.services.reading import golden
from mdm.services.stewarding import bulk_decisions, proposals, task_work, tasks
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.proposals import Proposed
from mdm.services.watching import refetches
from mdm.settings import Settings
from tests.laws import histories, plain_refetches, standing
from tests.laws.plain_refetches import Word
from tests.laws.replay import AUTHOR, Driven
from tests.laws.test_resolution_laws import same_as_plain

TYPES = st.sampled_from(["place", "thing"])
VERDICTS = st.sampled_from(["same", "distinct", "related"])
ACTORS = ("cli:anna", "cli:bert")
STEPS = 20
REFUSED = (Conflict, InvalidInput, Stale)
"""What a service answers when somebody else was there before, or nothing is to be done: nothing is written then."""
LATER = replace(AUTHOR, actor="worker", recorded_at="2026-03-01T09:45:00.000000Z")
Opened = Callable[[], Hub]


class Life(RuleBasedStateMachine):
    """A hub of the small world beside the plain hub, which knows only the facts."""

    opened: Opened

    def __init__(self) -> None:
        super().__init__()
        self.driven = Driven(self.opened())
        self.hub, self.history = self.driven.hub, list[histories.Fact]()
        self.held: list[str] = []
        self.told: list[tuple[str, int, dict[str, Any]]] = []
        self.words: list[Word] = []

    @initialize(seed=st.integers(0, 10**6))
    def a_dense_history(self, seed: int) -> None:
        """Small examples alone seldom meet caps, tasks and contradictions."""
        self.history += histories.history(seed, length=25)
        for number, fact in enumerate(self.history):
            self.driven.put(number, fact)

    def teardown(self) -> None:
        self.driven.settle()
        for golden_id, position, answer in self.told:
            assert golden.get(self.hub, golden_id, as_of=position) == answer
        assert rebuild.verify(self.hub).match
        self.hub.close()

    @invariant()
    def what_stands_is_what_the_facts_give(self) -> None:
        self.driven.catch_up()
        self.driven.settle()
        for of in ("place", "thing"):
            same_as_plain(self.driven, of)
        standing.check(self.hub)
        told = {one["key"]: one.get("version") for one in refetches.page(self.hub, refetches.Wanted())["items"]}
        assert told == plain_refetches.behind(self.words, self.driven.facts)

    @rule(data=st.data(), mood=st.sampled_from(histories.MOODS))
    def something_happens(self, data: st.DataObject, mood: histories.Mood) -> None:
        self._put(data, mood, mood.kinds)

    @rule(data=st.data(), mood=st.sampled_from(histories.MOODS))
    def records_arrive(self, data: st.DataObject, mood: histories.Mood) -> None:
        for _ in range(3):
            self._put(data, mood, ["record"])

    @rule(key=st.sampled_from(histories.ALL), version=st.one_of(st.none(), st.integers(0, 22)))
    def a_record_is_said_to_have_changed(self, key: str, version: int | None) -> None:
        word = Incoming(*key.split(":"), {}, version, None, "changed")
        found = thin.changed(self.hub, word, author=AUTHOR, wait=False)
        if found.status == "accepted":
            self.words.append(Word(found.position, key, version))

    def _put(self, data: st.DataObject, mood: histories.Mood, kinds: Any) -> None:
        pick = lambda options: data.draw(st.sampled_from(options))  # noqa: E731
        fact = histories.one_more(pick, self.history, mood, kinds)
        if fact is None or self._sent(fact):
            return
        self.history.append(fact)
        self.driven.put(len(self.history) - 1, fact)

    def _sent(self, fact: histories.Fact) -> bool:
        """Whether this version of the record or merge came before: a version comes with one content only."""
        names = ("source", "source_id", "version")
        mine = [fact[2].get(name) for name in names]
        return fact[1] in {"record", "source_merge"} and any(
            one[:2] == fact[:2] and [one[2][name] for name in names] == mine for one in self.history
        )

    @rule(of=TYPES, variant=st.integers(0, len(histories.VARIANTS) - 1))
    def other_rules(self, of: str, variant: int) -> None:
        self.driven.apply(of, variant)

    @rule(of=TYPES, verdict=VERDICTS, hold=st.sampled_from([0, 30]), data=st.data())
    def many_tasks_are_decided(self, of: str, verdict: str, hold: int, data: st.DataObject) -> None:
        try:
            chosen = bulk_decisions.choose(self.hub, bulk_decisions.Matching(of), author=AUTHOR)
            parts = {
                "tasks": [[*one] for one in chosen], "verdict": verdict, "reason": "seen",
                "supersede": data.draw(st.booleans()),
            }  # fmt: skip
            self._keep(proposals.decide(self.hub, Intent("decide_tasks", parts), author=AUTHOR, hold=hold))
        except REFUSED:
            pass

    @rule(data=st.data(), of=TYPES, hold=st.sampled_from([0, 30]))
    def golden_records_are_merged(self, data: st.DataObject, of: str, hold: int) -> None:
        active = [one["golden_id"] for one in golden.page(self.hub, entity_type=of)["items"]]
        if len(active) > 1:
            two = data.draw(st.lists(st.sampled_from(active), min_size=2, max_size=3, unique=True))
            parts = {"golden_ids": two, "reason": "one", "supersede": False}
            with contextlib.suppress(REFUSED):
                self._keep(proposals.decide(self.hub, Intent("merge", parts), author=AUTHOR, hold=hold))

    def _keep(self, done: object) -> None:
        if isinstance(done, Proposed):
            self.held.append(str(done.document["proposal_id"]))

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def a_held_decision_is_withdrawn(self, data: st.DataObject) -> None:
        written = data.draw(st.sampled_from(self.held))
        self.held.remove(written)
        proposals.withdraw(self.hub, written, reason=None, author=AUTHOR)

    @precondition(lambda self: self.held)
    @rule()
    def held_decisions_are_carried_out_or_overtaken(self) -> None:
        assert proposals.carry_out_due(self.hub, author=LATER) == len(self.held)
        self.held.clear()

    @rule(data=st.data(), who=st.sampled_from(ACTORS), act=st.sampled_from(["claim", "release", "skip", "snooze"]))
    def somebody_works_on_a_task(self, data: st.DataObject, who: str, act: str) -> None:
        found = [one["id"] for one in tasks.page(self.hub)["items"]]
        if found:
            task, author = data.draw(st.sampled_from(found)), Author(who, AUTHOR.recorded_at)
            until = {"until": "2026-04-01"} if act == "snooze" else {}
            with contextlib.suppress(REFUSED):
                getattr(task_work, act)(self.hub, task, author=author, **until)

    @rule(data=st.data())
    def a_decision_is_undone(self, data: st.DataObject) -> None:
        positions = [one[0] for of in self.driven.facts.values() for one in of if one[1] in {"verdict", "undo"}]
        if positions:
            position = data.draw(st.sampled_from(sorted(positions)))
            with contextlib.suppress(REFUSED):
                decisions.undo(self.hub, decisions.decision_id(position), reason="", author=AUTHOR)

    @rule(data=st.data(), of=TYPES)
    def an_answer_is_kept(self, data: st.DataObject, of: str) -> None:
        active = [one["golden_id"] for one in golden.page(self.hub, entity_type=of)["items"]]
        if active:
            golden_id = data.draw(st.sampled_from(active))
            with self.hub.database.read() as reader:
                (head,) = reader.one("SELECT max(position) FROM log") or (0,)
            self.told.append((golden_id, head, golden.get(self.hub, golden_id, as_of=head)))


def hold(opened: Opened, examples: int) -> None:
    """Run so many examples of the machine; `SOAK_N` says how many a soak runs."""
    machine = type("Life", (Life,), {"opened": staticmethod(opened)})
    chosen = settings(
        max_examples=examples, stateful_step_count=STEPS, deadline=None, database=None, print_blob=False,
        derandomize="SOAK_N" not in os.environ, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=chosen)


@pytest.fixture
def copies(sqlite_template: Path, tmp_path: Path) -> Opened:
    """Opens a fresh hub in one file, which is put back by copying."""
    begun, path = tmp_path / "begun.db", tmp_path / "hub.db"
    shutil.copyfile(sqlite_template, begun)
    _begin(open_hub(Settings(database_url=f"sqlite:///{begun}")))

    def opened() -> Hub:
        shutil.copyfile(begun, path)
        return open_hub(Settings(database_url=f"sqlite:///{path}"))

    return opened


@pytest.fixture
def emptied(postgres_url: str) -> Opened:
    """Opens the same PostgreSQL database again and again, in which all tables are put back to what they were."""
    _begin(open_hub(Settings(database_url=postgres_url)))
    # What only grows lets nobody empty it, and no step of the machine adds to it.
    tables = [table.name for table in SQLModel.metadata.sorted_tables if table.name != "access_change"]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA begun")
        for name in tables:
            connection.execute(f"CREATE TABLE begun.{name} AS TABLE public.{name}")
    again = "; ".join(f"INSERT INTO public.{name} SELECT * FROM begun.{name}" for name in tables)  # noqa: S608

    def opened() -> Hub:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f"TRUNCATE {', '.join(tables)}; {again}")
        return open_hub(Settings(database_url=postgres_url))

    return opened


def _begin(hub: Hub) -> None:
    """Put the small world's entity types in force, which takes longer than an example."""
    Driven(hub)
    hub.close()


@pytest.mark.parametrize("examples", [3, pytest.param(30, marks=pytest.mark.verify)])
def test_a_hub_in_sqlite_lives_as_the_plain_one(copies: Opened, examples: int) -> None:
    hold(copies, examples)


@pytest.mark.parametrize("examples", [2, pytest.param(10, marks=pytest.mark.verify)])
def test_a_hub_in_postgresql_lives_as_the_plain_one(emptied: Opened, examples: int) -> None:
    hold(emptied, examples)


@pytest.mark.soak
def test_it_lives_so_for_as_long_as_you_like(copies: Opened) -> None:
    hold(copies, int(os.environ.get("SOAK_N") or 1))
