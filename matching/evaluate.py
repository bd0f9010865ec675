"""Evaluate: precision, recall and F1 of clusters against the truth, by pairs, by records and by whole clusters."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Measure = Literal["pairwise", "bcubed", "exact_clusters"]
Sums = NDArray[np.float64]
# What is counted of each true cluster. Every figure is the sum of one of these over the sum of another, which is
# what lets a sample of true clusters stand for all of them.
COUNTED = (
    *("one", "records", "found", "true pairs", "found pairs", "right pairs"),
    *("precision of records", "recall of records", "exact"),
)
# measure -> the counts whose ratio is precision, and those whose ratio is recall
RATIOS: dict[Measure, tuple[tuple[str, str], tuple[str, str]]] = {
    "pairwise": (("right pairs", "found pairs"), ("right pairs", "true pairs")),
    "bcubed": (("precision of records", "records"), ("recall of records", "records")),
    "exact_clusters": (("exact", "found"), ("exact", "one")),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Precision, recall and their harmonic mean, each from 0 to 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Labelled:
    """How many labelled pairs were put together rightly, together wrongly, and wrongly left apart."""

    right: int
    wrong: int
    missed: int

    def figures(self) -> Figures:
        """Give precision, recall and F1; with no pair to judge by, precision or recall is 1."""
        return _figures(np.array([self.right, self.right + self.wrong, self.right, self.right + self.missed], float))


def pairwise(clusters: Mapping[str, str], truth: Mapping[str, str]) -> Figures:
    """Judge clusters by the pairs of records they put together.

    Both map a record to its cluster. Records not in `truth` are left out; one not in `clusters` stands
    alone. With no pair to judge by, precision or recall is 1.
    """
    return figures(by_true_cluster(clusters, truth), "pairwise")


def labelled(clusters: Mapping[str, str], pairs: Iterable[tuple[str, str, bool]]) -> Labelled:
    """Judge clusters by labelled pairs: (record, record, whether they are the same thing)."""
    seen: Counter[tuple[bool, bool]] = Counter()
    for one, other, same in pairs:
        together = one == other or (one in clusters and clusters[one] == clusters.get(other))
        seen[together, same] += 1
    return Labelled(seen[True, True], seen[True, False], seen[False, True])


def by_true_cluster(clusters: Mapping[str, str], truth: Mapping[str, str]) -> Sums:
    """Count what the figures are ratios of: a row for each true cluster, a column for each of `COUNTED`.

    A pair found across two true clusters counts half in each, a cluster found as the share of its records in each:
    so the columns sum to the counts of the whole (Binette and others, The American Statistician 77, 2023).
    """
    found, true = _codes(_found(clusters, truth)), _codes(truth.values())
    size, whole = np.bincount(found).astype(np.float64), np.bincount(true).astype(np.float64)
    # Each cell is what one cluster found and one true cluster have in common.
    cells, common = np.unique(found * np.int64(len(whole)) + true, return_counts=True)
    of_found, of_true = np.divmod(cells, max(len(whole), 1))
    held, part = size[of_found], common.astype(np.float64)

    def summed(values: Sums) -> Sums:
        return np.bincount(of_true, weights=values, minlength=len(whole)).astype(np.float64)

    right = summed(part * (part - 1) / 2)
    outside = summed(part * (held - part) / 2)
    exact = summed(((part == held) & (part == whole[of_true])).astype(np.float64))
    return np.column_stack(
        (
            *(np.ones_like(whole), whole, summed(part / held), whole * (whole - 1) / 2, right + outside, right),
            *(summed(part**2 / held), summed(part**2) / whole, exact),
        )
    )


def figures(counts: Sums, measure: Measure) -> Figures:
    """Give the figures of one measure from the counts of `by_true_cluster`.

    `pairwise` judges by the pairs of records put together. `bcubed` judges record by record, and is the mean over the
    records in the truth: precision is the share of a record's cluster that belongs with it, recall the share of those
    that belong with it that its cluster holds (Bagga and Baldwin, 1998). `exact_clusters` judges whole clusters, those
    of one record included: one counts if it holds all records of a true cluster and no other.
    """
    return _figures(parts(counts.sum(axis=0), measure))


def parts(sums: Sums, measure: Measure) -> Sums:
    """Pick the sums whose ratios are precision (the first two) and recall (the last two)."""
    precision, recall = RATIOS[measure]
    return sums[..., [COUNTED.index(name) for name in (*precision, *recall)]]


def ratios(sums: Sums) -> tuple[Sums, Sums, Sums]:
    """Divide what `parts` gives into precision, recall and F1; nothing to judge by is 1."""
    precision, recall = (
        np.divide(part, whole, out=np.ones_like(whole), where=whole > 0)
        for part, whole in ((sums[..., 0], sums[..., 1]), (sums[..., 2], sums[..., 3]))
    )
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)
    return precision, recall, f1


def _figures(sums: Sums) -> Figures:
    return Figures(*(float(value[0]) for value in ratios(sums[np.newaxis])))


def _found(clusters: Mapping[str, str], truth: Mapping[str, str]) -> Iterator[str]:
    """Name the cluster of each record; the prefixes keep one that stands alone from sharing a name with a cluster."""
    return (f"cluster {clusters[record]}" if record in clusters else f"alone {record}" for record in truth)


def _codes(names: Iterable[str]) -> NDArray[np.int64]:
    """Number the names as they come."""
    numbers: dict[str, int] = {}
    return np.fromiter((numbers.setdefault(name, len(numbers)) for name in names), np.int64)
