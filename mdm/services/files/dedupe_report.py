"""Gathers what the report of a deduplication shows, in columns; only what is listed one by one is looked at so."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching import block, block_sizes
from matching.columns import Rows, Table
from matching.compare import compare
from matching.copies import Copies
from matching.distribution import distribution, expectation, histogram
from matching.explain import why
from matching.rules import MatchModel
from matching.score import Edges
from matching.unlinkable import unlinkable
from mdm.entity_types import EntityType
from mdm.ingest.evidence import Records
from mdm.pages.dedupe_report import (
    MOST_LISTED,
    AttributeView,
    Findings,
    LargeCluster,
    LonelyRecord,
    ModelView,
    ReadFiles,
    Reason,
    SizeClass,
    report_page,
)
from mdm.pages.histogram import chart_of
from mdm.pages.pairs import Pair, Side, marks, pair_of, told
from mdm.services.whole_files import whole_file

LARGEST = 5
SIZES = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 10), (11, 20), (21, 50), (51, 100), (101, 1000), (1001, 10**9))
SAME_WEIGHT = 2
"""So many doubtful pairs of one weight are shown before others get their turn: they tell the same story."""
REASONS = {
    "empty": "no value of any attribute that is compared",
    "keyless": "no blocking key: none of the rules finds all of its parts",
    "crowded": "only blocking keys that more records have than the cap allows",
    "vague": "too little in it: even an exact copy would stay below the match threshold",
}


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """A deduplication as it stands before anything is written; `left` and `right` are the candidate pairs."""

    files: Sequence[str]
    origin: str
    link_only: bool
    entity_type: EntityType
    records: Records
    table: Table
    copies: Copies
    left: Rows
    right: Rows
    pairs: Edges
    leads: Rows

    @property
    def model(self) -> MatchModel:
        """The match model in use."""
        return self.entity_type.matching

    def title(self, row: int) -> str:
        """What a record is called: its source and its id."""
        return f"{self.records.sources[row]} · {self.records.ids[row]}"

    def side(self, row: int) -> Side:
        """One record as a side of a pair."""
        return Side(self.title(row), {name: values[row] for name, values in self.records.values.items()})


def write_report(
    file: str,
    done: Deduplicated,
    *,
    counts: Mapping[str, int],
    seconds: Mapping[str, float],
    warnings: Sequence[str],
) -> None:
    """Write the report as one page.

    Raises:
        UnreadableFile: the file cannot be written.
    """
    model, table = done.model, done.table
    weights = distribution(model, table, done.pairs, left=done.left, right=done.right)
    bars = histogram(model, weights)
    page = report_page(
        Findings(
            read=_read(done),
            counts=counts,
            model=_model(done),
            distribution=weights,
            bars=bars,
            chart=chart_of(model, bars),
            expected=expectation(model, weights),
            blocking=block_sizes.report(model, done.copies.table(table), model.rules.block_cap),
            link_only=done.link_only,
            sizes=_sizes(done),
            largest=_largest(done),
            doubtful=[_pair(done, left, right) for left, right in _doubtful(done)],
            unlinkable=_unlinkable(done),
            seconds=seconds,
            warnings=warnings,
        )
    )
    with whole_file(file) as opened:
        opened.write(page)


def _read(done: Deduplicated) -> ReadFiles:
    records, compared = done.records, set(done.model.compared)
    attributes = [name for name in done.entity_type.attributes if name in records.values]
    return ReadFiles(
        files=done.files,
        sources=dict(Counter(records.sources).most_common()),
        compared=[name for name in attributes if name in compared],
        kept=[name for name in attributes if name not in compared],
        ignored=records.unused,
        refused=[str(one) for one in records.rejected[:MOST_LISTED]],
    )


def _model(done: Deduplicated) -> ModelView:
    model = done.model
    count = max(len(done.records.ids), 1)
    attributes = [
        AttributeView(
            name=name,
            kind=model.attributes[name].kind,
            many=model.attributes[name].many,
            filled=float((done.table[name].codes >= 0).sum()) / count,
            distinct=len(done.table[name].cells),
            levels=[
                (level.name, level.words, int(weight) / 1000)
                for level, weight in zip(model.kind(name).levels, model.weights[name][1:], strict=True)
            ],
        )
        for name in model.compared
    ]
    rules = [
        f"{condition.word} {' and '.join(condition.attributes)}: {section} a match"
        for section, conditions in (("always", model.rules.always), ("never", model.rules.never))
        for condition in conditions
    ]
    widest = max((abs(weight) for one in attributes for _, _, weight in one.levels), default=1.0)
    return ModelView(done.origin, model, attributes, rules, widest or 1.0)


def _sizes(done: Deduplicated) -> list[SizeClass]:
    sizes = np.unique(done.leads, return_counts=True)[1]
    found = []
    for low, high in SIZES:
        inside = sizes[(sizes >= low) & (sizes <= high)]
        words = f"{low}" if low == high else f"{low:,} to {high:,}" if high < SIZES[-1][1] else f"over {low - 1:,}"
        if len(inside):
            found.append(SizeClass(words, len(inside), int(inside.sum())))
    return found


def _largest(done: Deduplicated) -> list[LargeCluster]:
    """The largest clusters of several records; their numbers are those in the file of clusters."""
    leads, sizes = np.unique(done.leads, return_counts=True)
    order = np.argsort(-sizes, kind="stable")[:LARGEST]
    return [
        LargeCluster(int(place) + 1, int(sizes[place]), done.title(int(leads[place])))
        for place in order
        if sizes[place] > 1
    ]


def _doubtful(done: Deduplicated) -> Iterator[tuple[int, int]]:
    """The pairs at or above the review threshold that are nearest to even odds, few of each weight."""
    weights = done.pairs.weights
    nearest = np.argsort(np.abs(weights), kind="stable")
    _, place = np.unique(weights[nearest], return_inverse=True)
    turn = np.zeros(len(nearest), dtype=np.int64)
    by_weight = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.diff(place[by_weight], prepend=-1))
    turn[by_weight] = np.arange(len(nearest)) - np.repeat(starts, np.diff(starts, append=len(nearest)))
    chosen = nearest[np.argsort(turn // SAME_WEIGHT, kind="stable")[:MOST_LISTED]]
    for place_of_pair in chosen[np.argsort(np.abs(weights[chosen]), kind="stable")].tolist():
        yield int(done.pairs.left[place_of_pair]), int(done.pairs.right[place_of_pair])


def _pair(done: Deduplicated, left: int, right: int) -> Pair:
    sides = done.side(left), done.side(right)
    levels = compare(done.model, done.table, np.array([left]), np.array([right]))
    return pair_of(done.model, why(done.model, sides[0].values, sides[1].values, levels=levels), *sides)


def _unlinkable(done: Deduplicated) -> list[Reason]:
    table, kept, times = done.copies.table(done.table), done.copies.kept, done.copies.times
    rows, keys = block.blocking_keys(done.model, table)
    found = unlinkable(done.model, table, rows=rows, keys=keys)
    lonely = {name: getattr(found, name) for name in REASONS}
    return [
        Reason(words, int(times[some].sum()), [_lonely(done, row) for row in kept[some[:LARGEST]].tolist()])
        for words, some in zip(REASONS.values(), lonely.values(), strict=True)
    ]


def _lonely(done: Deduplicated, row: int) -> LonelyRecord:
    values = [(name, told(value)) for name, value in done.side(row).values.items()]
    return LonelyRecord(done.title(row), [(name, marks(text, "")[0]) for name, text in values if text])
