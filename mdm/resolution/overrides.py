"""What people set on golden records, before this commit and after it: it moves with the founding record (rule 6)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from golden_records.contributions import Contribution
from golden_records.overrides import Override
from mdm.log import Key, key_token
from mdm.resolution.fold import under_new_names
from mdm.resolution.intake import expected_all
from mdm.resolution.sent_values import spelled
from mdm.resolution.verdicts import Verdicts
from mdm.resolution.work import Work
from mdm.store import log as stored_log
from mdm.store import overrides as stored_overrides
from mdm.store.database import Transaction
from mdm.store.log import StoredFact
from mdm.store.overrides import StoredOverride

Body = dict[str, Any]


class Overrides:
    """The overrides that name records; in a cluster the latest of an attribute that is in force holds."""

    def __init__(self, work: Work, facts: list[StoredFact], verdicts: Verdicts | None) -> None:
        """Read the overrides among these facts; others are read from the store as they are asked for.

        verdicts: None where there are no facts, so that all is as the store has it.
        """
        self.work, self.switched = work, verdicts.switched if verdicts else {}
        new = [fact for fact in facts if fact.kind == "override"]
        ids = expected_all(work, [Key.parse(fact.body["record"]) for fact in new])
        self.bodies: dict[int, Body] = {fact.position: fact.body for fact in new}
        self.new = [
            StoredOverride(
                fact.position,
                ids[fact.body["record"]],
                fact.body["attribute"],
                _target_token(work, fact.body["value"]),
                verdicts is not None and verdicts.in_force[fact.position],
            )
            for fact in new
        ]
        # Where nothing is new only few are read: whether there are any at all need not be asked first.
        self.none = not new and verdicts is not None and not work.present.overrides
        self.by_record: defaultdict[int, set[StoredOverride]] = defaultdict(set)
        for one in self.new:
            self.by_record[one.record_id].add(one)
        switched = stored_overrides.at(work.reader, list(self.switched)) if self.switched else []
        self.changed = {one.record_id for one in [*self.new, *switched]}
        work.load("id", self.changed)

    def read(self, ids: Collection[int]) -> None:
        """Read all overrides that name one of these records, with what they say."""
        if self.none:
            return
        self.take(stored_overrides.of(self.work.reader, ids), {})
        wanted = {one.position for ones in self.by_record.values() for one in ones if one.in_force}
        self.bodies |= stored_log.bodies(self.work.reader, sorted(wanted - self.bodies.keys()))

    def take(self, found: Collection[StoredOverride], bodies: Mapping[int, Body]) -> None:
        """Take in hand what has been read of the store, with what the overrides say."""
        for one in found:
            in_force = self.switched.get(one.position, bool(one.in_force))
            self.by_record[one.record_id].add(one._replace(in_force=in_force))
        self.bodies |= bodies

    def of(self, members: Collection[int]) -> list[Override]:
        """The overrides in force on the attributes of a cluster; one whose payload was erased says nothing.

        Nor does one of certain days, once its attribute has none any more. Dated lines cannot be overridden.
        """
        if not self.by_record:
            return []
        plain, dated = self.work.entity_type.matching.attributes, self.work.entity_type.dated
        said = [
            under_new_name(one, self.work.entity_type.renamed) for id_ in members for one in self.by_record.get(id_, ())
        ]
        return [
            _override(self.work, one, self.bodies[one.position])
            for one in said
            if one.in_force
            and one.attribute in plain
            and one.position in self.bodies
            and (one.attribute in dated or not has_days(self.bodies[one.position]))
        ]

    def targets(self, members: Collection[int]) -> set[str]:
        """The written keys that overrides in force set as references on these records."""
        references = self.work.entity_type.references
        return {str(one.value) for one in self.of(members) if one.attribute in references and one.value is not None}

    def write(self, writer: Transaction) -> None:
        """Say what the new overrides name; the decisions themselves are kept already."""
        stored_overrides.name(writer, self.new)


def under_new_name(one: StoredOverride, renamed: Mapping[str, str]) -> StoredOverride:
    """An override of the attribute by the name that it has now."""
    return one._replace(attribute=renamed.get(one.attribute, one.attribute))


def _override(work: Work, one: StoredOverride, body: Body) -> Override:
    overruled = body["overruled"] and under_new_names(body["overruled"], work.entity_type.renamed)
    then = overruled and {name: [_value(work, name, value) for value in said] for name, said in overruled.items()}
    days = body.get("valid_from"), body.get("valid_to")
    value = spelled(work, one.attribute, body["value"])
    return Override(one.attribute, one.position, value, body["until"], then, *days)


def _target_token(work: Work, value: Any) -> int | None:
    """Of the source key that a value is, whether or not its attribute is a reference under the rules of now."""
    try:
        return key_token(work.salt, str(Key.parse(value))) if isinstance(value, str) else None
    except ValueError:
        return None


def has_days(body: Body) -> bool:
    """Whether what was set holds on certain days only."""
    return body.get("valid_from") is not None or body.get("valid_to") is not None


def _value(work: Work, attribute: str, value: Any) -> Contribution:
    """A value that survived once; a reference or code agrees with itself alone, whatever it leads to now."""
    model, of = work.entity_type.matching, work.entity_type
    itself = attribute in of.references or attribute in of.code_lists or attribute not in model.attributes
    standard = None if itself else model.kind(attribute).standardise(value)
    return Contribution("", "", value, standard, True, None, 0)
