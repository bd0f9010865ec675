"""The records of golden records in hand, with what they refer to: as they stand, or as they stood at a position."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mdm.code_lists import NONE
from mdm.entity_types import EntityType
from mdm.log import key_token
from mdm.resolution.references import read_targets, written
from mdm.resolution.work import Work
from mdm.services import as_then
from mdm.services.deciding.standing import in_hand, standing
from mdm.services.hub import Hub
from mdm.services.reading.crosswalks import crosswalks
from mdm.store import golden as stored_golden
from mdm.store import resolution
from mdm.store import xref as stored_xref
from mdm.store.database import Transaction
from mdm.store.resolution import StateRow
from mdm.store.xref import NOW


@dataclass(frozen=True, slots=True)
class Members:
    """The living records of golden records of one entity type at a position, taken in hand in `work`."""

    hub: Hub
    work: Work
    at: int

    def read(self, numbers: Collection[int]) -> dict[int, list[int]]:
        """The ids of the living records of each of these golden numbers, in order."""
        found = self._now(numbers) if self.at == NOW else self._then(numbers)
        return {number: sorted(found[number]) for number in numbers}

    def _now(self, numbers: Collection[int]) -> defaultdict[int, list[int]]:
        found: defaultdict[int, list[int]] = defaultdict(list)
        for record in self.work.load("golden", numbers):
            if record.living:
                found[record.golden or 0].append(record.id)
        if self.work.entity_type.references:
            read_targets(self.work, [id_ for ids in found.values() for id_ in ids])
        return found

    def _then(self, numbers: Collection[int]) -> defaultdict[int, list[int]]:
        found: defaultdict[int, list[int]] = defaultdict(list)
        for number, walk in crosswalks(self.hub, self.work.reader, numbers, at=self.at).items():
            found[number] = [one.record_id for one in walk]
        everyone = {id_ for ids in found.values() for id_ in ids}
        for record in as_then.records(self.hub, self.work.reader, everyone, at=self.at):
            self.work.keep(record)
        if self.work.entity_type.references:
            self._read_targets_then(everyone)
        return found

    def _read_targets_then(self, ids: Iterable[int]) -> None:
        """What `read_targets` learns, of the position."""
        work, reader = self.work, self.work.reader
        keys = {key for id_ in ids for key in written(work.entity_type, work.records[id_])}
        tokens = {key_token(work.salt, key): key for key in keys}
        smallest = stored_xref.representatives(reader, list(tokens), at=self.at)
        work.references.update({tokens[token]: key for token, key in smallest.items()})
        arrived = dict(stored_xref.arrived(reader, list(tokens)).values())
        borne = stored_xref.of_records(reader, arrived, at=self.at)
        living = stored_golden.living(reader, {one.golden for one in borne.values()}, position=self.at)
        work.existing |= {one.key for one in borne.values() if one.golden in living}
        work.gone |= {one.key for one in borne.values() if one.golden not in living}


def members(hub: Hub, transaction: Transaction, entity_type: EntityType, *, at: int) -> Members:
    """Take an entity type in hand as it stands, or as its last resolver commit by a position left it."""
    if at == NOW:
        return Members(hub, standing(hub, transaction, entity_type), at)
    name, last = entity_type.entity_type, resolution.boundary(transaction, entity_type.entity_type, at=at)
    rules = as_then.rules_then(transaction, entity_type, at=at)
    tick = resolution.tick(transaction, name, at=at)
    codes = hub.code_lists(transaction, upto=last.upto) if rules.code_lists else NONE
    row = StateRow(name, last.upto, last.position, last.rules_version, tick, 0)
    return Members(hub, in_hand(hub, transaction, rules, row, codes), at)
