"""Writes what deduplication found as csv: clusters, pairs, and one golden record a cluster."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import cast

import yaml

from golden_records.contributions import JSON, Contribution
from golden_records.survive import survive
from matching.kinds import KINDS, Kind
from matching.score import OUTCOMES, Edges, probability
from mdm.entity_types import EntityType, truth_of
from mdm.ingest.evidence import Records
from mdm.publish.cells import part_of_text
from mdm.services.whole_files import whole_file

BETWEEN_VALUES = "; "
_Read = tuple[JSON, str | None, bool]
"""A value as a golden record shows it, standardised, and whether it is valid."""


def write_clusters(file: str, records: Records, clusters: Sequence[int]) -> None:
    """Write `record_id,cluster_id`, every record once; with its source where an id has several."""
    if _ambiguous(records):
        rows: Iterable[Sequence[object]] = zip(records.ids, clusters, records.sources, strict=True)
        _write(file, ["record_id", "cluster_id", "source"], rows)
    else:
        _write(file, ["record_id", "cluster_id"], zip(records.ids, clusters, strict=True))


def write_pairs(file: str, records: Records, pairs: Edges) -> None:
    """Write every pair at or above the review threshold, weights in bits."""
    header = ["record_id_l", "record_id_r", "match_weight", "match_probability", "outcome"]
    sources = records.sources if _ambiguous(records) else None
    _write(file, header + (["source_l", "source_r"] if sources else []), _pairs(records, pairs, sources))


def write_golden(file: str, entity_type: EntityType, records: Records, clusters: Sequence[int]) -> None:
    """Write `cluster_id` and one value for each attribute that the files have; all words of a record are none."""
    # What compares all words says again what other attributes say, so that records meet by it.
    again = {name for name, one in entity_type.attributes.items() if KINDS[one.kind].whole_column}
    facts = {name: values for name, values in records.values.items() if name not in again}
    records = replace(records, values=facts)
    columns = list(_columns(entity_type, records))
    header = ["cluster_id", *(f"{name}.{part}" if part else name for name, part in columns)]
    _write(file, header, _golden(entity_type, records, clusters, columns))


def write_model(file: str, entity_type: EntityType) -> None:
    """Write the rules as a document that `--rules` takes."""
    said = entity_type.model_dump(mode="json", exclude_defaults=True)
    with whole_file(file) as opened:
        opened.write("# Rules of mdm dedupe: use them again with --rules, or as the start of an entity type.\n")
        yaml.safe_dump(said, opened, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)


def _ambiguous(records: Records) -> bool:
    return len(set(records.ids)) < len(records.ids)


def _write(file: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with whole_file(file) as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _pairs(records: Records, pairs: Edges, sources: Sequence[str] | None) -> Iterator[list[object]]:
    known: dict[int, tuple[str, str]] = {}
    columns = (pairs.left.tolist(), pairs.right.tolist(), pairs.weights.tolist(), pairs.outcomes.tolist())
    for left, right, weight, outcome in zip(*columns, strict=True):
        if weight not in known:
            known[weight] = (f"{weight / 1000:.3f}", f"{probability(weight):.6f}")
        row = [records.ids[left], records.ids[right], *known[weight], OUTCOMES[outcome]]
        yield [*row, sources[left], sources[right]] if sources else row


def _columns(entity_type: EntityType, records: Records) -> Iterator[tuple[str, str]]:
    """Give the columns of golden records: attribute, and its field where its values are objects."""
    for name, values in records.values.items():
        parts = {part for value in values if isinstance(value, dict) for part in value}
        ordered = [part for part in entity_type.fields(name) if part in parts]
        yield from ((name, part) for part in ordered)
        if not ordered or any(isinstance(value, str) for value in values):
            yield name, ""


def _golden(
    entity_type: EntityType, records: Records, clusters: Sequence[int], columns: Sequence[tuple[str, str]]
) -> Iterator[list[object]]:
    members: dict[int, list[int]] = {}
    for row, cluster in enumerate(clusters):
        members.setdefault(cluster, []).append(row)
    contribute = _Contributions(entity_type, records)
    trusted = list(entity_type.survive.trust)
    sources = trusted + sorted(set(records.sources) - set(trusted))
    for cluster, rows in members.items():
        offered = {name: contribute(name, rows) for name in records.values}
        golden = survive(entity_type.survivorship, offered, sources=sources, today=None).attributes
        yield [cluster, *(_cell(golden.get(name), part) for name, part in columns)]


class _Contributions:
    """Makes contributions of the values of some rows; each distinct text is standardised once."""

    def __init__(self, entity_type: EntityType, records: Records) -> None:
        self.records = records
        self.kinds = {name: entity_type.matching.kind(name) for name in records.values}
        self.known: dict[tuple[str, str], _Read] = {}

    def __call__(self, name: str, rows: Sequence[int]) -> list[Contribution]:
        records, kind = self.records, self.kinds[name]
        found = []
        for row in rows:
            value = records.values[name][row]
            key = f"{records.sources[row]}:record:{records.ids[row]}"
            for one in cast("list[JSON]", value if isinstance(value, list) else [value]):
                if one not in (None, ""):
                    read = self._read(name, kind, one)
                    found.append(Contribution(key, records.sources[row], *read, None, row + 1))
        return found

    def _read(self, name: str, kind: Kind, value: JSON) -> _Read:
        known = self.known.get((name, value)) if isinstance(value, str) else None
        if known is None:
            standardised = kind.standardise(value)
            valid = standardised is not None and truth_of(kind)(standardised)
            shown = kind.shown(value, standardised) if standardised is not None and valid else value
            known = shown, standardised, valid
            if isinstance(value, str):
                self.known[name, value] = known
        return known


def _cell(value: JSON, part: str) -> object:
    if isinstance(value, list):
        return BETWEEN_VALUES.join(str(_cell(one, part)) for one in value)
    if isinstance(value, dict):
        return value.get(part, "") if part else ""
    if isinstance(value, bool):
        return "" if part else str(value).lower()  # as workbooks and JSON write it
    if value is None:
        return ""
    return part_of_text(str(value), part) if part else str(value).strip()
