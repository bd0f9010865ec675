"""Keys: which parts of records bring those together that may be one thing, chosen by the sizes of their blocks."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from matching.block import Rows, measured
from matching.columns import Column, Table
from matching.document import MatchAttribute, MatchRules
from matching.infer.records import evenly_chosen
from matching.kinds import KINDS
from matching.rules import match_model

CAP = 100
SAMPLE = 50_000
"""So many records are looked at to measure blocks; of more, evenly spaced ones in the order of their ranks."""
PER_KEY, IN_ALL = 8.0, 30.0
"""The most pairs a record that one key, and all keys together, may bring."""
_MEETING = {
    "person_name": ("", "tokens", "phonetic"),
    "name": ("", "tokens", "phonetic"),
    "company_name": ("", "tokens"),
    "email": ("", "user"),
    "address": ("street", "house", "postcode", "city"),
    "date": ("", "year"),
    "birth_date": ("", "year"),
    "text": ("", "tokens"),
}


def choose_keys(attributes: Mapping[str, MatchAttribute], table: Table, ranks: Rows) -> list[list[str]]:
    """Choose an OR of AND keys: single parts that bring few pairs, and pairs of parts that bring few only together.

    The most selective go first, as long as all together bring no more than IN_ALL pairs a record.
    `ranks` puts the records in an order that does not hang on that of the file.
    """
    parts = [_word(name, part) for name in table for part in _MEETING.get(attributes[name].kind, ("",))]
    offered = [part for part in parts if _offered(part, attributes)]
    rules = [[one] for one in offered] + [[one, other] for one, other in combinations(offered, 2)]
    sample, factor = _sample(table, ranks)
    model = match_model("inferred", attributes, MatchRules(block_on=rules, compare=[]))
    sizes = measured(model, sample, CAP, factor=factor)
    chosen: list[list[str]] = []
    total = 0.0
    for rule, brings in sorted(zip(rules, sizes, strict=True), key=lambda one: (len(one[0]), one[1], one[0])):
        contained = any(set(other) < set(rule) for other in chosen)
        if brings <= 0 or brings > PER_KEY or contained or total + brings > IN_ALL:
            continue
        chosen.append(rule)
        total += brings
    return chosen


def _word(name: str, part: str) -> str:
    return f"{name}.{part}" if part else name


def _offered(word: str, attributes: Mapping[str, MatchAttribute]) -> bool:
    name, _, part = word.partition(".")
    return part in KINDS[attributes[name].kind].parts


def _sample(table: Table, ranks: Rows) -> tuple[Table, float]:
    """Take evenly spaced records, and say by what factor the file is larger."""
    count = len(next(iter(table.values())).codes) if table else 0
    if count <= SAMPLE:
        return table, 1.0
    rows = evenly_chosen(ranks, SAMPLE)
    return {name: _part(column, rows) for name, column in table.items()}, count / SAMPLE


def _part(column: Column, rows: Rows) -> Column:
    used, codes = np.unique(column.codes[rows], return_inverse=True)
    known = used >= 0
    shift = int((~known).sum())
    return Column((codes.ravel() - shift).astype(np.int32), [column.cells[code] for code in used[known].tolist()])
