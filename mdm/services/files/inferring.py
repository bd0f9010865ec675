"""Infer rules for files that nobody has described: attributes, keys, and what each agreement tells."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from matching.balance import balanced_threshold
from matching.block import Bits, pairs_and_rules
from matching.columns import Column, Rows, Table
from matching.compare import Comparisons, Levels
from matching.copies import Copies, copies_of
from matching.document import Comparison, MatchAttribute, MatchRules, Nearest, Thresholds
from matching.frequency import counted
from matching.infer import Inferred, InferredAttribute, choose_keys, idle_keys, infer, looked_at
from matching.infer.attributes import columns_of
from matching.infer.keys import CAP
from matching.infer.words import noise_among
from matching.kinds import KINDS, Kind
from matching.learn import FEWEST, Learnt
from matching.rules import MatchModel, match_model
from matching.score import sums
from mdm.entity_types import Attribute, EntityType
from mdm.errors import InvalidInput
from mdm.ingest.evidence import Records, as_records
from mdm.ingest.table import Columns
from mdm.services.files.dedupe_clusters import Who, who_is
from mdm.services.files.dedupe_pairs import Pairs, candidates, narrow, nearest_aside
from mdm.services.files.dedupe_stages import aside, standardised
from mdm.services.files.learning import Sample, learnt_from, sample

ENTITY_TYPE = "record"
ALL_WORDS = "all_words"
NEIGHBOURS = 6
MOST_WORDED = 200_000
"""Of more records all words are not compared: that takes memory."""
FEW_STRONG = 3
FEW_SOURCES = 3
"""In more sources a thing has more copies than the two nearest, or the tenth nearest may be one."""
MATCH, REVIEW = 0.5, 0.1
_NO_WORDS = frozenset(("money", "number"))
"""Amounts are no words: the digits that two prices have in common tell nothing."""
_ONE_EACH = 0.005
"""Where so few of the records that surely match one of another source match two of it, a source holds a thing once."""
_ONE_EACH_GUESSED = 0.05
"""The same where it was learnt from a guess: what tells things apart is less sure."""
_SURE = 20
_MOSTLY = 0.5
_ONE_EACH_WORDS = "each source is taken to hold a thing once: no two of its records are put together"

_HARDLY = 0.05
"""Where so small a share of the matches is between sources, that may be how each source writes its records."""
_ONLY_WITHIN = (
    "hardly any records of two sources match, nearly all that do are of one source: "
    "if each source holds a thing once, give --link-only"
)
_NOTHING_LEARNT = (
    "nothing could be learnt between the sources, so no two records of one source are put together; "
    "to look for those, give a file of that source alone"
)

_OF_PARTIES = frozenset(("email", "phone", "tax_id", "lei", "iban", "person_name", "address", "birth_date"))
"""What tells persons and firms apart, whatever else a file holds."""
_PERSON = frozenset(("person_name", "birth_date"))
_STRONG = _OF_PARTIES | {"company_name", "date", "identifier"}

Result = TypeVar("Result")


class Timed(Protocol):
    """Does one stage of the work and notes how long it took."""

    def __call__(self, stage: str, work: Callable[[], Result], /) -> Result:
        """Give what the stage gives."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What was made of a file: an entity type with trained rules, its records, and the candidate pairs.

    `copies` says which records are worked on: `who`, the pairs and what compares them know only those. `levels` are
    those of the pairs where all were compared. `notes` say in words what was chosen, `warnings` what does not fit well.
    """

    entity_type: EntityType
    records: Records
    table: Table
    copies: Copies
    who: Who
    pairs: tuple[Rows, Rows]
    comparisons: Comparisons
    notes: list[str]
    warnings: list[str]
    levels: Levels | None = None


def understand(columns: Columns, *, link_only: bool, keep: bool, timed: Timed) -> Understood:
    """Infer the rules by which the records of some files are matched.

    Unless the values are to be kept, they are let go, and the cells of the columns too, as soon as they are clean.

    Raises:
        InvalidInput: there is no column to compare.
    """
    everybody = who_is(columns.sources, columns.ids)
    found = timed("infer", lambda: _inferred(columns, everybody))
    attributes = {name: MatchAttribute(kind=one.kind, many=one.many) for name, one in found.attributes.items()}
    shape = _entity_type(found, MatchRules(block_on=[], compare=list(attributes)))
    records = as_records(columns, shape)
    whole = timed("standardise", lambda: standardised(shape.matching, records.values))
    if not keep:
        columns.cells.clear()
        records.values.clear()
    copies = timed("copies", lambda: copies_of(whole, everybody.sources, everybody.ranks))
    table, who = copies.table(whole), everybody.where(copies.kept)
    compared = {name: attributes[name] for name, one in found.attributes.items() if not _noise(one, found)}
    model, pairs, brought_by, comparisons = timed("block", lambda: _blocked(compared, table, who, link_only=link_only))
    taken = timed("compare", lambda: sample(comparisons, who, pairs))
    learnt = timed("learn", lambda: _learnt(model, taken, who))
    rules = _balanced(model, learnt, taken)
    levels = taken.levels if len(taken.left) == len(pairs[0]) else None
    chosen = np.ones(len(pairs[0]), dtype=bool)
    if levels is None and learnt.rounds:
        rules, chosen = _without_idle_keys(model, rules, taken, brought_by)
    if rules.one_per_source:
        chosen &= who.sources[pairs[0]] != who.sources[pairs[1]]
    pairs = pairs[0][chosen], pairs[1][chosen]
    levels = None if levels is None else levels[chosen]
    notes, warnings = _left_out(found), learnt.notes
    if rules.one_per_source and not link_only and learnt.rounds:
        notes.append(_ONE_EACH_WORDS)
    elif rules.one_per_source and not link_only:
        warnings = [*warnings, _NOTHING_LEARNT]
    entity_type = _entity_type(found, rules)
    return Understood(entity_type, records, whole, copies, who, pairs, comparisons, notes, warnings, levels)


def _inferred(columns: Columns, who: Who) -> Inferred:
    found = infer(looked_at(columns.cells, who.ranks))
    if not found.attributes and columns.ids:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in found.left_out.items()) or "there is none"
        raise InvalidInput(f"no column can be compared ({reasons})")
    if _little_known(found) and len(columns.ids) <= MOST_WORDED:
        _add_words(found, columns, who)
    return found


def _little_known(found: Inferred) -> bool:
    """Say whether there is hardly more to go by than words: not of persons known by name, date of birth and more."""
    kinds = [one.kind for one in found.attributes.values()]
    if _PERSON.issubset(kinds) and len(kinds) >= FEW_STRONG + len(_PERSON):
        return False
    return sum(kind in _STRONG for kind in kinds) < FEW_STRONG


def _add_words(found: Inferred, columns: Columns, who: Who) -> None:
    """Add what compares all words of a record but those of texts that are noise, which are not compared at all."""
    texts = [column for one in found.attributes.values() if one.kind == "text" for column in columns_of(one)]
    few_copies = len(set(who.sources.tolist())) <= FEW_SOURCES
    noise = noise_among(columns.cells, texts, who.ranks) if few_copies else set()
    found.left_out |= dict.fromkeys(noise, "its words make different records alike")
    every = [one for one in found.attributes.values() if noise.isdisjoint(columns_of(one))]
    worded = [one for one in every if one.kind not in _NO_WORDS] or every
    named = [name for one in worded for name in columns_of(one)]
    words = " ".join(f"{{?{name}}}" for name in dict.fromkeys(named))
    kind = "nearness" if texts and few_copies else "wording"
    name = ALL_WORDS if ALL_WORDS not in found.attributes else f"{ALL_WORDS} of the record"
    found.attributes[name] = InferredAttribute(kind, (words,))


def _noise(attribute: InferredAttribute, found: Inferred) -> bool:
    """Say whether an attribute survives in golden records and is not compared."""
    return found.left_out.keys() >= set(columns_of(attribute))


def _blocked(
    attributes: dict[str, MatchAttribute], table: Table, who: Who, *, link_only: bool
) -> tuple[MatchModel, tuple[Rows, Rows], Bits, Comparisons]:
    """Choose keys and give the pairs that they bring, with what compares them, which is prepared in the meantime.

    Of each pair it is told which keys bring it, a bit for each; all are set where that is not known.
    """
    model = partial(_model, attributes, link_only=link_only)
    meeting, count = partial(_keys_and_pairs, attributes, model, table, who), len(who.ranks)
    with aside(meeting, count) as blocking, nearest_aside(model(block_on=[], compare=[]), table, who) as near:
        compare = [_compared(name, KINDS[one.kind], table[name]) for name, one in attributes.items()]
        comparisons = Comparisons(model(block_on=[], compare=compare), table)
        keys, keyed, brought_by = blocking()
        chosen, others = model(block_on=keys, compare=compare), near()
        pairs = candidates(chosen, who, keyed, others)
        if others or link_only:  # then there are other pairs, too, or not all of these
            brought_by = np.full(len(pairs[0]), -1, dtype=np.int32)
        return chosen, pairs, brought_by, comparisons


def _keys_and_pairs(
    attributes: dict[str, MatchAttribute], model: Callable[..., MatchModel], table: Table, who: Who
) -> tuple[list[list[str]], Pairs, Bits]:
    keyed = {name: table[name] for name, one in attributes.items() if not KINDS[one.kind].whole_column}
    keys = choose_keys(attributes, keyed, who.ranks)
    left, right, brought_by = pairs_and_rules(model(block_on=keys, compare=list(attributes)), table, CAP)
    return keys, narrow(left, right), brought_by


def _model(
    attributes: dict[str, MatchAttribute], *, block_on: list[list[str]], compare: list[str | Comparison],
    link_only: bool,
) -> MatchModel:  # fmt: skip
    worded = [name for name, one in attributes.items() if KINDS[one.kind].whole_column]
    rules = MatchRules(
        block_on=block_on,
        compare=compare,
        thresholds=Thresholds(match=MATCH, review=REVIEW),
        prior=0.01,
        linkage="average",
        one_per_source=link_only,
        nearest=Nearest(attributes=worded, count=NEIGHBOURS) if worded else None,
        block_cap=CAP,
    )
    return match_model(ENTITY_TYPE, attributes, rules)


def _compared(name: str, kind: Kind, column: Column) -> str | Comparison:
    frequencies = counted(kind, column)
    return name if frequencies is None else Comparison(attribute=name, frequencies=frequencies)


def _learnt(model: MatchModel, taken: Sample, who: Who) -> Learnt:
    """Learn from pairs between sources first, and from all unless those show that each source holds a thing once."""
    apart = taken.apart
    if model.rules.one_per_source:
        return learnt_from(model, model.rules, taken.where(apart))
    if apart.any():
        strong = _known_of_most(model, taken.levels[apart], _STRONG)
        if strong or not _repeated(model, taken.levels, apart, who.sources):
            one_each = model.rules.model_copy(update={"one_per_source": True})
            between = taken.where(apart)
            found = learnt_from(model, one_each, between, doubtful=not strong)
            if not strong or (found.settled and _hold_once(model, found, between)):
                return found
    learnt = learnt_from(model, model.rules, taken)
    return learnt if len(set(who.sources.tolist())) == 1 else _of_several(model, learnt, taken)


def _of_several(model: MatchModel, learnt: Learnt, taken: Sample) -> Learnt:
    """Doubt what was learnt from all pairs of several sources if hardly any between two of them match.

    Without success no two records of one source are put together, unless they say of whom they are.
    """
    apart = taken.apart
    if learnt.rounds:
        found = _with(model, learnt.rules)
        matching = sums(found, taken.levels) >= found.match_weight
        within = matching.any() and apart[matching].mean() <= _HARDLY
        return replace(learnt, notes=[*learnt.notes, _ONLY_WITHIN]) if within else learnt
    if apart.sum() < 2 * FEWEST or _known_of_most(model, taken.levels, _OF_PARTIES):
        return learnt
    return replace(learnt, rules=learnt.rules.model_copy(update={"one_per_source": True}))


def _balanced(model: MatchModel, learnt: Learnt, taken: Sample) -> MatchRules:
    """Give the rules that were learnt with the threshold that suits them; of rules that were not, that of before."""
    rules = learnt.rules
    if not learnt.rounds:
        return rules
    weights = sums(_with(model, rules), taken.levels[taken.apart] if rules.one_per_source else taken.levels)
    match = max(round(balanced_threshold(weights), 3), REVIEW)
    return rules.model_copy(update={"thresholds": Thresholds(match=match, review=REVIEW)})


def _without_idle_keys(
    model: MatchModel, rules: MatchRules, taken: Sample, brought_by: Bits
) -> tuple[MatchRules, npt.NDArray[np.bool_]]:
    """Leave out the keys that bring next to nothing, going by the pairs that were learnt from.

    Says of each candidate pair whether another key brings it. Most strangers meet by a few such keys, and to compare
    them is what a large file costs; what strangers are like has been learnt by then.
    """
    likely = sums(_with(model, rules), taken.levels) >= model.review_weight
    idle = idle_keys(brought_by[taken.places], likely, keys=len(rules.block_on))
    kept = [key for number, key in enumerate(rules.block_on) if not idle >> number & 1]
    return rules.model_copy(update={"block_on": kept}), brought_by & ~idle != 0


def _known_of_most(model: MatchModel, levels: Levels, telling: frozenset[str]) -> bool:
    """Say whether an attribute of one of these kinds is known of both sides of most pairs."""
    known = (levels > 0).mean(axis=0)
    kinds = [model.attributes[name].kind for name in model.compared]
    return any(kind in telling and share >= _MOSTLY for kind, share in zip(kinds, known, strict=True))


def _repeated(model: MatchModel, levels: Levels, apart: npt.NDArray[np.bool_], sources: Rows) -> bool:
    """Say whether a text stands twice within a source about as often as in two sources.

    Of the texts the one that most pairs between sources share: others may be the same for many things.
    """
    texts = [place for place, name in enumerate(model.compared) if model.attributes[name].kind == "text"]
    same = max((levels[:, place] == 1 for place in texts), key=lambda one: int(one[apart].sum()), default=None)
    if same is None or same[apart].sum() < _SURE:
        return False
    return float((~apart[same]).mean()) > _MOSTLY * _by_chance(sources)


def _by_chance(sources: Rows) -> float:
    """Give the share of all pairs that are within a source."""
    return float(((np.bincount(sources) / len(sources)) ** 2).sum())


def _with(model: MatchModel, rules: MatchRules) -> MatchModel:
    return match_model(model.entity_type, model.attributes, rules)


def _hold_once(model: MatchModel, learnt: Learnt, between: Sample) -> bool:
    """Say whether hardly a record that matches one of another source matches two of it, by the surer of the matches.

    Two records of one source may be alike because it writes all of them its own way; one record of another source
    that matches both says that they are the same. Too few matches say nothing.
    """
    learnt_model, sources = _with(model, learnt.rules), between.who.sources
    weights = sums(learnt_model, between.levels)
    matching = weights >= learnt_model.match_weight
    if matching.sum() < 2 * _SURE:
        return False
    sure = weights >= np.median(weights[matching])
    left, right = between.left[sure], between.right[sure]
    count = int(sources.max()) + 1
    _, matched = np.unique(np.append(left * count + sources[right], right * count + sources[left]), return_counts=True)
    return float((matched > 1).mean()) <= (_ONE_EACH_GUESSED if learnt.guessed else _ONE_EACH)


def _entity_type(found: Inferred, rules: MatchRules) -> EntityType:
    return EntityType(
        entity_type=ENTITY_TYPE,
        label="Record",
        id_prefix="rec",
        attributes={
            name: Attribute(kind=one.kind, many=one.many, columns=one.columns) for name, one in found.attributes.items()
        },
        match=rules,
    )


def _left_out(found: Inferred) -> list[str]:
    return [f"column {name} is not compared: {reason}" for name, reason in sorted(found.left_out.items())]
