"""The report of a training: the figures as they were and as they are, and in words what was not learnt."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from matching.compare import Levels
from matching.learn import Learnt
from matching.rules import MatchModel, figures_of
from mdm.ingest.rows import Rejected


@dataclass(frozen=True, slots=True)
class Figures:
    """m or u of a level, or the prior: as it was given and as it is now."""

    before: float
    after: float


@dataclass(frozen=True, slots=True)
class TrainedLevel:
    """A comparison level; `pairs` were seen at it."""

    level: str
    pairs: int
    m: Figures
    u: Figures


@dataclass(frozen=True, slots=True)
class TrainedAttribute:
    """A compared attribute; `kept` says why it keeps the figures that were given, None when it was trained."""

    attribute: str
    levels: list[TrainedLevel]
    kept: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """What was learnt, from what; `notes` says in one line each what was not, `rejected` are unread rows.

    `files` counts the rows of each file (or of the hub), and `digests` are the SHA-256 of the files.
    """

    counts: dict[str, int]
    files: dict[str, int]
    digests: dict[str, str]
    attributes: list[TrainedAttribute]
    prior: Figures
    fit: dict[str, float]
    notes: list[str]
    rejected: list[Rejected]

    def json(self) -> dict[str, object]:
        """Give the report as `mdm rules train --json` prints it."""
        document = asdict(self)
        document["rejected"] = [
            {"file": one.file, "line": one.line, "rule": one.rule, "detail": one.detail} for one in self.rejected
        ]
        return document


def attributes(before: MatchModel, after: MatchModel, levels: Levels, learnt: Learnt) -> Iterator[TrainedAttribute]:
    """Put the figures of two models side by side; `levels` are those of the pairs that were learnt from."""
    old, new = figures_of(before), figures_of(after)
    for place, (name, (m, u)) in enumerate(old.items()):
        seen = np.bincount(levels[:, place], minlength=len(m) + 1)[1:].tolist()
        found = [
            TrainedLevel(level, pairs, Figures(m[level], new[name][0][level]), Figures(u[level], new[name][1][level]))
            for level, pairs in zip(m, seen, strict=True)
        ]
        yield TrainedAttribute(name, found, learnt.kept.get(name))


def not_learnt(trained: Sequence[TrainedAttribute]) -> Iterator[str]:
    """Say in words which figures were kept, and which say little."""
    for one in trained:
        unseen = [level.level for level in one.levels if not level.pairs]
        if one.kept:
            yield f"{one.attribute} keeps its figures: {one.kept}"
        elif unseen:
            noun = "levels" if len(unseen) > 1 else "level"
            yield f"{one.attribute} keeps the figures of {noun} {', '.join(unseen)}, which no pair has"
        best = one.levels[0]
        if not one.kept and best.m.after <= best.u.after:
            yield (
                f"{one.attribute} tells little with these keys: its best level is no more frequent among matches "
                f"({best.m.after:.3f}) than among others ({best.u.after:.3f})"
            )


def provenance(report: Report) -> Iterator[str]:
    """Say, for the head of the rules file, what the figures rest on."""
    for name, rows in report.files.items():
        digest = f" (SHA-256 {report.digests[name]})" if name in report.digests else ""
        yield f"{rows:,} rows of {name if name.isprintable() else ascii(name)}{digest}"
    fit, counts = report.fit, report.counts
    pairs = f"{counts['pairs']:,} of {counts['candidate_pairs']:,} candidate pairs"
    yield f"{pairs}, about {counts['likely_matches']:,} of them matches"
    people = ((counts["labelled_pairs"], "labelled pairs"), (counts["verdicts"], "verdicts of stewards"))
    said = [f"{count:,} {words}" for count, words in people if count]
    yield f"known beforehand: {' and '.join(said) or 'nothing'}"
    yield f"clusters {'settled' if fit['settled'] else 'had not settled'} after {fit['rounds']:,} rounds of learning"
    yield from report.notes
