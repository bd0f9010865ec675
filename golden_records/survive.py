"""Survive: the values of one golden record, from the contributions of its source records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from golden_records.contributions import JSON, Contribution, distinct, not_valid, without_floats
from golden_records.effective import Line, golden_lines
from golden_records.lineage import LineageEntry, LinesEntry, entry
from golden_records.overrides import Override, holding, overridden, shown
from golden_records.rules import AttributeStrategy, SurvivorshipRules
from golden_records.strategies import STRATEGIES, Context, Ranking, due_of, in_tie_order
from golden_records.trust import day

NOT_ITS_GROUP = "another record won the group"


@dataclass(frozen=True, slots=True)
class Survived:
    """What is true of one golden record, and why.

    attributes: the surviving values, a list under `union` and of dated lines; no floats.  lineage: of each
    attribute that had any contribution.  due: the ISO date of the first day on which falling trust could change
    any of this.
    """

    attributes: dict[str, JSON]
    lineage: dict[str, LineageEntry | LinesEntry]
    due: str | None


def survive(
    rules: SurvivorshipRules,
    contributions: Mapping[str, Sequence[Contribution]],
    *,
    sources: Sequence[str],
    today: str | None,
    lines: Mapping[str, Sequence[Line]] | None = None,
    overrides: Sequence[Override] = (),
) -> Survived:
    """Decide the value of each attribute: a function of the set of contributions, whatever their order.

    contributions: of each attribute.  sources: from the highest rank to the lowest; sources not named rank
    below all.  today: the ISO date of the latest tick, None before the first, when no trust has fallen.
    lines: the dated lines of each attribute that holds such; they are decided day by day.
    overrides: what people set on attributes without dated lines; it stands above every strategy and group.

    Ties break by event time (latest first, missing oldest), source rank and record key. An invalid value
    never survives. The attributes of a group come from one record: the one that is best for the group's
    first attribute that has a valid value; where that record has no value, the attribute stays absent.
    """
    decided_by, fallback = rules.decided_by, rules.fallback
    ranks, day_number = _ranks(tuple(sources)), None if today is None else day(today)
    owners = _owners(rules, contributions, Context(ranks, day_number, fallback)) if rules.groups else {}
    attributes: dict[str, JSON] = {}
    lineage: dict[str, LineageEntry | LinesEntry] = {}
    rankings: dict[str, Ranking] = {}
    due: int | None = None
    for name in sorted(contributions):
        offered = contributions[name]
        rule = decided_by.get(name, fallback)
        if len(offered) == 1 and name not in owners:
            ranking = [(offered[0], "" if offered[0].valid else not_valid(offered[0]))]
        else:
            context = Context(ranks, day_number, rule)
            ranking = _ranked(offered, context, owners.get(name))
            due = _earlier(due, _due(ranking, context))
        rankings[name] = ranking
        _settle(attributes, lineage, name, ranking=ranking, rule=rule)
    for name, offered_lines in sorted((lines or {}).items()):
        golden = golden_lines(offered_lines, Context(ranks, day_number, decided_by.get(name, fallback)))
        due, lineage[name] = _earlier(due, golden.due), golden.lineage
        if golden.lines:
            attributes[name] = golden.lines
    for one in holding(overrides, rankings, today=today) if overrides else ():
        due = _earlier(due, None if one.until is None else day(one.until))
        _overrule(attributes, lineage, one, rule=decided_by.get(one.attribute, fallback))
    return Survived(attributes, lineage, None if due is None else date.fromordinal(due).isoformat())


@lru_cache(maxsize=1000)
def _ranks(sources: tuple[str, ...]) -> dict[str, int]:
    return {source: rank for rank, source in enumerate(sources)}


def _owners(
    rules: SurvivorshipRules, contributions: Mapping[str, Sequence[Contribution]], setting: Context
) -> dict[str, str]:
    """Find the record that each grouped attribute must come from.

    The attribute that decides for its group is left out, so that its losers keep the reason they lost; under
    `union` it is kept to its best value's record like the others.
    """
    owners: dict[str, str] = {}
    for group in rules.groups:
        for lead in group:
            rule = rules.decided_by.get(lead, rules.fallback)
            ranking = _ranked(contributions.get(lead, ()), setting._replace(rule=rule), None)
            if ranking and not ranking[0][1]:
                followers = group if rule.strategy == "union" else set(group) - {lead}
                owners.update(dict.fromkeys(followers, ranking[0][0].record))
                break
    return owners


def _ranked(offered: Sequence[Contribution], context: Context, owner: str | None) -> Ranking:
    """Rank all contributions to one attribute, best first, those that may not compete at the end."""
    offered = distinct(offered)
    competing = [one for one in offered if one.valid and (owner is None or one.record == owner)]
    ranking = STRATEGIES[context.rule.strategy](competing, context) if competing else []
    if len(competing) < len(offered):
        barred = [one for one in offered if not (one.valid and (owner is None or one.record == owner))]
        for one in in_tie_order(barred, context.ranks):
            ranking.append((one, NOT_ITS_GROUP if one.valid else not_valid(one)))
    return ranking


def _due(ranking: Ranking, context: Context) -> int | None:
    """Find the first day on which falling trust could change the ranking or a reason in it."""
    return due_of([one for one, because in ranking if one.valid and because != NOT_ITS_GROUP], context)


def _earlier(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _settle(
    attributes: dict[str, JSON],
    lineage: dict[str, LineageEntry | LinesEntry],
    name: str,
    *,
    ranking: Ranking,
    rule: AttributeStrategy,
) -> None:
    """Write down the values that have no reason against them, and the lineage of all."""
    if not ranking:
        return
    many = rule.strategy == "union"
    if many:
        values = [without_floats(one.value) for one, because in ranking if not because]
        if values:
            attributes[name] = values
    elif not ranking[0][1]:
        attributes[name] = without_floats(ranking[0][0].value)
    lineage[name] = entry(ranking, strategy=rule.strategy, many=many)


def _overrule(attributes: dict[str, JSON], lineage: dict[str, Any], one: Override, *, rule: AttributeStrategy) -> None:
    """Put what a person set in place of what survived."""
    attributes.pop(one.attribute, None)
    value = shown(one, many=rule.strategy == "union")
    if value is not None:
        attributes[one.attribute] = value
    lineage[one.attribute] = overridden(lineage.get(one.attribute), one, strategy=rule.strategy)
