"""Source records and rules as the hub knew them at a position of the log, told from the facts that it had read."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from mdm.entity_types import EntityType
from mdm.log import Key, document, key_token
from mdm.resolution.fold import Folded, fold
from mdm.services.hub import Hub, parsed
from mdm.store import log as stored_log
from mdm.store import records as stored_records
from mdm.store import references as stored_references
from mdm.store import resolution
from mdm.store import xref as stored_xref
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord
from mdm.store.xref import NOW, Borne


def rules_then(transaction: Transaction, entity_type: EntityType, *, at: int) -> EntityType:
    """The entity type under the rules that its last commit by a position was made under; as it is before the first."""
    version = resolution.boundary(transaction, entity_type.entity_type, at=at).rules_version
    return parsed(resolution.document(transaction, version)) if version else entity_type


def with_deletions(hub: Hub, transaction: Transaction, borne: Collection[Borne], *, at: int) -> list[Borne]:
    """Say of each whether the record was deleted then: a row keeps only whether it is now."""
    if at == NOW:
        return list(borne)
    found = _folded(hub, transaction, {one.record_id: one.key for one in borne}, at=at)
    return [replace(one, deleted=one.record_id in found and found[one.record_id].deleted) for one in borne]


def records(hub: Hub, transaction: Transaction, ids: Collection[int], *, at: int) -> list[StoredRecord]:
    """Source records as they stood: what they said, whether they were deleted, which golden number they bore."""
    found = stored_records.by_column(transaction, "id", ids)
    if at == NOW:
        return found
    borne = stored_xref.of_records(transaction, ids, at=at)
    folds = _folded(hub, transaction, {record.id: record.key for record in found}, at=at)
    for record in found:
        told = folds.get(record.id)
        record.first_position = told.first_position if told else None
        record.deleted = told is not None and told.deleted
        record.layers = document(told.layers if told else [])
        record.golden = borne[record.id].golden if record.id in borne else None
    return found


def _folded(hub: Hub, transaction: Transaction, keys: Mapping[int, str], *, at: int) -> dict[int, Folded]:
    """Each record as its type's last commit by then had read it, by id; one that had not arrived is absent."""
    tokens = {key_token(hub.salt, key): id_ for id_, key in keys.items()}
    folded: dict[int, Folded] = {}
    for entity_type, some in _by_type(hub, keys.values()).items():
        found = resolution.boundary(transaction, entity_type, at=at)
        versions: defaultdict[int, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
        for token, position, body in stored_log.versions(transaction, some, upto=found.upto):
            versions[tokens[token]].append((position, body))
        if versions:
            rules = parsed(resolution.document(transaction, found.rules_version))
            folded |= {id_: fold(told, rules.renamed) for id_, told in versions.items()}
            for id_ in stored_references.retired(transaction, list(versions), rules.retires_with, at=found.position):
                folded[id_] = replace(folded[id_], deleted=True)
    return folded


def _by_type(hub: Hub, keys: Iterable[str]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for key in keys:
        found[Key.parse(key).entity_type].append(key_token(hub.salt, key))
    return found
