"""What a decision would do, found out by carrying it out in a transaction that is never committed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from mdm.errors import NeedsApproval, NotFound
from mdm.log import Author, Consent
from mdm.services.deciding.decisions import Decided
from mdm.services.feed import changes
from mdm.services.hub import Hub
from mdm.services.reading import golden
from mdm.services.standing_still import standing_still
from mdm.store import changes as stored_changes

Document = dict[str, Any]
Decide = Callable[[Hub, Author], Decided]
"""Something decided on a hub, by its author."""
PAGE = 1_000
MOST_RECORDS = 20
"""Golden records that a preview tells whole; a decision in bulk may be about thousands."""
# Positions and decision IDs are given when a decision is made, and belong to nobody before.
NOT_YET = {"seq", "decision_id"}


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of a decision: golden IDs concerned, old IDs that would redirect, and the events of the feed.

    changes: the type and the data of each event, with golden records before and after.
    needs: why a second person would have to approve it.
    golden_records: those concerned as they would be, with their records, the first `MOST_RECORDS` of them; `before` is
        the status that the ID has without the decision, None where it would be a new one.
    """

    golden_ids: list[str]
    redirects: dict[str, str]
    changes: list[Document]
    needs: tuple[str, ...] = ()
    golden_records: list[Document] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A decision carried out on a hub that is taken back at the end.

    head and position: the end of the feed and of the log before it.  needs: why a second person has to approve it.
    """

    hub: Hub
    decided: Decided
    head: int
    position: int
    needs: tuple[str, ...]


def preview(hub: Hub, decide: Decide, *, author: Author) -> Preview:
    """Carry a decision out on the hub as it stands now, tell what it did, and take all of it back.

    What is still pending is resolved first and in earnest, as it would be anyway: then only the decision's own changes
    are told, and the one transaction is short. On SQLite nobody else writes meanwhile. Raises what the decision would,
    but for the approval of a second person that it may need.
    """
    with rehearsed(hub, decide, author=author) as done:
        told = list(_events(done.hub, done.head))
        decided = done.decided
        records = [_would_be(done.hub, one) for one in decided.golden_ids[:MOST_RECORDS]]
    records = [{**one, "before": _status(hub, one["golden_id"])} for one in records]
    return Preview(decided.golden_ids, decided.redirects, told, done.needs, records)


@contextmanager
def rehearsed(hub: Hub, decide: Decide, *, author: Author) -> Iterator[Rehearsed]:
    """Carry a decision out as `preview` does, and let the block look at the hub that it gives."""
    author = replace(author, once=None)  # nothing of this takes effect
    with standing_still(hub, author=author, kept=False) as still:
        with still.hub.database.read() as reader:
            head = stored_changes.head(reader)
        needs: tuple[str, ...] = ()
        try:
            decided = decide(still.hub, author)
        except NeedsApproval as error:  # raised before anything is written
            needs = error.needs
            decided = decide(still.hub, replace(author, consent=Consent(None, approved_by="a second person")))
        yield Rehearsed(still.hub, decided, head, still.position, needs)


def _would_be(tried: Hub, golden_id: str) -> Document:
    return {name: part for name, part in golden.get(tried, golden_id).items() if name not in NOT_YET}


def _status(hub: Hub, golden_id: str) -> str | None:
    try:
        return str(golden.get(hub, golden_id)["status"])
    except NotFound:
        return None


def _events(tried: Hub, after: int) -> Iterator[Document]:
    while items := (page := changes.page(tried, after=after, limit=PAGE))["items"]:
        after = page["next"]
        for event in items:
            data = {name: part for name, part in event["data"].items() if name not in NOT_YET}
            yield {"type": event["type"], **data}
