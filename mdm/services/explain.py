"""Why do two source records match, or why not? The evidence as matching sees it, and what a steward said."""

from collections.abc import Collection
from typing import Any, cast

import orjson

from matching import explain
from matching.explain import Evidence
from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput, NotFound
from mdm.log import Key, key_token
from mdm.pages.pairs import Side, pair_of
from mdm.pages.waterfall import waterfall_page
from mdm.resolution.candidates import unpacked
from mdm.resolution.codes import translate
from mdm.resolution.fold import values_of
from mdm.resolution.references import targets
from mdm.services.hub import Hub
from mdm.services.whole_files import whole_file
from mdm.store import blocks as stored_blocks
from mdm.store import decisions as stored_decisions
from mdm.store import records as stored_records
from mdm.store import xref as stored_xref
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord
from mdm.store.xref import NOW


def why(hub: Hub, left: Key, right: Key) -> dict[str, Any]:
    """The evidence for a pair of source records, whether it matches or not; nothing is written.

    `prior` and the weights of `comparisons` (bits) add up to `match_weight`; `verdict` is what a steward said of the
    pair, which stands above any weight. A pair that is no `candidate` is never compared: `blocking` says rule by rule
    what would have brought it together.

    Raises:
        InvalidInput: the two are of different entity types, or one and the same.
        NotFound: one of them has never arrived.
    """
    return _seen(hub, left, right)[0]


def chart(hub: Hub, left: Key, right: Key, *, file: str) -> dict[str, Any]:
    """The evidence as `why` gives it, and a page that draws it as a waterfall, written to a file.

    Raises:
        UnreadableFile: the file cannot be written; and all that `why` raises.
    """
    document, values = _seen(hub, left, right)
    model = hub.entity_type(left.entity_type).matching
    sides = Side(str(left), values[0]), Side(str(right), values[1])
    page = waterfall_page(pair_of(model, cast("Evidence", document), *sides), verdict=document["verdict"])
    with whole_file(file) as opened:
        opened.write(page)
    return document


def _seen(hub: Hub, left: Key, right: Key) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The evidence, and the values of both records as matching sees them."""
    if left.entity_type != right.entity_type or left == right:
        detail = f"two different records of one entity type can be compared, not {left} and {right}"
        raise InvalidInput(detail, faults=[Fault("/query/right", detail, "pair")])
    entity_type = hub.entity_type(left.entity_type)
    with hub.database.read() as transaction:
        one, other = (_arrived(hub, transaction, key) for key in (left, right))
        found = seen_by_matching(hub, transaction, entity_type, [one, other])
        verdict = verdict_on(transaction, one.id, other.id)
        crowded = _crowded(transaction, entity_type, one, other)
    values = [found[one.id], found[other.id]]
    evidence = explain.why(entity_type.matching, *values, crowded=crowded)
    ends = {"left": str(left), "right": str(right), "entity_type": left.entity_type}
    return {**ends, **evidence, "verdict": verdict}, values


def _crowded(transaction: Transaction, entity_type: EntityType, one: StoredRecord, other: StoredRecord) -> set[int]:
    """The keys of both whose block is over the cap; with a deleted record, living and deleted count together."""
    shared = sorted(set(unpacked(one.keys).tolist()) & set(unpacked(other.keys).tolist()))
    sizes = stored_blocks.sizes(transaction, shared)
    dead = one.deleted or other.deleted
    cap = entity_type.match.block_cap
    return {key for key, (living, deleted) in sizes.items() if living + (deleted if dead else 0) > cap}


def evidence_of(entity_type: EntityType, left: dict[str, Any], right: dict[str, Any]) -> Evidence:
    """The evidence for two records whose values were read by `seen_by_matching`."""
    return explain.why(entity_type.matching, left, right)


def seen_by_matching(
    hub: Hub, transaction: Transaction, entity_type: EntityType, records: Collection[StoredRecord], *, at: int = NOW
) -> dict[int, dict[str, Any]]:
    """The values of records by id, as matching takes them, or took them at a position when these stood as given.

    A reference is the smallest member key of its target, None until that arrives; a value of a code list is its code.
    """
    referred = {record.id: targets(entity_type, record) for record in records}
    tokens = {key_token(hub.salt, key): key for found in referred.values() for key in found.values()}
    if at == NOW:
        found = stored_records.representatives(transaction, list(tokens))
    else:
        found = stored_xref.representatives(transaction, list(tokens), at=at)
    smallest = {tokens[token]: key for token, key in found.items()}
    seen = {
        record.id: {
            **values_of(orjson.loads(record.layers)),
            **{name: smallest.get(key) for name, key in referred[record.id].items()},
        }
        for record in records
    }
    if entity_type.code_lists:
        codes = hub.code_lists(transaction, upto=at)
        for record in records:
            translate(entity_type, codes, record.source, seen[record.id])
    return seen


def verdict_on(transaction: Transaction, left_id: int, right_id: int) -> str | None:
    """The verdict in force on a pair, None when nobody has said anything."""
    ends = (min(left_id, right_id), max(left_id, right_id))
    said = [
        (position, verdict)
        for one, other, position, verdict, in_force in stored_decisions.pairs_of(transaction, [left_id])
        if in_force and (one, other) == ends
    ]
    return max(said)[1] if said else None


def _arrived(hub: Hub, transaction: Transaction, key: Key) -> StoredRecord:
    token = key_token(hub.salt, str(key))
    for record in stored_records.by_column(transaction, "key_token", [token]):
        if record.first_position is not None and record.key == str(key):
            return record
    raise NotFound(f"no source record {str(key)!r} has arrived, or it is not resolved yet")
