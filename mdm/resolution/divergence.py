"""Which source records disagree with their golden record, found as that is decided.

References are compared by the golden record that they mean. One that leads nowhere disagrees with nothing, nor does a
record of a hierarchy that names itself: it says that nothing is above it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from golden_records.contributions import Contribution
from golden_records.divergence import diverging, diverging_lines
from golden_records.effective import VALUE, Line
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
            timeline = cast("Sequence[Any]", survived.dated.get(name, ()))
            set_by_day = set_on_days(work, name, timeline, entry) if timeline else {}
            telling = telling_lines(work, name, said)
            found |= {(record, name) for record in diverging_lines(telling, cast("LinesEntry", entry), set_by_day)}
    ids = {work.key(id_): id_ for id_ in living} if found else {}
    return frozenset((ids[record], name) for record, name in found)


def telling_lines(work: Work, name: str, lines: Sequence[Line]) -> Sequence[Line]:
    """Leave out the dated references that say nothing: that lead nowhere, or in a hierarchy name their own record."""
    if name not in work.entity_type.references:
        return lines
    own = name in work.entity_type.hierarchies
    return [one for one in lines if _leads(one.contribution) and not (own and _names_itself(one.contribution))]


def _leads(one: Contribution) -> bool:
    return one.standardised is not None and not one.standardised.startswith(NOWHERE)


def _names_itself(one: Contribution) -> bool:
    return bool(cast("Mapping[str, Any]", one.value)[VALUE] == one.record)


def set_on_days(
    work: Work, name: str, timeline: Sequence[Mapping[str, Any]], entry: Mapping[str, Any]
) -> dict[str | None, str]:
    """The standardised values that people set on days of a dated attribute, by the first of these."""
    values = {one["valid_from"]: one[VALUE] for one in timeline}
    days = [one["valid_from"] for one in entry.get("winners", ()) if "decision" in one and one["valid_from"] in values]
    forms = {start: _form(work, name, values[start]) for start in days}
    return {start: form for start, form in forms.items() if not form.startswith(NOWHERE)}


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
    return _leads(one) and one.valid and not (one.record in own and one.value == one.record)


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
