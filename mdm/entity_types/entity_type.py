"""An entity type: its attributes, composed with the match and survivorship rules of the pure packages."""

import hashlib
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from golden_records.rules import AttributeStrategy, SurvivorshipRules
from matching.kinds import KINDS
from matching.kinds.kind import Kind
from matching.kinds.lines import VALID_FROM, VALID_TO
from matching.rules import Comparison, MatchAttribute, MatchModel, MatchRules, match_model
from mdm.entity_types.approval import Approval, Share
from mdm.entity_types.readiness import Readiness
from mdm.entity_types.sources import PRODUCTION, SourceRules, Sources, canonical_id
from mdm.entity_types.validity import Rules, ValidityRule, must_be_there
from mdm.errors import Fault, InvalidRules

if TYPE_CHECKING:
    import networkx as nx

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
_ANY_SOURCE = SourceRules()
_NOT_IN_A_LINE = frozenset({"reference", "lines"})
_AMOUNTS = frozenset({"money", "number"})
_DAY = LineField(kind="date")


class EntityType(_Document):
    """One kind of thing the hub masters. Made by `parse`, which also checks names across its parts."""

    entity_type: EntityTypeName
    label: str | None = None
    id_prefix: Prefix
    attributes: dict[AttributeName, Attribute] = Field(min_length=1)
    match: MatchRules
    survive: SurvivorshipRules = SurvivorshipRules()
    ownership: dict[str, str] = {}
    readiness: dict[str, Readiness] = {}
    approval: Approval = Approval()
    second_opinion: Share = 0
    second_opinion_on_matches: Share = 0
    sources: Sources = {}

    def source(self, name: str) -> SourceRules:
        """What the document says of a source; of one that it does not name, what holds for all."""
        return self.sources.get(name, _ANY_SOURCE)

    def canonical_id(self, source: str, source_id: str) -> str:
        """Write an id as all its spellings in that source are written here."""
        return canonical_id(self.source(source).ids, source_id)

    @cached_property
    def apart(self) -> dict[str, str]:
        """The sources that are not of production, and their environments."""
        return {name: one.environment for name, one in self.sources.items() if one.environment != PRODUCTION}

    @cached_property
    def matching(self) -> MatchModel:
        """The match rules made ready for `matching`."""
        plain = {
            name: MatchAttribute(kind=attribute.kind, many=attribute.many or attribute.dated)
            for name, attribute in self.attributes.items()
        }
        return match_model(self.entity_type, plain, self.match)

    @cached_property
    def survivorship(self) -> SurvivorshipRules:
        """The survivorship rules in full.

        An attribute with `many` keeps all its values unless they say otherwise, and what a condition says another
        attribute equals is known in the form that its kind gives it, too.
        """
        several = [name for name, attribute in self.attributes.items() if attribute.many]
        steps: dict[str, tuple[AttributeStrategy, ...]]
        steps = {name: (AttributeStrategy(strategy="union"),) for name in several}
        steps |= {name: tuple(map(self._in_form, said)) for name, said in self.survive.attributes.items()}
        said = {name: getattr(self.survive, name) for name in SurvivorshipRules.model_fields}
        # Made anew, not copied: a copy would carry along what the first one has worked out for itself.
        return SurvivorshipRules(**{**said, "attributes": steps})

    def _in_form(self, step: AttributeStrategy) -> AttributeStrategy:
        if step.when is None or not step.when.equals:
            return step
        equals = {}
        for name, words in step.when.equals.items():
            kind = KINDS.get(self.attributes[name].kind)  # one that is not known is a fault of its own
            forms = [kind.standardise(word) for word in words] if kind else []
            equals[name] = (*words, *(form for form in forms if form is not None))
        return step.model_copy(update={"when": step.when.model_copy(update={"equals": equals})})

    @cached_property
    def references(self) -> dict[str, str]:
        """Each attribute that is a reference, and the entity type it leads to."""
        return {name: attribute.to for name, attribute in self.attributes.items() if attribute.to is not None}

    @cached_property
    def written_references(self) -> tuple[bytes, ...]:
        """The names of the references as they stand in JSON."""
        return tuple(map(orjson.dumps, self.references))

    @cached_property
    def written_with_days(self) -> tuple[bytes, ...]:
        """The names of dated lines and dated values as they stand in JSON."""
        return tuple(map(orjson.dumps, [*self.lines, *self.dated]))

    @cached_property
    def cleared(self) -> frozenset[str]:
        """The references that do not survive while their target is deleted."""
        return frozenset(name for name in self.references if self.attributes[name].on_delete == "clear")

    @cached_property
    def retires_with(self) -> tuple[str, ...]:
        """The references whose records count as deleted while their target is."""
        return tuple(name for name in self.references if self.attributes[name].on_delete == "retire")

    @cached_property
    def hierarchies(self) -> tuple[str, ...]:
        """The references of one value, or one a day, to the type itself: each makes a hierarchy of golden records."""
        return tuple(
            name for name, to in self.references.items() if to == self.entity_type and not self.attributes[name].many
        )

    @cached_property
    def label_attribute(self) -> str:
        """The attribute that people know a golden record by: `name`, else the first required one, else the first."""
        required = [name for name, attribute in self.attributes.items() if attribute.required]
        return "name" if "name" in self.attributes else next(iter([*required, *self.attributes]))

    @cached_property
    def renamed(self) -> dict[str, str]:
        """Each name that an attribute had before, and the one it has now."""
        return {former: name for name, attribute in self.attributes.items() for former in attribute.former_names}

    @cached_property
    def code_lists(self) -> dict[str, str]:
        """The code list of each attribute that belongs to one, and of each field of dated lines (`lines.role`)."""
        found = {name: attribute.list for name, attribute in self.attributes.items() if attribute.list is not None}
        for name, attribute in self.lines.items():
            found |= {f"{name}.{field}": one.list for field, one in attribute.of.items() if one.list is not None}
        return found

    @cached_property
    def lines(self) -> dict[str, Attribute]:
        """Each attribute that holds dated lines."""
        return {name: attribute for name, attribute in self.attributes.items() if attribute.of}

    @cached_property
    def dated(self) -> frozenset[str]:
        """The attributes whose values hold on certain days."""
        return frozenset(name for name, attribute in self.attributes.items() if attribute.dated)

    @cached_property
    def validity(self) -> dict[str, tuple[ValidityRule, ...]]:
        """The validity rules of each attribute that has any."""
        return {name: attribute.valid for name, attribute in self.attributes.items() if attribute.valid}

    @cached_property
    def judged(self) -> dict[str, tuple[ValidityRule, ...]]:
        """The validity rules of the attributes whose values are judged one by one: dated lines are not."""
        return {name: rules for name, rules in self.validity.items() if name not in self.lines}

    @cached_property
    def free_attributes(self) -> dict[str, Kind]:
        """The kind of each attribute whose values speak for themselves: no code, no reference, no rule, no days."""
        bound = {*self.code_lists, *self.references, *self.validity, *self.lines, *self.dated}
        return {name: KINDS[one.kind] for name, one in self.attributes.items() if name not in bound}

    @cached_property
    def must_exist(self) -> bool:
        """Whether any rule asks that what a reference leads to is there and lives."""
        return any(rule.reference_exists for rules in self.validity.values() for rule in rules)

    @cached_property
    def evidence(self) -> frozenset[str]:
        """The attributes that decide which records are the same: those blocked on, compared, or in a rule."""
        rules = self.match
        blocked = {word.partition(".")[0] for key in rules.block_on for word in key}
        compared = {entry.attribute if isinstance(entry, Comparison) else entry for entry in rules.compare}
        decided = {name for condition in (*rules.always, *rules.never) for name in condition.attributes}
        return frozenset(blocked | compared | decided | {name for one in rules.constraints for name in one.named})

    @cached_property
    def version(self) -> str:
        """16 hex digits of the SHA-256 of what the document says; its layout and comments do not count."""
        said = self.model_dump(mode="json", exclude_defaults=True)
        return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]

    def column_fields(self, attribute: str) -> tuple[str, ...]:
        """Give the fields of an attribute that may have columns in a flat file: the days of a dated one, too."""
        described, fields = self.attributes[attribute], self.fields(attribute)
        if described.of and VALID_THROUGH not in fields:
            return (*fields, VALID_THROUGH)
        return fields + (OF_A_DATED_VALUE if described.dated else ())

    def between(self, attribute: str) -> str:
        """The characters that part several values in one cell of a file; none where an attribute has one value."""
        found = self.attributes[attribute]
        return KINDS[found.kind].between if found.many else ""

    def fields(self, attribute: str) -> tuple[str, ...]:
        """Give the fields that a value of the attribute may be made of; none for kinds of one plain value."""
        described = self.attributes[attribute]
        return tuple(described.line_fields) or KINDS[described.kind].fields


