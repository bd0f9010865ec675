"""Evaluate: precision, recall and F1 of clusters against the truth."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Figures:
    """Precision, recall and their harmonic mean, each from 0 to 1."""

    precision: float
    recall: float
    f1: float


def pairwise(clusters: Mapping[str, str], truth: Mapping[str, str]) -> Figures:
    """Judge clusters by the pairs of records they put together.

    Both map a record to its cluster. Records not in `truth` are left out; one not in `clusters` stands
    alone. With no pair to judge by, precision or recall is 1.
    """
    both, found, true = _tables(clusters, truth)
    right = sum(map(_pairs, both.values()))
    return _figures(_share(right, sum(map(_pairs, found.values()))), _share(right, sum(map(_pairs, true.values()))))


def bcubed(clusters: Mapping[str, str], truth: Mapping[str, str]) -> Figures:
    """Judge clusters record by record: B-cubed, the mean over the records in `truth`.

    Bagga and Baldwin (1998): a record's precision is the share of its cluster that belongs with it, its
    recall the share of those that belong with it that its cluster holds. Records missing on a side count
    as in `pairwise`.
    """
    both, found, true = _tables(clusters, truth)
    precision = sum((Fraction(count**2, found[one]) for (one, _), count in both.items()), Fraction())
    recall = sum((Fraction(count**2, true[other]) for (_, other), count in both.items()), Fraction())
    return _figures(_share(precision, len(truth)), _share(recall, len(truth)))


def labelled(clusters: Mapping[str, str], pairs: Iterable[tuple[str, str, bool]]) -> Figures:
    """Judge clusters by labelled pairs: (record, record, whether they are the same thing)."""
    seen: Counter[tuple[bool, bool]] = Counter()
    for one, other, same in pairs:
        together = one == other or (one in clusters and clusters[one] == clusters.get(other))
        seen[together, same] += 1
    right = seen[True, True]
    return _figures(_share(right, right + seen[True, False]), _share(right, right + seen[False, True]))


def _tables(
    clusters: Mapping[str, str], truth: Mapping[str, str]
) -> tuple[Counter[tuple[str, str]], Counter[str], Counter[str]]:
    """Count the records of every (cluster, true cluster), cluster and true cluster."""
    both: Counter[tuple[str, str]] = Counter()
    found: Counter[str] = Counter()
    for record, true in truth.items():
        # the prefixes keep a record that stands alone from sharing a name with a cluster
        name = f"cluster {clusters[record]}" if record in clusters else f"alone {record}"
        both[name, true] += 1
        found[name] += 1
    return both, found, Counter(truth.values())


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _share(part: int | Fraction, whole: int) -> Fraction:
    return Fraction(part) / whole if whole else Fraction(1)


def _figures(precision: Fraction, recall: Fraction) -> Figures:
    total = precision + recall
    f1 = 2 * precision * recall / total if total else Fraction()
    return Figures(float(precision), float(recall), float(f1))
