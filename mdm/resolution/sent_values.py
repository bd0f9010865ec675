"""Values of source records as survivorship sees them: as shown, standardised, judged by kind, rules and code lists."""

from collections.abc import Iterator
from typing import Any

from mdm.entity_types import Judgement, truth_of
from mdm.resolution.codes import barred, code_of
from mdm.resolution.judging import judged
from mdm.resolution.references import NOWHERE, is_cleared, target
from mdm.resolution.work import Work
from mdm.store.records import StoredRecord

Value = tuple[Any, str | None, bool, tuple[str, ...]]
"""A value as golden records show it, standardised, whether it is valid, and the rules it breaks."""
TARGET_DELETED = "target deleted"
"""How lineage names why a reference does not survive that its rules clear."""
FREE = Judgement(valid=True, evidence=True, broken=())
"""What becomes of a value that no rule speaks of."""


def values_sent(work: Work, record: StoredRecord, attribute: str, value: Any, cell: str | None) -> Iterator[Value]:
    """One for each value that a record has of an attribute; cell: its standardised form, if known."""
    if attribute in work.entity_type.code_lists:
        return _coded(work, record, attribute, value)
    return _values(work, record, attribute, value, cell)


def _coded(work: Work, record: StoredRecord, attribute: str, value: Any) -> Iterator[Value]:
    """One for each value that belongs to a code list: its code, or as it was sent where no code stands for it."""
    list_, source = work.entity_type.code_lists[attribute], record.source
    for one in value if isinstance(value, list) else [value]:
        code = code_of(work, list_, source, one)
        found = judged(work, attribute, one) if attribute in work.entity_type.validity else FREE
        broken = found.broken if code is not None else (*found.broken, *barred(work, list_, source, one))
        yield one if code is None else code, code, code is not None and found.valid, broken


def _values(work: Work, record: StoredRecord, attribute: str, value: Any, cell: str | None) -> Iterator[Value]:
    """One for each value the record has of an attribute."""
    has_rules = attribute in work.entity_type.validity
    if attribute in work.entity_type.references:
        written = target(work.entity_type, attribute, record.source, str(value))
        exists = written in work.existing
        found = judged(work, attribute, value, exists=exists) if has_rules else FREE
        if is_cleared(work, attribute, written):
            found = Judgement(valid=False, evidence=False, broken=(*found.broken, TARGET_DELETED))
        yield written, work.references.get(written, f"{NOWHERE}{written}"), found.valid, found.broken
        return
    kind = work.entity_type.matching.kind(attribute)
    several = isinstance(value, list)
    for one in value if several else [value]:
        standard = kind.standardise(one) if several else cell
        if has_rules:
            found = judged(work, attribute, one)
            valid, broken = found.valid, found.broken
        else:
            valid, broken = standard is not None and truth_of(kind)(standard), ()
        yield kind.shown(one, standard) if valid and standard is not None else one, standard, valid, broken


def spelled(work: Work, attribute: str, value: Any) -> Any:
    """A value that a person set, or a list of them, as golden records show it."""
    of = work.entity_type
    if value is None or attribute in of.references or attribute in of.code_lists:
        return value
    if isinstance(value, list):
        return [spelled(work, attribute, one) for one in value]
    kind = of.matching.kind(attribute)
    standard = kind.standardise(value) if kind.spelled is not None else None
    return value if standard is None or not truth_of(kind)(standard) else kind.shown(value, standard)
