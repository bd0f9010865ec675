"""The places of a histogram of match weights: columns by outcome, thresholds, and both axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10, sqrt

from matching.distribution import HistogramBar
from matching.rules import MatchModel

WIDTH, HEIGHT = 860, 240
TICKS = 8


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the chart, in the units of its picture, and what it counts."""

    x: float
    width: float
    height: float
    outcome: str
    bar: HistogramBar


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The histogram: heights are square roots, so that a hundred pairs show beside a million."""

    columns: Sequence[Column]
    weights: Sequence[Tick]
    pairs: Sequence[Tick]
    review: float | None
    match: float | None


def chart_of(model: MatchModel, bars: Sequence[HistogramBar]) -> Chart:
    """Lay out the bars of a histogram; a threshold outside of them is None."""
    if not bars:
        return Chart([], [], [], None, None)
    low, high = bars[0].low, bars[-1].high
    most = max(bar.pairs for bar in bars) or 1.0
    thresholds = [weight / 1000 for weight in (model.review_weight, model.match_weight)]

    def x(weight: float) -> float:
        return round(WIDTH * (weight - low) / (high - low), 1)

    def height(pairs: float) -> float:
        return round(HEIGHT * sqrt(pairs / most), 1)

    columns = [
        Column(x(bar.low), round(x(bar.high) - x(bar.low), 1), height(bar.pairs), _outcome(bar, *thresholds), bar)
        for bar in bars
        if bar.pairs
    ]
    review, match = (x(weight) if low <= weight <= high else None for weight in thresholds)
    weights = [Tick(x(weight), f"{weight:+d}".replace("-", "−") if weight else "0") for weight in _steps(low, high)]
    pairs = [Tick(HEIGHT - height(number), f"{number:,.0f}") for number in _rounded(most)]
    return Chart(columns, weights, pairs, review, match)


def _outcome(bar: HistogramBar, review: float, match: float) -> str:
    return "match" if bar.low >= match else "review" if bar.low >= review else "distinct"


def _steps(low: float, high: float) -> list[int]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if (high - low) / step <= TICKS or step == 100)
    first = -(-floor(low) // step) * step
    return [weight for weight in range(first, int(high) + 1, step) if low <= weight <= high]


def _rounded(most: float) -> list[float]:
    """A few round numbers of pairs up to the most there are, spread over the height."""
    top = 10 ** floor(log10(max(most, 1)))
    top *= max(factor for factor in (1, 2, 5) if top * factor <= max(most, 1))
    return sorted({float(max(1, round(top * part))) for part in (1, 0.25, 0.04)})
