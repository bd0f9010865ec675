"""Survive: the values of one golden record, from the contributions of its source records."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast

from golden_records.conditions import beside
from golden_records.conflicts import rivals
from golden_records.contributions import JSON, Contribution, distinct, not_valid, without_floats
from golden_records.effective import EVER_BEFORE, VALUE, Line, golden_lines, holds_on, next_day
from golden_records.line_findings import LineFinding, line_findings
from golden_records.lineage import LineageEntry, LinesEntry, entry
from golden_records.overrides import Override, has_ended, holding, overridden, shown
from golden_records.overrides_by_day import overrule_by_day
from golden_records.rules import SurvivorshipRules
from golden_records.steps import Decided, Steps, choose, decide, earlier
from golden_records.strategies import Context, Ranking, in_tie_order
from golden_records.trust import day

NOT_ITS_GROUP = "another record won the group"


@dataclass(frozen=True, slots=True)
class Survived:
    """What is true of one golden record, and why.

    attributes: the surviving values, a list under `union` and of dated lines, of dated attributes the value in force
    on the day; no floats.  lineage: of each attribute that had any contribution.  due: the ISO date of the first day
    on which falling trust, a condition on age, the end of an override, or the days of dated lines and values could
    change what holds.  conflicts: of each attribute that the rules ask about, the values that are as good as the
    winner and disagree (see `conflicts.rivals`), the winner first.  dated: the values of each dated attribute on all
    days.  findings: what is wrong with the dated lines of each attribute whose amounts were named.
    """

    attributes: dict[str, JSON]
    lineage: dict[str, LineageEntry | LinesEntry]
    due: str | None
    conflicts: dict[str, list[Contribution]] = field(default_factory=dict)
    dated: dict[str, list[JSON]] = field(default_factory=dict)
    findings: dict[str, list[LineFinding]] = field(default_factory=dict)


def survive(  # noqa: PLR0913  all that it depends on
    rules: SurvivorshipRules,
    contributions: Mapping[str, Sequence[Contribution]],
    *,
    sources: Sequence[str],
    today: str | None,
    lines: Mapping[str, Sequence[Line]] | None = None,
    dated: Collection[str] = (),
    amounts: Mapping[str, Collection[str]] = MappingProxyType({}),
    overrides: Sequence[Override] = (),
) -> Survived:
    """Decide the value of each attribute: a function of the set of contributions, whatever their order.

    contributions: of each attribute.  sources: from the highest rank to the lowest; sources not named rank
    below all.  today: the ISO date of the latest tick, None before the first, when nothing has aged.
    lines: the dated lines of each attribute that holds such; one step for all, which decides day by day.
    dated: which of these are dated values, lines of the one field `value`; of them the one in force survives.
    amounts: of dated lines that are to be looked through for findings, the fields that must agree.
    overrides: what people set on attributes without dated lines; it stands above all, of dated ones on its days.

    Ties break by event time (latest first, missing oldest), source rank and record key. An invalid value
    never survives. The attributes of a group come from one record: the one that is best for the group's
    first attribute that has a valid value; where that record has no value, the attribute stays absent.
    """
    decided_by, fallback = rules.decided_by, rules.fallback
    setting = Context(
        _ranks(tuple(sources)), None if today is None else day(today), fallback[0],
        beside(contributions, rules.looked_at) if rules.looked_at else {},
    )  # fmt: skip
    owners = _owners(rules, contributions, setting) if rules.groups else {}
    attributes: dict[str, JSON] = {}
    lineage: dict[str, LineageEntry | LinesEntry] = {}
    rankings: dict[str, Ranking] = {}
    conflicts, findings, due = dict[str, list[Contribution]](), dict[str, list[LineFinding]](), None
    for name in sorted(contributions):
        offered = contributions[name]
        steps = decided_by.get(name, fallback)
        if len(offered) == 1 and name not in owners and steps[0].when is None:
            ranking = [(offered[0], "" if offered[0].valid else not_valid(offered[0]))]
            _settle_only(attributes, lineage, name, ranking, strategy=steps[0].strategy)
        else:
            decided = _decided(offered, steps, setting, owners.get(name))
            due, ranking = earlier(due, decided.due), decided.ranking
            if name in rules.conflicts and (found := _in_conflict(decided, setting)):
                conflicts[name] = found
            _settle(attributes, lineage, name, decided)
        rankings[name] = ranking
    for name, offered_lines in sorted((lines or {}).items()):
        stale, passed = _settle_lines(attributes, lineage, name, lines=offered_lines, rules=rules, setting=setting)
        due = earlier(due, stale)
        findings |= _findings(name, offered_lines, lineage, amounts=amounts, passed=passed)
    by_day = [one for one in overrides if one.attribute in dated and not has_ended(one, today)]
    due = earlier(due, _by_day(attributes, lineage, rules, overrides=by_day, today=today))
    timelines = {name: _in_force(attributes, name, today) for name in sorted(dated) if name in attributes}
    for one in holding([one for one in overrides if one.attribute not in dated], rankings, today=today):
        due = earlier(due, None if one.until is None else day(one.until))
        conflicts.pop(one.attribute, None)
        _overrule(attributes, lineage, one, steps=decided_by.get(one.attribute, fallback))
    changes_on = None if due is None else date.fromordinal(due).isoformat()
    return Survived(attributes, lineage, changes_on, conflicts, timelines, findings)


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
            ranking = _decided(contributions.get(lead, ()), rules.steps(lead), setting, None).ranking
            if ranking and not ranking[0][1]:
                followers = group if rules.keeps_all(lead) else set(group) - {lead}
                owners.update(dict.fromkeys(followers, ranking[0][0].record))
                break
    return owners


def _decided(offered: Sequence[Contribution], steps: Steps, setting: Context, owner: str | None) -> Decided:
    """Decide between all contributions to one attribute; those that may not compete stand at the end."""
    offered = distinct(offered)
    competing = [one for one in offered if one.valid and (owner is None or one.record == owner)]
    decided = decide(competing, steps, setting)
    if len(competing) < len(offered):
        barred = [one for one in offered if not (one.valid and (owner is None or one.record == owner))]
        for one in in_tie_order(barred, setting.ranks):
            decided.ranking.append((one, NOT_ITS_GROUP if one.valid else not_valid(one)))
    return decided


def _in_conflict(decided: Decided, setting: Context) -> list[Contribution]:
    considered = [one for one, _ in decided.ranking[: len(decided.chosen.considered)]]
    return rivals(considered, setting._replace(rule=decided.chosen.rule))


def _settle(
    attributes: dict[str, JSON], lineage: dict[str, LineageEntry | LinesEntry], name: str, decided: Decided
) -> None:
    """Write down the values that have no reason against them, and the lineage of all."""
    ranking, (rule, step, *_), _ = decided
    if not ranking:
        return
    many = rule.strategy == "union"
    if many:
        values = [without_floats(one.value) for one, because in ranking if not because]
        if values:
            attributes[name] = values
    elif not ranking[0][1]:
        attributes[name] = without_floats(ranking[0][0].value)
    lineage[name] = entry(ranking, strategy=rule.strategy, many=many, step=step)


def _settle_only(
    attributes: dict[str, JSON], lineage: dict[str, LineageEntry | LinesEntry], name: str, ranking: Ranking, *,
    strategy: str,
) -> None:  # fmt: skip
    """Write down the one value that there is: of most attributes there is no other."""
    (only, because), *_ = ranking
    many = strategy == "union"
    if not because:
        value = without_floats(only.value)
        attributes[name] = [value] if many else value
    lineage[name] = entry(ranking, strategy=strategy, many=many)


def _settle_lines(
    attributes: dict[str, JSON], lineage: dict[str, LineageEntry | LinesEntry], name: str, *,
    lines: Sequence[Line], rules: SurvivorshipRules, setting: Context,
) -> tuple[int | None, Ranking]:  # fmt: skip
    """Write down the dated lines that hold; the first day on which that may change, and what was not considered."""
    chosen = choose([line.contribution for line in lines if line.contribution.valid], rules.steps(name), setting)
    golden = golden_lines(lines, setting._replace(rule=chosen.rule), passed=chosen.passed)
    lineage[name] = golden.lineage if chosen.number is None else {**golden.lineage, "step": chosen.number}
    if golden.lines:
        attributes[name] = golden.lines
    return earlier(golden.due, chosen.stale), chosen.passed


def _findings(
    name: str, lines: Sequence[Line], lineage: Mapping[str, LineageEntry | LinesEntry], *,
    amounts: Mapping[str, Collection[str]], passed: Ranking,
) -> dict[str, list[LineFinding]]:  # fmt: skip
    """What is wrong with the dated lines of an attribute, where its amounts are named."""
    if name not in amounts:
        return {}
    told = cast("LinesEntry", lineage[name])
    return {name: line_findings(lines, told, amounts=amounts[name], passed=passed)}


def _in_force(attributes: dict[str, JSON], name: str, today: str | None) -> list[JSON]:
    """Put the value that holds on the day in place of the values of all days, and give these."""
    timeline = cast("list[dict[str, JSON]]", attributes.pop(name))
    for one in timeline:
        if holds_on(one, today or EVER_BEFORE):
            attributes[name] = one[VALUE]
    return cast("list[JSON]", timeline)


def _by_day(
    attributes: dict[str, JSON], lineage: dict[str, Any], rules: SurvivorshipRules, *,
    overrides: Sequence[Override], today: str | None,
) -> int | None:  # fmt: skip
    """Put what people set on dated attributes above what survived; the first day on which anything dated may change."""
    for name in sorted({one.attribute for one in overrides}):
        told = [one for one in overrides if one.attribute == name]
        survived = cast("list[dict[str, JSON]]", attributes.pop(name, []))
        strategy = rules.steps(name)[0].strategy
        timeline, lineage[name] = overrule_by_day(survived, lineage.get(name), told, strategy=strategy)
        if timeline:
            attributes[name] = cast("JSON", timeline)
    due = min((day(one.until) for one in overrides if one.until is not None), default=None)
    for name, kept in lineage.items():
        if "gaps" in kept:
            due = earlier(due, next_day(attributes.get(name), today))
    return due


def _overrule(attributes: dict[str, JSON], lineage: dict[str, Any], one: Override, *, steps: Steps) -> None:
    """Put what a person set in place of what survived."""
    attributes.pop(one.attribute, None)
    value = shown(one, many=steps[0].strategy == "union")
    if value is not None:
        attributes[one.attribute] = value
    lineage[one.attribute] = overridden(lineage.get(one.attribute), one, strategy=steps[0].strategy)
