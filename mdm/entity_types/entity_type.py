"""An entity type: its attributes, composed with the match and survivorship rules of the pure packages."""

import hashlib
from functools import cached_property

import orjson
from pydantic import BaseModel, ConfigDict, Field

from golden_records.rules import AttributeStrategy, SurvivorshipRules
from matching.kinds import KINDS
from matching.kinds.kind import Kind
from matching.rules import Comparison, MatchAttribute, MatchModel, MatchRules, match_model
from mdm.entity_types.approval import Approval, Share
from mdm.entity_types.attribute import (
    OF_A_DATED_VALUE,
    VALID_THROUGH,
    Attribute,
    AttributeName,
    EntityTypeName,
    Prefix,
)
from mdm.entity_types.readiness import Readiness
from mdm.entity_types.sources import PRODUCTION, SourceRules, Sources, canonical_id
from mdm.entity_types.validity import ValidityRule

_ANY_SOURCE = SourceRules()


class EntityType(BaseModel):
    """One kind of thing the hub masters. Made by `parse`, which also checks names across its parts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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
