"""What a record refers to: source keys, seen by matching as the smallest member key of the target (rule 10)."""

from collections.abc import Iterable
from typing import Any

from mdm.entity_types import EntityType
from mdm.log import Key, key_token
from mdm.resolution.codes import translate
from mdm.resolution.fold import values_of
from mdm.resolution.judging import evidence
from mdm.resolution.work import Work, layers_of
from mdm.store import records as stored_records
from mdm.store.records import StoredRecord


def target(entity_type: EntityType, attribute: str, source: str, value: str) -> str:
    """The written key a reference means: as it stands when it is one, else an id of the record's own source."""
    of = entity_type.references[attribute]
    parts = value.split(":", 2)
    return value if len(parts) == 3 and parts[1] == of else str(Key(source, of, value))


def targets(entity_type: EntityType, record: StoredRecord) -> dict[str, str]:
    """The written keys that a record refers to, by attribute."""
    if not entity_type.references:
        return {}
    values = values_of(layers_of(record))
    return {
        attribute: target(entity_type, attribute, record.source, str(values[attribute]))
        for attribute in entity_type.references
        if values.get(attribute) is not None
    }


def read_targets(work: Work, ids: Iterable[int]) -> None:
    """Learn the smallest member key of everything that these records refer to."""
    written = {key for id_ in ids for key in targets(work.entity_type, work.records[id_]).values()}
    tokens = {key_token(work.salt, key): key for key in written}
    found = stored_records.representatives(work.reader, list(tokens))
    work.references.update({tokens[token]: smallest for token, smallest in found.items()})
    if work.entity_type.must_exist:
        work.existing |= {tokens[token] for token in stored_records.lead_to_living(work.reader, list(tokens))}


def seen(work: Work, id_: int) -> dict[str, Any]:
    """A record's values as matching sees them: references are their targets, and values of code lists their codes.

    A reference is missing while its target has not arrived, and a value while it is unmapped, or when a validity
    rule ignores it.
    """
    record = work.records[id_]
    values = values_of(layers_of(record))
    written = targets(work.entity_type, record)
    for attribute in work.entity_type.judged.keys() & values.keys():
        exists = attribute not in written or written[attribute] in work.existing
        values[attribute] = evidence(work, attribute, values[attribute], exists=exists)
    for attribute, key in written.items():
        if values[attribute] is not None:
            values[attribute] = work.references.get(key)
    if work.entity_type.code_lists:
        translate(work.entity_type, work.codes, record.source, values)
    return values


def links(work: Work) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """The (key token, record id) that the changed records refer to now, and those they referred to before."""
    if not work.entity_type.references:
        return set(), set()
    now, before = set(), set()
    for id_ in work.dirty:
        now |= {(key_token(work.salt, key), id_) for key in targets(work.entity_type, work.records[id_]).values()}
        if id_ in work.before:
            before |= {(key_token(work.salt, key), id_) for key in targets(work.entity_type, work.before[id_]).values()}
    return now, before - now
