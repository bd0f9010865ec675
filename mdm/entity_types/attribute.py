"""An attribute of an entity type: what it holds, and who may see it."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from matching.kinds.lines import VALID_FROM, VALID_TO
from mdm.entity_types.validity import Rules, must_be_there

Privacy = Literal["public", "internal", "contact", "personal", "financial"]
OnDelete = Literal["keep", "clear", "retire"]

ENTITY_TYPE_NAME = r"^[a-z][a-z0-9_]{0,62}$"
PREFIX = r"^[a-z][a-z0-9]{0,15}$"
# No dot and no colon: they mark parts of a value and the borders inside a source key.
ATTRIBUTE_NAME = r"^[^\W\d_]\w*(?:[ -]\w+)*$"

EntityTypeName = Annotated[str, StringConstraints(pattern=ENTITY_TYPE_NAME)]
Prefix = Annotated[str, StringConstraints(pattern=PREFIX)]
AttributeName = Annotated[str, StringConstraints(pattern=ATTRIBUTE_NAME, max_length=100)]
Patterns = tuple[str, ...]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LineField(_Document):
    """What one field of a line holds. One without a privacy class is seen by all who see the attribute."""

    kind: str
    required: bool = False
    privacy: Privacy | None = None
    list: str | None = None
    valid: Rules = ()
    label: str | None = None
    description: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _holds_one_plain_value(cls, field: object) -> object:
        if isinstance(field, dict) and (field.get("kind") in _NOT_IN_A_LINE or field.get("many")):
            raise ValueError("a field of a line holds one plain value: no reference, no lines, no list (`many`)")
        return field

    @model_validator(mode="after")
    def _a_list_is_of_codes(self) -> "LineField":
        if self.list is not None and self.kind != "code":
            raise ValueError("`list` names the code list of kind code, and no other kind has a use for it")
        return self


class Attribute(_Document):
    """What one attribute holds, and who may see it.

    dated: it has one value a day, and sources say from when to when.  to: the entity type that a reference leads to.
    on_delete: what becomes of a reference whose target has been deleted: the golden record keeps it, it is `clear`ed
    (it does not survive), or the record that refers so counts as deleted too (`retire`); until the target is back.
    list: the code list of a code.  of: the fields of lines, and key: those that tell lines apart.  columns: how
    `mdm dedupe` makes it of the columns of a file that are named otherwise, such as `{surname}, {given_name}`; by
    field where it has fields.  renamed_from: the name, or names with the latest first, that records were sent under
    before.
    """

    kind: str
    required: bool = False
    many: bool = False
    dated: bool = False
    privacy: Privacy = "internal"
    to: EntityTypeName | None = None
    on_delete: OnDelete = "keep"
    list: EntityTypeName | None = None
    of: dict[AttributeName, LineField] = {}
    key: tuple[str, ...] = ()
    columns: Patterns | dict[str, Patterns] = ()
    valid: Rules = ()
    label: str | None = None
    description: str | None = None
    renamed_from: AttributeName | tuple[AttributeName, ...] | None = None

    @model_validator(mode="after")
    def _a_reference_leads_somewhere(self) -> "Attribute":
        if (self.kind == "reference") != (self.to is not None):
            raise ValueError("kind reference needs `to` (an entity type), and no other kind has a use for it")
        return self

    @model_validator(mode="after")
    def _only_references_lose_their_target(self) -> "Attribute":
        if self.on_delete != "keep" and self.to is None:
            raise ValueError(
                "`on_delete` says what a deleted target does to a reference: no other kind has a use for it"
            )
        if self.on_delete == "retire" and self.dated:
            raise ValueError("a record cannot `retire` with one of several targets: `dated` goes with keep or clear")
        return self

    @model_validator(mode="after")
    def _only_codes_stand_in_a_list(self) -> "Attribute":
        if self.list is not None and self.kind != "code":
            raise ValueError(f"`list` (a code list) goes with kind code, and this is of kind {self.kind}")
        return self

    @model_validator(mode="after")
    def _lines_have_fields(self) -> "Attribute":
        if (self.kind == "lines") != bool(self.of):
            raise ValueError("kind lines needs `of` (its fields), and no other kind has a use for it")
        if self.key and not self.of:
            raise ValueError("`key` tells lines apart; no kind but lines has a use for it")
        if self.many and self.of:
            raise ValueError("kind lines is a list already; leave out `many`")
        return self

    @model_validator(mode="after")
    def _one_value_holds_on_a_day(self) -> "Attribute":
        if self.dated and (self.many or self.kind == "lines"):
            raise ValueError("`dated` has one value a day: it goes neither with `many` nor with kind lines")
        return self

    @cached_property
    def line_fields(self) -> dict[str, LineField]:
        """The fields of its lines: those of `of`, then the first and the last day unless `of` describes them."""
        return {**self.of, **{name: _DAY for name in (VALID_FROM, VALID_TO) if self.of and name not in self.of}}

    @cached_property
    def amounts(self) -> tuple[str, ...]:
        """The fields of its lines that say how much, beside those that tell lines apart."""
        return tuple(name for name, one in self.of.items() if one.kind in _AMOUNTS and name not in self.key)

    @cached_property
    def former_names(self) -> tuple[str, ...]:
        """The names that it had before, the latest first."""
        return (self.renamed_from,) if isinstance(self.renamed_from, str) else self.renamed_from or ()

    @cached_property
    def must_be_there(self) -> bool:
        """Whether a record without a value is refused."""
        return self.required or must_be_there(self.valid)


VALUE, VALID_THROUGH = "value", "valid_through"
OF_A_DATED_VALUE = (VALUE, VALID_FROM, VALID_TO, VALID_THROUGH)
"""The fields of one value of a dated attribute: itself, its first day, and the end or the last day."""
_NOT_IN_A_LINE = frozenset({"reference", "lines"})
_AMOUNTS = frozenset({"money", "number"})
_DAY = LineField(kind="date")
