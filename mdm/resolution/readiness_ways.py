"""The ways on which a rate is looked for, of many golden records at once: where `mdm rate` goes, the nearest first.

Cards of a golden record itself and of its parents, those of what these refer to and of its parents, and those for all.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from golden_records.contributions import JSON
from golden_records.effective import holds_on, next_day
from matching.kinds import KINDS
from mdm.entity_types import EntityType, Referred
from mdm.resolution.readiness_seen import Chains, Seen
from mdm.store import line_holders

Line = Mapping[str, Any]
Key = tuple[tuple[str, str | None], ...]
ALL = 0
"""In place of the golden number of a holder: the cards that are for all."""


@dataclass(slots=True)
class Cards:
    """The dated lines of the cards of one holder, asked alike for many golden records."""

    lines: list[Sequence[Line]]
    answered: dict[tuple[Key, str | None], bool] = field(default_factory=dict)
    due: dict[str | None, int | None] = field(default_factory=dict)

    def answers(self, key: Key, day: str | None) -> bool:
        """Whether a line is in force on a day for these values: it says them, or nothing of them."""
        if (key, day) not in self.answered:
            self.answered[key, day] = any(
                (day is None or holds_on(line, day))
                and all(value is None or line.get(name) in {value, None} for name, value in key)
                for lines in self.lines for line in lines
            )  # fmt: skip
        return self.answered[key, day]

    def next_day(self, day: str | None) -> int | None:
        """The first day after this one on which lines begin or end."""
        if day not in self.due:
            days = [one for lines in self.lines if (one := next_day(cast("JSON", list(lines)), day)) is not None]
            self.due[day] = min(days, default=None)
        return self.due[day]


@dataclass(slots=True)
class Way:
    """The cards of a golden record itself, all cards on its way, and the next day on which the way may be another."""

    own: Cards | None
    holders: list[Cards]
    turns: str | None


class _Card(NamedTuple):
    country: str | None
    lines: Sequence[Line]


def read_ways(seen: Seen, entity_type: EntityType, referred: Referred, goldens: Collection[int]) -> dict[int, Way]:
    """The way of each golden record of a type to the cards of another on a day; nothing where there is no such type."""
    if referred.entity_type not in seen.types:
        return {}
    reading = _Reading(seen, seen.types[referred.entity_type], str(referred.in_force))
    return reading.ways(entity_type, goldens)


def cards_led_to(cards: EntityType) -> dict[str, str]:
    """The references that say whom the lines of a card are for, the nearest first, and their entity types."""
    return {name: to for name, to in cards.references.items() if to != cards.entity_type}


@dataclass(slots=True)
class _Reading:
    """What is read along the ways to the cards of one type."""

    seen: Seen
    cards: EntityType
    lines: str
    countries: dict[int, str | None] = field(default_factory=dict)
    shared: dict[tuple[int, str | None], Cards] = field(default_factory=dict)
    held: dict[int, list[_Card]] = field(default_factory=dict)

    def ways(self, entity_type: EntityType, goldens: Collection[int]) -> dict[int, Way]:
        chains = {entity_type.entity_type: self.seen.above(entity_type, goldens)}
        references = cards_led_to(self.cards)
        for to in dict.fromkeys(references.values()):
            if to not in chains and to in self.seen.types:
                chains[to] = self._led_to(chains, to)
        order = [of for of in dict.fromkeys([entity_type.entity_type, *references.values()]) if of in chains]
        order = [of for of in order if of in references.values()]
        holders = {of: sorted({one for chain in chains[of].values() for one in chain}) for of in order}
        self._read_cards(references, holders)
        self._read_countries(holders)
        return {number: self._way(number, order, chains) for number in goldens}

    def _led_to(self, chains: Mapping[str, Chains], to: str) -> Chains:
        """Of each golden record what the first of its chains that refers to such a type means, and what is above it."""
        found: dict[int, int] = {}
        for of, each in chains.items():
            names = [name for name, led in self.seen.types[of].references.items() if led == to]
            members = sorted({one for chain in each.values() for one in chain})
            said = self.seen.means(self.seen.types[of], members) if names else {}
            means = {number: [meant[name] for name in names if name in meant] for number, meant in said.items()}
            for number, chain in each.items():
                led_to = next((min(means[one]) for one in chain if means.get(one)), None)
                if led_to is not None:
                    found.setdefault(number, led_to)
        chained = self.seen.above(self.seen.types[to], sorted(set(found.values())))
        return {number: chained[one] for number, one in found.items()}

    def _read_cards(self, references: Mapping[str, str], holders: Mapping[str, Sequence[int]]) -> None:
        of, reader, at = self.cards.entity_type, self.seen.reader, self.seen.at
        held: defaultdict[int, set[int]] = defaultdict(set)
        numbers = [number for some in holders.values() for number in some]
        for holder, card in line_holders.lines_of_holders(reader, of, list(references), numbers, at=at):
            held[holder].add(card)
        values = self.seen.values(sorted({card for cards in held.values() for card in cards}))
        read = {golden: self._card(said.attributes) for golden, said in values.items()}
        self.held = {holder: [read[card] for card in sorted(cards) if card in read] for holder, cards in held.items()}

    def _card(self, attributes: Mapping[str, Any]) -> _Card:
        return _Card(_country(self.cards, attributes), attributes.get(self.lines) or ())

    def _read_countries(self, holders: Mapping[str, Sequence[int]]) -> None:
        """The country of every holder, where cards have one: those of others answer only for their own."""
        for of, numbers in holders.items() if _country_of(self.cards) is not None else ():
            for golden, said in self.seen.values(numbers).items():
                self.countries[golden] = _country(self.seen.types[of], said.attributes)

    def _way(self, number: int, order: Sequence[str], chains: Mapping[str, Chains]) -> Way:
        holders, own, country = [], None, None
        for of in order:
            for holder in chains[of].get(number, ()):
                cards = self._cards(holder, country)
                if holder == number:
                    own = cards
                holders.append(cards)
                country = country or self.countries.get(holder)
        holders = [one for one in (*holders, self._cards(ALL, country)) if one.lines]
        turning = self.seen.turns
        turns = {turning[one] for each in chains.values() for one in each.get(number, ()) if one in turning}
        return Way(own, holders, min(turns, default=None))

    def _cards(self, holder: int, country: str | None) -> Cards:
        place = holder, country
        if place not in self.shared:
            held = self.held.get(holder, ())
            self.shared[place] = Cards([one.lines for one in held if country is None or one.country == country])
        return self.shared[place]


def _country_of(entity_type: EntityType) -> str | None:
    """The attribute that says the country, where a type has one such."""
    named = [name for name, one in entity_type.attributes.items() if one.kind == "country"]
    return named[0] if len(named) == 1 else None


def _country(entity_type: EntityType, attributes: Mapping[str, Any]) -> str | None:
    value = attributes.get(_country_of(entity_type) or "")
    return None if value is None else KINDS["country"].standardise(value)
