"""Merges that no source told: deleted records that look like a living one of the same source, for a person to judge."""

from itertools import groupby
from typing import Any

from golden_records.identity import golden_id
from matching.score import probability
from mdm.errors import Fault, InvalidInput
from mdm.services.hub import Hub
from mdm.store import suspected_merges as stored

Document = dict[str, Any]


def page(hub: Hub, entity_type: str, *, cursor: str | None = None, limit: int = 100) -> Document:
    """Deleted records of a type that look like living ones of their own source: `{"items", "next"}`, by arrival.

    An item is `{"deleted", "deleted_since", "golden_id", "like": [{"record", "golden_id", "match_weight",
    "match_probability"}]}`, the likeliest first. It is listed until the source's merge is told, or a person has
    decided on the pair. How alike they are is worked out from the last values of the deleted record.

    Raises:
        NotFound: there is no such entity type.
        InvalidInput: the cursor is none.
    """
    described = hub.entity_type(entity_type)
    after = _after(cursor)
    with hub.database.read() as reader:
        ids = stored.records(reader, entity_type, after=after, limit=limit + 1)
        found = stored.like(reader, entity_type, ids[:limit])
        since = stored.last_heard(reader, {one.key_token for one in found})
    items = []
    for _, group in groupby(found, key=lambda one: one.id):
        likes = list(group)
        dead = likes[0]
        items.append({
            "deleted": f"{dead.source}:{entity_type}:{dead.source_id}", "deleted_since": since[dead.key_token],
            "golden_id": golden_id(described.id_prefix, dead.golden),
            "like": [
                {
                    "record": f"{one.source}:{entity_type}:{one.kept_id}",
                    "golden_id": golden_id(described.id_prefix, one.kept_golden),
                    "match_weight": one.weight / 1000,
                    "match_probability": round(probability(one.weight), 6),
                }
                for one in likes
            ],
        })  # fmt: skip
    return {"items": items, "next": str(ids[limit - 1]) if len(ids) > limit else None}


def _after(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
        detail = f"{cursor!r} is no cursor: give `next` of the page before"
        raise InvalidInput(detail, faults=[Fault("/query/cursor", detail, "cursor", cursor)])
    return int(cursor)
