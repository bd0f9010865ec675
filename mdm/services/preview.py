"""What a decision would do, found out by carrying it out in a transaction that is never committed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from mdm.log import Author
from mdm.services import changes
from mdm.services.decisions import Decided
from mdm.services.hub import Hub
from mdm.services.resolving import resolve_all
from mdm.store import changes as stored_changes
from mdm.store.rehearsal import rehearsal

Document = dict[str, Any]
Decide = Callable[[Hub, Author], Decided]
"""Something decided on a hub, by its author."""
PAGE = 1_000
# Positions and decision IDs are given when a decision is made, and belong to nobody before.
NOT_YET = {"seq", "decision_id"}


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of a decision: golden IDs concerned, old IDs that would redirect, and the events of the feed.

    changes: the type and the data of each event, with golden records before and after.
    """

    golden_ids: list[str]
    redirects: dict[str, str]
    changes: list[Document]


def preview(hub: Hub, decide: Decide, *, author: Author) -> Preview:
    """Carry a decision out on the hub as it stands now, tell what it did, and take all of it back.

    What is still pending is resolved first and in earnest, as it would be anyway: then only the decision's own changes
    are told, and the one transaction is short. On SQLite nobody else writes meanwhile. Raises what the decision would.
    """
    resolve_all(hub, author=author)
    with ExitStack() as opened:
        for name in sorted(hub.entity_types()):
            opened.enter_context(hub.database.locked(name))
        tried = Hub(hub.settings, opened.enter_context(rehearsal(hub.database)), hub.salt)
        resolve_all(tried, author=author)
        with tried.database.read() as reader:
            head = stored_changes.head(reader)
        decided = decide(tried, author)
        return Preview(decided.golden_ids, decided.redirects, list(_events(tried, head)))


def _events(tried: Hub, after: int) -> Iterator[Document]:
    while items := (page := changes.page(tried, after=after, limit=PAGE))["items"]:
        after = page["next"]
        for event in items:
            data = {name: part for name, part in event["data"].items() if name not in NOT_YET}
            yield {"type": event["type"], **data}
