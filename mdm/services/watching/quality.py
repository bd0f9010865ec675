"""Data quality by entity type, source and attribute: as it is, and as it was at each tick. Figures, never values."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mdm.entity_types import EntityType, hint
from mdm.errors import Fault, InvalidInput, NotFound
from mdm.resolution.quality import WHOLE
from mdm.resolution.tallies import RECENT_DAYS, Figures
from mdm.services.hub import Hub
from mdm.services.known_attributes import ensure_known
from mdm.services.measuring import measured_now
from mdm.store import quality as stored_quality
from mdm.store.quality import Filter

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures are wanted; None takes all.

    since: also those kept from this day on (an ISO date).
    kept: those kept at the latest tick, which cost nothing, in place of measuring; measured where none are kept.
    """

    entity_type: str | None = None
    source: str | None = None
    attribute: str | None = None
    since: str | None = None
    days: int = RECENT_DAYS
    kept: bool = False


def quality(hub: Hub, wanted: Wanted) -> Document:
    """`{"days", "items", "history"?}`: what stands now, measured as it is asked for, and what was kept since a day.

    An item is `{"entity_type", "source", "attribute", "tick", "records", "completeness", "validity", "uniqueness",
    "timeliness", "divergence", "golden_completeness"}`; source None is all sources together, attribute None the
    record as a whole. A measure is `{"count", "of", "basis_points"}`, or None where there is nothing to measure.
    A value is recent, for timeliness, for `days` days; what was kept was measured with 365.

    Raises:
        NotFound: there is no such entity type, source or attribute.
        InvalidInput: `since` is no date.
    """
    _check_day(wanted.since)
    chosen = hub.entity_types()
    if wanted.entity_type is not None:
        chosen = {wanted.entity_type: hub.entity_type(wanted.entity_type)}
    ensure_known(chosen.values(), wanted.attribute)
    last = _last(hub, wanted, chosen) if wanted.kept else {}
    items = [item for name, one in chosen.items() for item in last.get(name) or _now(hub, one, wanted)]
    history = _kept(hub, wanted, chosen)
    _check_source(wanted.source, [*items, *history])
    found = {"days": wanted.days, "items": [item for item in items if wanted.source in {None, item["source"]}]}
    if wanted.since is None:
        return found
    return {**found, "history": [item for item in history if wanted.source in {None, item["source"]}]}


def _last(hub: Hub, wanted: Wanted, chosen: Collection[str]) -> dict[str, list[Document]]:
    """What was kept of each entity type at its latest tick."""
    with hub.database.read() as reader:
        rows = stored_quality.kept_last(reader, chosen, wanted.attribute)
    items: defaultdict[str, list[Document]] = defaultdict(list)
    for name, tick, found in rows:
        items[name].append(_item(name, tick, Figures(*found)))
    return items


def _now(hub: Hub, entity_type: EntityType, wanted: Wanted) -> list[Document]:
    if wanted.attribute is not None and wanted.attribute not in entity_type.attributes:
        return []
    name, only = entity_type.entity_type, None if wanted.attribute is None else {wanted.attribute}
    tick, found = measured_now(hub, name, days=wanted.days, only=only)
    return [_item(name, tick, one) for one in found if wanted.attribute in {None, one.attribute}]


def _kept(hub: Hub, wanted: Wanted, chosen: Mapping[str, EntityType]) -> list[Document]:
    if wanted.since is None:
        return []
    with hub.database.read() as reader:
        rows = stored_quality.kept(reader, Filter(wanted.entity_type, None, wanted.attribute, wanted.since))
    return [_item(name, tick, Figures(*found)) for name, tick, found in rows if name in chosen]


def _item(entity_type: str, tick: str | None, one: Figures) -> Document:
    timely = None if one.recent is None else _share(one.recent, one.filled if one.attribute != WHOLE else one.records)
    # A record as a whole is as complete as its attributes are together.
    attributes = one.fillable // one.records if one.records else 0
    return {
        "entity_type": entity_type,
        "source": one.source or None,
        "attribute": one.attribute or None,
        "tick": tick,
        "records": one.records,
        "completeness": _share(one.filled, one.fillable),
        "validity": _share(one.valid, one.judged),
        "uniqueness": _share(one.unique, one.identified),
        "timeliness": None if timely is None else {**timely, "dated": one.dated, "median_age_days": one.median_age},
        "divergence": _share(one.differing, one.compared),
        "golden_completeness": None if one.golden_records is None else _share(
            one.golden_filled or 0, one.golden_records * attributes
        ),
    }  # fmt: skip


def _share(count: int, of: int) -> Document | None:
    """A fraction, and in ten-thousandths rounded down, so that only the whole is 10,000."""
    return {"count": count, "of": of, "basis_points": 10_000 * count // of} if of else None


def _check_day(written: str | None) -> None:
    try:
        date.fromisoformat(written or "2000-01-01")
    except ValueError:
        detail = f"since is no date such as 2026-03-01: {written!r}"
        raise InvalidInput(detail, faults=[Fault("/query/since", detail, "date", written)]) from None


def _check_source(source: str | None, items: Collection[Document]) -> None:
    known = {item["source"] for item in items if item["source"] is not None}
    if source is not None and source not in known:
        raise NotFound(f"no living record is of source {source!r}{hint(source, known)}")
