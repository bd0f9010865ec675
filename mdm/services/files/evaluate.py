"""Judge clusters against the truth: precision, recall and F1 of pairs, records and whole clusters, with intervals."""

from collections.abc import Mapping
from dataclasses import asdict

from matching.evaluate import RATIOS, Figures, by_true_cluster, figures, labelled
from matching.intervals import LEVEL, Interval, bootstrap, of_pairs
from mdm.errors import InvalidInput
from mdm.services.files.labels import COLUMNS as LABELS
from mdm.services.files.labels import cell, labels_in, whole_rows

CLUSTERS = ("record_id", "cluster_id")
DIGITS = 6


def evaluate(clusters: str, truth: str, *, split: str | None = None) -> dict[str, object]:
    """Compare a file of clusters with a file of the truth.

    The truth is `record_id,cluster_id`, or labelled pairs `record_id_1,record_id_2,label[,split]`; `split`
    keeps only the pairs of that part. `interval` holds the 95 % intervals of the figures.

    Raises:
        UnreadableFile: a file cannot be read or lacks a column.
        InvalidInput: a label is neither true nor false, a record is in two clusters, or no pair is left.
    """
    found = _clusters(clusters)
    rows = list(whole_rows(truth))
    counts: dict[str, object] = {"clusters": len(set(found.values()))}
    if rows and set(LABELS) <= rows[0][1].keys():
        pairs = [(*label.ids, label.same) for label in labels_in(rows, truth, split=split)]
        judged = labelled(found, pairs)
        interval = _interval({"pairwise": of_pairs(judged)})
        return {"pairwise": _rounded(judged.figures()), **counts, "pairs": len(pairs), **interval}
    if split is not None:
        raise InvalidInput(f"{truth}: --split is for labelled pairs, with the columns {', '.join(LABELS)}")
    true = _mapping(truth, rows)
    table = by_true_cluster(found, true)
    judged_by: dict[str, object] = {measure: _rounded(figures(table, measure)) for measure in RATIOS}
    interval = _interval({measure: bootstrap(table, measure) for measure in RATIOS})
    return {**judged_by, **counts, "true_clusters": len(table), **interval}


def _interval(found: Mapping[str, Interval]) -> dict[str, object]:
    """Put intervals into the document: measure -> figure -> its two ends."""
    ends = {measure: (_rounded(one.low), _rounded(one.high)) for measure, one in found.items()}
    pairs = {measure: {name: [low[name], high[name]] for name in low} for measure, (low, high) in ends.items()}
    return {"interval": {"level": LEVEL, **pairs}}


def _rounded(figures: Figures) -> dict[str, float]:
    return {name: round(value, DIGITS) for name, value in asdict(figures).items()}


def _clusters(file: str) -> dict[str, str]:
    return _mapping(file, list(whole_rows(file)))


def _mapping(file: str, rows: list[tuple[int, Mapping[str, object]]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line, row in rows:
        record, cluster = (cell(row, column, file) for column in CLUSTERS)
        if found.setdefault(record, cluster) != cluster:
            raise InvalidInput(f"{file}: line {line}: record {record!r} is in two clusters")
    return found
