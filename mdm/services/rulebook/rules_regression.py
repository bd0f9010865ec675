"""Stewards' verdicts as a regression set: what rules alone would say of each pair that somebody has judged."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from matching.block import blocking_keys
from matching.compare import compare
from matching.score import OUTCOMES, probability, score
from matching.standardise import standardise
from mdm.code_lists import NONE
from mdm.entity_types import EntityType
from mdm.resolution.fold import fold
from mdm.resolution.intake import write_folded
from mdm.resolution.references import read_targets, seen
from mdm.resolution.work import State, Work
from mdm.services.hub import Hub
from mdm.store import decisions, log, resolution
from mdm.store.database import Transaction

Document = dict[str, Any]
Pair = tuple[int, int]
Judgement = Literal["agree", "undecided", "contradicted"]
_AGREES = {"same": "match", "distinct": "distinct", "related": "distinct"}


@dataclass(frozen=True, slots=True)
class Said:
    """What rules say of a pair: its outcome and match probability, and whether any blocking rule brings it together."""

    outcome: str
    probability: float
    candidate: bool


def regression(hub: Hub, before: EntityType | None, after: EntityType, *, limit: int) -> Document:
    """Hold what new rules alone would say, and what the old ones do, against every verdict in force.

    Rules alone are blocking keys, scores against thresholds, `always` and `never`; caps on blocks do not count.
    `{"pairs", "agree", "undecided", "contradicted", "newly_contradicted", "contradicted_before", "items"}`: rules agree
    with `same` where they match and with `distinct` and `related` where they do not; a pair under review is undecided.
    `items` are contradicted pairs, at most `limit`: newly contradicted ones first, and of these the surest.
    """
    name = after.entity_type
    with hub.database.read() as reader:
        verdicts = decisions.in_force(reader, name)
        state = resolution.state(reader, name)
        if not verdicts or state is None:
            return _counted({}, {}, {}, {}, limit=limit)
        ends = sorted({id_ for pair in verdicts for id_ in pair})
        now = _Judge(hub, reader, after, state, ends)
        was = now if before is None or before.version == after.version else _Judge(hub, reader, before, state, ends)
        pairs = [pair for pair in sorted(verdicts) if now.has(pair)]
        return _counted(
            {pair: verdicts[pair] for pair in pairs}, was.say(pairs), now.say(pairs), now.keys(), limit=limit
        )


class _Judge:
    """Some records as rules see them, every version of them folded by the names that these rules have."""

    def __init__(
        self, hub: Hub, reader: Transaction, rules: EntityType, state: resolution.StateRow, ids: Sequence[int]
    ) -> None:
        self.rules = rules
        codes = hub.code_lists(reader) if rules.code_lists else NONE
        self.work = Work(
            reader=reader, entity_type=rules, salt=hub.salt, state=State(*state[1:]), upto=state.upto, tick=state.tick,
            afresh=False, codes=codes,
        )  # fmt: skip
        self.work.load("id", ids)
        self.ids = [id_ for id_ in ids if self.work.records[id_].first_position is not None]
        self._fold()

    def _fold(self) -> None:
        tokens = {self.work.records[id_].key_token: id_ for id_ in self.ids}
        versions: defaultdict[int, list[tuple[int, Document]]] = defaultdict(list)
        for token, position, body in log.versions(self.work.reader, list(tokens), upto=self.work.upto):
            versions[tokens[token]].append((position, body))
        for id_, told in versions.items():
            write_folded(self.work.records[id_], fold(told, self.rules.renamed))

    def has(self, pair: Pair) -> bool:
        """Whether both records have arrived."""
        return all(self.work.records[id_].first_position is not None for id_ in pair)

    def keys(self) -> dict[int, str]:
        """The written key of each record."""
        return {id_: self.work.key(id_) for id_ in self.ids}

    def say(self, pairs: Sequence[Pair]) -> dict[Pair, Said]:
        """What the rules say of each pair."""
        if not pairs:
            return {}
        model = self.rules.matching
        read_targets(self.work, self.ids)
        values = [seen(self.work, id_) for id_ in self.ids]
        table = standardise(model, {name: [one.get(name) for one in values] for name in model.attributes})
        row = {id_: number for number, id_ in enumerate(self.ids)}
        left, right = (np.array([row[pair[end]] for pair in pairs], dtype=np.int64) for end in (0, 1))
        scores = score(model, table, compare(model, table, left, right), left, right)
        keyed: defaultdict[int, set[int]] = defaultdict(set)
        for number, key in zip(*(column.tolist() for column in blocking_keys(model, table)), strict=True):
            keyed[number].add(key)
        found = {}
        for pair, outcome, weight in zip(pairs, scores.outcomes.tolist(), scores.weights.tolist(), strict=True):
            meet = not keyed[row[pair[0]]].isdisjoint(keyed[row[pair[1]]])
            # A pair that no blocking rule brings together is never compared, so it is nothing to the hub.
            found[pair] = Said(OUTCOMES[outcome if meet else 0], round(probability(weight), 6), meet)
        return found


def judged(verdict: str, outcome: str) -> Judgement:
    """Hold an outcome against a verdict."""
    if outcome == "review":
        return "undecided"
    return "agree" if outcome == _AGREES[verdict] else "contradicted"


def _counted(
    verdicts: Mapping[Pair, str],
    was: Mapping[Pair, Said],
    now: Mapping[Pair, Said],
    keys: Mapping[int, str],
    *,
    limit: int,
) -> Document:
    then = {pair: judged(verdict, was[pair].outcome) for pair, verdict in verdicts.items()}
    here = {pair: judged(verdict, now[pair].outcome) for pair, verdict in verdicts.items()}
    against = [pair for pair, one in here.items() if one == "contradicted"]
    newly = {pair for pair in against if then[pair] != "contradicted"}

    def worst_first(pair: Pair) -> tuple[Any, ...]:
        sure = now[pair].probability if verdicts[pair] != "same" else 1 - now[pair].probability
        return pair not in newly, -sure, keys[pair[0]], keys[pair[1]]

    counts = {word: sum(one == word for one in here.values()) for word in ("agree", "undecided", "contradicted")}
    return {
        "pairs": len(verdicts), **counts, "newly_contradicted": len(newly),
        "contradicted_before": sum(one == "contradicted" for one in then.values()),
        "items": [
            {
                "left": keys[pair[0]], "right": keys[pair[1]], "verdict": verdicts[pair], "newly": pair in newly,
                "before": _told(was[pair]), "after": _told(now[pair]),
            }
            for pair in sorted(against, key=worst_first)[:limit]
        ],
    }  # fmt: skip


def _told(said: Said) -> Document:
    return {"outcome": said.outcome, "match_probability": said.probability, "candidate": said.candidate}
