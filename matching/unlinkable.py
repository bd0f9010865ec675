"""Unlinkable: the records that no other record can be joined to, and why."""

from dataclasses import dataclass

import numpy as np

from matching.block import Keys
from matching.columns import Rows, Table
from matching.compare import compare
from matching.rules import MatchModel
from matching.score import MATCH, score


@dataclass(frozen=True, slots=True)
class Unlinkable:
    """Rows by reason, each row once and in the order of the file.

    `empty` have no compared value, `keyless` no blocking key, `crowded` only keys whose blocks are over the cap, and
    `vague` too little in them: even an exact copy would stay below the match threshold.
    """

    empty: Rows
    keyless: Rows
    crowded: Rows
    vague: Rows


def unlinkable(model: MatchModel, table: Table, *, rows: Rows, keys: Keys) -> Unlinkable:
    """Find the records that cannot be linked; `rows` and `keys` are the blocking keys of the table."""
    count = len(next(iter(table.values())).codes) if table else 0
    known = [table[name].codes >= 0 for name in model.compared]
    empty = ~np.any(known, axis=0) if known else np.ones(count, dtype=bool)
    keyed, meeting = np.zeros((2, count), dtype=bool)
    keyed[rows] = True
    _, places, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    meeting[rows[sizes[places] <= model.rules.block_cap]] = True
    everyone = np.arange(count)
    scores = score(model, table, compare(model, table, everyone, everyone), everyone, everyone)
    vague = scores.outcomes < MATCH
    return Unlinkable(
        empty=np.flatnonzero(empty),
        keyless=np.flatnonzero(~empty & ~keyed),
        crowded=np.flatnonzero(~empty & keyed & ~meeting),
        vague=np.flatnonzero(~empty & meeting & vague),
    )
