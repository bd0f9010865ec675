"""A decision about pairs of records before it is made: the fact that it becomes, and what it meets; only read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from mdm.entity_types import EntityType
from mdm.log import Fact, key_token
from mdm.services.deciding.approval import needs
from mdm.services.deciding.sample import Ask
from mdm.services.environments import ensure_one
from mdm.services.hub import Hub
from mdm.store import decisions, records
from mdm.store.database import Transaction
from mdm.store.decisions import PairRow
from mdm.store.records import StoredRecord

Verdict = Literal["same", "distinct", "related"]
Action = Literal["verdict", "merge", "split", "bulk"]
Keys = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is decided of pairs of source keys of one entity type: every pair across two sets, or pairs one by one.

    asks: the tasks that it decides on which a second opinion is asked for.
    """

    entity_type: EntityType
    verdict: Verdict
    action: Action
    reason: str
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    pairs: tuple[Keys, ...] = ()
    asks: tuple[Ask, ...] = ()

    @property
    def keys(self) -> list[str]:
        """The keys that it names."""
        return list(dict.fromkeys([*self.left, *self.right, *(key for pair in self.pairs for key in pair)]))

    @property
    def across(self) -> Iterator[Keys]:
        """Every pair that it is about."""
        yield from self.pairs
        yield from product(self.left, self.right)


@dataclass(frozen=True, slots=True)
class Met:
    """What a ruling meets: the records that it names, by key, and what was ever decided of pairs of them."""

    records: Mapping[str, StoredRecord]
    said: list[PairRow]

    def contradicted(self, ruling: Ruling) -> dict[Keys, int]:
        """The pairs of which a decision in force says the opposite, each with the position of that decision."""
        across, same = self._across(ruling), ruling.verdict == "same"
        latest: dict[tuple[int, int], tuple[int, str]] = {}
        for one, other, position, said, in_force in self.said:
            if in_force and (one, other) in across:
                latest[one, other] = max(latest.get((one, other), (0, "")), (position, said))
        return {across[ends]: position for ends, (position, said) in latest.items() if (said == "same") != same}

    def answered(self, reader: Transaction, ruling: Ruling, against: Iterable[int]) -> list[int]:
        """Those of these decisions that the ruling takes the place of: it speaks of every pair that they speak of.

        The others go on holding for their other pairs: parting one record from a merged three leaves two together.
        """
        positions = sorted(against)
        if not positions:
            return []
        across = self._across(ruling)
        left = {
            position for *ends, position, _, _ in decisions.pairs_at(reader, positions) if tuple(ends) not in across
        }
        return [position for position in positions if position not in left]

    def _across(self, ruling: Ruling) -> dict[tuple[int, int], Keys]:
        """The pairs of records that have a row, by their ids, as the ruling writes them."""
        ids = {key: record.id for key, record in self.records.items()}
        return {(min(ids[x], ids[y]), max(ids[x], ids[y])): (x, y) for x, y in ruling.across if x in ids and y in ids}


@dataclass(frozen=True, slots=True)
class Plan:
    """A decision about pairs as it would enter the log.

    before: the golden number that each key bears.  against: the decisions in force that say the opposite.  needs: why
    a second person has to approve it, under the version of the `rules` in force.
    """

    entity_type: EntityType
    fact: Fact
    keys: list[str]
    before: dict[str, int]
    against: list[int]
    needs: tuple[str, ...]
    rules: str


def met(hub: Hub, reader: Transaction, ruling: Ruling, *, known: Mapping[str, StoredRecord] | None = None) -> Met:
    """Read what a ruling meets; known: its records by key, where the caller has read them."""
    found = named(hub, reader, ruling.keys) if known is None else known
    return Met(found, decisions.pairs_of(reader, [record.id for record in found.values()]))


def plan(hub: Hub, reader: Transaction, ruling: Ruling, met: Met) -> Plan:
    """What a ruling becomes as things stand.

    Raises InvalidInput where it would link records of different environments.
    """
    keys, name = ruling.keys, ruling.entity_type.entity_type
    ensure_one(ruling.entity_type, keys)
    against = sorted({*met.contradicted(ruling).values()})
    of: dict[str, Any] = {"pairs": ruling.pairs} if ruling.pairs else {"left": ruling.left, "right": ruling.right}
    body = {
        "verdict": ruling.verdict, **of, "reason": ruling.reason,
        "supersedes": met.answered(reader, ruling, against), "action": ruling.action,
        **({"asks": ruling.asks} if ruling.asks else {}),
    }  # fmt: skip
    fact = Fact("verdict", name, body)
    before = {key: met.records[key].golden for key in keys if key in met.records}
    return Plan(
        ruling.entity_type, fact, keys, {key: golden for key, golden in before.items() if golden is not None}, against,
        tuple(needs(hub, reader, fact)), hub.entity_type(name, seen_by=reader).version,
    )  # fmt: skip


def named(hub: Hub, reader: Transaction, keys: Iterable[str]) -> dict[str, StoredRecord]:
    """The records of these keys that have a row."""
    tokens = [key_token(hub.salt, key) for key in keys]
    return {record.key: record for record in records.by_column(reader, "key_token", tokens)}
