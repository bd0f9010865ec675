"""Meet: which blocking rules bring two records together, and what keeps the others from it."""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal, TypedDict

from matching.block import part_strings
from matching.columns import Table
from matching.rule_keys import rule_words
from matching.rules import BlockPart, MatchModel

Words = Mapping[int, str]
"""The keys of one record by one rule, in words."""


class RuleEvidence(TypedDict):
    """What one blocking rule makes of a pair: brought together (`shared`), or what is in the way."""

    rule: str
    outcome: Literal["shared", "crowded", "missing", "different", "limit"]
    words: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """The blocking keys that two records have in common, in words, and what each rule makes of the pair."""

    keys: list[str]
    rules: list[RuleEvidence]


def meet(model: MatchModel, table: Table, words: Sequence[Sequence[Words]], crowded: Collection[int]) -> Meeting:
    """Say how blocking sees the two records of a table; what it says holds no value of theirs, only `keys` do.

    words: their blocking keys, as `rule_key_words` says them.  crowded: keys whose block is over the cap, so that
    nobody meets there.
    """
    shared = [{key: said for key, said in one.items() if key in other} for one, other in zip(*words, strict=True)]
    return Meeting(
        keys=sorted({said for keys in shared for said in keys.values()}),
        rules=[_rule(model, table, number, keys.keys(), crowded) for number, keys in enumerate(shared)],
    )


def _rule(
    model: MatchModel, table: Table, number: int, keys: Set[int], crowded: Collection[int]
) -> RuleEvidence:  # fmt: skip
    rule = rule_words(model, number)
    if keys - set(crowded):
        return RuleEvidence(rule=rule, outcome="shared", words="brings them together")
    if keys:
        words = f"both have it, but so have more than {model.rules.block_cap} records, so nobody is compared there"
        return RuleEvidence(rule=rule, outcome="crowded", words=words)
    missing, different = (list(found(model, table, model.blocking[number])) for found in (_missing, _different))
    if missing or different:
        return RuleEvidence(
            rule=rule, outcome="missing" if missing else "different", words="; ".join(missing + different)
        )
    words = "both would have it, but one has as many keys as it may from rules before this one"
    return RuleEvidence(rule=rule, outcome="limit", words=words)


def _missing(model: MatchModel, table: Table, parts: Collection[BlockPart]) -> Iterator[str]:
    for part in parts:
        absent = [not part_strings(model, part, table, row) for row in (0, 1)]
        if any(absent):
            yield f"no {part.words} on {'either side' if all(absent) else 'the left' if absent[0] else 'the right'}"


def _different(model: MatchModel, table: Table, parts: Collection[BlockPart]) -> Iterator[str]:
    for part in parts:
        left, right = (part_strings(model, part, table, row) for row in (0, 1))
        if left and right and left.isdisjoint(right):
            yield f"different {part.words}"
