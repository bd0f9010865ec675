"""Train rules: m, u, the prior and groups of strangers of a rules document, from records and what people said of them.

What learns is what `mdm dedupe` learns with where it has no rules: in turns with clusters by the average weight, at
even odds, whatever linkage and thresholds the document has for use.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from matching.document import Thresholds
from matching.ecm import estimate
from matching.learn import Learnt
from matching.rarity import as_one
from matching.rules import MatchModel, match_model
from mdm.entity_types import EntityType, hint, parse, shipped
from mdm.errors import InvalidInput, NotFound
from mdm.ingest.wanted import Wanted
from mdm.services.files.dedupe_pairs import pairs_to_compare
from mdm.services.files.labels import labels
from mdm.services.files.learning import Sample, learnt_from, sample
from mdm.services.files.train_document import written
from mdm.services.files.train_records import Gathered, Said, of_files, of_hub, said
from mdm.services.files.train_report import Figures, Report, attributes, not_learnt, provenance
from mdm.services.hub import Hub
from mdm.services.rulebook import rules
from mdm.services.whole_files import check_outputs, whole_file

PAIRS_PER_FIGURE = 10
"""So many candidate pairs are needed for each m and u that is to be learnt."""
_LEARNING = {"thresholds": Thresholds(match=0.5, review=0.1), "linkage": "average", "strangers": []}
_AGREE = 2.0
"""Two fits whose shares of matches differ by more than this factor contradict each other."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to train: files, and an entity type by its name or a rules document as (text, file).

    `labels` is a file of labelled pairs, of which `split` is taken. Without files the records are those of a hub.
    """

    files: tuple[str, ...]
    out: str
    entity_type: str | None = None
    rules: tuple[str, str] | None = None
    wanted: Wanted = field(default_factory=Wanted)
    labels: str | None = None
    split: str | None = None


def train(job: Job, *, hub: Hub | None = None) -> Report:
    """Write the rules with m, u, prior and strangers as the records say; the same input gives the same bytes.

    With a hub the entity type is one of its own, and the verdicts of its stewards count.

    Raises:
        InvalidInput: neither or both of type and rules are given, a part of no labels, or there is too little to learn
            from; nothing is written then.
        InvalidRules: the rules document is not valid.
        UnreadableFile: a file cannot be read or written.
    """
    if job.split is not None and job.labels is None:
        raise InvalidInput(f"--split {job.split} chooses among labelled pairs: name their file with --labels")
    check_outputs([job.out], inputs=[*job.files, *([] if job.labels is None else [job.labels])])
    text, file = _document(job, hub)
    entity_type = parse(text, file=file)
    gathered = _gathered(job, entity_type, hub)
    given = [] if job.labels is None else labels(job.labels, split=job.split)
    known = said(gathered, given, hub, entity_type.entity_type)
    model = entity_type.matching
    taken, candidate_pairs = _sample(model, gathered, known)
    learnt = learnt_from(model, model.rules.model_copy(update=_LEARNING), taken)
    if not learnt.rounds:
        raise InvalidInput(f"{gathered.origin}: {'; '.join(learnt.notes)}; the rules are kept")
    report = _report(model, gathered, known, taken, learnt, candidate_pairs=candidate_pairs)
    trained = written(text, provenance(report), learnt.rules)
    parse(trained, file=file)
    with whole_file(job.out) as opened:
        opened.write(trained)
    return report


def _document(job: Job, hub: Hub | None) -> tuple[str, str]:
    """Give the rules to start from, and the name of the file they are in."""
    documents = shipped()
    if (job.entity_type is None) == (job.rules is None):
        raise InvalidInput(
            f"give exactly one of --type (a shipped entity type: {', '.join(documents)}) and --rules (a YAML file)"
        )
    if job.rules is not None:
        return job.rules
    name = job.entity_type or ""
    if hub is not None:
        return rules.show(hub, name)[1], f"{name}.yaml"
    if name not in documents:
        raise NotFound(f"no entity type {name!r} is shipped{hint(name, documents)}; for others give --rules FILE")
    return documents[name], f"{name}.yaml"


def _gathered(job: Job, entity_type: EntityType, hub: Hub | None) -> Gathered:
    if job.files:
        return of_files(job.files, entity_type, job.wanted)
    if hub is None or job.entity_type is None:
        raise InvalidInput("give files to learn from, or --verdicts and --type: then the records are those of the hub")
    return of_hub(hub, entity_type)


def _sample(model: MatchModel, gathered: Gathered, known: Said) -> tuple[Sample, int]:
    """Give the pairs to learn from, and the number of all candidate pairs."""
    pairs, comparisons = pairs_to_compare(model, gathered.table, gathered.who)
    found = len(pairs[0])
    needed = 2 * PAIRS_PER_FIGURE * sum(len(model.kind(name).levels) for name in model.compared)
    if found < needed:
        raise InvalidInput(
            f"{gathered.origin}: {found:,} candidate pairs are too few to learn from; {needed:,} are needed"
        )
    return sample(comparisons, gathered.who, pairs, facts=known.facts), found


def _report(
    model: MatchModel, gathered: Gathered, known: Said, taken: Sample, learnt: Learnt, *, candidate_pairs: int
) -> Report:
    after = match_model(model.entity_type, model.attributes, learnt.rules)
    trained = list(attributes(model, after, taken.levels, learnt))
    pairs = len(taken.left)
    first, second = learnt.matches / pairs, _second_opinion(model, taken)
    counts = {
        "records": len(gathered.keys),
        "rejected": len(gathered.rejected),
        "candidate_pairs": candidate_pairs,
        "pairs": pairs,
        "likely_matches": round(learnt.matches),
        "labelled_pairs": known.labels,
        "verdicts": known.verdicts,
    }
    fit = {
        "rounds": learnt.rounds,
        "settled": learnt.settled,
        "strangers": len(learnt.rules.strangers),
        "matches": round(first, 4),
        "matches_by_a_second_fit": round(second, 4),
    }
    notes = [*known.notes, *_beyond(known, taken), *learnt.notes, *not_learnt(trained), *_differences(first, second)]
    prior = Figures(model.rules.prior, learnt.rules.prior)
    return Report(counts, gathered.counts, gathered.digests, trained, prior, fit, notes, gathered.rejected)


def _beyond(known: Said, taken: Sample) -> Iterator[str]:
    count = known.beyond(taken)
    if count:
        yield f"{count:,} pairs known beforehand share no blocking key, so they teach nothing about the pairs that do"


def _second_opinion(model: MatchModel, taken: Sample) -> float:
    """The share of matches by a fit that knows nothing of the rules, 0 where it finds no two classes of pairs.

    It takes attributes for independent, so where relation makes them agree (families, branches) it finds more.
    """
    steps = [model.kind(name).steps for name in model.compared]
    counts = [len(model.weights[name]) - each for name, each in zip(model.compared, steps, strict=True)]
    try:
        with _unsaid(logging.getLogger()):
            return estimate(as_one(taken.levels, steps), counts, seed=0).prior
    except ValueError:
        return 0.0


@contextmanager
def _unsaid(logger: logging.Logger) -> Iterator[None]:
    """Keep to itself what the fit logs of a start that comes to nothing: the others count."""

    def says_nothing(_record: logging.LogRecord) -> bool:
        return False

    logger.addFilter(says_nothing)
    try:
        yield
    finally:
        logger.removeFilter(says_nothing)


def _differences(first: float, second: float) -> list[str]:
    if max(first, second) <= _AGREE * min(first, second):
        return []
    shares = f"takes {second:.0%} of the pairs for matches and this one {first:.0%}"
    advice = "so agreement may come from relation, as in families: look at pairs before you apply these rules"
    return [f"a second fit, to which all agreement is chance or identity, {shares}, {advice}"]
