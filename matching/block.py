"""Block: the keys under which records meet, and the candidate pairs that share one."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from matching.columns import Column, Rows, Table
from matching.key_parts import part_index
from matching.rule_keys import RuleKeys, Side, count_of, rule_keys
from matching.rules import BlockPart, MatchModel
from matching.sets import firsts, pair_set, pair_sums

MOST_TOLD = 31
"""Of more blocking rules than this it is not told which of them bring a pair."""

Keys = npt.NDArray[np.int64]
Bits = npt.NDArray[np.int32]
"""For each pair which rules bring it: bit `n` stands for rule `n`."""


def blocking_keys(model: MatchModel, table: Table) -> tuple[Rows, Keys]:
    """Give the blocking keys of every record as two aligned arrays, distinct and sorted by (row, key).

    A key is a signed 64-bit number: the exclusive or of the BLAKE2b hashes of (entity type, rule number) and
    of each part with its value (Zobrist 1970, so a product of parts costs no hashing of its own). A record
    without a value for one of a rule's parts has no key from that rule.
    """
    found = list(rule_keys(model, table))
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
    found = [keys.meetings(cap).sides() for keys in rule_keys(model, table, spoken=False)]
    return pair_set(*_end_to_end(found), below=count_of(table))


def pairs_and_rules(model: MatchModel, table: Table, cap: int) -> tuple[Rows, Rows, Bits]:
    """Give the pairs as `candidate_pairs` does, and which rules bring each; all where there are too many to tell."""
    if len(model.blocking) > MOST_TOLD:
        left, right = candidate_pairs(model, table, cap)
        return left, right, np.full(len(left), -1, dtype=np.int32)
    found, bits = [], [np.empty(0, dtype=np.int32)]
    for keys in rule_keys(model, table, spoken=False):
        sides = keys.meetings(cap).sides()
        if not firsts(keys.rows).all():  # some have several keys, and may meet twice
            one, other = pair_set(*sides, below=count_of(table))
            sides = one.astype(np.int32), other.astype(np.int32)
        found.append(sides)
        bits.append(np.full(len(sides[0]), 1 << keys.number, dtype=np.int32))
    return pair_sums(*_end_to_end(found), np.concatenate(bits), below=count_of(table))


def _end_to_end(found: Sequence[tuple[Side, Side]]) -> tuple[Side, Side]:
    """Put the sides of pairs one behind the other."""
    left, right = (np.concatenate([np.empty(0, dtype=np.int32), *(sides[side] for sides in found)]) for side in (0, 1))
    return left, right


def rule_key_words(model: MatchModel, table: Table) -> list[list[dict[int, str]]]:
    """Say the blocking keys of every record in words, rule by rule in declared order."""
    found = list(rule_keys(model, table))
    rows = count_of(table)
    told: list[list[dict[int, str]]] = [[{} for _ in found] for _ in range(rows)]
    for number, (one, keys) in enumerate(zip(found, _hashed(model, found), strict=True)):
        for place, (row, key) in enumerate(zip(one.rows.tolist(), keys.tolist(), strict=True)):
            told[row][number][key] = one.words(model, place)
    return told


def part_strings(model: MatchModel, part: BlockPart, table: Table, row: int) -> frozenset[str]:
    """Give the strings that one record has for a part of a blocking key."""
    return frozenset(part_index(model, part, _one_row(table[part.attribute], row)).distinct)


def _hashed(model: MatchModel, rules: Iterable[RuleKeys]) -> Iterator[Keys]:
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


def _one_row(column: Column, row: int) -> Column:
    code = int(column.codes[row])
    if code < 0:
        return Column(np.full(1, -1, dtype=np.int32), [])
    return Column(np.zeros(1, dtype=np.int32), [column.cells[code]])
