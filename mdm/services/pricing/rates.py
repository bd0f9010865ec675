"""Which rate is in force on a day and why: of one card, or of the nearest card that has one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from golden_records.identity import golden_id
from mdm.entity_types import EntityType, hint
from mdm.errors import Fault, Forbidden, InvalidInput, NotFound
from mdm.log import Key
from mdm.services.hub import Hub, parsed
from mdm.services.positions import AsOf, position
from mdm.services.pricing.rate_card import Card, Line, card_of
from mdm.services.pricing.rate_path import MOST_CARDS, Holder, Path
from mdm.services.pricing.rate_question import Asked, Question, country, has, read, with_country
from mdm.services.reading import lookup
from mdm.services.reading.golden import entity_type_of, head_at
from mdm.services.reading.relations import Names
from mdm.services.reading.valid_time import day
from mdm.store import resolution
from mdm.store.database import Transaction
from mdm.store.golden import StoredGolden
from mdm.store.moments import Moment

Document = dict[str, Any]
NO_LINE = "no line is for what is asked"
NOT_ON_THE_DAY = "no line is in force on the day"


@dataclass(frozen=True, slots=True)
class _Looking:
    """What it takes to look into cards."""

    transaction: Transaction
    entity_type: EntityType
    asked: Asked
    on: str
    names: Names


def rate(
    hub: Hub, question: Question, *, as_of: AsOf = None, types: Mapping[str, EntityType] | None = None
) -> Document:
    """One rate and why: `{"golden_id", "entity_type", "status", "of", "asked", "on", "outcome", ..., "path"}`.

    `outcome` is `found` (with `holder`, `card`, `rate`, `winner`, `losers` and `strategy`), `several` (with `choices`:
    the lines that the question leaves open) or `none`. `path` tells each step: whose cards were looked into, which, and
    why it gave none; a step that gives several ends the search as one that gives a rate does.

    `rate` has the `amount` as decimal text, `unit` where lines have one, `key`, `valid_from` and `valid_to` of the days
    on which this winner holds, and the whole `line`; winner and losers tell `amount`, file and line.

    types: the entity types of now, where the caller has them.

    Raises:
        NotFound: no such golden ID or source record was ever there.
        Forbidden: the lines are barred.
        InvalidInput: a field is unknown or cannot have its value, or the day is none; names the nearest.
    """
    types = hub.entity_types() if types is None else types
    prefixes = {name: one.id_prefix for name, one in types.items()}
    written = golden_id_of(hub, question.about, as_of)
    about = (written, *entity_type_of(hub, written, types))
    cards, on = _cards(types, about[1], question), day(question.on) or ""
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        head, start = head_at(transaction, prefixes, about, at=at)
        asked = read(cards, question.fields, hub.code_lists(transaction, upto=at))
        if (cards.entity_type, asked.attribute) in question.barred:
            raise Forbidden(f"this key has no right to the {asked.attribute} of a {cards.entity_type}")
        looking = _Looking(transaction, cards, asked, on, Names(types, prefixes, {}))
        said: Document = {
            **head,
            "of": cards.entity_type, "attribute": asked.attribute,
            "asked": {**asked.key, **asked.attributes}, "on": on,
        }  # fmt: skip
        if about[1] == cards.entity_type:
            return {**said, **_answer(looking, Holder("card", None, [start], complete=True))[0], "path": []}
        path = Path(transaction, types, cards, Moment(at, on), hub.salt, question.barred)
        return {**said, **_along(looking, path, start)}


def _along(looking: _Looking, path: Path, start: StoredGolden) -> Document:
    told: list[Document] = []
    for holder in path.holders(start):
        answer, step = _answer(looking, holder)
        told.append(step)
        if answer["outcome"] != "none":
            return {**answer, "path": told}
        if holder.golden is not None:  # from here on it is for others, too, and only what is of the same country fits
            where = country(path.entity_types[holder.golden.entity_type], holder.golden)
            looking = replace(looking, asked=with_country(looking.asked, looking.entity_type, where))
    return {"outcome": "none", "path": told}


def _answer(looking: _Looking, holder: Holder) -> tuple[Document, Document]:
    """What the cards of a holder answer, and the step of the path that tells of it."""
    if not holder.complete:
        detail = (
            f"{holder.name} has more than {MOST_CARDS:,} cards of its own: ask one of them, or say more of the card"
        )
        raise InvalidInput(detail, faults=[Fault("/path/golden_id", detail, "too_many")])
    cards = [_card(looking, one) for one in holder.cards if one.attributes is not None]
    cards = [one for one in cards if has(one.golden, looking.entity_type, looking.asked.attributes)]
    found = [line for card in cards for line in card.of(looking.asked, looking.on)]
    step: Document = {
        "holder": holder.name, **_held_by(looking, holder),
        "cards": [golden_id(looking.entity_type.id_prefix, one.golden.golden) for one in cards],
    }  # fmt: skip
    if not found:
        return {"outcome": "none"}, {**step, "outcome": "none", **_because(looking, cards)}
    choices = [{"card": _named(looking, line.card), "rate": line.told()} for line in found]
    outcome = "found" if _one(found) else "several"
    step["outcome"] = outcome
    if outcome == "several":
        return {"outcome": outcome, "holder": holder.name, "choices": choices}, step
    first = found[0]
    also = {"choices": choices} if len(found) > 1 else {}
    why = first.why(looking.transaction, looking.on)
    return {"outcome": outcome, "holder": holder.name, **choices[0], **why, **also}, step


def _one(found: list[Line]) -> bool:
    """Whether several lines are one answer: of different cards, and with the same key and amounts."""
    cards = {line.card.golden.golden for line in found}
    said = [(line.key, line.amounts) for line in found]
    return len(cards) == len(found) and all(one == said[0] for one in said)


def _because(looking: _Looking, cards: list[Card]) -> Document:
    """Why cards give no rate, and what of them is nearest to the day."""
    if not cards:
        return {"because": "no such card"}
    around = [one for card in cards if (one := card.around(looking.asked, looking.on)) is not None]
    if not around:
        return {"because": NO_LINE}
    ended = max((one["ended"] for one in around if one["ended"]), default=None)
    begins = min((one["begins"] for one in around if one["begins"]), default=None)
    return {"because": NOT_ON_THE_DAY, "ended": ended, "begins": begins}


def _card(looking: _Looking, golden: StoredGolden) -> Card:
    """Read a card under the rules it was made under."""
    rules = looking.entity_type
    if golden.rules_version != rules.version:
        rules = parsed(resolution.document(looking.transaction, golden.rules_version))
    if looking.asked.attribute not in rules.lines:
        rules = looking.entity_type
    return card_of(golden, rules, looking.asked.attribute)


def _named(looking: _Looking, card: Card) -> Document:
    one = card.golden
    found = {"golden_id": golden_id(looking.entity_type.id_prefix, one.golden), "entity_type": one.entity_type}
    names = Names(looking.names.entity_types, looking.names.prefixes, {one.golden: one})
    return {**found, "label": names.label(one.golden), "version": one.version, "rules_version": one.rules_version}


def _held_by(looking: _Looking, holder: Holder) -> Document:
    one = holder.golden
    if one is None:
        return {"golden_id": None, "entity_type": None, "label": None}
    names = Names(looking.names.entity_types, looking.names.prefixes, {one.golden: one})
    return {
        "golden_id": names.id(one.entity_type, one.golden), "entity_type": one.entity_type,
        "label": names.label(one.golden),
    }  # fmt: skip


def golden_id_of(hub: Hub, written: str, as_of: AsOf = None) -> str:
    """The golden ID that is meant: it is one, or a source key bears it."""
    if ":" not in written:
        return written
    try:
        key = Key.parse(written)
    except ValueError as error:
        raise InvalidInput(str(error), faults=[Fault("/path/golden_id", str(error), "key")]) from error
    found = lookup.xref(hub, key, as_of=as_of)["golden_id"]
    if found is None:
        raise NotFound(f"{written!r} has arrived and is not yet resolved: it bears no golden ID")
    return str(found)


def _cards(types: Mapping[str, EntityType], about: str, question: Question) -> EntityType:
    """The entity type of the cards that are asked."""
    having = {name: one for name, one in types.items() if one.lines}
    if question.of is not None:
        if question.of not in having:
            detail = f"{question.of!r} is no entity type with dated lines{hint(question.of, having)}"
            raise InvalidInput(detail, faults=[Fault("/query/of", detail, "entity_type", question.of)])
        return having[question.of]
    if about in having:
        return having[about]
    keyed = [one for one in having.values() if any(set(question.fields) & set(part.key) for part in one.lines.values())]
    if len(keyed) != 1:
        detail = f"say whose lines are asked (of): {', '.join(sorted(one.entity_type for one in keyed) or having)}"
        raise InvalidInput(detail, faults=[Fault("/query/of", detail, "entity_type")])
    return keyed[0]
