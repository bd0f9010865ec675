"""Entity types: YAML documents that say what a thing's attributes are, how it matches and what survives."""

from mdm.entity_types.document import parse, shipped
from mdm.entity_types.entity_type import Attribute, EntityType, Privacy, Readiness, order
from mdm.entity_types.nearest import hint, nearest
from mdm.entity_types.validity import Judgement, ValidityRule, is_missed, judge, usable
from mdm.entity_types.values import LONGEST_TEXT, check, check_value

__all__ = [
    "LONGEST_TEXT",
    "Attribute",
    "EntityType",
    "Judgement",
    "Privacy",
    "Readiness",
    "ValidityRule",
    "check",
    "check_value",
    "hint",
    "is_missed",
    "judge",
    "nearest",
    "order",
    "parse",
    "shipped",
    "usable",
]
