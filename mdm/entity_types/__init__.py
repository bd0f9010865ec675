"""Entity types: YAML documents that say what a thing's attributes are, how it matches and what survives."""

from mdm.entity_types.attribute import VALID_THROUGH, VALUE, Attribute, EntityTypeName, LineField, Privacy
from mdm.entity_types.dated_values import days_of, of_all_days, slices
from mdm.entity_types.document import parse, shipped
from mdm.entity_types.entity_type import EntityType
from mdm.entity_types.nearest import hint, nearest, slip_of
from mdm.entity_types.order import order
from mdm.entity_types.readiness import Readiness, Referred
from mdm.entity_types.validity import Judgement, ValidityRule, is_missed, judge, truth_of, usable
from mdm.entity_types.values import (
    LONGEST_TEXT,
    MOST_VALUES,
    check,
    check_value,
    control_character,
    takes_any_parts,
    takes_any_text,
)

__all__ = [
    "LONGEST_TEXT",
    "MOST_VALUES",
    "VALID_THROUGH",
    "VALUE",
    "Attribute",
    "EntityType",
    "EntityTypeName",
    "Judgement",
    "LineField",
    "Privacy",
    "Readiness",
    "Referred",
    "ValidityRule",
    "check",
    "check_value",
    "control_character",
    "days_of",
    "hint",
    "is_missed",
    "judge",
    "nearest",
    "of_all_days",
    "order",
    "parse",
    "shipped",
    "slices",
    "slip_of",
    "takes_any_parts",
    "takes_any_text",
    "truth_of",
    "usable",
]
