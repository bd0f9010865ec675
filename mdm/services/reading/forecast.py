"""What will change by itself as days pass: golden values that decay, expiry, their own days or age will flip."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from golden_records.effective import holds_on
from golden_records.identity import golden_id, parse_golden_id
from golden_records.survive import Survived
from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput
from mdm.services.deciding.standing import Goldens, standing
from mdm.services.hub import Hub
from mdm.services.reading.golden import entity_type_of, get
from mdm.services.resolving import latest_tick
from mdm.store import golden as stored_golden

Document = dict[str, Any]
A_YEAR = 365
HEAD = ("golden_id", "entity_type", "status", "current_id")
ENDED = "the override has ended"
BY_DAYS = "by the days on which it holds"


def of_one(hub: Hub, golden_id: str, *, until: str | None = None) -> Document:
    """What will become of a golden record if nothing else arrives: `{..., "since", "until", "changes"}`, by date.

    A change is `{"date", "attribute", "from", "to", "because"}`: from that day on the attribute has another value, null
    for none. `since` is the latest day that the hub has seen pass, None before the first.

    until: the last day to look at; a year after the latest day unless it is given.

    Raises:
        NotFound: the ID was never given.
        InvalidInput: `until` is no day or is over; or it is not given and no day has passed yet.
    """
    found = get(hub, golden_id)
    entity_type = hub.entity_type(entity_type_of(hub, golden_id)[0])
    current = found.get("current_id", golden_id)
    number = parse_golden_id(current)[1]
    with hub.database.read() as reader:
        goldens = Goldens(standing(hub, reader, entity_type), [number])
        since, end = _days(goldens.today, until)
        head: Document = {name: found[name] for name in HEAD if name in found}
        changes = list(_changes(goldens, number, until=end))
    return {**head, "since": since, "until": end, "changes": changes}


def page(
    hub: Hub, *, entity_type: str | None = None, until: str | None = None, cursor: str | None = None, limit: int = 100
) -> Document:
    """The golden records that will change, by golden ID: `{"since", "until", "items", "next"}`.

    An item is `{"golden_id", "entity_type", "changes"}` as `of_one` gives them. A page looks at `limit` golden records
    that may change and lists those that will: it may hold fewer, and `next` is null on the last.
    """
    if entity_type is not None:
        hub.entity_type(entity_type)
    described = hub.entity_types()
    since, end = _days(latest_tick(hub), until)
    after = entity_type_of(hub, cursor)[1] if cursor else 0
    with hub.database.read() as reader:
        found = stored_golden.due_after(reader, entity_type, until=end, after=after, limit=limit + 1)
        items: dict[int, Document] = {}
        for name in sorted({of for _, of in found[:limit]}):
            numbers = [number for number, of in found[:limit] if of == name]
            goldens = Goldens(standing(hub, reader, described[name]), numbers)
            items |= {number: _item(described[name], goldens, number, until=end) for number in numbers}
    ordered = [items[number] for number, _ in found[:limit]]
    following = ordered[-1]["golden_id"] if len(found) > limit else None
    return {"since": since, "until": end, "items": [one for one in ordered if one["changes"]], "next": following}


def _item(entity_type: EntityType, goldens: Goldens, number: int, *, until: str) -> Document:
    written = golden_id(entity_type.id_prefix, number)
    return {
        "golden_id": written, "entity_type": entity_type.entity_type,
        "changes": list(_changes(goldens, number, until=until)),
    }  # fmt: skip


def _days(tick: str | None, until: str | None) -> tuple[str | None, str]:
    if until is None and tick is None:
        detail = "no day has passed yet: say until when to look"
        raise InvalidInput(detail, faults=[Fault("/query/until", detail, "required")])
    try:
        end = date.fromisoformat(until) if until else _a_year_after(tick or "")
    except ValueError:
        detail = f"until takes a day such as 2026-12-31, not {until!r}"
        raise InvalidInput(detail, faults=[Fault("/query/until", detail, "day", until)]) from None
    if tick is not None and end.isoformat() <= tick:
        detail = f"until {end.isoformat()} is over: the hub has seen {tick}"
        raise InvalidInput(detail, faults=[Fault("/query/until", detail, "over", until)])
    return tick, end.isoformat()


def _a_year_after(tick: str) -> date:
    start = date.fromisoformat(tick)
    return date.fromordinal(min(start.toordinal() + A_YEAR, date.max.toordinal()))


def _changes(goldens: Goldens, number: int, *, until: str) -> Iterator[Document]:
    """Go from due date to due date, deciding anew on each; days between them change nothing."""
    lines = goldens.work.entity_type.lines
    before, now = goldens.today, goldens.survived(number, today=goldens.today)
    while now is not None and now.due is not None and now.due <= until:
        day, later = now.due, goldens.survived(number, today=now.due)
        if later is not None:
            yield from _differences(_on(now, before, lines), _on(later, day, lines), day)
        before, now = day, later


def _on(survived: Survived, day: str | None, lines: Collection[str]) -> Survived:
    """Of dated lines those in force on a day; before the first tick that is before all days."""
    attributes = {
        name: [one for one in value if holds_on(one, day or "")] if name in lines else value  # type: ignore[union-attr, arg-type]
        for name, value in survived.attributes.items()
    }
    return replace(survived, attributes=attributes)


def _differences(before: Survived, after: Survived, day: str) -> Iterator[Document]:
    for name in sorted(before.attributes.keys() | after.attributes.keys()):
        was, is_now = before.attributes.get(name), after.attributes.get(name)
        if was != is_now:
            because = _because(before.lineage[name], after.lineage.get(name, {"losers": []}))
            yield {"date": day, "attribute": name, "from": was, "to": is_now, "because": because}


def _because(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Why a value that stood no longer does: what is said of the first that lost."""
    if "gaps" in before:
        return BY_DAYS
    stood = [before["winner"]] if "winner" in before else before.get("winners", [])
    if any("decision" in place for place in stood):
        return ENDED
    if "step" in before and before["step"] != after.get("step"):
        return f"no value meets the condition of step {before['step']} any more"
    lost = {_place(loser): loser["because"] for loser in after["losers"]}
    return next((lost[_place(place)] for place in stood if _place(place) in lost), "trust has fallen")


def _place(place: Mapping[str, Any]) -> tuple[Any, ...]:
    return place["record"], place["position"], place.get("index")
