"""What a record refers to: source keys, seen by matching as the smallest member key of the target (rule 10)."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from golden_records.contributions import Contribution
from golden_records.effective import Line, own_days
from mdm.entity_types import EntityType, of_all_days, slices
from mdm.log import Key, key_token
from mdm.resolution.codes import translate
from mdm.resolution.fold import values_of
from mdm.resolution.judging import evidence
from mdm.resolution.work import Work, layers_of, may_hold
from mdm.store import records as stored_records
from mdm.store.records import StoredRecord

NOWHERE = "?"
"""Before the written key of a reference that leads to what has not arrived, in place of what it means."""


def target(entity_type: EntityType, attribute: str, source: str, value: str) -> str:
    """The written key a reference means: as it stands when it is one, else an id of the record's own source."""
    of = entity_type.references[attribute]
    parts = value.split(":", 2)
    to, source_id = (parts[0], parts[2]) if len(parts) == 3 and parts[1] == of else (source, value)
    return str(Key(to, of, entity_type.canonical_id(to, source_id)))


def targets(entity_type: EntityType, record: StoredRecord) -> dict[str, list[str]]:
    """The written keys that a record refers to, by attribute: one, or where it is dated one for each of its values."""
    values, found = values_of(layers_of(record)) if may_hold(record, entity_type.written_references) else {}, {}
    for attribute in entity_type.references:
        if (value := values.get(attribute)) is not None:
            said = [one.value for one in slices(value)] if attribute in entity_type.dated else [value]
            found[attribute] = [target(entity_type, attribute, record.source, str(one)) for one in said]
    return found


class Spoken(NamedTuple):
    """A written key that a record refers to, and the days on which it does: the first ("" is open), and the end."""

    target: str
    valid_from: str
    valid_to: str | None


def spoken(entity_type: EntityType, record: StoredRecord) -> dict[str, list[Spoken]]:
    """What a record refers to by each attribute and when: of values that hold on one day, the one that begins last."""
    values = values_of(layers_of(record)) if may_hold(record, entity_type.written_references) else {}
    found = {}
    for attribute in entity_type.references.keys() & values.keys():
        if attribute in entity_type.dated:
            found[attribute] = _on_days(entity_type, attribute, record.source, values[attribute])
        elif values[attribute] is not None:
            found[attribute] = [Spoken(target(entity_type, attribute, record.source, str(values[attribute])), "", None)]
    return found


def _on_days(entity_type: EntityType, attribute: str, source: str, value: Any) -> list[Spoken]:
    lines = []
    for place, one in enumerate(slices(value)):
        if one.holds:
            key = target(entity_type, attribute, source, str(one.value))
            lines.append(Line(Contribution("", source, key, key, True, None, 0), (), one.start, one.end, place))
    return [Spoken(str(line.contribution.value), start, end) for start, end, line in own_days(lines)]


def written(entity_type: EntityType, record: StoredRecord) -> set[str]:
    """All the written keys that a record refers to."""
    return {key for keys in targets(entity_type, record).values() for key in keys}


def read_targets(work: Work, ids: Iterable[int], *, beside: Iterable[str] = ()) -> None:
    """Learn the smallest member key of everything that these records refer to, and of other written keys."""
    keys = {*beside, *(key for id_ in ids for key in written(work.entity_type, work.records[id_]))}
    keys -= work.references.keys()  # read before
    tokens = {key_token(work.salt, key): key for key in keys}
    found = stored_records.reached(work.reader, list(tokens))
    work.references.update({tokens[token]: smallest for token, (smallest, _) in found.items()})
    if work.entity_type.must_exist:
        work.existing |= {tokens[token] for token, (_, lives) in found.items() if lives}
    if work.entity_type.cleared:
        work.gone |= {tokens[token] for token, (_, lives) in found.items() if not lives}


def seen(work: Work, id_: int) -> dict[str, Any]:
    """A record's values as matching sees them: references are their targets, and values of code lists their codes.

    A reference is missing while its target has not arrived, or is deleted and clears it; a value is while it is
    unmapped, or when a validity rule ignores it.
    """
    record = work.records[id_]
    values = of_all_days(work.entity_type, values_of(layers_of(record)))
    referred = targets(work.entity_type, record)
    for attribute in work.entity_type.judged.keys() & values.keys() - referred.keys():
        values[attribute] = evidence(work, attribute, values[attribute], exists=True)
    for attribute, keys in referred.items():
        values[attribute] = _led_to(work, attribute, values[attribute], keys)
    if work.entity_type.code_lists:
        translate(work.entity_type, work.codes, record.source, values)
    return values


def _led_to(work: Work, attribute: str, value: Any, keys: list[str]) -> Any:
    """What a reference leads to, as far as it is evidence; a list where it is dated."""
    dated, judged = attribute in work.entity_type.dated, attribute in work.entity_type.judged
    found = [
        work.references[key]
        for one, key in zip(value if dated else [value], keys, strict=True)
        if key in work.references
        and not is_cleared(work, attribute, key)
        and not (judged and evidence(work, attribute, one, exists=key in work.existing) is None)
    ]
    return found if dated else next(iter(found), None)


def is_cleared(work: Work, attribute: str, key: str) -> bool:
    """Whether a reference counts for nothing because its target is deleted."""
    return attribute in work.entity_type.cleared and key in work.gone


def links(work: Work) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """The (key token, record id) that the changed records refer to now, and those they referred to before."""
    if not work.entity_type.references:
        return set(), set()
    now, before = set(), set()
    for id_ in work.dirty:
        now |= {(key_token(work.salt, key), id_) for key in written(work.entity_type, work.records[id_])}
        if id_ in work.before:
            before |= {(key_token(work.salt, key), id_) for key in written(work.entity_type, work.before[id_])}
    return now, before - now
