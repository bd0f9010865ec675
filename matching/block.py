"""Block: the keys under which records meet, and the candidate pairs that share one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from matching.columns import PART, Column, Table
from matching.key_parts import PartIndex, part_index, part_indexes
from matching.rules import BlockPart, MatchModel
from matching.sets import firsts, grouped, packed, pair_set, ranges, sorted_set

MAX_KEYS = 32
"""The most blocking keys a record may have; rules declared first, and longer tokens, go first."""

PAIRS_AT_ONCE = 1 << 22
"""So many pairs, roughly, are held at a time to see which rules found each."""

Rows = npt.NDArray[np.int64]
Keys = npt.NDArray[np.int64]


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


@dataclass(frozen=True, slots=True)
class _Meetings:
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

    def sides(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Give the smaller and the larger row of every pair."""
        rows = self.rows.astype(np.int32)
        return np.repeat(rows, self.partners), rows[ranges(np.arange(1, len(rows) + 1), self.partners)]


@dataclass(frozen=True, slots=True)
class _RuleKeys:
    """The keys of one rule: key i belongs to `rows[i]`, ascending, and is made of `chosen[part][i]` of each part."""

    number: int
    rows: Rows
    parts: list[PartIndex]
    chosen: list[npt.NDArray[np.int32]]

    def blocks(self) -> tuple[Rows, Rows, Rows]:
        """Put the places of the keys in order, block by block; gives with them where each begins, and its size."""
        numbers, below = packed(self.chosen, [part.size for part in self.parts])
        order, starts = grouped(numbers, below=below)
        return order, starts, np.diff(starts, append=len(order))

    def words(self, model: MatchModel, place: int) -> str:
        """Say one key in words: `name tokens=smith, address postcode=1010`."""
        named = zip(model.blocking[self.number], self.parts, self.chosen, strict=True)
        return ", ".join(f"{part.words}={_spoken(index.distinct[chosen[place]])}" for part, index, chosen in named)


def blocking_keys(model: MatchModel, table: Table) -> tuple[Rows, Keys]:
    """Give the blocking keys of every record as two aligned arrays, distinct and sorted by (row, key).

    A key is a signed 64-bit number: the exclusive or of the BLAKE2b hashes of (entity type, rule number) and
    of each part with its value (Zobrist 1970, so a product of parts costs no hashing of its own). A record
    without a value for one of a rule's parts has no key from that rule.
    """
    found = list(_rule_keys(model, table))
    rows = np.concatenate([np.empty(0, np.int64), *(one.rows for one in found)])
    keys = np.concatenate([np.empty(0, np.int64), *_hashed(model, found)])
    order = np.lexsort((keys, rows))
    rows, keys = rows[order], keys[order]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (rows[1:] != rows[:-1]) | (keys[1:] != keys[:-1])
    return rows[new], keys[new]


def candidate_pairs(model: MatchModel, table: Table, cap: int) -> tuple[Rows, Rows]:
    """Give the distinct pairs of rows, left < right and sorted, that share a blocking key of at most `cap` records.

    Rule by rule, so that the keys of one are held at a time.
    """
    rows = len(next(iter(table.values())).codes) if table else 0
    found = [_meetings(keys.rows, keys.blocks(), cap).sides() for keys in _rule_keys(model, table, spoken=False)]
    nothing = np.empty(0, dtype=np.int32)
    left, right = (np.concatenate([nothing, *(sides[side] for sides in found)]) for side in (0, 1))
    return pair_set(left, right, below=rows)


def key_words(model: MatchModel, table: Table, row: int) -> dict[int, str]:
    """Say each blocking key of one record in words, for explanations."""
    single = {name: _one_row(column, row) for name, column in table.items()}
    return {key: words for keys in rule_key_words(model, single)[0] for key, words in keys.items()}


def rule_key_words(model: MatchModel, table: Table) -> list[list[dict[int, str]]]:
    """Say the blocking keys of every record in words, rule by rule in declared order."""
    found = list(_rule_keys(model, table))
    rows = len(next(iter(table.values())).codes) if table else 0
    told: list[list[dict[int, str]]] = [[{} for _ in found] for _ in range(rows)]
    for number, (one, keys) in enumerate(zip(found, _hashed(model, found), strict=True)):
        for place, (row, key) in enumerate(zip(one.rows.tolist(), keys.tolist(), strict=True)):
            told[row][number][key] = one.words(model, place)
    return told


def part_strings(model: MatchModel, part: BlockPart, table: Table, row: int) -> frozenset[str]:
    """Give the strings that one record has for a part of a blocking key."""
    return frozenset(part_index(model, part, _one_row(table[part.attribute], row)).distinct)


def report(model: MatchModel, table: Table, cap: int) -> list[RuleReport]:
    """Report for each blocking rule, in declared order, how many pairs it gives and what is over the cap."""
    rules = list(_rule_keys(model, table))
    alone = _alone([_meetings(found.rows, found.blocks(), cap) for found in rules])
    return [_report(model, found, cap, alone=count) for found, count in zip(rules, alone, strict=True)]


