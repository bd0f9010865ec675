"""What is wrong with dated lines: overlaps, gaps, conflicts between systems and lines that are over; now or then."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from golden_records.identity import golden_id
from golden_records.line_findings import FINDING_KINDS
from mdm.entity_types import EntityType, hint
from mdm.errors import Fault, InvalidInput
from mdm.log import Key
from mdm.services import known_sources
from mdm.services.hub import Hub
from mdm.services.positions import AsOf, position
from mdm.services.pricing.rates import golden_id_of
from mdm.services.reading.golden import entity_type_of, head_at
from mdm.services.reading.relations import Names
from mdm.services.reading.valid_time import day
from mdm.store import golden as stored_golden
from mdm.store import line_findings as stored
from mdm.store.line_findings import StoredFinding

Document = dict[str, Any]
_FIRST = (0, "", -(2**63))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are asked for.

    about: only those of a golden record, by its ID or a source key.  kind, entity_type, source: only these.
    on: the day by which lines are over, an ISO date; None tells no `expired`.  cursor: `next` of the page before.
    barred: attributes, as (entity type, attribute), that are not to be told.
    """

    about: str | None = None
    kind: str | None = None
    entity_type: str | None = None
    source: str | None = None
    on: str | None = None
    cursor: str | None = None
    limit: int = 100
    barred: Collection[tuple[str, str]] = ()


def findings(hub: Hub, wanted: Wanted, *, as_of: AsOf = None) -> Document:
    """Findings by golden ID and day: `{"items", "next", "on"}`.

    An item has `golden_id`, `label`, `attribute`, `kind` (`overlap`, `gap`, `conflict` or `expired`), `key`, the days
    `valid_from` and `valid_to`, `since` (the position of the log), and what the systems `said`: `source`, `source_id`,
    `amounts` and their `fate` (`wins`, `agrees`, `loses`, or stands `before` or `after` the days without a line).

    Raises:
        NotFound: the golden ID, the record, the entity type or the source never was.
        InvalidInput: there is no such kind, the day is none, the cursor is of no page, or what is asked about has no
            dated lines.
    """
    types = hub.entity_types()
    prefixes = {name: one.id_prefix for name, one in types.items()}
    _check(wanted)
    on, after = day(wanted.on), _after(hub, wanted.cursor)
    if wanted.entity_type is not None:
        hub.entity_type(wanted.entity_type)
    written = None if wanted.about is None else golden_id_of(hub, wanted.about, as_of)
    about = written and (written, *entity_type_of(hub, written, types))
    if about and as_of is None:  # rules of then may have had lines
        _ensure_lines(types, about[1])
    kinds = [one for one in FINDING_KINDS if wanted.kind in {None, one} and (one != "expired" or on is not None)]
    pairs = {(name, kind) for name in types for kind in kinds if wanted.entity_type in {None, name}}
    # Barred as a whole: what is left of a finding without its lines would be a golden ID and a kind.
    barred = {of for of, attribute in wanted.barred if set(types[of].lines) <= {attribute}}
    with hub.database.read() as transaction:
        known_sources.ensure_known(transaction, types.values(), wanted.source)
        at = position(transaction, as_of)
        golden = None
        if about:
            golden = head_at(transaction, prefixes, about, at=at)[1].golden
        narrowed = stored.Narrowed({pair for pair in pairs if pair[0] not in barred}, on or "", wanted.source, golden)
        found = stored.page(transaction, narrowed, at=at, after=after, limit=wanted.limit + 1)
        page = [one for one in found[: wanted.limit] if (one.entity_type, one.attribute) not in wanted.barred]
        versions = stored_golden.at(transaction, {one.golden for one in page}, position=at)
    called = Names(types, prefixes, versions)
    last = found[wanted.limit - 1] if len(found) > wanted.limit else None
    return {"items": [told(one, called) for one in page], "next": last and _cursor(last, prefixes), "on": on}


def _check(wanted: Wanted) -> None:
    if wanted.kind not in {None, *FINDING_KINDS}:
        detail = f"there is no kind {wanted.kind!r} of findings{hint(wanted.kind or '', FINDING_KINDS)}"
        raise InvalidInput(detail, faults=[Fault("/query/kind", detail, "kind", wanted.kind)])


def _ensure_lines(types: Mapping[str, EntityType], asked: str) -> None:
    if not types[asked].lines:
        having = [name for name, one in types.items() if one.lines]
        detail = f"a {asked} has no dated lines; ask about one of these: {', '.join(having) or 'none'}"
        raise InvalidInput(detail, faults=[Fault("/query/golden_id", detail, "entity_type", asked)])


def _after(hub: Hub, cursor: str | None) -> tuple[int, str, int]:
    if cursor is None:
        return _FIRST
    written, _, rest = cursor.partition(":")
    start, _, finding = rest.partition(":")
    number = int(finding) if finding.removeprefix("-").isdecimal() and len(finding) <= 20 else 2**63
    if not -(2**63) <= number < 2**63:
        detail = f"no page has the cursor {cursor!r}; take `next` of the page before"
        raise InvalidInput(detail, faults=[Fault("/query/cursor", detail, "cursor")])
    return entity_type_of(hub, written)[1], start, number


def _cursor(last: StoredFinding, prefixes: dict[str, str]) -> str:
    return f"{golden_id(prefixes[last.entity_type], last.golden)}:{last.valid_from}:{last.finding}"


def told(one: StoredFinding, called: Names) -> Document:
    """One finding as `findings` tells it."""
    return {
        "golden_id": called.id(one.entity_type, one.golden), "entity_type": one.entity_type,
        "label": called.label(one.golden), "attribute": one.attribute, "kind": one.kind, "key": orjson.loads(one.key),
        "valid_from": one.valid_from or None, "valid_to": one.valid_to, "since": one.since,
        "said": [_said(part) for part in orjson.loads(one.said)],
    }  # fmt: skip


def _said(part: Document) -> Document:
    key = Key.parse(part["record"])
    return {
        "source": key.source, "source_id": key.source_id, "fate": part["fate"], "amounts": part["amounts"],
    }  # fmt: skip
