"""Plots: figures by day as lines in a picture, with the words of their axes beside it.

All places are worked out here, so that a page needs neither a script nor a style of its own. Lines and words stand
apart: the picture can be as wide as its place, and the words stay readable.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 1000.0, 100.0
LEAST_SPAN = 400
"""Basis points that a plot of shares spans at the least, so that noise looks like noise."""
Point = tuple[str, int]
"""A day, and what was counted or measured on it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """How much of something was on a day: where it stands, and what it says in words."""

    x: float
    y: float
    width: float
    height: float
    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A line through the days, with the least and the most of its scale and the first and the last of its days."""

    line: str
    dot: tuple[float, float]
    low: int
    high: int
    first: str
    last: str
    latest: int
    change: int
    bars: Sequence[Bar] = ()


def shares(points: Sequence[Point]) -> Plot | None:
    """A plot of shares in basis points, on a scale around them; None where there is nothing to draw."""
    if not points:
        return None
    values = [value for _, value in points]
    spare = max(0, LEAST_SPAN - (max(values) - min(values)))
    low = max(0, (min(values) - spare // 2) // 100 * 100)
    high = min(10_000, -(-(max(values) + spare - spare // 2) // 100) * 100)
    return _plot(points, low, high)


def counts(points: Sequence[Point], bars: Sequence[tuple[str, str, int, str]] = ()) -> Plot | None:
    """A plot of how many there were, on a scale from none; bars are (day, kind, count, words), `closed` hang down."""
    if not points:
        return None
    high = max([value for _, value in points] + [count for _, _, count, _ in bars] + [1])
    drawn = _plot(points, 0, high, steps=True)
    days = [_day(day) for day, _ in points]
    step = WIDTH / max(max(days) - min(days), 13)
    placed = []
    for day, kind, count, words in bars:
        height = HEIGHT * count / high
        left = _x(_day(day), days) - (step * 0.4 if kind == "opened" else 0)
        left = min(max(left, 0), WIDTH - step * 0.4)
        placed.append(
            Bar(round(left, 1), round(HEIGHT - height, 1), round(step * 0.4, 1), round(height, 1), words, kind)
        )
    return Plot(**{name: getattr(drawn, name) for name in Plot.__slots__ if name != "bars"}, bars=placed)


def _plot(points: Sequence[Point], low: int, high: int, *, steps: bool = False) -> Plot:
    days = [_day(day) for day, _ in points]
    span = max(high - low, 1)
    places = [
        (round(_x(_day(day), days), 1), round(HEIGHT - HEIGHT * (value - low) / span, 1)) for day, value in points
    ]
    if steps:  # what was counted stays until the next day on which anything changed
        before = [(x, y) for (x, _), (_, y) in zip(places[1:], places, strict=False)]
        places = [place for both in zip([places[0], *before], places, strict=True) for place in both]
    line = " ".join(f"{x},{y}" for x, y in places)
    return Plot(
        line, places[-1], low, high, points[0][0], points[-1][0], points[-1][1], points[-1][1] - points[0][1]
    )  # fmt: skip


def _x(day: int, days: Sequence[int]) -> float:
    first, last = min(days), max(days)
    return WIDTH * (day - first) / (last - first) if last > first else WIDTH


def _day(written: str) -> int:
    return date.fromisoformat(written).toordinal()
