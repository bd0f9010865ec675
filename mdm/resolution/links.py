"""Must-links from outside, before this commit and after it: crosswalk rows and merges inside a source (rule 6)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from mdm.log import Key
from mdm.resolution.fold import order
from mdm.resolution.intake import expected_all
from mdm.resolution.verdicts import Pair, Verdicts, pair
from mdm.resolution.work import Work
from mdm.store import links as stored_links
from mdm.store import log as stored_log
from mdm.store.links import LinkKind, Slot, StoredLink
from mdm.store.log import StoredFact

KINDS: tuple[LinkKind, ...] = ("crosswalk", "source_merge")
Body = dict[str, Any]
Said = dict[tuple[str, LinkKind, str], tuple[int, Body]]
"""The latest fact of each slot, by the key of its record."""


class Links:
    """The links between records; a verdict on the pair of one stands above it."""

    def __init__(self, work: Work, facts: list[StoredFact], verdicts: Verdicts) -> None:
        """Read the links among these facts; others are read from the store as they are asked for."""
        self.work, self.verdicts = work, verdicts
        self.before: defaultdict[int, set[int]] = defaultdict(set)
        self.after: defaultdict[int, set[int]] = defaultdict(set)
        self.imported: set[Pair] = set()
        self.into: dict[int, int] = {}
        self.read_for: set[int] = set()
        self.slots: dict[Slot, StoredLink | None] = {}
        self.changed: set[Pair] = set()
        new = [fact for fact in facts if fact.kind in KINDS]
        self.none = not new and not work.present.links
        if new:
            self._take_in(_latest(work, new))

    def _take_in(self, said: Said) -> None:
        """Compare what each slot holds from now on with what it held."""
        work = self.work
        keys = {key: Key.parse(key) for key, _, _ in said}
        targets = {slot: _target(keys[slot[0]], slot[1], body) for slot, (_, body) in said.items()}
        ids = expected_all(work, [*keys.values(), *(key for key in targets.values() if key is not None)])
        for (key, kind, master), (position, _) in said.items():
            slot, target = Slot(ids[key], kind, master), targets[key, kind, master]
            self.slots[slot] = None if target is None else StoredLink(*slot, ids[str(target)], position)
        held = {
            link.slot: link.other_id for link in stored_links.of(work.reader, {slot.record_id for slot in self.slots})
        }
        for slot, link in self.slots.items():
            other = None if link is None else link.other_id
            if other != held.get(slot):
                self.changed |= {pair(slot.record_id, end) for end in (other, held.get(slot)) if end is not None}
            if link is not None:
                self._tie_after(link)
        work.load("id", {end for ends in self.changed for end in ends})

    def read(self, ids: Collection[int]) -> None:
        """Read all links with an end among these records."""
        wanted = set() if self.none else set(ids) - self.read_for
        if not wanted:
            return
        self.read_for |= wanted
        for link in stored_links.of(self.work.reader, wanted):
            _tie(self.before, link.record_id, link.other_id)
            if link.slot not in self.slots:
                self._tie_after(link)

    def _tie_after(self, link: StoredLink) -> None:
        _tie(self.after, link.record_id, link.other_id)
        if link.kind == "source_merge":
            self.into[link.record_id] = link.other_id
        else:
            self.imported.add(pair(link.record_id, link.other_id))

    def must(self, id_: int, *, new: bool) -> list[int]:
        """The records that a link ties to this one, before (`new=False`) or after this commit."""
        others = (self.after if new else self.before).get(id_, ())
        return [other for other in others if self.verdicts.holds(pair(id_, other), new=new) in {None, "same"}]

    def between(self, ids: Collection[int]) -> list[Pair]:
        """The links that will hold among these records and that no steward has said himself."""
        inside = set(ids)
        pairs = {pair(id_, other) for id_ in inside for other in self.after.get(id_, ()) if other in inside}
        return [ends for ends in sorted(pairs) if self.verdicts.holds(ends, new=True) is None]

    def merges(self, ids: Collection[int]) -> list[Pair]:
        """Those of the links among these records that only the word of a source says: it merged the two."""
        return [ends for ends in self.between(ids) if ends not in self.imported] if self.into else []

    def write(self) -> tuple[list[Slot], list[StoredLink]]:
        """The slots that are empty from now on, and the links that are in the others."""
        return (
            [slot for slot, link in self.slots.items() if link is None],
            [link for link in self.slots.values() if link is not None],
        )


def _tie(near: defaultdict[int, set[int]], one: int, other: int) -> None:
    near[one].add(other)
    near[other].add(one)


def _latest(work: Work, facts: Iterable[StoredFact]) -> Said:
    """What holds in every slot that a new fact is about, worked out from all that was ever said about it."""
    found: Said = {}
    for kind in KINDS:
        tokens = {fact.key_token for fact in facts if fact.kind == kind and fact.key_token is not None}
        for _, position, body in stored_log.said_of(work.reader, kind, sorted(tokens), upto=work.upto):
            key = str(Key(body["source"], work.entity_type.entity_type, body["source_id"]))
            slot = (key, kind, body.get("master", ""))
            if slot not in found or order(found[slot]) < order((position, body)):
                found[slot] = (position, body)
    return found


def _target(key: Key, kind: LinkKind, body: Body) -> Key | None:
    """The record that a link leads to; None where a crosswalk row was taken back."""
    if kind == "source_merge":
        return Key(key.source, key.entity_type, body["into"])
    return None if body["master_id"] is None else Key(body["master"], key.entity_type, body["master_id"])
