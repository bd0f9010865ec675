"""A hub beside the plain one, and all that people, sources and workers may do next to both."""

import contextlib
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from golden_records.identity import parse_golden_id
from mdm.errors import Conflict, InvalidInput, Stale
from mdm.ingest import Incoming
from mdm.log import Author
from mdm.resolution.work import Work
from mdm.services import auditing, rebuild, resolving
from mdm.services.deciding import decisions, overrides
from mdm.services.deciding.overrides import Wanted
from mdm.services.hub import Hub
from mdm.services.intake import refetches as thin
from mdm.services.reading import golden
from mdm.services.stewarding import bulk_decisions, proposals, task_work, tasks
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.proposals import Proposed
from mdm.services.watching import refetches
from mdm.store import log
from tests.laws import histories, plain_refetches, recorded, small_world, standing
from tests.laws.plain_facts import Codes
from tests.laws.plain_refetches import Word
from tests.laws.plain_spelling import spelled
from tests.laws.replay import AUTHOR, Driven
from tests.laws.test_resolution_laws import same_as_plain

TYPES = st.sampled_from(["place", "thing"])
VERDICTS = st.sampled_from(["same", "distinct", "related"])
ACTORS = ("cli:anna", "cli:bert")
MOST_AGAIN = Work.MOST_AGAIN
BIT_BY_BIT = 5
"""In one life of so many, what a day or a move has outdated is done again one at a time, so that much of it waits."""
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
        self.hub, self.history = self.driven.hub, list[small_world.Fact]()
        self.held: list[str] = []
        self.told: list[tuple[str, str, int, Any]] = []
        self.words: list[Word] = []
        self.checked: int | None = None
        self.bit_by_bit = self.derived_again = False

    @initialize(seed=st.integers(0, 10**6))
    def a_dense_history(self, seed: int) -> None:
        """Small examples alone seldom meet caps, tasks and contradictions."""
        history = histories.history(seed, length=25)
        self.bit_by_bit = seed % BIT_BY_BIT == 0
        self.derived_again = self.bit_by_bit or seed % 2 == 0
        if self.bit_by_bit:
            Work.MOST_AGAIN, history = 1, histories.crowded(history, random.Random(seed))
        self.history += history
        self.driven.put_all(self.history)

    def teardown(self) -> None:
        """What was told stays so; of every other life all is derived once more from the log, which is dear."""
        try:
            self.driven.settle()
            for read, about, position, answer in self.told:
                assert recorded.asked(self.hub, read, about, position) == answer
            assert not self.derived_again or rebuild.verify(self.hub).match
            assert auditing.verify(self.hub).match
        finally:  # of a hub that stays open something would be left to the next
            Work.MOST_AGAIN = MOST_AGAIN
            self.hub.close()

    @invariant()
    def what_stands_is_what_the_facts_give(self) -> None:
        """Where neither facts have come nor all was derived again, it is what was looked at after the step before."""
        self.driven.settle()
        with self.hub.at_one_moment() as stands:
            before, self.checked = self.checked, head_of(stands)
            if self.checked == before:
                return
            self.driven.catch_up(stands)
            for of in ("place", "thing"):
                same_as_plain(self.driven, of, stands)
            standing.check(stands)
            page = refetches.page(stands, refetches.Wanted())
        told = {one["key"]: (one["since"], one.get("version")) for one in page["items"]}
        assert told == plain_refetches.behind(self.words, self.driven.facts)

    @rule(data=st.data(), mood=st.sampled_from(small_world.MOODS))
    def something_happens(self, data: st.DataObject, mood: small_world.Mood) -> None:
        self._put(data, mood, mood.kinds)

    @rule(data=st.data(), mood=st.sampled_from(small_world.MOODS))
    def records_arrive(self, data: st.DataObject, mood: small_world.Mood) -> None:
        for _ in range(3):
            self._put(data, mood, ["record"])

    @precondition(lambda self: self.bit_by_bit)
    @rule(verdict=VERDICTS, ends=st.permutations(sorted(small_world.PLACES.items())), data=st.data())
    def a_place_moves(self, verdict: str, ends: list[tuple[str, str]], data: st.DataObject) -> None:
        """And somebody waits for records, while what refers to it is resolved again bit by bit."""
        one, other = (f"{source}:place:{id_}" for source, id_ in ends[:2])
        said = {
            "verdict": verdict, "left": [one], "right": [other], "reason": "", "supersedes": [], "action": "verdict",
        }  # fmt: skip
        self._take(("place", "verdict", said))
        resolving.resolve_arrived(self.hub, author=AUTHOR)
        self._wait_for_each(data, small_world.MOODS[1])

    @precondition(lambda self: self.bit_by_bit)
    @rule(data=st.data(), mood=st.sampled_from(small_world.MOODS))
    def each_is_waited_for(self, data: st.DataObject, mood: small_world.Mood) -> None:
        """So that the next one comes while some of what has moved is still to be resolved again."""
        self._wait_for_each(data, mood)

    def _wait_for_each(self, data: st.DataObject, mood: small_world.Mood) -> None:
        for _ in range(4):
            self._put(data, mood, mood.kinds)
            resolving.resolve_arrived(self.hub, author=AUTHOR)

    @rule(
        key=st.sampled_from(small_world.ALL), named=st.sampled_from(["none", "any", "newest", "next"]), data=st.data()
    )
    def a_record_is_said_to_have_changed(self, key: str, named: str, data: st.DataObject) -> None:
        """Now and then as just the version that has come last, or that will come next."""
        source, of, source_id = key.split(":")
        sent = [
            body["version"]
            for _, kind, body in self.driven.facts[of]
            if kind == "record" and (body["source"], body["source_id"]) == (source, source_id)
        ]
        newest = max(sent, default=0)
        chosen = {"none": None, "any": data.draw(st.integers(0, 22)), "newest": newest, "next": newest + 1}
        word = Incoming(source, of, source_id, {}, chosen[named], None, "changed")
        found = thin.changed(self.hub, word, author=AUTHOR, wait=False)
        if found.status == "accepted":
            self.words.append(Word(found.position, key, chosen[named]))

    @precondition(lambda self: self.words)
    @rule(data=st.data(), mood=st.sampled_from(small_world.MOODS))
    def what_is_said_to_have_changed_arrives(self, data: st.DataObject, mood: small_world.Mood) -> None:
        """Or some other version of it."""
        pick = lambda options: data.draw(st.sampled_from(options))  # noqa: E731
        key = pick(self.words).key
        self._take((key.split(":")[1], "record", histories.record(pick, self.history, mood, key)))

    def _put(self, data: st.DataObject, mood: small_world.Mood, kinds: Any) -> None:
        pick = lambda options: data.draw(st.sampled_from(options))  # noqa: E731
        self._take(histories.one_more(pick, self.history, mood, kinds))

    def _take(self, fact: small_world.Fact | None) -> None:
        if fact is not None and not self._sent(fact):
            self.history.append(fact)
            self.driven.put(len(self.history) - 1, fact)

    def _sent(self, fact: small_world.Fact) -> bool:
        """Whether this version of the record or merge came before: one of one time comes with one content only."""
        names = ("source", "source_id", "version", "event_time")
        mine = [fact[2].get(name) for name in names]
        return fact[1] in {"record", "source_merge"} and any(
            one[:2] == fact[:2] and [one[2][name] for name in names] == mine for one in self.history
        )

    @rule(of=TYPES, variant=st.integers(0, len(small_world.VARIANTS) - 1))
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
        positions = [
            one[0] for of in self.driven.facts.values() for one in of if one[1] in {"verdict", "override", "undo"}
        ]
        if positions:
            position = data.draw(st.sampled_from(sorted(positions)))
            with contextlib.suppress(REFUSED):
                decisions.undo(self.hub, decisions.decision_id(position), reason="", author=AUTHOR)

    @rule(data=st.data(), of=TYPES, hold=st.sampled_from([0, 0, 30]), brought=st.booleans())
    def a_golden_record_is_split(self, data: st.DataObject, of: str, hold: int, *, brought: bool) -> None:
        """Those that were named stand with none of the others afterwards, whatever else ties them."""
        several = {golden_id: keys for golden_id, keys in self._members(of).items() if len(keys) > 1}
        if several:
            chosen = data.draw(st.sampled_from(sorted(several)))
            named = data.draw(st.lists(st.sampled_from(several[chosen]), min_size=1, max_size=3, unique=True))
            parts = {
                "golden_id": chosen, "keys": named, "with_what_it_brought": brought, "reason": "two",
                "supersede": data.draw(st.booleans()),
            }  # fmt: skip
            with contextlib.suppress(REFUSED):
                done = proposals.decide(self.hub, Intent("split", parts), author=AUTHOR, hold=hold)
                self._keep(done)
                if not hold and not brought:
                    bears = decisions.goldens(self.hub, several[chosen])
                    rest = set(several[chosen]) - set(named)
                    assert not {bears[key] for key in named} & {bears[key] for key in rest}

    def _members(self, of: str) -> dict[str, list[str]]:
        """The keys of every active golden record, those of deleted records among them."""
        found: dict[str, list[str]] = {}
        with self.hub.database.read() as reader:
            rows = reader.rows("SELECT golden, source, source_id FROM source_record WHERE entity_type = ?", of)
        for one in golden.page(self.hub, entity_type=of)["items"]:
            number = parse_golden_id(one["golden_id"])[1]
            found[one["golden_id"]] = sorted(f"{source}:{of}:{id_}" for borne, source, id_ in rows if borne == number)
        return found

    @rule(data=st.data(), of=TYPES, until_source_changes=st.booleans())
    def a_value_is_set(self, data: st.DataObject, of: str, *, until_source_changes: bool) -> None:
        """It is that of the golden record from then on."""
        active = sorted(self._members(of))
        if active:
            golden_id = data.draw(st.sampled_from(active))
            name = data.draw(st.sampled_from([name for name in small_world.SET if of == "thing" or name != "place"]))
            value = data.draw(st.sampled_from([None, *small_world.SET[name]]))
            wanted = Wanted(golden_id, name, value, until_source_changes=until_source_changes)
            with contextlib.suppress(REFUSED):
                overrides.override(self.hub, wanted, reason="seen", author=AUTHOR, supersede=data.draw(st.booleans()))
                assert golden.get(self.hub, golden_id)["attributes"].get(name) == self._meant(of, name, value)

    def _meant(self, of: str, name: str, value: Any) -> Any:
        """What is set: of a label or alias the code that it stands for, a number or date as all are spelled."""
        if name not in {"c", "d"} or not value:
            return spelled(small_world.entity_type(of).attributes[name].kind, value) if value else None
        meant = partial(Codes(self.driven.facts[of]).of, "")
        return meant(value) if name == "c" else list(dict.fromkeys(map(meant, value)))

    @rule(often=st.integers(0, 4))
    def all_is_derived_again(self, often: int) -> None:
        """In place of what stands, and life goes on with it."""
        if often == 0:
            assert rebuild.rebuild(self.hub).match
            self.checked = None

    @rule(data=st.data(), reads=st.lists(st.sampled_from(list(recorded.READS)), min_size=1, max_size=4))
    def answers_are_kept(self, data: st.DataObject, reads: list[str]) -> None:
        head = head_of(self.hub)
        for read in reads:
            about = recorded.about(self.hub, read, lambda options: data.draw(st.sampled_from(options)))
            if about is not None:
                self.told.append((read, about, head, recorded.asked(self.hub, read, about, None)))


def head_of(hub: Hub) -> int:
    """How far the log has come."""
    with hub.database.read() as reader:
        return log.head(reader)