def order(entity_types: Iterable[EntityType]) -> list[str]:
    """Sort entity types so that each stands after those whose golden records are evidence for it or take it along.

    A target that is not among them is left out: its records wait until it is installed.

    Raises:
        InvalidRules: references that are match evidence, or whose records retire with their target, lead in a circle.
    """
    types = {one.entity_type: one for one in entity_types}
    edges = [
        (one.references[attribute], name, "matched by" if attribute in one.evidence else "retired with", attribute)
        for name, one in types.items()
        for attribute in sorted({*one.evidence, *one.retires_with} & one.references.keys())
    ]
    if not edges:
        return sorted(types)
    import networkx as nx  # loaded here because it is slow to load and most types stand alone

    graph = nx.DiGraph()
    graph.add_nodes_from(types)
    graph.add_edges_from((to, name, {"attribute": f"{how} its {attribute}"}) for to, name, how, attribute in edges)
    try:
        ordered = list(nx.lexicographical_topological_sort(graph))
    except nx.NetworkXUnfeasible:
        raise _circle(graph) from None
    return [name for name in ordered if name in types]


def _circle(graph: "nx.DiGraph") -> InvalidRules:
    import networkx as nx

    edges = nx.find_cycle(graph)
    steps = " and ".join(f"{to} is {graph.edges[by, to]['attribute']}, a {by}" for by, to, *_ in edges)
    fault = Fault("/match", f"references lead in a circle: {steps}", "circle")
    return InvalidRules(
        f"{fault.detail}; leave one of them out of the match rules, or its `on_delete: retire`", faults=[fault]
    )
