"""Constraints: what no golden record may hold at once, such as two tax IDs, or two employments on one day.

Unlike a `never` rule, a constraint takes no edge away: it keeps clusters apart that edges or imported links would
join, and says which records it did so for. A steward's `same` stands above it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from matching.columns import Table
from matching.conditions import Values, valid_values
from matching.document import Condition, Constraint
from matching.rules import MatchModel

# After every ISO date, so that an open end compares like a day.
FOR_EVER = "~"


class Claim(NamedTuple):
    """What one record says under one constraint: its valid values of each attribute, and its first and last day.

    scope: the source where only records of one source are held against each other, else empty.
    """

    values: tuple[Values, ...]
    first: str
    last: str
    scope: str


Claims = Sequence[Claim | None]
"""One for each record; None where it does not say enough to break the constraint."""


def claims(model: MatchModel, table: Table, sources: Sequence[str]) -> list[list[Claim | None]]:
    """Give for every constraint what each record says under it, as `cluster` wants them; `sources` are the records'."""
    return [_claims(model, constraint, table, sources) for constraint in model.rules.constraints]


def _claims(model: MatchModel, constraint: Constraint, table: Table, sources: Sequence[str]) -> list[Claim | None]:
    values = zip(
        *(valid_values(model, Condition(different=name), table) for name in constraint.attributes), strict=True
    )
    first, last = (_days(table, name) for name in constraint.overlapping) if constraint.overlapping else ((), ())
    found: list[Claim | None] = []
    for row, said in enumerate(values):
        scope = sources[row] if constraint.of_one_source else ""
        claim = Claim(said, first[row], last[row] or FOR_EVER, scope) if first else Claim(said, "", FOR_EVER, scope)
        found.append(claim if all(said) and (claim.first or not first) else None)
    return found


def _days(table: Table, name: str) -> list[str]:
    column = table[name]
    return [column.cells[code] if code >= 0 else "" for code in column.codes.tolist()]


def breaking(some: Iterable[Claim], others: Iterable[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """Give the pairs of claims, one of either group, by which the two may not be one.

    A claim that the other group makes itself, by any value in common, is nothing new to it: what a steward has joined
    takes in all that agrees with either.
    """
    listed, rest = list(some), list(others)
    new = [one for one in listed if all(_differ(one, other) for other in rest)]
    other_new = [other for other in rest if all(_differ(one, other) for one in listed)]
    return ((one, other) for one in new for other in other_new if _clash(one, other))


def _differ(one: Claim, other: Claim) -> bool:
    """Whether they have no value in common; what is said in another scope is nothing in common."""
    if one.scope != other.scope:
        return True
    return all(mine.isdisjoint(theirs) for mine, theirs in zip(one.values, other.values, strict=True))


def _clash(one: Claim, other: Claim) -> bool:
    # Days that end before they begin hold on none, and so share none.
    return one.scope == other.scope and max(one.first, other.first) <= min(one.last, other.last)
