"""Stewards who empty one queue at once: hasty, forgetful, of second thoughts, and some who decide what others hold."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from mdm.errors import Conflict, Stale
from mdm.ingest import Incoming
from mdm.log import Author
from mdm.services import resolving
from mdm.services.deciding import decisions
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import records
from mdm.services.rulebook import rules
from mdm.services.stewarding import task_work, tasks
from mdm.services.stewarding.queue import Choice
from mdm.settings import Settings, now
from mdm.store.batches import Origin

RULES = """
entity_type: thing
id_prefix: thg
attributes: {a: {kind: identifier}, note: {kind: identifier}}
match:
  block_on: [[a]]
  compare:
    - {attribute: a, levels: [{level: same, m: 0.8, u: 0.05}, {level: different, m: 0.1, u: 0.8}]}
  prior: 0.5
  thresholds: {match: 0.969, review: 0.88}
"""


def thing(source: str, number: int, note: str) -> Incoming:
    """One of the two records that a task is about."""
    return Incoming(source, "thing", f"{number:05}", {"a": f"A{number:05}", "note": note}, None, None, "put")


def fill(hub: Hub, count: int, author: Author) -> None:
    """Open this many tasks, each about two records that may be one."""
    rules.apply(hub, RULES, file="thing.yaml", author=author)
    both = [thing(source, number, "first") for number in range(count) for source in ("crm", "erp")]
    records.put_many(hub, both, author=author, batch=Origin("pairs"))
    resolving.resolve_all(hub, author=author)


@dataclass(slots=True)
class Steward:
    """One person at the queue; `met` counts what happened to them."""

    hub: Hub
    name: str
    chance: random.Random
    met: Counter[str] = field(default_factory=Counter)

    def author(self) -> Author:
        """The person, now."""
        return Author(f"cli:{self.name}", now())

    def empty_the_queue(self) -> Counter[str]:
        """Claim and decide until nothing is free."""
        while True:
            habit = self.chance.random()
            found = task_work.claim_next(
                self.hub, author=self.author(), choice=Choice("thing"), seconds=1 if habit < 0.03 else 300
            )
            if found is None:
                return self.met
            if habit < 0.03:
                self.met["left lying"] += 1  # the lease lapses, and somebody else takes it
            elif habit < 0.06:
                task_work.skip(self.hub, found["id"], author=self.author())
                self.met["skipped"] += 1
            elif habit < 0.09:
                task_work.release(self.hub, found["id"], author=self.author())
                self.met["released"] += 1
            else:
                self._decide(found["id"], found["etag"])
            if habit > 0.9:
                self._meddle()

    def _decide(self, task_id: str, etag: str) -> None:
        try:
            decided = tasks.decide(
                self.hub, task_id, verdict=self.chance.choice(["same", "distinct", "related"]), reason="seen",
                etag=etag, author=self.author(),
            )  # fmt: skip
        except Stale:
            self.met["stale"] += 1
            return
        except Conflict:
            self.met["held by another"] += 1
            return
        self.met["decided"] += 1
        if self.chance.random() < 0.05:
            decisions.undo(self.hub, decided.decision_id, reason="second thoughts", author=self.author())
            self.met["undone"] += 1

    def _meddle(self) -> None:
        """Decide something that is open, whoever holds it, as it was listed."""
        page = tasks.page(self.hub, entity_type="thing", limit=3)
        if page["items"]:
            one = self.chance.choice(page["items"])
            self._decide(one["id"], one["etag"])


def office(url: str, names: list[str], seed: int) -> Counter[str]:
    """Let some stewards work in this process, a thread for each; returns what they met."""
    hub = open_hub(Settings(database_url=url))
    try:
        people = [Steward(hub, name, random.Random(f"{seed} {name}")) for name in names]
        with ThreadPoolExecutor(len(people)) as pool:
            return sum(pool.map(Steward.empty_the_queue, people), Counter())
    finally:
        hub.close()


def send_on(hub: Hub, count: int, updates: int, author: Author) -> None:
    """Let a source send new versions of records that tasks are about, while stewards look at them."""
    chance = random.Random(updates)
    for version in range(updates):
        records.put(hub, thing("erp", chance.randrange(count), f"version {version}"), author=author, wait=True)
