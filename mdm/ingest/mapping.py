"""Mapping files: YAML that says how the columns of one system's file become attributes, strictly read."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)

from matching.kinds.lines import VALID_TO
from mdm.entity_types import EntityType, hint
from mdm.entity_types.faults import Path, faults_of, pointer
from mdm.entity_types.strict_yaml import invalid, load
from mdm.errors import Fault
from mdm.ingest.columns import CHANGED, DAYS, DELETED, EVENT_TIME, MARKS, MERGED_FROM, VERSION
from mdm.ingest.formats import date_format

ID = "id"
SPECIAL = (ID, VERSION, EVENT_TIME, DELETED, CHANGED, *MARKS)
"""What a column can become besides an attribute."""


def _quoted(value: object) -> object:
    """Refuse what YAML made of a bare word: NO is the country Norway to a person, and false to YAML."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise ValueError(f"is no text or whole number to YAML ({value}); put it in quotes")


Constant = Annotated[StrictStr | StrictInt, BeforeValidator(_quoted)]
Word = Annotated[StrictStr, BeforeValidator(_quoted)]
Separator = Annotated[StrictStr, Field(min_length=1)]
DatePattern = Annotated[StrictStr, Field(min_length=2), BeforeValidator(_quoted)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Split(_Strict):
    """One column into several targets; a row with more or fewer parts is rejected."""

    column: str
    by: Separator
    into: Annotated[tuple[str, ...], Field(min_length=2)]


class Concatenate(_Strict):
    """Several columns into one target; blank ones are left out."""

    columns: Annotated[tuple[str, ...], Field(min_length=2)]
    by: str = " "
    into: str


class Numbers(_Strict):
    """The marks in the numbers of a column, and how many of their digits are decimals without a mark: 2 for cents."""

    decimal: Annotated[str, Field(pattern="^[.,]$")] = "."
    thousands: Annotated[str, Field(pattern="^[., '’]?$")] = ""
    minor_units: Annotated[StrictInt, Field(ge=0, le=6)] = 0

    @model_validator(mode="after")
    def _different(self) -> "Numbers":
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are the same mark")
        return self


class Booleans(_Strict):
    """The words of a column that say yes, and those that say no."""

    when_true: Annotated[tuple[Word, ...], Field(min_length=1)]
    when_false: Annotated[tuple[Word, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _different(self) -> "Booleans":
        both = {word.casefold() for word in self.when_true} & {word.casefold() for word in self.when_false}
        if both:
            raise ValueError(f"{sorted(both)[0]!r} says both yes and no")
        return self


class Mapping(_Strict):
    """How columns become attributes.

    Columns are named as in the file; targets are attributes, their fields (`address.city`), or id, version,
    event_time, deleted, changed, merged_into, merged_from, created, origin and instance. Values are read in their
    stated format first, then renamed, split and joined.
    The dates of `inclusive` columns are last days, of which `valid_to` is the day after.
    """

    rename: dict[str, str] = {}
    constant: dict[str, Constant] = {}
    split: tuple[Split, ...] = ()
    concatenate: tuple[Concatenate, ...] = ()
    dates: dict[str, DatePattern] = {}
    numbers: dict[str, Numbers] = {}
    booleans: dict[str, Booleans] = {}
    inclusive: tuple[str, ...] = ()
    many: dict[str, Separator] = {}
    drop: tuple[str, ...] = ()

    @cached_property
    def document(self) -> str:
        """The mapping as one line of JSON, which `parse_mapping` reads as well."""
        return self.model_dump_json(exclude_defaults=True)

    @cached_property
    def version(self) -> str:
        """16 hex digits of the SHA-256 of what the mapping says."""
        return hashlib.sha256(self.document.encode()).hexdigest()[:16]

    def columns(self) -> Iterator[tuple[Path, str]]:
        """Give every column that is named, with its place in the document."""
        for section in ("rename", "dates", "numbers", "booleans", "many"):
            for column in getattr(self, section):
                yield (section, column), column
        for place, split in enumerate(self.split):
            yield ("split", place, "column"), split.column
        for place, joined in enumerate(self.concatenate):
            for number, column in enumerate(joined.columns):
                yield ("concatenate", place, "columns", number), column
        for section in ("inclusive", "drop"):
            for place, column in enumerate(getattr(self, section)):
                yield (section, place), column

    def targets(self) -> Iterator[tuple[Path, str]]:
        """Give every target that is named, with its place in the document."""
        for column, target in self.rename.items():
            yield ("rename", column), target
        for target in self.constant:
            yield ("constant", target), target
        for place, split in enumerate(self.split):
            for number, target in enumerate(split.into):
                yield ("split", place, "into", number), target
        for place, joined in enumerate(self.concatenate):
            yield ("concatenate", place, "into"), joined.into


def parse_mapping(text: str, entity_type: EntityType, *, file: str) -> Mapping:
    """Make a mapping of a YAML document; `file` is only named in errors.

    Raises:
        InvalidRules: with one fault for each thing that is wrong, and the nearest valid word.
    """
    document = load(text, file)
    if not isinstance(document, dict):
        sections = ", ".join(Mapping.model_fields)
        raise invalid(file, [Fault("", f"the document is not a mapping with the keys {sections}", "yaml")])
    try:
        mapping = Mapping.model_validate(document)
    except ValidationError as error:
        raise invalid(file, faults_of(error, Mapping, document)) from None
    faults = [*_patterns(mapping), *_targets(mapping, entity_type), *_conflicts(mapping), *_many(mapping, entity_type)]
    faults += _inclusive(mapping, entity_type)
    if faults:
        raise invalid(file, faults)
    return mapping


def _patterns(mapping: Mapping) -> Iterator[Fault]:
    for column, pattern in mapping.dates.items():
        try:
            date_format(pattern)
        except ValueError as error:
            yield Fault(pointer(("dates", column)), str(error), "date_pattern", pattern)


def _targets(mapping: Mapping, entity_type: EntityType) -> Iterator[Fault]:
    fields = [f"{name}.{field}" for name in entity_type.attributes for field in entity_type.column_fields(name)]
    known = [*entity_type.attributes, *fields, *SPECIAL]
    named = list(mapping.targets())
    count = Counter(target for _, target in named)
    for path, target in named:
        if target not in known:
            detail = f"{target!r} is no attribute of {entity_type.entity_type}{hint(target, known)}"
            yield Fault(pointer(path), detail, "unknown_attribute", target)
        elif count[target] > 1:
            yield Fault(pointer(path), f"{target!r} is filled more than once", "filled_twice", target)
        elif _is_whole_already(target, entity_type, count):
            detail = f"{target.partition('.')[0]!r} is filled both as a whole and by its fields"
            yield Fault(pointer(path), detail, "filled_twice", target)


def _is_whole_already(target: str, entity_type: EntityType, targets: Collection[str]) -> bool:
    """Whether a field is filled of an attribute that is also filled as a whole, but for the days of a dated one."""
    attribute, dot, field = target.partition(".")
    if not dot or target in entity_type.attributes or attribute not in targets:
        return False
    return not (attribute in entity_type.dated and field in DAYS)


def _conflicts(mapping: Mapping) -> Iterator[Fault]:
    used = {column for path, column in mapping.columns() if path[0] != "drop"}
    for place, column in enumerate(mapping.drop):
        if column in used:
            yield Fault(pointer(("drop", place)), f"column {column!r} is both dropped and used", "conflict", column)
    formats = Counter(column for path, column in mapping.columns() if path[0] in {"dates", "numbers", "booleans"})
    for path, column in mapping.columns():
        if path[0] in {"dates", "numbers", "booleans"} and formats[column] > 1:
            yield Fault(pointer(path), f"column {column!r} has two formats", "conflict", column)


def _many(mapping: Mapping, entity_type: EntityType) -> Iterator[Fault]:
    parted = {column for path, column in mapping.columns() if path[0] in {"split", "concatenate"}}
    for column in mapping.many:
        target = mapping.rename.get(column, column)
        attribute = entity_type.attributes.get(target)
        if column in parted:
            detail = f"column {column!r} is also split or concatenated"
            yield Fault(pointer(("many", column)), detail, "conflict", column)
        elif target != MERGED_FROM and (attribute is None or not attribute.many):
            several = [*(name for name, one in entity_type.attributes.items() if one.many), MERGED_FROM]
            detail = f"{target!r} takes one value; these take several: {', '.join(several)}"
            yield Fault(pointer(("many", column)), detail, "one_value", column)


def _inclusive(mapping: Mapping, entity_type: EntityType) -> Iterator[Fault]:
    ends = [f"{name}.{VALID_TO}" for name in (*entity_type.lines, *sorted(entity_type.dated))]
    for place, column in enumerate(mapping.inclusive):
        target = mapping.rename.get(column, column)
        if target not in ends:
            detail = f"{target!r} is not the end of a line or a dated value; these are: {', '.join(ends) or 'none'}"
            yield Fault(pointer(("inclusive", place)), detail, "inclusive", column)
