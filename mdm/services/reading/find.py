"""Search before create: which golden records might a record be that nobody has sent yet? Nothing is written."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import orjson

from golden_records.identity import golden_id
from matching import block, score
from matching.explain import Evidence
from matching.score import OUTCOMES
from matching.sets import sorted_set
from matching.standardise import standardise
from mdm.entity_types import EntityType, check
from mdm.errors import Fault, InvalidInput
from mdm.ingest.objects import with_objects
from mdm.ingest.rows import RefusalError
from mdm.log import Key, key_token
from mdm.resolution import candidates, edges, references
from mdm.resolution.candidates import Blocks
from mdm.resolution.fold import fold
from mdm.resolution.intake import expected, write_folded
from mdm.resolution.work import State, Work, write_cells
from mdm.services.hub import Hub
from mdm.services.reading.explain import evidence_of
from mdm.store import golden as stored_golden
from mdm.store import records as stored_records
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord
from mdm.store.xref import NOW

Document = dict[str, Any]
Weights = dict[int, tuple[int, int]]
"""(weight in thousandths of a bit, outcome) by the id of a record."""
ANY, NOBODY = "any", "new"
"""The source of a record that says none, and an id that nobody has asked for yet."""
NEWCOMER = 0
"""The id of the record that is looked for: what has arrived has positive ones, what is awaited negative ones."""


def find(
    hub: Hub, of: str, attributes: Mapping[str, object], *, source: str = ANY, limit: int = 10,
    without: Collection[str] = (),
) -> Document:  # fmt: skip
    """The golden records of a type that a record with these attributes would match or be reviewed against.

    `{"items", "left_out", "crowded", "rules_version"}`, the likeliest first; an item is `{"golden_id", "outcome",
    "match_weight", "match_probability", "attributes", "records", "evidence"}`: `records` are its source records that
    look alike, with the weight of each, and `evidence` is that of the first, as `explain.why` tells it. The pairs,
    weights and outcomes are those that resolving would find if the record arrived now. Decisions, which are about
    records that have arrived, have no say. `crowded` are blocking keys that more records have than the cap allows:
    nobody is compared there.

    source: whose codes and ids the attributes are written in.
    without: attributes that are not compared even if they are given; `left_out` says which were.

    Raises:
        NotFound: there is no such entity type.
        InvalidInput: an attribute is unknown or no value of its kind; says which.
    """
    with hub.database.read() as reader:
        entity_type = hub.entity_type(of, seen_by=reader)
        sent, faults = check(entity_type, _whole(entity_type, attributes), partial=True)
        if faults:
            raise InvalidInput("; ".join(fault.detail for fault in faults[:3]), faults=faults)
        left_out = sorted(sent.keys() & set(without))
        compared = {name: value for name, value in sent.items() if name not in left_out}
        work = Work(reader, entity_type, hub.salt, State(), NOW, None, afresh=False, codes=hub.code_lists(reader))
        blocks, crowded = _blocked(work, Key(source, of, NOBODY), compared)
        weights = _weighed(work, blocks)
        items = _items(stored_records.by_column(reader, "id", weights), weights)[:limit]
        documents = _told(work, reader, items, weights)
    return {"items": documents, "left_out": left_out, "crowded": crowded, "rules_version": entity_type.version}


def _whole(entity_type: EntityType, attributes: Mapping[str, object]) -> Mapping[str, object]:
    """The attributes with `address.city` and its like put into objects; InvalidInput where one is given both ways."""
    try:
        return with_objects(attributes, entity_type)
    except RefusalError as no:
        fault = Fault(f"/attributes/{no.column}", no.detail, no.rule, no.value)
        raise InvalidInput(no.detail, faults=[fault]) from None


def _blocked(work: Work, key: Key, attributes: Mapping[str, object]) -> tuple[Blocks, list[str]]:
    """The pairs that the newcomer would be compared in, and its keys where nobody is compared, in words."""
    record = work.add(expected(NEWCOMER, key_token(work.salt, str(key)), key))
    body = {"mode": "put", "version": None, "event_time": None, "attributes": dict(attributes)}
    write_folded(record, fold([(NOW, body)]))
    work.dirty.add(NEWCOMER)
    references.read_targets(work, [NEWCOMER])
    seen, model = references.seen(work, NEWCOMER), work.entity_type.matching
    table = standardise(model, {name: [seen.get(name)] for name in model.attributes})
    write_cells(work, [NEWCOMER], table)
    rows, keys = block.blocking_keys(model, table)
    blocks = candidates.move(work, rows, candidates.by_environment(work, rows, keys))
    words = {key: said for rule in block.rule_key_words(model, table)[0] for key, said in rule.items()}
    crowded = {
        said for key, said in words.items() if key in blocks.counts and not blocks.within(key, any_deleted=False)
    }
    return blocks, sorted(crowded)


def _weighed(work: Work, blocks: Blocks) -> Weights:
    """(weight, outcome) of each living record that would have an edge with the newcomer, by its id."""
    ids = sorted_set(np.concatenate([blocks.left, blocks.right]))
    if not len(ids):
        return {}
    table, living = edges.compared(work, ids.tolist())
    found = score.edges(
        work.entity_type.matching, table, np.searchsorted(ids, blocks.left), np.searchsorted(ids, blocks.right)
    )
    other = np.where(ids[found.left] == NEWCOMER, found.right, found.left)
    weighed = zip(ids[other].tolist(), found.weights.tolist(), found.outcomes.tolist(), strict=True)
    return {
        id_: (weight, outcome) for (id_, weight, outcome), lives in zip(weighed, living[other], strict=True) if lives
    }


def _items(alike: list[StoredRecord], weights: Weights) -> list[tuple[int, list[StoredRecord]]]:
    """(golden number, its records that look alike, the likeliest first), the likeliest first."""
    grouped: dict[int, list[StoredRecord]] = {}
    for record in sorted(alike, key=lambda one: (-weights[one.id][0], one.key)):
        grouped.setdefault(record.golden or 0, []).append(record)
    return list(grouped.items())


def _told(
    work: Work, reader: Transaction, items: list[tuple[int, list[StoredRecord]]], weights: Weights
) -> list[Document]:
    goldens = stored_golden.at(reader, [number for number, _ in items])
    evidence = _evidence(work, [records[0] for _, records in items])
    return [
        {
            "golden_id": golden_id(work.entity_type.id_prefix, number),
            "outcome": OUTCOMES[weights[records[0].id][1]],
            "match_weight": why["match_weight"],
            "match_probability": why["match_probability"],
            "attributes": orjson.loads(goldens[number].attributes or b"{}"),
            "records": [
                {"source": one.source, "source_id": one.source_id, "match_weight": weights[one.id][0] / 1000}
                for one in records
            ],
            "evidence": why,
        }
        for (number, records), why in zip(items, evidence, strict=True)
    ]


def _evidence(work: Work, likeliest: list[StoredRecord]) -> list[Evidence]:
    """Why each of these records looks like the newcomer."""
    ids = [work.keep(record).id for record in likeliest]
    references.read_targets(work, ids)
    mine = references.seen(work, NEWCOMER)
    return evidence_of(work.entity_type, [(mine, references.seen(work, id_)) for id_ in ids])
