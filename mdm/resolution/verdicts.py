"""What stewards decided about pairs of records, before this commit and after it (rule 6)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from mdm.log import Key
from mdm.resolution.intake import expected_all
from mdm.resolution.work import Work
from mdm.store import decisions as stored_decisions
from mdm.store.database import Transaction
from mdm.store.decisions import PairRow
from mdm.store.log import StoredFact

Pair = tuple[int, int]
DECISIONS = {"verdict", "override", "undo"}
"""The facts that can be undone; each may undo or supersede others."""


def pair(left: int, right: int) -> Pair:
    """A pair in its one order."""
    return (left, right) if left < right else (right, left)


def holding(voids: Iterable[tuple[int, int]]) -> dict[int, bool]:
    """Whether each decision that (voided, voiding) speak of is in force, judged newest first; any other one is."""
    voided_by: defaultdict[int, set[int]] = defaultdict(set)
    for voided, voiding in voids:
        voided_by[voided].add(voiding)
    holds: dict[int, bool] = {}
    for position in sorted(voided_by, reverse=True):
        holds[position] = not any(holds.get(by, True) for by in voided_by[position])
    return holds


def pairs_of(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The pairs of keys that a verdict is about: those it lists, or every pair across its two sets."""
    if "pairs" in body:
        return [(left, right) for left, right in body["pairs"]]
    return [(left, right) for left in body["left"] for right in body["right"]]


class Verdicts:
    """The verdicts on pairs, of which the latest in force holds, and which decisions of any kind are in force."""

    def __init__(self, work: Work, facts: list[StoredFact]) -> None:
        """Read the decisions among these facts; pairs are read from the store as they are asked for."""
        self.work = work
        self.new = [fact for fact in facts if fact.kind in DECISIONS]
        self.none = not self.new and not work.present.decisions
        self.rows: dict[tuple[int, int, int], tuple[str, bool]] = {}
        self.by_pair: defaultdict[Pair, set[int]] = defaultdict(set)
        self.by_record: defaultdict[int, set[int]] = defaultdict(set)
        self.read_for: set[int] = set()
        self.pairs: list[PairRow] = [row for fact in self.new if fact.kind == "verdict" for row in self._pairs(fact)]
        self.voiding = [(voided, fact.position) for fact in self.new for voided in _voids(fact)]
        self.in_force: dict[int, bool] = {fact.position: True for fact in self.new}
        self.switched: dict[int, bool] = {}
        self._judge()
        self.changed: set[Pair] = {row[:2] for row in self.pairs}
        self.changed |= {row[:2] for row in stored_decisions.pairs_at(work.reader, list(self.switched))}
        self.read({id_ for changed in self.changed for id_ in changed})
        work.load("id", {id_ for changed in self.changed for id_ in changed})

    def _pairs(self, fact: StoredFact) -> Iterable[PairRow]:
        across = pairs_of(fact.body)
        ids = expected_all(self.work, map(Key.parse, dict.fromkeys(key for ends in across for key in ends)))
        named = {pair(ids[x], ids[y]) for x, y in across if x != y}
        return [(*ends, fact.position, fact.body["verdict"], True) for ends in sorted(named)]

    def _judge(self) -> None:
        """Newest first: a decision in force voids what it undoes or supersedes."""
        if not self.voiding:
            return
        holds = holding([*stored_decisions.voids(self.work.reader), *self.voiding])
        states = stored_decisions.states(self.work.reader, list(holds))
        for position, now in holds.items():
            if position in self.in_force:
                self.in_force[position] = now
            elif position in states and bool(states[position][2]) != now:
                self.switched[position] = now
        self.pairs = [(*row[:4], self.in_force[row[2]]) for row in self.pairs]

    def read(self, ids: Collection[int]) -> None:
        """Read all verdicts on pairs with an end among these records."""
        wanted = set() if self.none else set(ids) - self.read_for
        if not wanted:
            return
        self.read_for |= wanted
        new = [row for row in self.pairs if row[0] in wanted or row[1] in wanted]
        for left, right, position, verdict, in_force in [*stored_decisions.pairs_of(self.work.reader, wanted), *new]:
            self.rows[left, right, position] = (verdict, bool(in_force))
            self.by_pair[left, right].add(position)
            self.by_record[left].add(right)
            self.by_record[right].add(left)

    def holds(self, ends: Pair, *, new: bool) -> str | None:
        """The verdict in force on a pair, before (`new=False`) or after this commit."""
        for position in sorted(self.by_pair.get(ends, ()), reverse=True):
            verdict, stored = self.rows[*ends, position]
            if position in self.in_force:
                in_force = new and self.in_force[position]
            else:
                in_force = self.switched.get(position, stored) if new else stored
            if in_force:
                return verdict
        return None

    def must(self, id_: int, *, new: bool) -> list[int]:
        """The records that a steward's `same` ties to this one."""
        return [other for other in self.by_record.get(id_, ()) if self.holds(pair(id_, other), new=new) == "same"]

    def between(self, ids: Collection[int]) -> tuple[list[Pair], list[Pair]]:
        """The must-links and the cannot-links that will hold among these records."""
        if self.none:
            return [], []
        inside = set(ids)
        pairs = {pair(id_, other) for id_ in inside for other in self.by_record.get(id_, ()) if other in inside}
        said = {ends: self.holds(ends, new=True) for ends in sorted(pairs)}
        return [ends for ends, verdict in said.items() if verdict == "same"], [
            ends for ends, verdict in said.items() if verdict in {"distinct", "related"}
        ]

    def write(self, writer: Transaction) -> None:
        """Keep the new decisions and what they changed."""
        of = self.work.entity_type.entity_type
        new = [(fact.position, of, fact.kind, self.in_force[fact.position]) for fact in self.new]
        stored_decisions.add(writer, new, voiding=self.voiding, pairs=self.pairs)
        stored_decisions.enforce(writer, self.switched.items())


def _voids(fact: StoredFact) -> list[int]:
    return [fact.body["undoes"]] if fact.kind == "undo" else list(fact.body["supersedes"])
