"""Which edge of each cycle in a hierarchy is set aside, and on which days.

On one day a golden record has at most one edge, so a cycle has no branches. A cycle stands on the days that all of its
edges share: on these the least trusted edge does not count, then that of the smallest record key, and on no other day.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from golden_records.effective import EVER_AFTER

Days = tuple[str, str]
"""The first day and the end; "" and `EVER_AFTER` where they are open."""


class Link(NamedTuple):
    """That one golden record is below another on some days, and the record and trust that this rests on."""

    golden: int
    parent: int
    start: str
    end: str
    trust: int
    record_id: int


def set_aside(links: Sequence[Link], keys: Callable[[set[int]], Mapping[int, str]]) -> dict[Link, list[Days]]:
    """The days on which a link does not count, by link; of those that always count there is nothing.

    keys: gives the record keys of records, and is asked only for those that are in a cycle of any days.
    """
    found: defaultdict[Link, list[Days]] = defaultdict(list)
    for inside in _knots(links):
        known = keys({link.record_id for link in inside})
        for link, start, end in _rings(inside, known):
            goes_on = bool(found[link]) and found[link][-1][1] == start
            found[link].append((found[link].pop()[0] if goes_on else start, end))
    return found


def _knots(links: Sequence[Link]) -> list[list[Link]]:
    """The links that could be in a cycle if all held on the same day, those that could be in the same one together."""
    if not links:
        return []
    import networkx as nx  # slow to load, and most commands change no hierarchy

    graph: nx.DiGraph[int] = nx.DiGraph((link.golden, link.parent) for link in links)
    knots = [knot for knot in nx.strongly_connected_components(graph) if len(knot) > 1]
    knots += [{number} for number in nx.nodes_with_selfloops(graph) if not any(number in knot for knot in knots)]
    of = {number: place for place, knot in enumerate(knots) for number in knot}
    inside: list[list[Link]] = [[] for _ in knots]
    for link in links:
        if link.golden in of and of[link.golden] == of.get(link.parent):
            inside[of[link.golden]].append(link)
    return inside


def _rings(links: Sequence[Link], keys: Mapping[int, str]) -> Iterator[tuple[Link, str, str]]:
    """The link that each cycle is cut at, and the days on which that cycle stands, day by day.

    From one day to another only what begins or ends makes a difference, so only the way up from there is looked at.
    """
    begins: defaultdict[str, list[Link]] = defaultdict(list)
    ends: defaultdict[str, list[Link]] = defaultdict(list)
    for link in links:
        begins[link.start].append(link)
        ends[link.end].append(link)
    above: dict[int, Link] = {}
    cut: dict[int, tuple[Link, str]] = {}  # of every golden record in a cycle: where that is cut, and since when
    for day in sorted(begins.keys() | ends.keys()):
        for link in ends.get(day, ()):
            if link.golden in cut:
                least, since = cut[link.golden]
                yield least, since, day
                for number in _round(above, link.golden):
                    del cut[number]
        for link in ends.get(day, ()):
            del above[link.golden]
        above |= {link.golden: link for link in begins.get(day, ())}
        for ring in _closed(above, [link.golden for link in begins.get(day, ())], cut):
            least = min((above[number] for number in ring), key=lambda link: (link.trust, keys[link.record_id]))
            cut |= dict.fromkeys(ring, (least, day))


def _closed(above: Mapping[int, Link], starts: Sequence[int], known: Collection[int]) -> Iterator[list[int]]:
    """The cycles that what begins has closed; those known already are left out."""
    seen: set[int] = set()
    for start in starts:
        way: dict[int, Any] = {}
        at = start
        while at in above and at not in seen and at not in way and at not in known:
            way[at] = None
            at = above[at].parent
        seen |= way.keys()
        if at in way:
            yield list(way)[list(way).index(at) :]


def _round(above: Mapping[int, Link], start: int) -> list[int]:
    ring = [start]
    while above[ring[-1]].parent != start:
        ring.append(above[ring[-1]].parent)
    return ring


def pieces(start: str, end: str, aside: Sequence[Days]) -> Iterator[tuple[str, str, bool]]:
    """Cut the days of a link where it begins or ends to be set aside; says of each piece whether it is."""
    for first, last in aside:
        if start < first:
            yield start, first, False
        yield first, last, True
        start = last
    if start < end:
        yield start, end, False


def shut(end: str | None) -> str:
    """An end as links have it."""
    return EVER_AFTER if end is None else end


def opened(end: str) -> str | None:
    """An end as rows have it."""
    return None if end == EVER_AFTER else end
