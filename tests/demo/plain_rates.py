"""Every finding about dated lines that the demo firm's files must give: worked out piece by piece from their rows.

Nothing of survivorship is used: of each system's copy the line that covers a piece of days, and the trust of systems.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from mdm.demo.firm import Firm
from mdm.demo.systems import Row
from mdm.services.hub import Hub
from mdm.services.pricing import line_findings
from mdm.services.reading import golden

TRUST = {
    "rate_card": {"erp": 90, "psa": 85, "billing": 75, "crm": 60},
    "tax_rule": {"erp": 95, "billing": 75, "expense": 60, "procurement": 60},
}
EVER = "9999-12-31"
Found = tuple[str, str, str, str, str, frozenset[tuple[str, str]]]
"""(golden ID, kind, key, from, to, what each record says)"""


class Piece(NamedTuple):
    """Days in which nothing begins or ends: the line that holds, and the lines of each record; each (record, rate)."""

    start: str
    end: str
    winner: tuple[str, str]
    standing: frozenset[tuple[str, str]]
    covered: dict[str, frozenset[tuple[str, str]]]


def expected(hub: Hub, made: Firm) -> set[Found]:
    """All that must be found, of the golden records that the hub has made."""
    found = set()
    for entity_type, trust in TRUST.items():
        rows = {
            f"{load.source}:{entity_type}:{row['id']}": row
            for load in made.loads
            if load.entity_type == entity_type and not load.is_changes
            for row in made.files[load.name]
        }
        for document in golden.export(hub, entity_type):
            keys = [f"{one['source']}:{entity_type}:{one['source_id']}" for one in document["crosswalk"]]
            for key, lines in _by_key(hub, entity_type, {one: rows[one] for one in keys}).items():
                pieces = list(_pieces(lines, {one: str(rows[one]["updated"]) for one in keys}, trust))
                found |= {(document["golden_id"], kind, key, *rest) for kind, *rest in _of_key(pieces)}
    return found  # type: ignore[return-value]


def reported(hub: Hub) -> set[Found]:
    """All that the hub reports."""
    found: set[Found] = set()
    cursor: str | None = None
    while True:
        page = line_findings.findings(hub, line_findings.Wanted(on=EVER, cursor=cursor, limit=1000))
        for one in page["items"]:
            said = {
                (f"{part['source']}:{one['entity_type']}:{part['source_id']}", part["amounts"]["rate"])
                for part in one["said"]
            }
            key = "|".join(str(value) for _, value in sorted(one["key"].items()))
            days = one["valid_from"] or "", one["valid_to"] or EVER
            found.add((one["golden_id"], one["kind"], key, *days, frozenset(said)))
        cursor = page["next"]
        if cursor is None:
            return found


Line = tuple[str, str, str, str]


def _by_key(hub: Hub, entity_type: str, rows: dict[str, Row]) -> dict[str, list[Line]]:
    """(record, from, to, rate) of the lines of all copies, by key."""
    with hub.database.read() as reader:
        codes = hub.code_lists(reader)
    found: defaultdict[str, list[Line]] = defaultdict(list)
    for record, row in rows.items():
        source = record.partition(":")[0]
        lines: Any = row["lines"]
        for line in lines:
            key = {}
            for name, code_list in (("role", "roles"), ("grade", "grades"), ("unit", "units")):
                said = line.get(name)
                key[name] = None if said is None else codes.canonical(code_list, source, said)
                if said is not None and key[name] is None:
                    break
            else:
                key |= {"currency": line.get("currency")}
                written = "|".join(str(value) for _, value in sorted(key.items())) if entity_type == "rate_card" else ""
                rate = format(Decimal(str(line["rate"])).normalize(), "f")
                found[written].append((record, str(line["valid_from"]), str(line["valid_to"]), rate))
    return found


def _pieces(lines: list[Line], updated: dict[str, str], trust: dict[str, int]) -> Iterator[Piece]:
    for start, end in pairwise(sorted({day for _, first, last, _ in lines for day in (first, last)})):
        covering: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for record, first, last, rate in lines:
            if first <= start < last:
                covering[record].append((first, rate))
        if covering:
            standing = {(record, max(held)[1]) for record, held in covering.items()}
            best = sorted(standing)  # by key, then what was changed last, then who is trusted most
            best.sort(key=lambda one: updated[one[0]], reverse=True)
            best.sort(key=lambda one: -trust[one[0].partition(":")[0]])
            covered = {
                record: frozenset((record, rate) for _, rate in held)
                for record, held in covering.items()
                if len({rate for _, rate in held}) > 1
            }
            yield Piece(start, end, best[0], frozenset(standing), covered)


def _of_key(pieces: list[Piece]) -> Iterator[tuple[Any, ...]]:
    at_odds = (one for one in pieces if len({rate for _, rate in one.standing}) > 1)
    yield from _joined("conflict", ((one.start, one.end, one.standing) for one in at_odds))
    for record in {record for one in pieces for record in one.covered}:
        twice = ((one.start, one.end, one.covered[record]) for one in pieces if record in one.covered)
        yield from _joined("overlap", twice)
    for one, other in zip(pieces, [*pieces[1:], None], strict=True):
        before = frozenset({one.winner})
        if other is None and one.end < EVER:
            yield "expired", one.end, EVER, before
        elif other is not None and one.end < other.start:
            yield "expired", one.end, other.start, before
            yield "gap", one.end, other.start, before | {other.winner}


def _joined(kind: str, stretches: Iterable[tuple[str, str, Any]]) -> list[tuple[Any, ...]]:
    """Put together neighbours of which the same is said."""
    found: list[tuple[Any, ...]] = []
    for start, end, said in stretches:
        goes_on = found and found[-1][2] == start and found[-1][3] == said
        found.append((kind, found.pop()[1] if goes_on else start, end, said))
    return found
