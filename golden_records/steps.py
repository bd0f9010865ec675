"""Steps: of the strategies that may decide an attribute, the first that considers any valid value does."""

from collections.abc import Sequence
from typing import NamedTuple

from golden_records.conditions import passed_over, stale_on
from golden_records.contributions import Contribution
from golden_records.rules import AttributeStrategy
from golden_records.strategies import STRATEGIES, Context, Ranking, due_of, in_tie_order

Steps = Sequence[AttributeStrategy]


class Chosen(NamedTuple):
    """The step that decides, and what it looks at.

    number: counted from 1; None where no step considers anything, and where there is one only and it considers all.
    considered: what may win.  passed: the others, each with why not.  stale: the first day on which a value
    considered no longer is.
    """

    rule: AttributeStrategy
    number: int | None
    considered: Sequence[Contribution]
    passed: Ranking
    stale: int | None


class Decided(NamedTuple):
    """The ranking of all values under the step that decided, and the first day on which it may change."""

    ranking: Ranking
    chosen: Chosen
    due: int | None


def choose(valid: Sequence[Contribution], steps: Steps, context: Context) -> Chosen:
    """Find the step that decides among valid values; where none considers any, the last says why.

    What a step considers only shrinks as days pass, so a step that was passed by stays so.
    """
    if steps[0].when is None:
        return Chosen(steps[0], None, valid, [], None)
    for number, step in enumerate(steps, start=1):
        if step.when is None:
            return Chosen(step, number if valid else None, valid, [], None)
        reasons = [passed_over(step.when, one, today=context.today, beside=context.beside) for one in valid]
        considered = [one for one, because in zip(valid, reasons, strict=True) if not because]
        passed = [(one, because) for one, because in zip(valid, reasons, strict=True) if because]
        if considered:
            return Chosen(step, number, considered, passed, stale_on(step.when, considered))
    return Chosen(steps[-1], None, [], passed, None)


def decide(valid: Sequence[Contribution], steps: Steps, context: Context) -> Decided:
    """Rank valid values under the step that decides, best first; those it passes over stand behind, with the reason."""
    chosen = choose(valid, steps, context)
    context = context._replace(rule=chosen.rule)
    ranking = STRATEGIES[chosen.rule.strategy](chosen.considered, context) if chosen.considered else []
    due = earlier(due_of([one for one, _ in ranking], context), chosen.stale)
    if chosen.passed:
        reasons = {id(one): because for one, because in chosen.passed}
        ordered = in_tie_order([one for one, _ in chosen.passed], context.ranks)
        ranking += [(one, reasons[id(one)]) for one in ordered]
    return Decided(ranking, chosen, due)


def earlier(one: int | None, other: int | None) -> int | None:
    """Take the earlier of two days, None being never."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
