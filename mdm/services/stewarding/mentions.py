"""People named in comments on tasks: `@anna` tells the person of that name, until they have read it or acted on it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson

from mdm.services.hub import Hub
from mdm.services.positions import from_cursor
from mdm.store import mentions as stored
from mdm.store.xref import NOW

Document = dict[str, Any]
# As account names are written, but not within a word: `anna@firm.example` names nobody.
NAME = re.compile(r"(?<![\w@.+-])@([A-Za-z0-9][A-Za-z0-9._@+-]{0,63})")
_AT_ITS_END = "._@+-"


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a text names: people of the hub (`user:NAME`) who may work on its task, and names of nobody who may."""

    people: list[str]
    unknown: list[str]


def named(text: str, people: Collection[str]) -> Named:
    """Whom a text names, each once, in its order; people: those who may work on the task."""
    known, unknown = dict[str, None](), dict[str, None]()
    for written in NAME.findall(text):
        person = next((f"user:{name}" for name in _readings(written) if f"user:{name}" in people), None)
        if person is None:
            unknown[written.rstrip(_AT_ITS_END)] = None
        else:
            known[person] = None
    return Named(list(known), list(unknown))


def _readings(written: str) -> list[str]:
    """A name as it may be meant: what ends a sentence ends a name, too."""
    name = written.lower()
    return [name, *(name[:end] for end in range(len(name) - 1, 0, -1) if not name[end:].strip(_AT_ITS_END))]


def unread(
    hub: Hub, who: str, *, entity_type: str | None = None, cursor: str | None = None, limit: int = 50
) -> Document:
    """The comments that name a person and that they have not read, the newest first: `{"items", "next"}`.

    An item is `{"task_id", "kind", "entity_type", "status", "by", "at", "text", "seq"}`; an erased text is None. It is
    read once the person has said so or has done anything with the task.
    """
    if entity_type is not None:
        hub.entity_type(entity_type)
    before = NOW if cursor is None else from_cursor(cursor)
    with hub.database.read() as reader:
        found = stored.unread(reader, who, entity_type, before=before, limit=limit + 1)
    items = [
        {
            "task_id": one.task_id, "kind": one.kind, "entity_type": one.entity_type, "status": one.status,
            "by": one.by, "at": one.at, "text": None if one.body is None else orjson.loads(one.body).get("text"),
            "seq": one.position,
        }
        for one in found[:limit]
    ]  # fmt: skip
    return {"items": items, "next": str(items[-1]["seq"]) if len(found) > limit else None}
