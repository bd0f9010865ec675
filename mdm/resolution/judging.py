"""What the validity rules make of source values: each distinct value is judged once in a commit."""

from typing import Any

from mdm.entity_types import Judgement, judge
from mdm.log import canonical
from mdm.resolution.work import Work


def judged(work: Work, attribute: str, value: Any, *, exists: bool = True) -> Judgement:
    """Judge one value of an attribute that has rules; exists: whether what a reference leads to is there and lives."""
    key = (attribute, value if type(value) is str else canonical(value), exists)
    found = work.judgements.get(key)
    if found is None:
        kind = work.entity_type.matching.kind(attribute)
        rules = work.entity_type.validity[attribute]
        found = work.judgements[key] = judge(kind, rules, value, kind.standardise(value), exists=exists)
    return found


def evidence(work: Work, attribute: str, value: Any, *, exists: bool) -> Any:
    """What matching may use of an attribute's value: an ignored one is missing, and left out of several."""
    if isinstance(value, list):
        return [one for one in value if judged(work, attribute, one).evidence]
    return value if judged(work, attribute, value, exists=exists).evidence else None
