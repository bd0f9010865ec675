"""Judge clusters against the truth: precision, recall and F1 of pairs, records and whole clusters, with intervals."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from matching.evaluate import RATIOS, Figures, by_true_cluster, figures, labelled
from matching.intervals import LEVEL, Interval, bootstrap, of_pairs
from mdm.entity_types import hint
from mdm.errors import InvalidInput, UnreadableFile
from mdm.ingest import Rejected, read

CLUSTERS = ("record_id", "cluster_id")
LABELS = ("record_id_1", "record_id_2", "label")
SPLIT = "split"
DIGITS = 6
_TRUE = frozenset({"1", "1.0", "true", "yes", "match", "same"})
_FALSE = frozenset({"0", "0.0", "false", "no", "distinct", "different", "non-match"})


def evaluate(clusters: str, truth: str, *, split: str | None = None) -> dict[str, object]:
    """Compare a file of clusters with a file of the truth.

    The truth is `record_id,cluster_id`, or labelled pairs `record_id_1,record_id_2,label[,split]`; `split`
    keeps only the pairs of that part. `interval` holds the 95 % intervals of the figures.

    Raises:
        UnreadableFile: a file cannot be read or lacks a column.
        InvalidInput: a label is neither true nor false, a record is in two clusters, or no pair is left.
    """
    found = _clusters(clusters)
    rows = list(_rows(truth))
    counts: dict[str, object] = {"clusters": len(set(found.values()))}
    if rows and set(LABELS) <= rows[0][1].keys():
        pairs = [pair for line, row in rows for pair in _labelled(row, f"{truth}: line {line}", split)]
        if not pairs:
            raise InvalidInput(f"{truth}: no labelled pair{'' if split is None else f' of split {split!r}'}")
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


def _rows(file: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Read a file whole; figures over part of it would mislead, so a row that cannot be read ends it."""
    for row in read(file):
        if isinstance(row, Rejected):
            raise UnreadableFile(str(row))
        yield row.line, row.values


def _clusters(file: str) -> dict[str, str]:
    return _mapping(file, list(_rows(file)))


def _mapping(file: str, rows: list[tuple[int, Mapping[str, object]]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line, row in rows:
        record, cluster = (_cell(row, column, file) for column in CLUSTERS)
        if found.setdefault(record, cluster) != cluster:
            raise InvalidInput(f"{file}: line {line}: record {record!r} is in two clusters")
    return found


def _labelled(row: Mapping[str, object], place: str, split: str | None) -> Iterator[tuple[str, str, bool]]:
    if split is not None and _cell(row, SPLIT, place) != split:
        return
    one, other, label = (_cell(row, column, place) for column in LABELS)
    if label.lower() not in _TRUE | _FALSE:
        raise InvalidInput(f"{place}: the label is neither 1 nor 0: {label!r}")
    yield one, other, label.lower() in _TRUE


def _cell(row: Mapping[str, object], column: str, file: str) -> str:
    if column not in row:
        raise UnreadableFile(f"{file}: no column {column!r}{hint(column, row.keys())}")
    return str(row[column]).strip()
