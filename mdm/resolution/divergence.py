"""Which source records disagree with their golden record, found as that is decided.

References are compared by the golden record that they mean. One that leads nowhere disagrees with nothing, nor does a
record of a hierarchy that names itself: it says that nothing is above it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from golden_records.contributions import Contribution
from golden_records.divergence import diverging, diverging_lines
from golden_records.effective import Line
from golden_records.lineage import LinesEntry
from golden_records.survive import Survived
from mdm.resolution.references import NOWHERE
from mdm.resolution.work import Work

Place = tuple[int, str]
"""A source record and an attribute of it."""
Offered = Mapping[str, Sequence[Contribution]]


def disagreeing(
    work: Work, survived: Survived, offered: Offered, lines: Mapping[str, Sequence[Line]], living: Sequence[int]
) -> frozenset[Place]:
    """Where the living records of one cluster say something else than what survived."""
    forms = _set_by_people(work, survived)
    if len(living) < 2 and not forms:
        return frozenset()
    compared = _compared(work, survived, offered) if work.entity_type.references else offered
    found = diverging(survived.attributes, compared, forms)
    for name, said in lines.items():
        entry = survived.lineage.get(name)
        if entry is not None and "overlaps" in entry and entry["losers"]:
            found |= {(record, name) for record in diverging_lines(said, cast("LinesEntry", entry))}
    ids = {work.key(id_): id_ for id_ in living} if found else {}
    return frozenset((ids[record], name) for record, name in found)


def _compared(work: Work, survived: Survived, offered: Offered) -> Offered:
    """What is offered, without references that say nothing, and those beside a golden one that says nothing."""
    found = dict(offered)
    for name in work.entity_type.references.keys() & survived.attributes.keys() & offered.keys():
        own = frozenset(one.record for one in offered[name]) if name in work.entity_type.hierarchies else frozenset()
        golden = str(survived.attributes[name])
        silent = golden in own or golden not in work.references
        found[name] = () if silent else [one for one in offered[name] if _says_something(one, own)]
    return found


def _says_something(one: Contribution, own: frozenset[str]) -> bool:
    leads = one.standardised is not None and not one.standardised.startswith(NOWHERE)
    return leads and one.valid and not (one.record in own and one.value == one.record)


def _set_by_people(work: Work, survived: Survived) -> dict[str, frozenset[str]]:
    """The standardised values of the attributes that a person set; dated ones are not compared then."""
    found = {}
    for name, entry in survived.lineage.items():
        if "decision" in cast("Mapping[str, Any]", entry).get("winner", ()) and name in survived.attributes:
            value: Any = survived.attributes[name]
            found[name] = frozenset(_form(work, name, one) for one in (value if isinstance(value, list) else [value]))
    return found


def _form(work: Work, name: str, value: Any) -> str:
    if name in work.entity_type.references:
        return work.references.get(str(value), f"{NOWHERE}{value}")
    if name in work.entity_type.code_lists:
        return str(value)
    return work.entity_type.matching.kind(name).standardise(value) or str(value)
