"""One attribute as quality looks at it: whether a record's value is valid, and the form of the golden value."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from matching.columns import SEPARATOR
from matching.kinds import KINDS
from mdm.entity_types import EntityType, is_missed, judge, truth_of
from mdm.log import canonical
from mdm.resolution.references import target

REMEMBERED = 50_000
"""Distinct values of an attribute whose judgement is remembered; then it starts afresh: memory stays bounded."""
IDENTIFIERS = frozenset({"identifier", "tax_id", "vat", "lei", "iban"})
LINES = "lines"


class Member(NamedTuple):
    """A living source record: its values, and of each the standardised cell and the day of its event time."""

    source: str
    values: dict[str, Any]
    cells: dict[str, str]
    days: dict[str, int | None]


class Measured:
    """An attribute and its rules; what was judged already is remembered.

    The cells that the resolver keeps are used wherever they tell enough: to standardise all values again would take
    as long as it took to resolve them.
    """

    def __init__(self, entity_type: EntityType, name: str) -> None:
        """Look at one attribute of an entity type."""
        self.name, self.entity_type = name, entity_type
        self.kind = KINDS[entity_type.attributes[name].kind]
        self.may_be_true = truth_of(self.kind)
        self.is_coded = name in entity_type.code_lists
        self.rules = entity_type.validity.get(name, ())
        self.missed = is_missed(self.rules)
        self.identifies = self.kind.name in IDENTIFIERS
        self.is_reference = name in entity_type.references
        self.compared = self.kind.name != LINES and name not in entity_type.dated  # those differ by the day
        self.remembered: dict[tuple[str | bytes, bool], bool] = {}

    def validity(self, one: Member, cell: str | None, existing: Collection[str]) -> tuple[int, int]:
        """How many values the record has of the attribute, and how many of them are valid by kind and rules."""
        value = one.values[self.name]
        if self.kind.name == LINES:
            return len(value), len(value)
        if isinstance(value, list):
            return len(value), self._several(value, cell)
        if self.is_reference:
            exists = not self.rules or self.said(one) in existing
            return 1, not self.rules or self._valid(value, None, exists=exists)
        if self.rules:
            return 1, self._valid(value, cell, exists=True)
        return 1, cell is not None and self.may_be_true(cell)

    def golden_form(self, truth: Any, members: Sequence[Member]) -> frozenset[str]:
        """The standardised golden value, or values; empty where it has none that could be compared."""
        if not self.compared:
            return frozenset()
        wanted = truth if isinstance(truth, list) else [truth]
        form: set[str] = set()
        left = list(wanted)
        for one in members:
            if self.name in one.values and self.name in one.cells:
                said = self.said(one)
                values = said if isinstance(said, list) else [said]
                if all(value in wanted for value in values):
                    form.update(one.cells[self.name].split(SEPARATOR))
                    left = [value for value in left if value not in values]
        return frozenset(form | {standard for value in left if (standard := self._standard(value)) is not None})

    def said(self, one: Member) -> Any:
        """What a record says, as a golden value would say it."""
        value = one.values[self.name]
        return target(self.entity_type, self.name, one.source, str(value)) if self.is_reference else value

    def _standard(self, value: Any) -> str | None:
        return None if self.is_reference else self.kind.standardise(value)

    def _several(self, values: list[Any], cell: str | None) -> int:
        if self.is_coded and not self.rules:  # a cell holds the codes that values are mapped to
            return min(len(values), len(cell.split(SEPARATOR)) if cell else 0)
        if not self.rules and cell is not None and len(parts := cell.split(SEPARATOR)) == len(values):
            return sum(map(self.may_be_true, parts))
        return sum(self._valid(value, None, exists=True) for value in values)

    def _valid(self, value: Any, cell: str | None, *, exists: bool) -> bool:
        key = (value if type(value) is str else canonical(value), exists)
        found = self.remembered.get(key)
        if found is None:
            if len(self.remembered) >= REMEMBERED:
                self.remembered.clear()
            standard = self.kind.standardise(value) if cell is None else cell
            broken = judge(self.kind, self.rules, value, standard, exists=exists).broken
            found = self.remembered[key] = not broken and standard is not None and self.may_be_true(standard)
        return found
