"""Which records their sources have changed since they last said how: worked out for those of which something came."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from mdm.log import FactKind, Key, canonical
from mdm.publish.feed import FeedRow, refetch_events
from mdm.resolution.intake import expected_all
from mdm.resolution.unanswered import Said, unanswered
from mdm.resolution.work import Work
from mdm.store import log as stored_log
from mdm.store import refetches as stored
from mdm.store.database import Transaction
from mdm.store.log import StoredFact
from mdm.store.refetches import StoredRefetch

WORDS = ("changed", "fetched")


@dataclass(frozen=True, slots=True)
class RefetchChanges:
    """The intervals that end, and those that begin where the commit will stand."""

    ended: list[StoredRefetch]
    begun: list[StoredRefetch]

    @property
    def records(self) -> set[int]:
        """The records of which it is another one, or none any more."""
        return {one.record_id for one in (*self.ended, *self.begun)}


def work_out(work: Work, facts: list[StoredFact]) -> RefetchChanges:
    """Compare what stands with what the log says of the records that these facts are about, and of those that changed.

    A version can only answer, so that of records without an open interval only those count of which a source has said
    that they changed.
    """
    told = _told_of(work, facts)
    open_, of = dict[int, StoredRefetch](), work.entity_type.entity_type
    if work.present.refetches:
        open_ = stored.of_records(work.reader, told | work.dirty)
    asked = sorted(told | open_.keys())
    words, versions = _said(work, asked, ("changed",)), _said(work, asked, ("record", "fetched"))
    now = {}
    for id_ in asked:
        if left := unanswered(words[id_], versions[id_]):
            newest = left[-1][1]
            version = None if newest["version"] is None else canonical(newest["version"]).decode()
            oldest = min(position for position, _ in left)
            now[id_] = StoredRefetch(id_, 0, of, oldest, version, newest["event_time"])
    ended = [one for id_, one in open_.items() if id_ not in now or _differ(one, now[id_])]
    return RefetchChanges(ended, [one for id_, one in now.items() if id_ not in open_ or _differ(open_[id_], one)])


def _told_of(work: Work, facts: Iterable[StoredFact]) -> set[int]:
    of = work.entity_type.entity_type
    keys = {Key(one.body["source"], of, one.body["source_id"]) for one in facts if one.kind in WORDS}
    return set(expected_all(work, sorted(keys)).values()) if keys else set()


def _said(work: Work, ids: list[int], kinds: tuple[FactKind, ...]) -> defaultdict[int, list[Said]]:
    found: defaultdict[int, list[Said]] = defaultdict(list)
    work.load("id", ids)
    tokens = [work.records[id_].key_token for id_ in ids]
    for kind in kinds if ids else ():
        for token, position, body in stored_log.said_of(work.reader, kind, tokens, upto=work.upto):
            found[work.ids[token]].append((position, body))
    return found


def _differ(one: StoredRefetch, other: StoredRefetch) -> bool:
    return one._replace(since=other.since) != other


def write(writer: Transaction, changes: RefetchChanges, *, position: int) -> None:
    """Write them at the position of the commit."""
    begun = [one._replace(since=position) for one in changes.begun]
    stored.change(writer, ended=changes.ended, begun=begun, position=position)


def events(work: Work, changes: RefetchChanges) -> list[FeedRow]:
    """What is to be fetched again from now on, as that or a newer version, and what is no longer."""
    needed = {one.record_id for one in changes.begun}
    done = {one.record_id for one in changes.ended} - needed
    return refetch_events(work.entity_type.entity_type, needed=sorted(needed), done=sorted(done))
