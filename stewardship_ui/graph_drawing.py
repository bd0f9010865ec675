"""Draws the records of a golden record and what ties them: every place is worked out here, the same on every run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stewardship_ui.wording import signed, written

Document = Mapping[str, Any]
Point = tuple[float, float]
WIDTH, HEIGHT = 1200, 430
LOW = {1: 112, 2: 148, 3: 260}
"""The height of a picture with so few nodes that the usual one would be empty."""
MARGIN_X, MARGIN_Y = 130, 44
MOST_DRAWN = 200
"""With more records than this a picture shows nothing that a table does not show better."""
MOST_NEAR = 8
MOST_TIES = 40
"""With more ties than this only those are drawn that hold all records together: all of them would hide each other."""
MOST_LABELS = 14
"""With more edges than this only those that matter carry their weight: bridges, ties by decision, and doubtful ones."""
MOST_NAMED = 30
"""With more nodes than this their names would hide one another: only their sources are written."""
NAMED, PLAIN = (188, 40), (76, 28)
"""How wide and high a node is, with its name in it and without: what goes behind it is hidden by it."""
LONGEST = 24


@dataclass(frozen=True, slots=True)
class Node:
    """A record, or another golden record that stands near (`near`): where it is, and what it is called."""

    key: str
    x: float
    y: float
    source: str
    name: str
    words: str
    near: bool
    founder: bool
    deleted: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An edge: from where to where, what is written on it, and how it is drawn."""

    left: str
    right: str
    start: Point
    end: Point
    middle: Point
    label: str
    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole of a drawing; each node is as large, and is named or only says its source.

    left_out: how many ties are not drawn.
    """

    nodes: list[Node]
    lines: list[Line]
    height: int
    left_out: int

    @property
    def named(self) -> bool:
        """Whether names are written into the nodes."""
        return len(self.nodes) <= MOST_NAMED

    @property
    def across(self) -> int:
        """How wide a node is."""
        return (NAMED if self.named else PLAIN)[0]

    @property
    def down(self) -> int:
        """How high a node is."""
        return (NAMED if self.named else PLAIN)[1]


def drawn(found: Document) -> Picture | None:
    """Draw what `cluster.cluster` tells; None where there are too many records, or none."""
    records, near = found["records"], found["near"][:MOST_NEAR]
    if not records or len(records) > MOST_DRAWN:
        return None
    ties = found["edges"] if len(found["edges"]) <= MOST_TIES else _holding(found["edges"])
    edges = [*ties, *({**one, "tie": None, "bridge": None} for one in near)]
    ends = [(one["left"], one["right"]) for one in edges]
    places = _places([one["key"] for one in records], [one["right"] for one in near], edges)
    nodes = [_record(one, places[one["key"]]) for one in records]
    nodes += [_neighbour(one, places[one["right"]]) for one in near]
    few = len(edges) <= MOST_LABELS
    lines = [_line(one, places[left], places[right], few=few) for one, (left, right) in zip(edges, ends, strict=True)]
    left_out = len(found["edges"]) + found["edges_left_out"] - len(ties)
    return Picture(nodes, lines, LOW.get(len(nodes), HEIGHT), left_out)


def _holding(edges: Sequence[Document]) -> list[Document]:
    """The first ties, which are the strongest after all bridges, that join what is not joined yet, and those of people.

    Where all records hang together they are a spanning tree, so every bridge is among them.
    """
    from networkx.utils import UnionFind  # loaded here because it is slow to load and no other page needs it

    joined: UnionFind[str] = UnionFind()
    kept = []
    for one in edges:
        apart = joined[one["left"]] != joined[one["right"]]
        joined.union(one["left"], one["right"])
        if apart or one["decision_id"]:
            kept.append(one)
    return kept


def _places(records: Sequence[str], near: Sequence[str], edges: Sequence[Document]) -> dict[str, Point]:
    """Where each node stands: springs between those that are tied, from a circle in the order of age."""
    import networkx as nx  # loaded here because it is slow to load and no other page needs it

    graph = nx.Graph()
    graph.add_nodes_from([*records, *near])
    for one in edges:
        weak = one["outcome"] == "review" or one["right"] in near or bool(one["bridge"] and one["bridge"]["light"])
        graph.add_edge(one["left"], one["right"], weight=0.3 if weak else 1.0)
    if len(graph) < 3:
        found = {key: (place, 0.0) for place, key in zip((-1.0, 1.0), graph, strict=False)}
        found = found if len(graph) == 2 else dict.fromkeys(graph, (0.0, 0.0))
    else:
        start = nx.circular_layout(graph)
        found = nx.spring_layout(graph, pos=start, k=2.2 / len(graph) ** 0.5, iterations=40, seed=7)
    return _fitted({key: (float(x), float(y)) for key, (x, y) in found.items()}, LOW.get(len(found), HEIGHT))


def _fitted(found: Mapping[str, Point], height: int) -> dict[str, Point]:
    """Stretch the places over the picture."""
    across, down = ([point[axis] for point in found.values()] for axis in (0, 1))

    def place(value: float, values: Sequence[float], size: int, margin: int) -> float:
        low, high = min(values), max(values)
        share = (value - low) / (high - low) if high - low > 1e-6 else 0.5
        return round(margin + share * (size - 2 * margin), 1)

    return {key: (place(x, across, WIDTH, MARGIN_X), place(y, down, height, MARGIN_Y)) for key, (x, y) in found.items()}


def _record(one: Document, place: Point) -> Node:
    source, _, source_id = one["key"].split(":", 2)
    name = written(one["label"]) or source_id
    parts = [
        one["key"],
        written(one["label"]),
        "founder" if one["founder"] else "",
        "deleted" if one["deleted"] else "",
    ]
    words = ", ".join(part for part in parts if part)
    return Node(
        one["key"], *place, source, _clipped(name), words, near=False, founder=one["founder"], deleted=one["deleted"]
    )


def _neighbour(one: Document, place: Point) -> Node:
    name = written(one["label"]) or one["golden_id"]
    many = f"{one['records']} record{'' if one['records'] == 1 else 's'}"
    return Node(
        one["golden_id"], *place, many, _clipped(name), f"another golden record, {name}, {many}",
        near=True, founder=False, deleted=False,
    )  # fmt: skip


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def _line(one: Document, start: Point, end: Point, *, few: bool) -> Line:
    bridge, verdict = one["bridge"], one.get("verdict")
    apart = verdict in {"distinct", "related"}
    kind = "apart" if apart else "tied" if one["tie"] else "light" if bridge and bridge["light"] else ""
    kind = kind or ("doubtful" if one["outcome"] == "review" else "bridge" if bridge else "match")
    label = told(one)
    if bridge and not apart:
        label = f"{label} · {bridge['left']} | {bridge['right']}"
    words = f"{one['left']} and {one['right']}: {label_words(one)}"
    shown = few or kind in {"light", "bridge", "tied", "apart"}
    middle = round((start[0] + end[0]) / 2, 1), round((start[1] + end[1]) / 2, 1)
    return Line(one["left"], one["right"], start, end, middle, label if shown else "", words, kind)


def told(one: Document) -> str:
    """What an edge weighs, or what stands in place of a weight, shortly."""
    if one.get("verdict") in {"distinct", "related"}:
        return f"⚑ {one['verdict']}"
    if one["tie"]:
        return {"verdict": "⚑ same", "crosswalk": "crosswalk", "source_merge": "merged by source"}[one["tie"]]
    return "rule" if one["ruled"] else signed(one["weight"])


def label_words(one: Document) -> str:
    """All that an edge means, in words."""
    words = []
    if one.get("verdict") in {"distinct", "related"}:
        words.append(f"a person said {one['verdict']}")
    if one["tie"]:
        words.append({"verdict": "a person said same", "crosswalk": "a crosswalk ties them",
                      "source_merge": "their source merged them"}[one["tie"]])  # fmt: skip
    if one["ruled"]:
        words.append("an always rule")
    elif one["weight"] is not None:
        words.append(f"{one['outcome']}, weight {signed(one['weight'])}")
    bridge = one["bridge"]
    if bridge:
        sort = (
            "weak bridge" if bridge["weak"] else "bridge, hardly above the threshold" if bridge["light"] else "bridge"
        )
        words.append(f"{sort}: without it {bridge['left']} and {bridge['right']} would stand apart")
    return "; ".join(words)
