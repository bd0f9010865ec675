"""Train rules: m, u and the prior of a rules document from files alone, with what could not be learnt said."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from matching.block import Rows, candidate_pairs
from matching.columns import Table
from matching.compare import Levels, compare
from matching.rules import ALWAYS_WEIGHT, Comparison, LevelTuning, MatchModel, MatchRules, match_model
from matching.score import NEVER, score
from matching.standardise import standardise
from matching.train import MATCHES, OTHERS, Estimate, Fit, Shares, estimate, prior_for, refine
from mdm.entity_types import EntityType, hint, parse, shipped
from mdm.errors import InvalidInput, NotFound, UnreadableFile
from mdm.ingest import read
from mdm.ingest.rows import Rejected
from mdm.ingest.table import Wanted, read_table
from mdm.services.train_document import written

SAMPLE = 200_000
"""The most candidate pairs that are learnt from; of more, evenly spaced ones are taken."""
PAIRS_PER_FIGURE = 10
"""So many candidate pairs are needed for each m and u that is to be learnt."""
FEWEST_OF_A_CLASS = 10
"""A class, or an attribute within it, that fewer pairs speak for teaches nothing."""
_SMALLEST = 1e-6
_AGREE = 1.5
"""Two fits whose shares of matches differ by more than this factor contradict each other."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to train: files, and a shipped entity type by its name or a rules document as (text, file)."""

    files: tuple[str, ...]
    out: str
    entity_type: str | None = None
    rules: tuple[str, str] | None = None
    wanted: Wanted = field(default_factory=Wanted)


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
    """What was learnt, from what; `notes` says in one line each what was not, `rejected` are unread rows."""

    counts: dict[str, int]
    files: dict[str, int]
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


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The candidate pairs that are learnt from."""

    table: Table
    left: Rows
    right: Rows
    levels: Levels
    candidates: int

    def weights(self, model: MatchModel) -> Rows:
        """Weigh the pairs without the prior, those that a rule decides far beyond the others."""
        weights = score(model, self.table, self.levels, self.left, self.right).weights.astype(np.int64)
        free = (weights != NEVER) & (weights != ALWAYS_WEIGHT)
        return np.where(free, weights - model.prior_weight, weights)


def train(job: Job) -> Report:
    """Write the rules with m, u and prior as the files say; the same files give the same bytes.

    Raises:
        InvalidInput: neither or both of type and rules are given, or the files cannot teach these rules;
            nothing is written then.
        InvalidRules: the rules document is not valid.
        UnreadableFile: a file cannot be read or written.
    """
    text, file = _document(job)
    entity_type = parse(text, file=file)
    records = read_table(job.files, entity_type, job.wanted)
    files = _row_counts(job.files, len(records.ids) + len(records.rejected))
    names = ", ".join(files)
    model = entity_type.matching
    evidence = _evidence(model, standardise(model, records.values), names)
    fit = _fitted(model, evidence, names)
    attributes = list(_attributes(model, fit))
    if all(one.kept for one in attributes):
        raise InvalidInput(f"{names}: nothing could be learnt: " + "; ".join(_notes(attributes)))
    prior = _prior(entity_type, attributes, evidence, fit)
    counts = {
        "records": len(records.ids),
        "rejected": len(records.rejected),
        "candidate_pairs": evidence.candidates,
        "pairs": len(evidence.left),
        "likely_matches": round(fit.estimate.prior * len(evidence.left)),
    }
    second = _second_opinion(model, evidence)
    numbers = {
        "iterations": fit.iterations,
        "log_likelihood": round(fit.log_likelihood, 1),
        "matches": round(fit.estimate.prior, 4),
        "matches_by_a_second_fit": round(second, 4),
    }
    notes = [*_notes(attributes), *_differences(fit.estimate.prior, second)]
    report = Report(counts, files, attributes, prior, numbers, notes, records.rejected)
    trained = written(text, _provenance(report), _comparisons(entity_type.match, attributes), prior.after)
    parse(trained, file=file)
    _write(job.out, trained)
    return report


def _document(job: Job) -> tuple[str, str]:
    documents = shipped()
    if (job.entity_type is None) == (job.rules is None):
        raise InvalidInput(
            f"give exactly one of --type (a shipped entity type: {', '.join(documents)}) and --rules (a YAML file)"
        )
    if job.rules is not None:
        return job.rules
    name = job.entity_type or ""
    if name not in documents:
        raise NotFound(f"no entity type {name!r} is shipped{hint(name, documents)}; for others give --rules FILE")
    return documents[name], f"{name}.yaml"


def _row_counts(files: Sequence[str], rows: int) -> dict[str, int]:
    """Count the rows of each file, by its name."""
    names = [Path(file).name for file in files]
    names = list(files) if len(set(names)) < len(names) else names
    if len(files) == 1:
        return {names[0]: rows}
    if "-" in files:
        raise InvalidInput("standard input can only be the one file, because the rows of each are counted")
    return {name: sum(1 for _ in read(file)) for name, file in zip(names, files, strict=True)}


def _evidence(model: MatchModel, table: Table, names: str) -> _Evidence:
    left, right = candidate_pairs(model, table, model.rules.block_cap)
    candidates = len(left)
    needed = 2 * PAIRS_PER_FIGURE * sum(len(levels) for levels in _given(model).values())
    if candidates < needed:
        raise InvalidInput(f"{names}: {candidates:,} candidate pairs are too few to learn from; {needed:,} are needed")
    if candidates > SAMPLE:
        chosen = np.arange(SAMPLE, dtype=np.int64) * candidates // SAMPLE
        left, right = left[chosen], right[chosen]
    return _Evidence(table, left, right, compare(model, table, left, right), candidates)


def _given(model: MatchModel) -> dict[str, list[tuple[str, float, float]]]:
    """Give (level, m, u) of every compared attribute as the rules have them."""
    given = {}
    for entry in model.rules.compare:
        name = entry if isinstance(entry, str) else entry.attribute
        tuned = {} if isinstance(entry, str) else {one.level: one for one in entry.levels or ()}
        given[name] = [_level(one.name, one.m, one.u, tuned=tuned.get(one.name)) for one in model.kind(name).levels]
    return given


def _level(name: str, m: float, u: float, *, tuned: LevelTuning | None) -> tuple[str, float, float]:
    if tuned is None:
        return name, m, u
    return name, m if tuned.m is None else tuned.m, u if tuned.u is None else tuned.u


def _fitted(model: MatchModel, evidence: _Evidence, names: str) -> Fit:
    """Fit, and refuse a fit that is none."""
    given = _given(model).values()
    ms, us = ([np.array([level[place] for level in levels]) for levels in given] for place in (1, 2))
    start = Estimate([m / m.sum() for m in ms], [u / u.sum() for u in us], model.rules.prior)
    weights = evidence.weights(model)
    known = np.zeros(len(weights), dtype=np.int8)
    known[weights == ALWAYS_WEIGHT], known[weights == NEVER] = MATCHES, OTHERS
    fit = refine(evidence.levels, start, known)
    if not fit.converged:
        raise InvalidInput(f"{names}: the estimate does not settle ({fit.iterations:,} rounds); the rules are kept")
    pairs = len(weights)
    matches = fit.estimate.prior * pairs
    if min(matches, pairs - matches) < FEWEST_OF_A_CLASS:
        which = "no match" if matches < pairs / 2 else "a match"
        raise InvalidInput(
            f"{names}: nearly all of {pairs:,} candidate pairs look like {which}, so there is nothing to tell apart; "
            "the rules are kept"
        )
    return fit


def _attributes(model: MatchModel, fit: Fit) -> Iterator[TrainedAttribute]:
    for place, (name, levels) in enumerate(_given(model).items()):
        matches, others = fit.matches[place], fit.others[place]
        m, u = fit.estimate.m[place], fit.estimate.u[place]
        kept = _kept(matches, others, (m, u))
        given_u = np.array([level[2] for level in levels])
        # Candidate pairs were chosen for agreeing somewhere, so what they say of u is too high, and agreements
        # of strangers exclude one another. Half way to the given u, in bits, was best on files with known truth.
        u = np.sqrt(u * given_u / given_u.sum())
        u /= u.sum()
        after = [(float(one), float(other)) for one, other in zip(m, u, strict=True)]
        seen = np.rint(matches + others).astype(int).tolist()
        yield TrainedAttribute(
            name,
            [
                TrainedLevel(
                    level,
                    pairs,
                    *_before_and_after((before_m, before_u), new, keeps=kept is not None or pairs == 0),
                )
                for (level, before_m, before_u), new, pairs in zip(levels, after, seen, strict=True)
            ],
            kept,
        )


def _before_and_after(
    before: tuple[float, float], after: tuple[float, float], *, keeps: bool
) -> tuple[Figures, Figures]:
    m, u = (
        Figures(old, old if keeps else max(round(new, 6), _SMALLEST)) for old, new in zip(before, after, strict=True)
    )
    return m, u


def _kept(matches: Shares, others: Shares, shares: tuple[Shares, Shares]) -> str | None:
    """Say why an attribute keeps the figures that were given, if it does."""
    if min(matches.sum(), others.sum()) < FEWEST_OF_A_CLASS:
        return f"too few pairs have values on both sides ({round(matches.sum() + others.sum()):,})"
    m, u = shares
    if m[0] <= u[0]:
        return f"its best level is no more frequent among matches ({m[0]:.3f}) than among others ({u[0]:.3f})"
    return None


def _second_opinion(model: MatchModel, evidence: _Evidence) -> float:
    """The share of matches by a fit that knows nothing of the rules, 0 where it finds no two classes of pairs."""
    counts = [len(model.weights[name]) - 1 for name in model.compared]
    try:
        return estimate(evidence.levels, counts, seed=0).prior
    except ValueError:
        return 0.0


def _differences(first: float, second: float) -> list[str]:
    if max(first, second) <= _AGREE * min(first, second):
        return []
    shares = f"takes {second:.0%} of the pairs for matches and this one {first:.0%}"
    advice = "compare the two rules files on records you know before you apply this one"
    return [f"a second fit, from random starts, {shares}: {advice}"]


def _notes(attributes: Sequence[TrainedAttribute]) -> Iterator[str]:
    for one in attributes:
        unseen = [level.level for level in one.levels if not level.pairs]
        if one.kept:
            yield f"{one.attribute} keeps its figures: {one.kept}"
        elif unseen:
            noun = "levels" if len(unseen) > 1 else "level"
            yield f"{one.attribute} keeps the figures of {noun} {', '.join(unseen)}, which no pair has"


def _prior(entity_type: EntityType, attributes: Sequence[TrainedAttribute], evidence: _Evidence, fit: Fit) -> Figures:
    """Choose the prior at which the trained rules expect as many matches as were found."""
    rules = entity_type.match
    tuned: MatchRules = rules.model_copy(update={"compare": _comparisons(rules, attributes)})
    model = match_model(entity_type.entity_type, entity_type.matching.attributes, tuned)
    prior = prior_for(evidence.weights(model), fit.estimate.prior)
    return Figures(rules.prior, max(round(prior, 6), _SMALLEST))


def _comparisons(rules: MatchRules, attributes: Sequence[TrainedAttribute]) -> list[str | Comparison]:
    trained = {one.attribute: one for one in attributes}
    found: list[str | Comparison] = []
    for entry in rules.compare:
        one = trained[entry if isinstance(entry, str) else entry.attribute]
        if one.kept:
            found.append(entry)
            continue
        levels = [LevelTuning(level=level.level, m=level.m.after, u=level.u.after) for level in one.levels]
        weight = None if isinstance(entry, str) else entry.weight
        found.append(Comparison(attribute=one.attribute, levels=levels, weight=weight))
    return found


def _provenance(report: Report) -> Iterator[str]:
    for name, rows in report.files.items():
        yield f"{rows:,} rows of {name if name.isprintable() else ascii(name)}"
    fit, counts = report.fit, report.counts
    pairs = f"{counts['pairs']:,} of {counts['candidate_pairs']:,} candidate pairs"
    yield f"{pairs}, about {counts['likely_matches']:,} of them matches"
    yield f"log likelihood {fit['log_likelihood']:,.1f} after {fit['iterations']:,} rounds"
    yield from report.notes


def _write(file: str, text: str) -> None:
    try:
        Path(file).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}") from None
