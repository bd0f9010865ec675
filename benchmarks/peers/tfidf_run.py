"""A naive baseline: `tfidf_run.py RECORDS CLUSTERS TRUTH [SPLIT]` joins records whose text looks alike.

All cells of a record but its id and source are one text; character 3-grams weighed by TF-IDF, the ten nearest by
cosine, joined at or above a threshold. The threshold is the one of a grid that the truth likes best, which no user
has: so the figure is what the method could reach at most.
"""

import csv
import json
import sys
from collections import Counter

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors

GRID = np.arange(0.20, 0.96, 0.025)
NEIGHBOURS = 10


def rows(file: str) -> list[dict[str, str]]:
    """Read a file whole."""
    with open(file, encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def near(texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the nearest pairs: places of both ends, and their cosine."""
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3)).fit_transform(texts)
    found = NearestNeighbors(n_neighbors=min(NEIGHBOURS + 1, len(texts)), metric="cosine").fit(vectors)
    distances, places = found.kneighbors(vectors)
    return np.repeat(np.arange(len(texts)), places.shape[1]), places.ravel(), 1 - distances.ravel()


def f1_of(clusters: np.ndarray, truth: list[dict[str, str]], place: dict[str, int], split: str) -> float:
    """Judge clusters by the pairs of the truth, or by its labelled pairs."""
    if "label" in truth[0]:
        pairs = [one for one in truth if not split or one["split"] == split]
        same = [clusters[place[one["record_id_1"]]] == clusters[place[one["record_id_2"]]] for one in pairs]
        true = [one["label"] == "1" for one in pairs]
        right = sum(one and other for one, other in zip(same, true, strict=True))
        return 2 * right / max(sum(same) + sum(true), 1)
    of = {one["record_id"]: one["cluster_id"] for one in truth}
    found = [int(clusters[place[record]]) for record in of]
    sizes = (Counter(found), Counter(of.values()), Counter(zip(found, of.values(), strict=True)))
    counts = [sum(size * (size - 1) for size in one.values()) for one in sizes]
    return 2 * counts[2] / max(counts[0] + counts[1], 1)


def main() -> None:
    """Read the command line and run."""
    records, clusters, truth, *split = sys.argv[1:]
    read = rows(records)
    texts = [" ".join(value for name, value in row.items() if name not in {"record_id", "source"}) for row in read]
    place = {row["record_id"]: number for number, row in enumerate(read)}
    one, other, alike = near(texts)
    known = rows(truth)
    best = (-1.0, 0.0, np.arange(len(read)))
    for threshold in GRID:
        kept = alike >= threshold
        graph = coo_matrix((np.ones(kept.sum()), (one[kept], other[kept])), shape=(len(read), len(read)))
        found = connected_components(graph, directed=False)[1]
        judged = f1_of(found, known, place, "".join(split))
        if judged > best[0]:
            best = (judged, float(threshold), found)
    with open(clusters, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("record_id", "cluster_id"))
        writer.writerows((row["record_id"], cluster) for row, cluster in zip(read, best[2], strict=True))
    print(json.dumps({"words": f"threshold {best[1]:.3f}, chosen from the truth"}))


if __name__ == "__main__":
    main()
