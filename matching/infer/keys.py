"""Keys: which parts of records bring those together that may be one thing, and few that have nothing else in common."""

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
import numpy.typing as npt

from matching.block import Bits
from matching.block_sizes import RuleSize, measured
from matching.columns import Column, Rows, Table
from matching.document import MatchAttribute, MatchRules
from matching.infer.records import evenly_chosen
from matching.kinds import KINDS
from matching.rules import match_model

CAP = 100
SAMPLE = 50_000
"""So many records are looked at to measure blocks; of more, evenly spaced ones in the order of their ranks."""
PER_KEY, IN_ALL = 8.0, 30.0
"""The most pairs a record that one key, and all keys together, may bring."""
STRANGERS, IN_ANY_FILE = 1.5, 200_000
"""The most pairs of strangers that one key may bring: so many a record, or so many in all where that is more.
To compare strangers is nearly all that a large file costs; to learn from, a small one needs all it has."""
_BEYOND = 0.05
"""A key that leaves no more of the records over the cap finds all that a narrower one does."""
_ENOUGH, _ONE_IN = 5_000, 5_000
"""A key is idle where of so many pairs or more that nothing else brings at most one in so many may be a match."""
_ALONE = ".user"
"""The user of an e-mail address tells something where it is rare: with the rest it would be `info` in one town."""
_MEETING = {
    "person_name": ("", "tokens", "phonetic"),
    "name": ("", "tokens", "phonetic"),
    "company_name": ("", "tokens"),
    "email": ("", "user"),
    "address": ("street", "house", "postcode", "city"),
    "date": ("", "year"),
    "birth_date": ("", "year"),
    "text": ("", "tokens"),
    "identifier": ("number",),
}


def choose_keys(attributes: Mapping[str, MatchAttribute], table: Table, ranks: Rows) -> list[list[str]]:
    """Choose an OR of AND keys: single parts that bring few pairs, and pairs of parts that bring few only together.

    The most selective go first, as long as all together bring no more than IN_ALL pairs a record. A part that leaves
    many records in blocks over the cap is tried together with others, too.
    `ranks` puts the records in an order that does not hang on that of the file.
    """
    rules = _rules(attributes, table)
    sample, factor = _sample(table, ranks)
    model = match_model("inferred", attributes, MatchRules(block_on=rules, compare=[]))
    sizes = measured(model, sample, CAP, factor=factor, most=PER_KEY)
    return _chosen(zip(rules, sizes, strict=True), strangers=max(STRANGERS, IN_ANY_FILE / max(len(ranks), 1)))


def idle_keys(brought_by: Bits, likely: npt.NDArray[np.bool_], *, keys: int) -> int:
    """Say which keys bring hardly a pair that may be a match and that no other brings, by what some pairs are like.

    Bit `n` stands for key `n`, in what is given as in `brought_by`; `likely` are the pairs that may be a match.
    """
    idle = before = 0
    for bit in (1 << number for number in range(keys)):
        alone = brought_by & ~(idle | bit) == 0
        pairs = int(alone.sum())
        if pairs - before >= _ENOUGH and int(likely[alone].sum()) * _ONE_IN <= pairs:
            idle, before = idle | bit, pairs
    return idle


def _rules(attributes: Mapping[str, MatchAttribute], table: Table) -> list[list[str]]:
    """Give all keys there are to choose from."""
    parts = [_word(name, part) for name in table for part in _MEETING.get(attributes[name].kind, ("",))]
    offered = [part for part in parts if _offered(part, attributes)]
    together = combinations([part for part in offered if not part.endswith(_ALONE)], 2)
    return [[one] for one in offered] + [[one, other] for one, other in together if not _part_of(other, one)]


def _chosen(measured: Iterable[tuple[list[str], RuleSize]], *, strangers: float) -> list[list[str]]:
    """Choose the keys that bring few enough pairs, without those that a wider one makes superfluous."""
    chosen: list[list[str]] = []
    wide: list[list[str]] = []
    total = 0.0
    for rule, size in sorted(measured, key=lambda one: (len(one[0]), one[1].pairs, one[0])):
        few = 0 < size.pairs <= min(PER_KEY, IN_ALL - total) and size.strangers <= strangers
        if not few or any(set(other) < set(rule) for other in wide):
            continue
        chosen.append(rule)
        wide += [rule] if size.beyond <= _BEYOND else []
        total += size.pairs
    together = [rule for rule in wide if len(rule) > 1]
    return [rule for rule in chosen if len(rule) == 1 or not any(_covers(other, rule) for other in together)]


def _covers(wide: list[str], rule: list[str]) -> bool:
    """Say whether records that meet by one rule meet by the other, too: with a value, each of its parts is the same."""
    return wide != rule and all(any(_part_of(part, one) for one in rule) for part in wide)


def _part_of(part: str, one: str) -> bool:
    """Say whether a part is the same wherever the other one, a whole value or that part itself, is the same."""
    return one in (part, part.partition(".")[0])


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
