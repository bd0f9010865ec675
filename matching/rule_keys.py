"""The keys that blocking rules give the records of a table, and who meets by them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.columns import PART, Rows, Table
from matching.key_parts import PartIndex, part_indexes
from matching.rules import BlockPart, MatchModel
from matching.sets import grouped, packed, ranges

MAX_KEYS = 32
"""The most blocking keys a record may have; rules declared first, and longer tokens, go first."""


Side = npt.NDArray[np.int32]
"""The row on one side of each of some pairs."""


@dataclass(frozen=True, slots=True)
class Meetings:
    """Who meets under one rule: the members of its blocks within the cap, and how many of its block follow each.

    Blocks stand one after the other, and inside a block the rows ascend.
    """

    rows: Rows
    partners: Rows

    def pairs(self, first: int, last: int, bits: int) -> Rows:
        """Give the pairs whose smaller row is in [first, last), each as one number."""
        member = np.flatnonzero((self.rows >= first) & (self.rows < last))
        partners = self.partners[member]
        one = self.rows[np.repeat(member, partners)]
        return (one << bits) | self.rows[ranges(member + 1, partners)]

    def sides(self) -> tuple[Side, Side]:
        """Give the smaller and the larger row of every pair."""
        rows = self.rows.astype(np.int32)
        return np.repeat(rows, self.partners), rows[ranges(np.arange(1, len(rows) + 1), self.partners)]


@dataclass(frozen=True, slots=True)
class RuleKeys:
    """The keys of one rule: key i belongs to `rows[i]`, ascending, and is made of `chosen[part][i]` of each part."""

    number: int
    rows: Rows
    parts: list[PartIndex]
    chosen: list[npt.NDArray[np.int32]]

    def meetings(self, cap: int) -> Meetings:
        """Say who meets in blocks of at most `cap` records."""
        keys = self._shared(cap)
        return meetings_of(keys.rows, keys.blocks(), cap)

    def _shared(self, cap: int) -> "RuleKeys":
        """Leave out keys that nobody else has, as their strings tell, and those of one string that too many have."""
        kept = np.ones(len(self.rows), dtype=bool)
        for part, chosen in zip(self.parts, self.chosen, strict=True):
            times = np.bincount(chosen, minlength=part.size)
            kept &= ((times > 1) & ((times <= cap) | (len(self.parts) > 1)))[chosen]
        return RuleKeys(self.number, self.rows[kept], self.parts, [chosen[kept] for chosen in self.chosen])

    def blocks(self) -> tuple[Rows, Rows, Rows]:
        """Put the places of the keys in order, block by block; gives with them where each begins, and its size."""
        numbers, below = packed(self.chosen, [part.size for part in self.parts])
        order, starts = grouped(numbers, below=below)
        return order, starts, np.diff(starts, append=len(order))

    def words(self, model: MatchModel, place: int) -> str:
        """Say one key in words: `name tokens=smith, address postcode=1010`."""
        named = zip(model.blocking[self.number], self.parts, self.chosen, strict=True)
        return ", ".join(f"{part.words}={_spoken(index.distinct[chosen[place]])}" for part, index, chosen in named)


def rule_keys(model: MatchModel, table: Table, *, separately: bool = False, spoken: bool = True) -> Iterator[RuleKeys]:
    """Give the keys rule by rule, so that a record's first MAX_KEYS in declared order are the ones kept.

    With `separately` each rule has its keys as if there were no other. The strings of the parts are there only if
    they are `spoken`.
    """
    parts = dict.fromkeys(part for rule in model.blocking for part in rule)
    together: dict[str, list[BlockPart]] = {}
    for part in parts:
        together.setdefault(part.attribute, []).append(part)
    indexes: dict[BlockPart, PartIndex] = {}
    for name, of_one in together.items():
        indexes |= part_indexes(model, of_one, table[name], spoken=spoken)
    rows = count_of(table)
    room = np.full(rows, MAX_KEYS, dtype=np.int64)
    for number, rule in enumerate(model.blocking):
        found = _products(number, [indexes[part] for part in rule], room)
        if not separately:
            room -= np.bincount(found.rows, minlength=rows)
        yield found


def _products(number: int, parts: list[PartIndex], room: Rows) -> RuleKeys:
    """Combine each string of a part with each of the others, the last part varying fastest."""
    counts = [part.counts() for part in parts]
    total = np.ones(len(room), dtype=np.int64)
    for count in counts:
        total = np.minimum(total * count, MAX_KEYS)  # step by step: a full product could overflow
    total = np.minimum(total, room)
    if total.max(initial=0) <= 1:
        rows = np.flatnonzero(total)
        return RuleKeys(number, rows, parts, [part.chosen[part.first(rows)] for part in parts])
    rows = np.repeat(np.arange(len(room)), total)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(total) - total, total)
    chosen: list[npt.NDArray[np.int32]] = []
    for part, count in zip(reversed(parts), reversed(counts), strict=True):
        first = part.first(rows)
        if count.max(initial=0) > 1:
            place, offset = np.divmod(place, count[rows])
            first += offset
        chosen.insert(0, part.chosen[first])
    return RuleKeys(number, rows, parts, chosen)


def rule_words(model: MatchModel, number: int) -> str:
    """Say a blocking rule in words: `name tokens + address postcode`."""
    return " + ".join(part.words for part in model.blocking[number])


def meetings_of(rows: Rows, blocks: tuple[Rows, Rows, Rows], cap: int) -> Meetings:
    """Say who meets in those of the blocks of the keys of these rows that hold at most `cap`."""
    order, starts, sizes = blocks
    used = (sizes > 1) & (sizes <= cap)
    member = ranges(starts[used], sizes[used])
    partners = np.repeat(starts[used] + sizes[used], sizes[used]) - member - 1
    return Meetings(rows[order][member], partners)


def count_of(table: Table) -> int:
    """Say how many records there are."""
    return len(next(iter(table.values())).codes) if table else 0


def _spoken(text: str) -> str:
    return text.replace(PART, " ").strip()
