"""What stands of an entity type, as its last resolver commit left it, taken in hand without writing anything."""

from collections.abc import Collection

from golden_records.flips import Rival
from golden_records.survive import Survived
from mdm.code_lists import NONE, CodeLists
from mdm.entity_types import EntityType
from mdm.resolution.golden import flips_of, survived_of
from mdm.resolution.overrides import Overrides
from mdm.resolution.references import read_targets
from mdm.resolution.work import State, Work
from mdm.services.hub import Hub
from mdm.store import resolution
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord
from mdm.store.resolution import StateRow


def standing(hub: Hub, reader: Transaction, entity_type: EntityType) -> Work:
    """Take an entity type in hand."""
    row = resolution.state(reader, entity_type.entity_type)
    return in_hand(hub, reader, entity_type, row, hub.code_lists(reader) if entity_type.code_lists else NONE)


def in_hand(
    hub: Hub, reader: Transaction, entity_type: EntityType, row: StateRow | None, codes: CodeLists
) -> Work:  # fmt: skip
    """Take an entity type in hand whose state and code lists have been read."""
    state = State(*row[1:]) if row else State()
    return Work(
        reader=reader, entity_type=entity_type, salt=hub.salt, state=state, upto=state.upto, tick=state.tick,
        afresh=False, codes=codes,
    )  # fmt: skip


class Goldens:
    """Golden records by their numbers, ready to be decided again, on this day or another."""

    def __init__(self, work: Work, numbers: Collection[int], *, read: Collection[StoredRecord] | None = None) -> None:
        """Read their members, what these refer to and what people set, at once.

        read: their members, where the caller has them in hand; what people set is then taken in hand by it, too.
        """
        self.work, self.today = work, work.tick
        self.members: dict[int, list[int]] = {number: [] for number in numbers}
        found = work.load("golden", sorted(numbers)) if read is None else read
        for record in sorted(found, key=lambda record: record.id):
            self.members[record.golden or 0].append(record.id)
        everyone = {id_ for ids in self.members.values() for id_ in ids}
        read_targets(work, work.living(sorted(everyone)))
        self.overrides = Overrides(work, [], None)
        if read is None:
            self.overrides.read(everyone)

    def survived(self, number: int, *, today: str | None) -> Survived | None:
        """What is true of a golden record on a day, None where nothing living bears its ID."""
        members = self.members[number]
        self.work.tick = today
        living = self.work.living(members)
        return survived_of(self.work, living, self.overrides.of(members)) if living else None

    def flips(self, number: int, *, on: str | None) -> dict[str, list[Rival]]:
        """What would make other values survive now, by attribute; nothing where nothing living bears its ID.

        on: the day that is meant of dated values, None for the latest that has passed.
        """
        members = self.members[number]
        living, day = self.work.living(members), on or self.work.tick or ""
        return flips_of(self.work, living, self.overrides.of(members), on=day) if living else {}
