"""The dated lines and dated values of source records as survivorship sees them: standardised, days read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from golden_records.contributions import Contribution
from golden_records.effective import Line
from matching.kinds import KINDS
from matching.kinds.lines import VALID_FROM, VALID_TO, end_day, first_day
from mdm.entity_types import VALUE, Attribute, LineField, judge, slices, truth_of
from mdm.log import canonical
from mdm.resolution.sent_values import values_sent
from mdm.resolution.work import Work, layers_of, may_hold
from mdm.store.records import StoredRecord

# What people write for people is shown as it was sent; its standardised form is only for comparing.
_AS_SENT = frozenset(
    {"text", "category", "name", "person_name", "company_name", "address", "email", "phone", "url"}
)  # fmt: skip

Standard = tuple[str | None, bool]


def lines_of(work: Work, ids: Iterable[int]) -> dict[str, list[Line]]:
    """The lines that these records bring, by attribute; a dated value is a line of that one field, without a key."""
    found: defaultdict[str, list[Line]] = defaultdict(list)
    lines, dated = work.entity_type.lines.keys(), work.entity_type.dated
    if not (lines or dated):
        return found
    for id_ in ids:
        record = work.records[id_]
        for layer in layers_of(record) if may_hold(record, work.entity_type.written_with_days) else ():
            for name in layer["attributes"].keys() & lines:
                found[name] += _of_layer(work, record, layer, name)
            for name in layer["attributes"].keys() & dated:
                found[name] += _values_of_layer(work, record, layer, name)
    return found


def _values_of_layer(work: Work, record: StoredRecord, layer: Mapping[str, Any], name: str) -> Iterator[Line]:
    when = (layer["event_time"], layer["position"])
    for place, one in enumerate(slices(layer["attributes"][name])):
        kind = work.entity_type.matching.kind(name)
        cell = None if isinstance(one.value, list) else kind.standardise(one.value)
        for shown, standard, valid, broken in values_sent(work, record, name, one.value, cell):
            told = (record.key, record.source, {VALUE: shown}, standard, valid and one.holds)
            yield Line(Contribution(*told, *when, broken), (), one.start, one.end, place)


def _of_layer(work: Work, record: StoredRecord, layer: Mapping[str, Any], name: str) -> Iterator[Line]:
    attribute, sent = work.entity_type.lines[name], layer["attributes"][name]
    if not isinstance(sent, list):  # kept from rules under which the attribute was of another kind
        return
    when = (layer["event_time"], layer["position"])
    for place, line in enumerate(sent):
        if isinstance(line, dict):
            standards = _standards(work, record.source, attribute, line)
            start, end, holds = _days(line)
            valid = holds and all(valid for _, valid in standards.values())
            texts = {field: text for field, (text, _) in standards.items()}
            same = canonical(list(texts.values())).decode()
            broken = tuple(field for field, (_, good) in standards.items() if not good)
            told = (record.key, record.source, _shown(attribute, line, texts), same, valid)
            contribution = Contribution(*told, *when, broken)
            yield Line(contribution, tuple((field, texts[field]) for field in attribute.key), start, end, place)


def _standards(work: Work, source: str, attribute: Attribute, line: Mapping[str, Any]) -> dict[str, Standard]:
    """Each field in its standard form, and whether it may stand in a line that survives."""
    found: dict[str, Standard] = {}
    for name, field in attribute.of.items():
        if name not in {VALID_FROM, VALID_TO}:
            text, valid = standard(work, source, field, line.get(name))
            found[name] = text, valid and (text is not None or not field.required)
    return found


def standard(work: Work, source: str, field: LineField, value: object) -> Standard:
    """The standard form of a field's value, None where nothing usable is in it, and whether it is valid."""
    if value is None:
        return None, True
    text, valid = _standard(work, source, field, value)
    if field.valid:
        # A code is judged as it was sent, like any other value.
        valid = valid and judge(KINDS[field.kind], field.valid, value, KINDS[field.kind].standardise(value)).valid
    return text, valid


def _standard(work: Work, source: str, field: LineField, value: object) -> Standard:
    if field.list is not None:
        return code_of(work, source, field.list, value)
    return _text(field.kind, value) if isinstance(value, str | int | float) else _judged(field.kind, value)


def code_of(work: Work, source: str, code_list: str, value: object) -> Standard:
    """The canonical code of a source's value in a code list, and whether it has one."""
    code = work.codes.canonical(code_list, source, value)
    return code, code is not None or not work.codes.unmapped(code_list, source, value)


@lru_cache(maxsize=100_000, typed=True)  # one rate card says the same roles and currencies again and again
def _text(kind: str, value: str | float) -> Standard:
    return _judged(kind, value)


def _judged(kind: str, value: object) -> Standard:
    text = KINDS[kind].standardise(value)
    return text, text is None or truth_of(KINDS[kind])(text)


def _days(line: Mapping[str, Any]) -> tuple[str | None, str | None, bool]:
    """The first day, the end, and whether they are days at all: a record may be older than the rules."""
    try:
        start, end = first_day(line.get(VALID_FROM)), end_day(line.get(VALID_TO))
    except ValueError:
        return None, None, False
    return start, end, start is None or end is None or start < end


def _shown(attribute: Attribute, line: Mapping[str, Any], texts: Mapping[str, str | None]) -> dict[str, Any]:
    """The line as golden records show it: every field, null where nothing is said."""
    return {
        field: None if text is None else _as_shown(attribute.of[field].kind, line[field], text)
        for field, text in texts.items()
    }


def _as_shown(kind: str, value: Any, text: str) -> Any:
    if kind in _AS_SENT:
        return value
    return text if KINDS[kind].spelled is None else KINDS[kind].shown(value, text)
