"""What the dated lines of one golden record answer: which line is in force, and where it came from."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from golden_records.effective import EVER_BEFORE, holds_on
from golden_records.lines_on import fits, lines_on
from matching.kinds import KINDS
from mdm.entity_types import Attribute, EntityType
from mdm.services.pricing.rate_question import Asked
from mdm.services.reading.lineage import told_of
from mdm.store.database import Transaction
from mdm.store.golden import StoredGolden

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Card:
    """The dated lines of a golden record as they stood, under the rules they were made under."""

    golden: StoredGolden
    entity_type: EntityType
    attribute: str
    lines: Sequence[Document]
    entry: Document

    @property
    def described(self) -> Attribute:
        """What the rules say of the lines."""
        return self.entity_type.lines[self.attribute]

    def of(self, asked: Asked, on: str) -> list["Line"]:
        """The lines that answer: one, none, or several where the question leaves open which is meant."""
        return [Line(self, place) for place in lines_on(self.entry.get("winners", ()), asked.key, on)]

    def around(self, asked: Asked, on: str) -> Document | None:
        """For a day without a line: when the last one before it ended, and the next begins; None if there is none."""
        held = [one for one in self.entry.get("winners", ()) if fits(one["key"], asked.key)]
        ended = max((one["valid_to"] for one in held if one["valid_to"] and one["valid_to"] <= on), default=None)
        begins = min((one["valid_from"] for one in held if (one["valid_from"] or EVER_BEFORE) > on), default=None)
        return {"ended": ended, "begins": begins} if held else None


@dataclass(frozen=True, slots=True)
class Line:
    """One golden line that answers a question."""

    card: Card
    place: int

    @property
    def shown(self) -> Document:
        """The line as the golden record has it."""
        return self.card.lines[self.place]

    @property
    def amounts(self) -> dict[str, str | None]:
        """How much it says, by field, as decimal text."""
        return {name: self.shown[name] for name in self.card.described.amounts}

    @property
    def key(self) -> dict[str, Any]:
        """The fields that tell it from other lines, as the golden record has them."""
        return {name: self.shown[name] for name in self.card.described.key}

    def told(self) -> Document:
        """`{"amount", "unit"?, "key", "valid_from", "valid_to", "line"}`; `amount` is the first field of amounts."""
        amount = next(iter(self.amounts.values()), None)
        unit = {"unit": self.shown["unit"]} if "unit" in self.shown else {}
        days = {name: self.shown[name] for name in ("valid_from", "valid_to")}
        return {"amount": amount, **unit, "key": self.key, **days, "line": self.shown}

    def why(self, transaction: Transaction, on: str) -> Document:
        """Winner and losers on the day, with what each said: `{"winner", "losers", "strategy", "step"?}`."""
        winner = self.card.entry["winners"][self.place]
        losers = [one for one in self.card.entry["losers"] if one["key"] == winner["key"] and holds_on(one, on)]
        narrowed = {**self.card.entry, "winners": [winner], "losers": losers, "overlaps": [], "gaps": []}
        golden, rules = self.card.golden, self.card.entity_type
        made_under = rules if rules.version == golden.rules_version else None
        found = told_of(transaction, golden, {self.card.attribute: narrowed}, made_under)[self.card.attribute]
        amounts = self.card.described.amounts
        return {
            "winner": {**found["winners"][0], "amount": next(iter(self.amounts.values()), None)},
            "losers": [{**one, "amount": next(_amounts(self.card, amounts, one), None)} for one in found["losers"]],
            **{name: found[name] for name in ("strategy", "step") if name in found},
        }


def _amounts(card: Card, names: Sequence[str], place: Mapping[str, Any]) -> Iterator[str | None]:
    """What a source said, written as golden records write it."""
    value = place.get("value") or {}
    for name in names if isinstance(value, Mapping) else ():
        kind, sent = KINDS[card.described.of[name].kind], value.get(name)
        text = kind.standardise(sent)
        yield None if text is None else kind.shown(sent, text)


def card_of(golden: StoredGolden, entity_type: EntityType, attribute: str) -> Card:
    """Read the lines of a golden record, and their lineage."""
    attributes = orjson.loads(golden.attributes) if golden.attributes is not None else {}
    lineage = orjson.loads(zlib.decompress(golden.lineage)) if golden.lineage is not None else {}
    return Card(golden, entity_type, attribute, attributes.get(attribute, ()), lineage.get(attribute, {}))
