"""Where references lead after a commit: those of changed records, and those whose target has moved (rule 10).

A target moves when its golden number changes, when it arrives, and when the last living record of its golden record
is deleted or the first is revived. Its commit says so of everything that refers to it, in the same transaction.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from mdm.log import key_token
from mdm.publish.feed import FeedRow, reference_event
from mdm.resolution.golden import GoldenChanges
from mdm.resolution.references import spoken
from mdm.resolution.work import Work
from mdm.store import overrides as stored_overrides
from mdm.store import references as stored_references
from mdm.store import task_places
from mdm.store.database import Transaction
from mdm.store.references import StoredReference

Place = tuple[int, str, int, str]
"""A record, an attribute, the key token of what it refers to, and the first day on which it does."""
Said = tuple[str, str, str | None]
"""The entity type of the record, the written key that it refers to, and the end of the days."""


class Moved(NamedTuple):
    """A reference that leads elsewhere though its record says the same as before."""

    before: StoredReference
    after: StoredReference


class Written(NamedTuple):
    """The references that lead elsewhere though their records say the same, and the records of all that changed."""

    moved: list[Moved]
    records: set[int]


def write(writer: Transaction, work: Work, golden: GoldenChanges, *, position: int) -> Written:
    """Bring all references up to a commit, whose records must have been written; under the lock of the log."""
    read = stored_references.concerning(writer, sorted(work.dirty), sorted(moved_targets(work, golden)))
    stood = {_place(one): one for one in read}
    wanted: dict[Place, Said] = {place: (one.entity_type, one.target, one.valid_to) for place, one in stood.items()}
    wanted = {place: said for place, said in wanted.items() if place[0] not in work.dirty} | _said(work)
    meanings = stored_references.meanings(writer, sorted({token for _, _, token, _ in wanted})) if wanted else {}
    now = {
        place: StoredReference(*place, position, *said, *meanings.get(place[2], (None, "waiting")))
        for place, said in wanted.items()
    }
    ended = [one for place, one in stood.items() if place not in now or _differ(one, now[place])]
    begun = [one for place, one in now.items() if place not in stood or _differ(stood[place], one)]
    stored_references.change(writer, ended=sorted(ended), begun=sorted(begun), position=position)
    moved = [Moved(stood[_place(one)], one) for one in sorted(begun) if _place(one) in stood]
    return Written(moved, {one.record_id for one in (*ended, *begun)})


def set_by_people(writer: Transaction, work: Work, golden: GoldenChanges, *, position: int) -> list[Moved]:
    """The references that people set and that lead elsewhere: each as if the record that they were set on said it."""
    leading = stored_overrides.leading_to(writer, sorted(moved_targets(work, golden)))
    if not leading:
        return []
    before, after = _leads(golden.before, work.was_living), _leads(golden.after, lambda id_: work.records[id_].living)
    found = []
    for record, attribute, token, of in leading:
        target = work.ids[token]
        sides = (_led(led.get(target)) for led in (before, after))
        found.append(
            Moved(*(StoredReference(record, attribute, token, "", position, of, "", None, *one) for one in sides))
        )
    return found


def _led(leads: tuple[int, bool] | None) -> tuple[int | None, stored_references.Standing]:
    if leads is None:
        return None, "waiting"
    return leads[0], "arrived" if leads[1] else "deleted"


def events(writer: Transaction, work: Work, moved: list[Moved]) -> list[FeedRow]:
    """One event for each reference that means another golden record than before, on however many days."""
    told = list({_place(one.after)[:3]: one for one in moved if one.before.means != one.after.means}.values())
    if not told:
        return []
    goldens = task_places.goldens(writer, sorted({one.after.record_id for one in told}))
    return [
        reference_event(
            one.after.entity_type, goldens[one.after.record_id], one.after.record_id,
            attribute=one.after.attribute, to=work.entity_type.entity_type, meant=one.before.means,
            means=one.after.means,
        )
        for one in told
    ]  # fmt: skip


def moved_targets(work: Work, golden: GoldenChanges) -> set[int]:
    """The key tokens that lead to another golden number than before, or to one that has come alive or died."""
    if golden.moved_targets is None:  # several ask, and nothing changes any more once all is decided
        before = _leads(golden.before, work.was_living)
        after = _leads(golden.after, lambda id_: work.records[id_].living)
        changed = {id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_)}
        golden.moved_targets = {work.records[id_].key_token for id_ in changed}
    return golden.moved_targets


def _leads(goldens: Mapping[int, Iterable[int]], living: Callable[[int], bool]) -> dict[int, tuple[int, bool]]:
    found: dict[int, tuple[int, bool]] = {}
    for number, members in goldens.items():
        found.update(dict.fromkeys(members, (number, any(map(living, members)))))
    return found


def _said(work: Work) -> dict[Place, Said]:
    """What the changed records that live refer to now, and what those that retired have retired with."""
    of = work.entity_type.entity_type
    return {
        (id_, attribute, key_token(work.salt, key), start): (of, key, end)
        for id_ in sorted({*work.living(work.dirty), *work.retired})
        for attribute, said in spoken(work.entity_type, work.records[id_]).items()
        for key, start, end in said
        if id_ not in work.retired or (attribute in work.entity_type.retires_with and key in work.retired[id_])
    }


def _place(one: StoredReference) -> Place:
    return one.record_id, one.attribute, one.target_token, one.valid_from


def _differ(one: StoredReference, other: StoredReference) -> bool:
    return one._replace(since=other.since) != other