def measured(model: MatchModel, table: Table, cap: int, *, factor: float, most: float) -> list[RuleSize]:
    """Measure each blocking rule by itself; of one that brings more than `most` pairs a record all count as strangers.

    The table may be a sample of records; `factor` says how much larger the file is, and so its blocks.
    """
    rows = max(len(next(iter(table.values())).codes) if table else 0, 1)
    return [
        _size(model, table, found, int((cap - 1) / factor) + 1, each=factor / rows, most=most)
        for found in _rule_keys(model, table, separately=True, spoken=False)
    ]


def _size(model: MatchModel, table: Table, found: _RuleKeys, cap: int, *, each: float, most: float) -> RuleSize:
    blocks = found.blocks()
    _, _, counts = blocks
    meetings = _meetings(found.rows, blocks, cap)
    pairs = strangers = int(meetings.partners.sum()) * each
    if pairs <= most:
        strangers = _strangers(model, found.number, table, *meetings.sides()) * each
    return RuleSize(pairs, strangers, int(counts[counts > cap].sum()) / max(len(found.rows), 1))


def _strangers(
    model: MatchModel, rule: int, table: Table, left: npt.NDArray[np.int32], right: npt.NDArray[np.int32]
) -> int:
    """Count the pairs whose records have nothing in common but their key, though more is known of both."""
    known, same = np.zeros(len(left), dtype=bool), np.zeros(len(left), dtype=bool)
    keyed = {part.attribute for part in model.blocking[rule]}
    for codes in (column.codes for name, column in table.items() if name not in keyed):
        one, other = codes[left], codes[right]
        both = (one >= 0) & (other >= 0)
        known |= both
        same |= both & (one == other)
    return int((known & ~same).sum())


def _report(model: MatchModel, found: _RuleKeys, cap: int, *, alone: int) -> RuleReport:
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


def rule_words(model: MatchModel, number: int) -> str:
    """Say a blocking rule in words: `name tokens + address postcode`."""
    return " + ".join(part.words for part in model.blocking[number])


def _meetings(rows: Rows, blocks: tuple[Rows, Rows, Rows], cap: int) -> _Meetings:
    """Say who meets in blocks of the keys of these rows."""
    order, starts, sizes = blocks
    used = (sizes > 1) & (sizes <= cap)
    member = ranges(starts[used], sizes[used])
    partners = np.repeat(starts[used] + sizes[used], sizes[used]) - member - 1
    return _Meetings(rows[order][member], partners)


def _alone(rules: list[_Meetings]) -> list[int]:
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


def _rule_keys(
    model: MatchModel, table: Table, *, separately: bool = False, spoken: bool = True
) -> Iterator[_RuleKeys]:
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
    rows = len(next(iter(table.values())).codes) if table else 0
    room = np.full(rows, MAX_KEYS, dtype=np.int64)
    for number, rule in enumerate(model.blocking):
        found = _products(number, [indexes[part] for part in rule], room)
        if not separately:
            room -= np.bincount(found.rows, minlength=rows)
        yield found


def _products(number: int, parts: list[PartIndex], room: Rows) -> _RuleKeys:
    """Combine each string of a part with each of the others, the last part varying fastest."""
    counts = [part.counts() for part in parts]
    total = np.ones(len(room), dtype=np.int64)
    for count in counts:
        total = np.minimum(total * count, MAX_KEYS)  # step by step: a full product could overflow
    total = np.minimum(total, room)
    rows = np.repeat(np.arange(len(room)), total)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(total) - total, total)
    chosen: list[npt.NDArray[np.int32]] = []
    for part, count in zip(reversed(parts), reversed(counts), strict=True):
        place, offset = np.divmod(place, count[rows])
        chosen.insert(0, part.chosen[part.first(rows) + offset])
    return _RuleKeys(number, rows, parts, chosen)


def _hashed(model: MatchModel, rules: Iterable[_RuleKeys]) -> Iterator[Keys]:
    """Give the keys of each rule as numbers that stay, whatever else is in the table."""
    known: dict[BlockPart, Keys] = {}
    for found in rules:
        keys = np.full(len(found.rows), _hashes(f"{model.entity_type}\x1f{found.number}", [""])[0])
        for part, index, chosen in zip(model.blocking[found.number], found.parts, found.chosen, strict=True):
            if part not in known:
                known[part] = _hashes(f"{model.entity_type}\x1f{part.attribute}\x1f{part.part}", index.distinct)
            keys ^= known[part][chosen]
        yield keys


def _hashes(salt: str, strings: list[str]) -> Keys:
    """Hash strings to signed 64-bit numbers with a salt of their own."""
    base = blake2b(salt.encode() + b"\x1e", digest_size=8)
    digests = bytearray()
    for text in strings:
        state = base.copy()
        state.update(text.encode("utf-8", "surrogatepass"))
        digests += state.digest()
    return np.frombuffer(bytes(digests), dtype="<i8").astype(np.int64)


def _spoken(text: str) -> str:
    return text.replace(PART, " ").strip()


def _one_row(column: Column, row: int) -> Column:
    code = int(column.codes[row])
    if code < 0:
        return Column(np.full(1, -1, dtype=np.int32), [])
    return Column(np.zeros(1, dtype=np.int32), [column.cells[code]])
