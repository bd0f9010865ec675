"""What readiness is judged by, as it stands at a moment, each read once: whoever asks again is told what was read."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import orjson

from golden_records.effective import holds_on
from mdm.entity_types import EntityType
from mdm.store import hierarchy
from mdm.store import readiness as stored
from mdm.store.database import Transaction
from mdm.store.xref import NOW

Chains = dict[int, list[int]]
"""Golden numbers by the one that they are above of: itself first, then its parents, the nearest first."""
HIGHEST = 100
"""How far up parents are followed, as by `mdm rate`."""


class Values(NamedTuple):
    """What survived of one golden record: the values of today, and the dated ones."""

    attributes: Mapping[str, Any]
    dated: Mapping[str, Any]


class Seen:
    """Golden records as they stood at a position, on a day (None: no day is known yet)."""

    def __init__(
        self, reader: Transaction, types: Mapping[str, EntityType], day: str | None, at: int = NOW
    ) -> None:  # fmt: skip
        """Look at golden records in a transaction that changes none of them; types: the entity types of then."""
        self.reader, self.types, self.day, self.at = reader, types, day, at
        self.turns: dict[int, str] = {}
        """The next day on which something else may be above a golden number, of those looked at."""
        self._values: dict[int, Values | None] = {}
        self._means: dict[int, dict[str, int]] = {}
        self._parents: dict[int, int] = {}
        self._chains: Chains = {}

    def values(self, goldens: Collection[int]) -> dict[int, Values]:
        """What survived, of those of these golden numbers that are active."""
        wanted = [number for number in goldens if number not in self._values]
        self._values.update(dict.fromkeys(wanted))
        for golden, attributes, dated in stored.values(self.reader, wanted, at=self.at):
            self._values[golden] = Values(orjson.loads(attributes), {} if dated is None else orjson.loads(dated))
        return {number: said for number in goldens if (said := self._values[number]) is not None}

    def means(self, of: EntityType, goldens: Collection[int]) -> dict[int, dict[str, int]]:
        """What the surviving references of each golden record of a type mean, those included that a person set."""
        wanted = [number for number in goldens if number not in self._means]
        self._means.update({number: {} for number in wanted})
        survived = self.values(wanted)
        for golden, attribute, written, means in stored.meant(self.reader, wanted, of.references, at=self.at):
            if golden in survived and survived[golden].attributes.get(attribute) == written:
                self._means[golden][attribute] = means
        return {number: self._means[number] for number in goldens}

    def above(self, of: EntityType, goldens: Collection[int]) -> Chains:
        """What stands above each of these golden numbers of a type on the day, itself first."""
        wanted = [number for number in goldens if number not in self._chains]
        for attribute in of.hierarchies[:1]:
            self._read_above(attribute, wanted)
        for number in wanted:
            chain = self._chains[number] = [number]
            while (parent := self._parents.get(chain[-1])) is not None and len(chain) <= HIGHEST:
                chain.append(parent)
        return {number: self._chains[number] for number in goldens}

    def _read_above(self, attribute: str, goldens: Collection[int]) -> None:
        day = self.day or ""
        for edge in hierarchy.upward(self.reader, attribute, goldens, at=self.at):
            for turn in (edge.valid_from, edge.valid_to):
                if turn is not None and turn > day:
                    self.turns[edge.golden] = min(turn, self.turns.get(edge.golden, turn))
            if edge.parent is not None and not edge.set_aside and holds_on(edge._asdict(), day):
                self._parents[edge.golden] = edge.parent
