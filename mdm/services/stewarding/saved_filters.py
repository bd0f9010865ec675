"""Saved filters: what somebody looks for in the queue again and again, under a name, for themselves or for all.

They are no facts of the log: nothing is decided by them, and forgetting one changes nothing that the hub knows.
"""

from dataclasses import asdict
from typing import Any

import orjson

from mdm.errors import Fault, InvalidInput, NotFound
from mdm.log import Author
from mdm.services.hub import Hub
from mdm.services.stewarding.queue import Choice, saved
from mdm.store import saved_filters as stored
from mdm.store.saved_filters import StoredFilter

Document = dict[str, Any]
LONGEST = 60
MOST = 50
"""Filters that one person may keep."""


def listed(hub: Hub, who: str) -> list[Document]:
    """Those of a person and those shared with all, by name; each as `queue.saved` tells it."""
    with hub.database.read() as reader:
        return [saved(one, who) for one in stored.seen_by(reader, who)]


def save(hub: Hub, name: str, choice: Choice, *, shared: bool, author: Author) -> Document:
    """Keep a choice under a name, in place of one's own of the same name.

    Raises:
        NotFound: no such entity type.
        InvalidInput: the name is empty, too long or not one line, or there are too many.
    """
    _ensure_name(name)
    if choice.entity_type is not None:
        hub.entity_type(choice.entity_type)
    row = StoredFilter(author.actor, name, shared, orjson.dumps(asdict(choice)).decode(), author.recorded_at)
    with hub.database.write() as writer:
        own = {one.name for one in stored.seen_by(writer, author.actor) if one.owner == author.actor}
        if len(own | {name}) > MOST:
            detail = f"one person keeps {MOST} filters at most; remove one first"
            raise InvalidInput(detail, faults=[Fault("/name", detail, "limit")])
        stored.save(writer, row)
    return saved(row, author.actor)


def remove(hub: Hub, name: str, *, author: Author) -> None:
    """Forget one's own filter of this name; raises NotFound when there is none."""
    with hub.database.write() as writer:
        if not stored.remove(writer, author.actor, name):
            raise NotFound(f"you have no filter {name!r}; a shared one is removed by its owner")


def _ensure_name(name: str) -> None:
    if not 0 < len(name) <= LONGEST or name != name.strip() or not name.isprintable() or "/" in name:
        detail = f"the name of a filter is one line of 1 to {LONGEST} letters, without a slash, not {name!r}"
        raise InvalidInput(detail, faults=[Fault("/name", detail, "name")])
