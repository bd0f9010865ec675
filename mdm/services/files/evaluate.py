"""Judge clusters against the truth: precision, recall and F1 of pairs, records and whole clusters, with intervals."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from matching.evaluate import RATIOS, Figures, by_true_cluster, figures, labelled
from matching.intervals import LEVEL, Interval, bootstrap, of_pairs
from mdm.errors import InvalidInput
from mdm.services.files.labels import COLUMNS as LABELS
from mdm.services.files.labels import cell, labels_in, source_in, whole_rows

CLUSTERS = ("record_id", "cluster_id")
SOURCE = "source"
DIGITS = 6
Rows = Sequence[tuple[int, Mapping[str, object]]]


def evaluate(clusters: str, truth: str, *, split: str | None = None) -> dict[str, object]:
    """Compare a file of clusters with a file of the truth.

    The truth is `record_id,cluster_id[,source]`, or labelled pairs
    `record_id_1,record_id_2,label[,split][,source_1,source_2]`; `split` keeps only the pairs of that part. Sources
    count where the clusters have them: `dedupe` writes them where several have an id. `missing_records` are those of
    the truth that the clusters lack, if any: they count as standing alone. `interval` holds the 95 % intervals of the
    figures.

    Raises:
        UnreadableFile: a file cannot be read or lacks a column.
        InvalidInput: a label is neither true nor false, a record is in two clusters, several sources have an id, or no
            pair or record is left to judge by.
    """
    given = list(whole_rows(clusters))
    named = _Named(given)
    found = _mapping(clusters, given, named)
    rows = list(whole_rows(truth))
    counts: dict[str, object] = {"clusters": len(set(found.values()))}
    if rows and set(LABELS) <= rows[0][1].keys():
        pairs = [
            (
                named(label.ids[0], label.sources[0], label.place),
                named(label.ids[1], label.sources[1], label.place),
                label.same,
            )
            for label in labels_in(rows, truth, split=split)
        ]
        missing = _missing({record for *ends, _ in pairs for record in ends}, found, (truth, clusters))
        judged = labelled(found, pairs)
        interval = _interval({"pairwise": of_pairs(judged)})
        return {"pairwise": _rounded(judged.figures()), **counts, "pairs": len(pairs), **missing, **interval}
    if split is not None:
        raise InvalidInput(f"{truth}: --split is for labelled pairs, with the columns {', '.join(LABELS)}")
    true = _mapping(truth, rows, named)
    missing = _missing(true.keys(), found, (truth, clusters))
    table = by_true_cluster(found, true)
    judged_by: dict[str, object] = {measure: _rounded(figures(table, measure)) for measure in RATIOS}
    interval = _interval({measure: bootstrap(table, measure) for measure in RATIOS})
    return {**judged_by, **counts, "true_clusters": len(table), **missing, **interval}


def _missing(wanted: Collection[str], found: Collection[str], files: tuple[str, str]) -> dict[str, int]:
    """Count the records of the truth that the clusters do not have, which count as standing alone."""
    missing = sum(record not in found for record in wanted)
    if wanted and missing == len(wanted):
        raise InvalidInput(
            f"{files[0]}: none of its records is in {files[1]}; ids have to be written alike, as 007 and 7 are not"
        )
    return {"missing_records": missing} if missing else {}


def _interval(found: Mapping[str, Interval]) -> dict[str, object]:
    """Put intervals into the document: measure -> figure -> its two ends."""
    ends = {measure: (_rounded(one.low), _rounded(one.high)) for measure, one in found.items()}
    pairs = {measure: {name: [low[name], high[name]] for name in low} for measure, (low, high) in ends.items()}
    return {"interval": {"level": LEVEL, **pairs}}


def _rounded(figures: Figures) -> dict[str, float]:
    return {name: round(value, DIGITS) for name, value in asdict(figures).items()}


class _Named:
    """Names records by their ids, and by their sources too where the file of clusters has them."""

    def __init__(self, rows: Rows) -> None:
        self.sources: defaultdict[str, set[str]] | None = None
        if rows and SOURCE in rows[0][1]:
            self.sources = defaultdict(set)
            for _, row in rows:
                self.sources[str(row.get(CLUSTERS[0])).strip()].add(source_in(row, SOURCE) or "")

    def __call__(self, ident: str, source: str | None, place: str) -> str:
        """Name one record; an id that only one source has needs no source."""
        if self.sources is None:
            return ident
        known = sorted(self.sources.get(ident, ()))
        if source is None and len(known) > 1:
            raise InvalidInput(
                f"{place}: {ident!r} is a record of several sources ({', '.join(known)}); say which in a column"
            )
        return f"{ident}\n{source or ''.join(known)}"


def _mapping(file: str, rows: Rows, named: _Named) -> dict[str, str]:
    found: dict[str, str] = {}
    for line, row in rows:
        record, cluster = (cell(row, column, file) for column in CLUSTERS)
        place = f"{file}: line {line}"
        if found.setdefault(named(record, source_in(row, SOURCE), place), cluster) != cluster:
            raise InvalidInput(f"{place}: record {record!r} is in two clusters")
    return found
