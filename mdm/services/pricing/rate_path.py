"""Where a rate is looked for, the nearest first: the cards of a golden record, of those above it, and those for all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mdm.entity_types import EntityType
from mdm.log import key_token
from mdm.resolution.references import target
from mdm.services.pricing.rate_question import Barred
from mdm.services.reading.valid_time import in_force
from mdm.store import golden as stored_golden
from mdm.store import hierarchy, line_holders, xref
from mdm.store.database import Transaction
from mdm.store.golden import StoredGolden
from mdm.store.moments import Moment

HIGHEST = 100
"""How far up parents are followed."""
MOST_CARDS = 1_000
"""How many cards of one holder are looked into; more are no answer that anybody could check."""
STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Holder:
    """One place to look: what it is called, whose cards these are (nobody's: for all), and the cards."""

    name: str
    golden: StoredGolden | None
    cards: list[StoredGolden]
    complete: bool


@dataclass(frozen=True, slots=True)
class Path:
    """How to go from a golden record to the cards of a type, at one position of the log and on the day asked about."""

    transaction: Transaction
    entity_types: Mapping[str, EntityType]
    cards: EntityType
    when: Moment
    salt: bytes
    barred: Barred

    def holders(self, start: StoredGolden) -> Iterator[Holder]:
        """The golden record, its parents, then what they refer to and its parents, then the cards for all.

        References are followed in the order in which the type of the cards declares its own: the first is the nearest.
        """
        references = self._references()
        chain = self._upward(start)
        chains = {start.entity_type: chain}
        if start.entity_type not in references.values():
            chain = []
        yield from self._of_chain(references, start.entity_type, chain)
        for to in dict.fromkeys(references.values()):
            if to not in chains:
                found = next((one for of in list(chains) for one in self._led_to(chains[of], of, to)), None)
                if found is not None:
                    chains[to] = self._upward(found)
                    yield from self._of_chain(references, to, chains[to])
        numbers = line_holders.lines_for_all(
            self.transaction, self.cards.entity_type, at=self.when.at, limit=MOST_CARDS + 1
        )  # fmt: skip
        yield self._holder(STANDARD, None, numbers)

    def _references(self) -> dict[str, str]:
        of = self.cards.entity_type
        return {
            name: to for name, to in self.cards.references.items() if to != of and (of, name) not in self.barred
        }  # fmt: skip

    def _of_chain(self, references: Mapping[str, str], of: str, chain: list[StoredGolden]) -> Iterator[Holder]:
        attributes = [name for name, to in references.items() if to == of]
        for number, holder in enumerate(chain):
            found = [
                card
                for name in attributes
                for card in line_holders.lines_for(
                    self.transaction, self.cards.entity_type, name, holder.golden, at=self.when.at, limit=MOST_CARDS + 1
                )
            ]
            yield self._holder(f"{of} parent" if number else of, holder, found)

    def _holder(self, name: str, golden: StoredGolden | None, numbers: list[int]) -> Holder:
        wanted = numbers[:MOST_CARDS]
        cards = stored_golden.at(self.transaction, wanted, position=self.when.at)
        return Holder(name, golden, [cards[one] for one in wanted if one in cards], len(numbers) <= MOST_CARDS)

    def _upward(self, start: StoredGolden) -> list[StoredGolden]:
        of = self.entity_types[start.entity_type]
        upward = [name for name in of.hierarchies if (of.entity_type, name) not in self.barred][:1]
        numbers = [
            number
            for name in upward
            for number in hierarchy.ancestors(self.transaction, start.golden, name, when=self.when, limit=HIGHEST)
        ]
        found = stored_golden.at(self.transaction, numbers, position=self.when.at)
        return [start, *(found[number] for number in numbers if number in found)]

    def _led_to(self, chain: list[StoredGolden], of: str, to: str) -> Iterator[StoredGolden]:
        """What the first of these golden records that refers to such a type means."""
        rules = self.entity_types[of]
        names = [name for name, led in rules.references.items() if led == to and (of, name) not in self.barred]
        for one in chain if names else ():
            held = {"attributes": orjson.loads(one.attributes or b"{}"), "dated": orjson.loads(one.dated or b"{}")}
            values = in_force(rules, held, self.when.on or None)["attributes"]
            said = [(name, value) for name in names for value in _listed(values.get(name))]
            tokens = {key_token(self.salt, target(rules, name, "", value)) for name, value in said}
            arrived = xref.arrived(self.transaction, tokens)
            borne = xref.of_records(self.transaction, {id_ for id_, _ in arrived.values()}, at=self.when.at)
            found = stored_golden.at(
                self.transaction, {record.golden for record in borne.values()}, position=self.when.at
            )
            yield from (found[number] for number in sorted(found))


def _listed(value: Any) -> list[str]:
    return [] if value is None else value if isinstance(value, list) else [value]
