"""Where a reader of the change feed may begin: behind a cursor that is kept, or with a snapshot and its cursor."""

import re
from typing import Any

from mdm.errors import Fault, Gone, InvalidInput
from mdm.services.hub import Hub
from mdm.services.reading import golden
from mdm.settings import later
from mdm.store import changes as stored_changes
from mdm.store import log as stored_log

SNAPSHOT = "/v1/snapshot"
_CURSOR = re.compile(r"(\d{1,18})\.(\d{1,18})\.([a-z0-9_]{1,64})", re.ASCII)


def ensure_kept(hub: Hub, after: int, *, at: str) -> None:
    """Raise Gone for a cursor behind which something came about longer ago than the feed is kept.

    So is one that the feed has not come to: it was given by another hub, or by this one before a backup took its
    place. Whoever waited at it would miss everything up to there.
    """
    days, oldest = hub.settings.feed_days, 0
    with hub.database.read() as reader:
        last = stored_changes.head(reader)
        if days is not None:
            then = stored_log.position_at(reader, later(at, seconds=-86_400 * days))
            oldest = stored_changes.reached_by(reader, then)
    if after > last:
        raise Gone(
            f"the feed has come to cursor {last}, not to {after}, which is of another hub, or of this one before it "
            f"was restored: begin again with {SNAPSHOT}",
            extra={"snapshot": SNAPSHOT, "newest": last},
        )
    if after < oldest:
        raise Gone(
            f"the feed is kept for {days} days, which is from cursor {oldest} on: begin again with {SNAPSHOT}",
            extra={"snapshot": SNAPSHOT, "oldest": oldest},
        )


def snapshot(hub: Hub, *, entity_type: str | None, cursor: str | None, limit: int) -> dict[str, Any]:
    """Active golden records, all as of one position of the log: `{"items", "next", "after", "as_of"}`.

    `after` is the cursor of the feed behind which everything is that is not in the snapshot.
    """
    if cursor is None:
        with hub.database.read() as reader:
            as_of, after, last = stored_log.head(reader), stored_changes.head(reader), None
    else:
        as_of, after, last = _read(cursor)
    page = golden.page(hub, entity_type=entity_type, cursor=last, limit=limit, as_of=as_of)
    following = None if page["next"] is None else f"{as_of}.{after}.{page['next']}"
    return {"items": page["items"], "next": following, "after": after, "as_of": as_of}


def _read(cursor: str) -> tuple[int, int, str]:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        detail = "the cursor of a snapshot is `next` of its page before"
        raise InvalidInput(detail, faults=[Fault("/query/cursor", detail, "cursor")])
    return int(found[1]), int(found[2]), found[3]
