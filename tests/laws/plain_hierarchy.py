"""A hierarchy day by day, worked out in the plainest way: on each day anew, with nothing kept from another day."""

from collections.abc import Mapping
from dataclasses import dataclass, field

TRUST = {"crm": 90, "erp": 80, "psa": 70}


@dataclass
class Told:
    """What one source record says: its name, and what is above it as (key, first day, end), half-open; "" is open."""

    name: str
    above: list[tuple[str, str, str]] = field(default_factory=list)
    deleted: bool = False

    def on(self, day: str) -> str | None:
        """The key that it names on a day; of several, the one that begins last."""
        holding = [(start, key) for key, start, end in self.above if start <= day and (not end or day < end)]
        return max(holding)[1] if holding else None


def above(records: Mapping[str, Told], day: str) -> tuple[dict[str, str], set[str]]:
    """The name that stands above each name on a day, and the names whose edge is set aside."""
    living = {key: told for key, told in records.items() if not told.deleted}
    names = {told.name for told in living.values()}
    edges: dict[str, tuple[str, int, str]] = {}
    for name in names:
        saying = [key for key, told in living.items() if told.name == name and told.on(day) is not None]
        if not saying:
            continue
        best = min(saying, key=lambda key: (-TRUST[key.split(":")[0]], key))
        target = living[best].on(day) or ""
        if target == best or target not in records or records[target].name not in names:
            continue
        edges[name] = records[target].name, TRUST[best.split(":")[0]], best
    aside = set()
    for name in edges:
        ring = _ring(edges, name)
        if ring:
            aside.add(min(ring, key=lambda one: edges[one][1:]))
    return {name: edge[0] for name, edge in edges.items() if name not in aside}, aside


def _ring(edges: Mapping[str, tuple[str, int, str]], start: str) -> list[str]:
    way = [start]
    while way[-1] in edges and edges[way[-1]][0] not in way:
        way.append(edges[way[-1]][0])
    return way if way[-1] in edges and edges[way[-1]][0] == start else []


def apart(records: Mapping[str, Told], day: str) -> set[str]:
    """The names whose records lead to different names on a day."""
    living = {key: told for key, told in records.items() if not told.deleted}
    names = {told.name for told in living.values()}
    found: dict[str, set[str]] = {}
    for key, told in living.items():
        target = told.on(day)
        if target is not None and target != key and target in records and records[target].name in names:
            found.setdefault(told.name, set()).add(records[target].name)
    return {name for name, parents in found.items() if len(parents) > 1}
