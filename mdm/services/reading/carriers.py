"""How many records of a type carry the values of some: what few have says much, and what many have says little."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matching.block import rule_key_words
from mdm.resolution.candidates import marks
from mdm.resolution.edges import table_of
from mdm.resolution.work import Work

Living = Mapping[int, int]
"""How many living records stand under each blocking key."""


@dataclass(frozen=True, slots=True)
class Values:
    """The keys that stand for whole values of records in hand, by attribute, a set for each record."""

    by_attribute: Mapping[str, Sequence[frozenset[int]]]

    @property
    def keys(self) -> list[int]:
        """All of them."""
        return sorted({key for several in self.by_attribute.values() for keys in several for key in keys})

    def counts(self, name: str, living: Living) -> list[int | None]:
        """The living records that carry the commonest value of each record; None where that is not known."""
        return [max((living[key] for key in keys if key in living), default=None) for keys in self._of(name)]

    def others(self, name: str, living: Living) -> int:
        """The living records besides these that carry a value of the first two."""
        several = self._of(name)
        asked: frozenset[int] = frozenset().union(*several[:2])
        beyond = (living.get(key, 0) - sum(key in keys for keys in several) for key in asked)
        return max((0, *beyond))

    def _of(self, name: str) -> Sequence[frozenset[int]]:
        return self.by_attribute.get(name, ())


def values(work: Work, ids: Sequence[int]) -> Values:
    """The keys of whole values of these records: an attribute has them where a blocking rule asks for it alone."""
    model = work.entity_type.matching
    alone = {
        number: parts[0].attribute
        for number, parts in enumerate(model.blocking)
        if len(parts) == 1 and not parts[0].part
    }
    if not alone or not ids:
        return Values({})
    listed = list(ids)
    words, apart = rule_key_words(model, table_of(work, listed)), marks(work, listed).tolist()
    return Values({
        attribute: [frozenset(key ^ mark for key in told[number]) for told, mark in zip(words, apart, strict=True)]
        for number, attribute in alone.items()
    })  # fmt: skip
