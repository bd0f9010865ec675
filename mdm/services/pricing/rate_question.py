"""What a rate is asked for: the fields of a question, read as the entity type of the card has them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import orjson

from matching.kinds import KINDS
from mdm.code_lists import CodeLists
from mdm.code_lists.suggest import suggest
from mdm.entity_types import Attribute, EntityType, LineField, hint, truth_of
from mdm.errors import Fault, InvalidInput
from mdm.store.golden import StoredGolden

Barred = Collection[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Question:
    """Which rate is asked for.

    about: a golden ID or a source key: a card itself, or whom the rate is for.  fields: values of the key of the lines,
    such as role and currency, and of attributes that the card must have, such as a code.  on: an ISO date.
    of: the entity type of the card; None where `about` or the fields say it.  barred: references that may not be
    followed and lines that may not be told, as (entity type, attribute).
    """

    about: str
    fields: Mapping[str, str]
    on: str
    of: str | None = None
    barred: Barred = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the lines and attributes of the card write it: standardised values of both."""

    attribute: str
    key: Mapping[str, str]
    attributes: Mapping[str, str] = field(default_factory=dict)


def read(entity_type: EntityType, fields: Mapping[str, str], codes: CodeLists) -> Asked:
    """Read the fields of a question.

    Raises:
        InvalidInput: a field is neither of the key nor an attribute, or cannot have the value; names the nearest.
    """
    attribute = _attribute(entity_type, fields)
    lines = entity_type.attributes[attribute]
    plain = {name: one for name, one in entity_type.attributes.items() if _may_be_asked(one)}
    for name in fields:
        if name not in lines.key and name not in plain:
            known = [*lines.key, *plain]
            raise _refused(name, f"{name!r} says nothing about a {entity_type.entity_type}{hint(name, known)}", "field")
    return Asked(
        attribute,
        {name: _standard(name, lines.of[name], value, codes) for name, value in fields.items() if name in lines.key},
        {name: _standard(name, plain[name], value, codes) for name, value in fields.items() if name not in lines.key},
    )


def has(card: StoredGolden, entity_type: EntityType, wanted: Mapping[str, str]) -> bool:
    """Say whether a golden record has these attributes, in whatever spelling."""
    if not wanted:
        return True
    values = orjson.loads(card.attributes or b"{}")
    return all(_form(entity_type.attributes[name], values.get(name)) == text for name, text in wanted.items())


def country(entity_type: EntityType, golden: StoredGolden) -> str | None:
    """The country of a golden record, where its type has one such attribute."""
    named = [name for name, one in entity_type.attributes.items() if one.kind == "country"]
    values = orjson.loads(golden.attributes or b"{}") if len(named) == 1 else {}
    return _form(entity_type.attributes[named[0]], values.get(named[0])) if values else None


def with_country(asked: Asked, entity_type: EntityType, value: str | None) -> Asked:
    """Ask for cards of one country only, where cards have a country and the question names none."""
    named = [name for name, one in entity_type.attributes.items() if one.kind == "country"]
    if value is None or len(named) != 1 or named[0] in asked.attributes:
        return asked
    return Asked(asked.attribute, asked.key, {**asked.attributes, named[0]: value})


def _attribute(entity_type: EntityType, fields: Mapping[str, str]) -> str:
    """The lines that are meant: those whose key has the most of what is asked, the first declared of them."""
    return max(entity_type.lines, key=lambda name: sum(one in entity_type.lines[name].key for one in fields))


def _may_be_asked(attribute: Attribute) -> bool:
    return not (attribute.of or attribute.to or attribute.many or attribute.dated) and attribute.kind != "address"


def _form(attribute: Attribute, value: object) -> str | None:
    return None if value is None else KINDS[attribute.kind].standardise(value)


def _standard(name: str, described: LineField | Attribute, value: str, codes: CodeLists) -> str:
    if described.list is not None:
        return _code(name, described.list, value, codes)
    kind = KINDS[described.kind]
    standard = kind.standardise(value)
    if standard is None or not truth_of(kind)(standard):
        raise _refused(name, f"{name} cannot be {value!r}: that is no {kind.name}", kind.name, value)
    return standard


def _code(name: str, code_list: str, value: str, codes: CodeLists) -> str:
    code = codes.canonical(code_list, "", value)
    if code is not None:
        return code
    if code_list not in codes.lists:
        raise _refused(name, f"{name} is of the code list {code_list}, which is not there yet", "code", value)
    near = [one["code"] for one in suggest(codes.lists[code_list], value)] or sorted(codes.lists[code_list].codes)[:5]
    detail = f"{name} cannot be {value!r}: the code list {code_list} has no such code; the nearest: {', '.join(near)}"
    raise _refused(name, detail, "code", value)


def _refused(name: str, detail: str, rule: str, value: object = None) -> InvalidInput:
    return InvalidInput(detail, faults=[Fault(f"/query/{name}", detail, rule, value)])
