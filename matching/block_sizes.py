"""What blocking rules do to a table: the sizes of their blocks, the pairs each brings, and which only it brings."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from matching.columns import Table
from matching.rule_keys import Meetings, RuleKeys, Side, count_of, meetings_of, rule_keys, rule_words
from matching.rules import MatchModel
from matching.sets import firsts, sorted_set

PAIRS_AT_ONCE = 1 << 22
"""So many pairs, roughly, are held at a time to see which rules found each."""


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What one blocking rule does to a table: its keys, its pairs, and its blocks over the cap.

    `pairs` counts the pairs in blocks within the cap; a pair that two rules find counts for both. `alone` counts
    the pairs that no other rule finds: without this rule they would never be compared. `oversized` lists the
    blocks that give no pairs, in words with their number of records, largest first.
    """

    rule: str
    records: int
    keys: int
    pairs: int
    alone: int
    oversized: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class RuleSize:
    """How many `pairs` a record a blocking rule brings within the cap, how many of them `strangers`.

    Strangers have nothing in common but their key. `beyond` is the share of the keys whose blocks are over the cap.
    """

    pairs: float
    strangers: float
    beyond: float


def report(model: MatchModel, table: Table, cap: int) -> list[RuleReport]:
    """Report for each blocking rule, in declared order, how many pairs it gives and what is over the cap."""
    rules = list(rule_keys(model, table))
    alone = _alone([found.meetings(cap) for found in rules])
    return [_report(model, found, cap, alone=count) for found, count in zip(rules, alone, strict=True)]


def measured(model: MatchModel, table: Table, cap: int, *, factor: float, most: float) -> list[RuleSize]:
    """Measure each blocking rule by itself; of one that brings more than `most` pairs a record all count as strangers.

    The table may be a sample of records; `factor` says how much larger the file is, and so its blocks.
    """
    rows = max(count_of(table), 1)
    return [
        _size(model, table, found, int((cap - 1) / factor) + 1, each=factor / rows, most=most)
        for found in rule_keys(model, table, separately=True, spoken=False)
    ]


def _size(model: MatchModel, table: Table, found: RuleKeys, cap: int, *, each: float, most: float) -> RuleSize:
    blocks = found.blocks()
    _, _, counts = blocks
    meetings = meetings_of(found.rows, blocks, cap)
    pairs = strangers = int(meetings.partners.sum()) * each
    if pairs <= most:
        strangers = _strangers(model, found.number, table, *meetings.sides()) * each
    return RuleSize(pairs, strangers, int(counts[counts > cap].sum()) / max(len(found.rows), 1))


def _strangers(model: MatchModel, rule: int, table: Table, left: Side, right: Side) -> int:
    """Count the pairs whose records have nothing in common but their key, though more is known of both."""
    known, same = np.zeros(len(left), dtype=bool), np.zeros(len(left), dtype=bool)
    keyed = {part.attribute for part in model.blocking[rule]}
    for codes in (column.codes for name, column in table.items() if name not in keyed):
        one, other = codes[left], codes[right]
        both = (one >= 0) & (other >= 0)
        known |= both
        same |= both & (one == other)
    return int((known & ~same).sum())


def _report(model: MatchModel, found: RuleKeys, cap: int, *, alone: int) -> RuleReport:
    order, starts, sizes = found.blocks()
    within = sizes[sizes <= cap]
    over = [
        (found.words(model, int(order[start])), int(size))
        for start, size in zip(starts[sizes > cap], sizes[sizes > cap], strict=True)
    ]
    return RuleReport(
        rule=rule_words(model, found.number),
        records=int(firsts(found.rows).sum()),  # they ascend
        keys=len(starts),
        pairs=int((within * (within - 1) // 2).sum()),
        alone=alone,
        oversized=sorted(over, key=lambda block: (-block[1], block[0])),
    )


def _alone(rules: list[Meetings]) -> list[int]:
    """Count for each rule the pairs that only it finds, a range of rows at a time so that memory stays bounded."""
    counts = np.zeros(len(rules), dtype=np.int64)
    rows = max((int(rule.rows.max(initial=-1)) for rule in rules), default=-1) + 1
    bits = rows.bit_length()
    waiting = np.zeros(rows, dtype=np.int64)
    for rule in rules:
        np.add.at(waiting, rule.rows, rule.partners)
    reached = np.cumsum(waiting)
    edges = np.searchsorted(reached, np.arange(PAIRS_AT_ONCE, int(waiting.sum()), PAIRS_AT_ONCE))
    bounds = sorted_set(np.concatenate([[0], edges, [rows]])).tolist()
    numbers = len(rules).bit_length()
    for first, last in pairwise(bounds):
        found = [(rule.pairs(first, last, bits) << numbers) | number for number, rule in enumerate(rules)]
        packed = np.concatenate(found)
        packed = sorted_set(packed)
        new = firsts(packed >> numbers)
        only = packed[new & np.append(new[1:], True)]
        counts += np.bincount(only & ((1 << numbers) - 1), minlength=len(rules))
    return [int(count) for count in counts]
