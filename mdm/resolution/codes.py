"""Codes: what a source means by the values that belong to code lists, and who holds a value whose code has changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from matching.kinds import KINDS
from mdm.code_lists import CodeLists, Value, fold, held
from mdm.entity_types import EntityType, of_all_days
from mdm.log import key_token
from mdm.resolution.fold import values_of
from mdm.resolution.work import Work, layers_of
from mdm.store import code_lists as stored_code_lists
from mdm.store.records import StoredRecord

UNMAPPED = "unmapped"
FACTS = {"code_list", "code_mapping"}


def code_of(work: Work, list_: str, source: str, raw: object) -> str | None:
    """The code that a source means by a value, None when no code stands for it."""
    return work.codes.canonical(list_, source, raw)


def barred(work: Work, list_: str, source: str, raw: object) -> tuple[str, ...]:
    """Why a value without a code does not survive; nothing for one that says nothing anyway, such as "n/a"."""
    return (UNMAPPED,) if work.codes.unmapped(list_, source, raw) else ()


def translate(entity_type: EntityType, codes: CodeLists, source: str, values: dict[str, Any]) -> None:
    """Put codes in place of a record's values as matching sees them; what has no code is missing."""
    for attribute, list_ in entity_type.code_lists.items():
        value = values.get(attribute)
        if isinstance(value, list):
            found = (codes.canonical(list_, source, one) for one in value)
            values[attribute] = [_evidence(code) for code in found if code is not None]
        elif value is not None:
            values[attribute] = _evidence(codes.canonical(list_, source, value))


def written_value(list_: str, folded: str) -> str:
    """A value of a list as a word to make a token of; no source key begins with a colon."""
    return f":{list_}:{folded}"


def values_held(entity_type: EntityType, record: StoredRecord) -> Iterator[tuple[Value, str, Any]]:
    """(value, the place it stands at, as sent) of everything a record holds that belongs to a code list."""
    if entity_type.code_lists:
        values = of_all_days(entity_type, values_of(layers_of(record)))
        for place, list_, raw in held(entity_type.code_lists, values):
            yield Value(list_, record.source, fold(raw)), place, raw


def held_now(work: Work, id_: int) -> list[tuple[Value, str, Any]]:
    """What a changed record holds now, read once a commit."""
    if id_ not in work.values_held:
        work.values_held[id_] = list(values_held(work.entity_type, work.records[id_]))
    return work.values_held[id_]


def held_before(work: Work, id_: int) -> Iterator[Value]:
    """The values that a changed record held before this commit, under the rules in force now."""
    if id_ in work.before:
        yield from (value for value, _, _ in values_held(work.entity_type, work.before[id_]))


def links(work: Work) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """The (token of a value, record id) that the changed records hold now, and those they held before."""
    if not work.entity_type.code_lists:
        return set(), set()
    now = {(_token(work, value), id_) for id_ in work.dirty for value, _, _ in held_now(work, id_)}
    before = {(_token(work, value), id_) for id_ in work.dirty for value in held_before(work, id_)}
    return now, before - now


def read_affected(work: Work) -> None:
    """Take into hand, as dirty, exactly the records that hold a value whose code is another one since."""
    by_source: defaultdict[str | None, set[int]] = defaultdict(set)
    for value in work.codes.changed(work.codes_before, work.entity_type.code_lists.values()):
        by_source[value.source].add(_token(work, value))
    name = work.entity_type.entity_type
    for source, tokens in by_source.items():
        affected = stored_code_lists.holding(work.reader, name, sorted(tokens), source)
        work.load("id", affected)
        work.dirty |= set(affected)


def living_elsewhere(work: Work, value: Value) -> bool:
    """Whether a living record that this commit does not touch holds a value."""
    found = stored_code_lists.living_holders(
        work.reader, work.entity_type.entity_type, _token(work, value), str(value.source), limit=len(work.dirty) + 1
    )
    return not work.dirty.issuperset(found)


def token_of(salt: bytes, about: Mapping[str, Any]) -> int:
    """The token under which the records are linked that hold the value of a task."""
    return _token_of(salt, about["list"], fold(about["value"]))


def _token(work: Work, value: Value) -> int:
    return _token_of(work.salt, value.code_list, value.folded)


@lru_cache(maxsize=100_000)
def _token_of(salt: bytes, list_: str, folded: str) -> int:
    return key_token(salt, written_value(list_, folded))


def _evidence(code: str | None) -> str | None:
    """A code as matching takes it: one that looks like a placeholder, such as NA for Namibia, is none."""
    return code if code is None or KINDS["code"].standardise(code) is not None else f"code {code}"
