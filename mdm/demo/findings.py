"""Sets what was planted in the files against what the hub made of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mdm.code_lists.spelling import fold
from mdm.demo import needs
from mdm.demo.exports import Export, entity_type
from mdm.demo.firm import Firm
from mdm.demo.planted import Planted, Way
from mdm.demo.vocabulary import is_mapped
from mdm.log import Key
from mdm.services.hub import Hub
from mdm.services.intake import quarantine
from mdm.services.pricing import line_findings
from mdm.services.reading import golden, lookup
from mdm.services.stewarding import tasks
from mdm.services.watching import hierarchy_mismatches
from mdm.services.whole_list import whole_list

Document = dict[str, Any]
Xrefs = dict[str, Document | None]
PAGE = 1_000
LAST_DAY = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Finding:
    """How often something was planted, and how often the hub saw it."""

    what: str
    planted: int
    found: int


def findings(hub: Hub, made: Firm, exported: dict[str, Export]) -> list[Finding]:
    """Count all that was planted: bad rows, messy people, words without a code, dates, references, parents, needs."""
    mismatches = _mismatches(hub)
    return [
        *_rejected(hub, exported), *_seen(hub, made, mismatches), _disagreed(made, mismatches), _unmapped(hub, made),
        *(Finding(*one) for one in needs.counts(hub, made)),
    ]  # fmt: skip


def _rejected(hub: Hub, exported: dict[str, Export]) -> Iterator[Finding]:
    planted = {(file, line) for file, export in exported.items() for _, line in export.bad}
    found = {(row["file"], row["line"]) for row in whole_list(lambda cursor: quarantine.page(hub, cursor=cursor))}
    yield Finding("rows that must be quarantined", len(planted), len(planted & found))
    yield Finding("good rows in quarantine", 0, len(found - planted))


def _mismatches(hub: Hub) -> list[set[str]]:
    """The record keys whose versions stand in each mismatch of a hierarchy."""

    def page(cursor: str | None) -> Document:
        return hierarchy_mismatches.mismatches(hub, hierarchy_mismatches.Wanted(cursor=cursor))

    return [
        {f"{said['source']}:{one['entity_type']}:{said['source_id']}" for said in one["versions"]}
        for one in whole_list(page)
    ]


def _disagreed(made: Firm, mismatches: Sequence[set[str]]) -> Finding:
    """What is told though nobody planted it."""
    apart = {key for one in made.planted if one.way == "apart" for key in one.keys}
    return Finding(
        "parents that systems agree about, told as a mismatch", 0, sum(not one <= apart for one in mismatches)
    )


def _seen(hub: Hub, made: Firm, mismatches: Sequence[set[str]]) -> Iterator[Finding]:
    known = _xrefs(hub, sorted({key for one in made.planted for key in one.keys}))
    lines = _Lines(hub, known)
    seen: dict[Way, Callable[[Planted], bool]] = {
        "together": lambda one: len({_golden_id(known[key]) for key in one.keys}) == 1,
        "deleted": lambda one: _is_deleted(known[one.keys[0]]),
        "resolved": lambda one: _golden_id(known[one.keys[1]]) is not None,
        "waiting": lambda one: known[one.keys[1]] is None,
        "overlap": lines.overlap,
        "line": lines.begins,
        "apart": lambda one: set(one.keys) in mismatches,
        "agreed": lambda one: not any(one.keys[0] in told for told in mismatches),
        "gap": lines.told,
        "expired": lines.told,
        "conflict": lines.told,
    }
    planted = Counter(one.what for one in made.planted)
    found = Counter(one.what for one in made.planted if seen[one.way](one))
    yield from (Finding(what, count, found[what]) for what, count in planted.items())


def _xrefs(hub: Hub, keys: Sequence[str]) -> Xrefs:
    chunks = [keys[start : start + PAGE] for start in range(0, len(keys), PAGE)]
    found = [one for chunk in chunks for one in lookup.xrefs(hub, [Key.parse(key) for key in chunk])]
    return dict(zip(keys, found, strict=True))


def _golden_id(xref: Document | None) -> str | None:
    return None if xref is None else xref["golden_id"]


def _is_deleted(xref: Document | None) -> bool:
    return xref is not None and "deleted" in xref


@dataclass(slots=True)
class _Lines:
    """Looks into the dated lines of golden records."""

    hub: Hub
    known: Xrefs

    def _golden(self, one: Planted) -> Document:
        return golden.get(self.hub, str(_golden_id(self.known[one.keys[0]])), include=("lineage",))

    def overlap(self, one: Planted) -> bool:
        """Whether the lineage of the lines tells that two of the record's lines overlap."""
        told = self._golden(one)["lineage"]["lines"]["overlaps"]
        return any(one.keys[0].endswith(f":{overlap['source_id']}") for overlap in told)

    def begins(self, one: Planted) -> bool:
        """Whether a golden line begins on the day."""
        return any(line["valid_from"] == one.day for line in self._golden(one)["attributes"]["lines"])

    def told(self, one: Planted) -> bool:
        """Whether a finding of the kind begins or ends on the day, and names all the records where it is a conflict."""
        wanted = line_findings.Wanted(one.keys[0], one.way, on=LAST_DAY, limit=PAGE)
        found = line_findings.findings(self.hub, wanted)["items"]
        named = {key.partition(":")[0] for key in one.keys} if one.way == "conflict" else set()
        return any(
            one.day in {item["valid_from"], item["valid_to"]} and named <= {said["source"] for said in item["said"]}
            for item in found
        )


def _unmapped(hub: Hub, made: Firm) -> Finding:
    """Every value without a code opens one task for its entity type, list and source."""
    planted = {value for load in made.loads for row in made.files[load.name] for value in _without_code(load, row)}
    found = [
        task for task in whole_list(lambda cursor: tasks.page(hub, cursor=cursor)) if task["kind"] == "unmapped_code"
    ]
    told = {
        (task["entity_type"], task["about"]["list"], task["about"]["source"], fold(task["about"]["value"]))
        for task in found
    }
    return Finding("words without a code (one task each)", len(planted), len(planted & told))


def _without_code(load: Any, row: Document) -> Iterable[tuple[str, str, str, str]]:
    for place, code_list in entity_type(load.entity_type).code_lists.items():
        attribute, _, field = place.partition(".")
        value = row.get(attribute)
        held = [line.get(field) for line in value] if isinstance(value, list) else [value]
        for one in held:
            if one and not is_mapped(code_list, load.source, str(one)):
                yield load.entity_type, code_list, load.source, fold(one)
