"""What a split or a merge would make, side by side: rehearsed by the code that decides, and told as far as one may."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mdm.api.caller import Caller
from mdm.entity_types import EntityType
from mdm.errors import Conflict, HubError
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.stewarding import intents
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.preview import preview
from stewardship_ui.effects import WORDS

Document = Mapping[str, Any]
FATES = {"active": "stays", None: "new ID", "merged": "answers by itself again", "retired": "lives again",
         "split": "lives again"}  # fmt: skip
"""What becomes of an ID, by the status that it has without the decision."""


@dataclass(frozen=True, slots=True)
class Column:
    """One golden record as it is or would be."""

    golden_id: str
    fate: str
    keys: list[str]
    values: Mapping[str, Any]
    masked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute over all columns; `same`: every column says what it says now, or what the first one says."""

    attribute: str
    label: str | None
    lines: bool
    values: list[Any]
    masked: list[bool]
    differs: list[bool]


@dataclass(frozen=True, slots=True)
class BothSides:
    """The golden records before and after, the attributes row by row, and who is told what.

    moves: (source key, ID before, ID after) of look-ups that lead elsewhere.  systems: those that send these records,
    with how many of their look-ups move.  others: what else changes, in words.
    """

    before: list[Column]
    after: list[Column]
    rows: list[Row]
    moves: list[tuple[str, str, str]]
    systems: list[tuple[str, int]]
    redirects: Mapping[str, str]
    others: list[str]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rehearsal came to: both sides, or why it would be refused, and the decisions that it contradicts."""

    sides: BothSides | None = None
    trouble: str | None = None
    contradicts: Sequence[Document] = ()


def tried(caller: Caller, intent: Intent, entity_type: EntityType, before: Sequence[Document]) -> Tried:
    """Rehearse a split or a merge; `before` are the golden records as they are, as their reader may see them."""
    try:
        found = preview(caller.hub, lambda hub, author: intents.carry_out(hub, intent, author), author=caller.author())
    except HubError as error:
        contradicts: Any = error.extra.get("decisions", ()) if isinstance(error, Conflict) else ()
        return Tried(trouble=error.detail, contradicts=contradicts)
    rules = Shown(caller.hub)
    now = [_column(one, "now") for one in before]
    known = {one.golden_id for one in now}
    told = [masking.golden(caller.principal, rules, one) for one in found.golden_records]
    after = [_column(one, _fate(one)) for one in sorted(told, key=lambda one: one["golden_id"] not in known)]
    events = masking.preview(caller.principal, rules, found.changes)
    moves = [(one["key"], one["from"], one["golden_id"]) for one in events if one["type"] == "mdm.xref.moved"]
    moving = Counter(key.partition(":")[0] for key, _, _ in moves)
    sources = sorted({key.partition(":")[0] for column in [*now, *after] for key in column.keys})
    return Tried(BothSides(
        now, after, list(_rows(entity_type, now, after)), sorted(moves), [(one, moving[one]) for one in sources],
        found.redirects, list(_others(events)), found.needs,
    ))  # fmt: skip


def _column(document: Document, fate: str) -> Column:
    of = document["entity_type"]
    keys = [f"{one['source']}:{of}:{one['source_id']}" for one in document["crosswalk"]]
    return Column(
        document["golden_id"], fate, keys, document["attributes"], frozenset(document.get("masked", ()))
    )  # fmt: skip


def _fate(document: Document) -> str:
    return FATES.get(document["before"], "stays")


def _rows(entity_type: EntityType, before: Sequence[Column], after: Sequence[Column]) -> Iterator[Row]:
    """Attributes that anything says something of, in the order of the entity type."""
    columns = [*before, *after]
    held = {name for column in columns for name in {*column.values, *column.masked}}
    for name in [*entity_type.attributes, *sorted(held - entity_type.attributes.keys())]:
        if name in held:
            values = [column.values.get(name) for column in columns]
            attribute = entity_type.attributes.get(name)
            differs = [
                place >= len(before) and value not in values[: len(before)] for place, value in enumerate(values)
            ]
            yield Row(
                name, attribute.label if attribute else None, name in entity_type.lines, values,
                [name in column.masked and name not in column.values for column in columns], differs,
            )  # fmt: skip


def _others(events: Sequence[Document]) -> Iterator[str]:
    counts = Counter(str(one["type"]) for one in events)
    for kind, (one, several) in WORDS.items():
        if counts[kind] and kind != "mdm.xref.moved":
            yield f"{counts[kind]} {one if counts[kind] == 1 else several}"
