"""The report of a deduplication: what was read, what was believed, what was found, and where to look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matching.block_sizes import RuleReport
from matching.distribution import Distribution, Expectation, HistogramBar
from matching.rules import MatchModel
from mdm.pages.histogram import Chart
from mdm.pages.page import render
from mdm.pages.pairs import Pair, Text

MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """What was read: files, records by source, columns by what became of them, and refused rows in words."""

    files: Sequence[str]
    sources: Mapping[str, int]
    compared: Sequence[str]
    kept: Sequence[str]
    ignored: Sequence[str]
    refused: Sequence[str]


@dataclass(frozen=True, slots=True)
class AttributeView:
    """An attribute as the model sees it: its kind, how many records have it, and the weight of each level."""

    name: str
    kind: str
    many: bool
    filled: float
    distinct: int
    levels: Sequence[tuple[str, str, float]]


@dataclass(frozen=True, slots=True)
class ModelView:
    """The model: where it comes from, its attributes, its rules above the score, and its figures."""

    origin: str
    model: MatchModel
    attributes: Sequence[AttributeView]
    rules: Sequence[str]
    widest: float


@dataclass(frozen=True, slots=True)
class SizeClass:
    """The clusters that have so many records: `words` is `1`, `2` or `6 to 10`."""

    words: str
    clusters: int
    records: int


@dataclass(frozen=True, slots=True)
class LargeCluster:
    """One of the largest clusters: its number in the file of clusters, its size, and a record of it."""

    number: int
    size: int
    record: str


@dataclass(frozen=True, slots=True)
class LonelyRecord:
    """A record that cannot be linked: what it is called, and what it has."""

    title: str
    values: Sequence[tuple[str, Sequence[Text]]]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why records cannot be linked, how many there are, and the first of them."""

    words: str
    count: int
    records: Sequence[LonelyRecord]


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the page shows."""

    read: ReadFiles
    counts: Mapping[str, int]
    model: ModelView
    distribution: Distribution
    bars: Sequence[HistogramBar]
    chart: Chart
    expected: Expectation
    blocking: Sequence[RuleReport]
    link_only: bool
    sizes: Sequence[SizeClass]
    largest: Sequence[LargeCluster]
    doubtful: Sequence[Pair]
    unlinkable: Sequence[Reason]
    seconds: Mapping[str, float]
    warnings: Sequence[str]


def report_page(found: Findings) -> str:
    """The page as text, of bounded size: long lists are cut, and each says how long it was."""
    return render("report.html", found=found, most=MOST_LISTED)
