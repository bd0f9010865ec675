"""Which pairs a commit must look at again: those that share a block within the cap, before or after it (rule 4)."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from matching.sets import among, firsts, sorted_set
from mdm.resolution.work import Work
from mdm.store import blocks as stored_blocks
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord

Ints = npt.NDArray[np.int64]
Size = tuple[int, int]


@dataclass(slots=True)
class Moves:
    """The (key, record id) that leave stored blocks and that come to them, and what that adds to (living, deleted)."""

    removed: list[tuple[int, int]] = field(default_factory=list)
    added: list[tuple[int, int]] = field(default_factory=list)
    counts: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def move(self, record: StoredRecord, before: StoredRecord | None) -> None:
        """Note how a record moves that stood so before, if it did."""
        new, old = set(unpacked(record.keys).tolist()), set[int]()
        if before is not None:
            old = set(unpacked(before.keys).tolist())
            for key in old:
                self.counts[key][before.deleted] -= 1
        for key in new:
            self.counts[key][record.deleted] += 1
        self.removed += [(key, record.id) for key in old - new]
        self.added += [(key, record.id) for key in new - old]


@dataclass(slots=True)
class Blocks:
    """How the changed records move between blocks, and which pairs are to be compared or checked again.

    `ids` and `keys` are the changed records and their new keys, aligned; `cap` is the most records that a block may
    hold and still make pairs. Under new rules all `counts` are what blocks hold, as if there had been none.
    """

    work: Work
    ids: Ints
    keys: Ints
    cap: int
    moves: Moves = field(default_factory=Moves)
    counts: dict[int, Size] = field(default_factory=dict)
    sizes: dict[int, Size] = field(default_factory=dict)
    left: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    right: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    crossed_up: set[int] = field(default_factory=set)

    def within(self, key: int, *, any_deleted: bool) -> bool:
        """Whether a block makes pairs; with a deleted record, living and deleted count together."""
        living, deleted = self.sizes.get(key, (0, 0))
        return (living + deleted if any_deleted else living) <= self.cap

    def share(self, left: int, right: int) -> bool:
        """Whether two records in hand share a block within the cap."""
        one, other = (set(unpacked(self.work.records[id_].keys).tolist()) for id_ in (left, right))
        shared = one & other
        self.read_sizes(shared)
        any_deleted = self.work.records[left].deleted or self.work.records[right].deleted
        return any(self.within(key, any_deleted=any_deleted) for key in shared)

    def leave_out(self, ids: set[int]) -> None:
        """Look at no pair of which one end is among these records."""
        listed = np.array(sorted(ids), dtype=np.int64)
        wanted = ~(among(self.left, listed) | among(self.right, listed))
        self.left, self.right = self.left[wanted], self.right[wanted]

    def read_sizes(self, keys: Iterable[int]) -> None:
        """Learn how many records stand under these keys after this commit."""
        unknown = [key for key in keys if key not in self.sizes]
        if not unknown:
            return
        stored = {} if self.work.afresh else stored_blocks.sizes(self.work.reader, unknown)
        for key in unknown:
            living, deleted = stored.get(key, (0, 0))
            more = self.counts.get(key, (0, 0))
            self.sizes[key] = (living + more[0], deleted + more[1])

    def write(self, writer: Transaction) -> None:
        """Move the records between the stored blocks."""
        moves = _under_new_rules(self.work) if self.work.afresh else self.moves
        counts = {key: (living, deleted) for key, (living, deleted) in moves.counts.items()}
        stored_blocks.change(writer, removed=moves.removed, added=moves.added, counts=counts)


def unpacked(keys: bytes) -> Ints:
    """The blocking keys of a stored record."""
    return np.frombuffer(keys, dtype="<i8")


def by_environment(work: Work, rows: Ints, keys: Ints) -> Ints:
    """Give the keys of records that are not of production values of their own: environments share no block."""
    return keys ^ marks(work, sorted(work.dirty))[rows] if work.entity_type.apart else keys


def marks(work: Work, ids: Sequence[int]) -> Ints:
    """What the keys of each of these records differ in from those of production."""
    apart = work.entity_type.apart
    known = {environment: _mark(environment) for environment in apart.values()}
    return np.array([known.get(apart.get(work.records[id_].source, ""), 0) for id_ in ids], dtype=np.int64)


def _mark(environment: str) -> int:
    return int.from_bytes(hashlib.blake2b(environment.encode(), digest_size=8).digest(), "big", signed=True)


def move(work: Work, rows: Ints, keys: Ints) -> Blocks:
    """Give the changed records their new keys (`rows` index them, sorted) and find the pairs to look at."""
    ids = np.array(sorted(work.dirty), dtype=np.int64)
    blocks = Blocks(work, ids[rows], keys, work.entity_type.match.block_cap)
    bounds = (8 * np.searchsorted(rows, np.arange(len(ids) + 1))).tolist()
    written = keys.astype("<i8").tobytes()
    for id_, (start, end) in zip(ids.tolist(), pairwise(bounds), strict=True):
        work.records[id_].keys = written[start:end]
    stood = np.array([id_ in work.before and not work.afresh for id_ in ids.tolist()], dtype=bool)
    _newcomers(blocks, ~stood[rows])
    for id_ in ids[stood].tolist():
        blocks.moves.move(work.records[id_], work.before[id_])
    blocks.counts = {key: (living, deleted) for key, (living, deleted) in blocks.moves.counts.items()}
    blocks.read_sizes(blocks.counts)
    _pairs(blocks)
    return blocks


def _under_new_rules(work: Work) -> Moves:
    """How records move from the blocks of before to those of now: most rules leave most where they are."""
    moves = Moves()
    for id_ in sorted(work.dirty):
        record, before = work.records[id_], work.before.get(id_)
        if before is None or (record.keys, record.deleted) != (before.keys, before.deleted):
            moves.move(record, before)
    return moves


def _newcomers(blocks: Blocks, new: npt.NDArray[np.bool_]) -> None:
    """Count the keys of records that had none before."""
    counts = blocks.moves.counts
    keys, ids = blocks.keys[new], blocks.ids[new]
    if not blocks.work.afresh:
        order = np.lexsort((ids, keys))  # as they are written
        blocks.moves.added += zip(keys[order].tolist(), ids[order].tolist(), strict=True)
    dead = among(
        ids, np.array([id_ for id_ in sorted(blocks.work.dirty) if blocks.work.records[id_].deleted], np.int64)
    )
    for deleted, some in ((False, keys[~dead]), (True, keys[dead])):
        ordered = np.sort(some)
        starts = np.flatnonzero(firsts(ordered))
        for key, count in zip(ordered[starts].tolist(), np.diff(starts, append=len(ordered)).tolist(), strict=True):
            counts[key][deleted] += count


def _pairs(blocks: Blocks) -> None:
    """Changed records against everything in their blocks; whole blocks where one came down to the cap."""
    flipped = _crossings(blocks)
    wanted = [key for key in blocks.counts if blocks.within(key, any_deleted=False)]
    keys, ids = _membership(blocks, wanted)
    if not len(ids):
        return
    dirty = among(ids, np.array(sorted(blocks.work.dirty), dtype=np.int64))
    whole = among(keys, np.array(sorted(flipped), dtype=np.int64))
    order = np.lexsort((ids, ~(dirty | whole), keys))
    keys, ids, active = keys[order], ids[order], (dirty | whole)[order]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    ends = np.repeat(np.r_[starts[1:], len(keys)], np.diff(np.r_[starts, len(keys)]))
    first = np.flatnonzero(active)
    many = ends[first] - first - 1
    one = np.repeat(first, many)
    other = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(many) - many, many)
    blocks.left, blocks.right = _allowed(blocks, keys[one], ids[one], ids[other])


def _crossings(blocks: Blocks) -> set[int]:
    """The blocks that came down to the cap, living or all; those that went over it are kept in `crossed_up`."""
    down: set[int] = set()
    cap = blocks.cap
    for key, (living, deleted) in blocks.counts.items():
        now_living, now_deleted = blocks.sizes[key]
        if living >= 0 and deleted >= 0 and now_living + now_deleted <= cap:
            continue  # it only grew, and is within the cap still
        for now, was in (
            (now_living, now_living - living),
            (now_living + now_deleted, now_living + now_deleted - living - deleted),
        ):
            if was > cap >= now:
                down.add(key)
            elif now > cap >= was > 0:
                blocks.crossed_up.add(key)
    return down


def _membership(blocks: Blocks, wanted: list[int]) -> tuple[Ints, Ints]:
    """(key, record id) of these blocks as they will be."""
    work = blocks.work
    stored_wanted = (
        [key for key in wanted if sum(blocks.sizes[key]) > sum(blocks.counts[key])] if not work.afresh else []
    )
    keys, ids = stored_blocks.members(work.reader, stored_wanted)
    keep = ~among(ids, np.array(sorted(work.dirty), dtype=np.int64))
    mine = among(blocks.keys, np.array(sorted(wanted), dtype=np.int64))
    return np.concatenate([keys[keep], blocks.keys[mine]]), np.concatenate([ids[keep], blocks.ids[mine]])


def _allowed(blocks: Blocks, keys: Ints, one: Ints, other: Ints) -> tuple[Ints, Ints]:
    """Distinct pairs, smaller id first; pairs with a deleted record only where the whole block is within the cap."""
    over = np.array(sorted(key for key in blocks.counts if not blocks.within(key, any_deleted=True)), dtype=np.int64)
    crowded = among(keys, over)
    if crowded.any():
        listed = sorted_set(np.concatenate([one[crowded], other[crowded]])).tolist()
        blocks.work.load("id", listed)
        dead = np.array([id_ for id_ in listed if blocks.work.records[id_].deleted], dtype=np.int64)
        bad = crowded & (among(one, dead) | among(other, dead))
        one, other = one[~bad], other[~bad]
    ids = sorted_set(np.concatenate([one, other]))
    here, there = np.searchsorted(ids, one), np.searchsorted(ids, other)
    packed = sorted_set(np.minimum(here, there) * len(ids) + np.maximum(here, there))
    return ids[packed // max(len(ids), 1)], ids[packed % max(len(ids), 1)]
