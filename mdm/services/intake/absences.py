"""Records that snapshots no longer hold: how their absence is written down, and how they come back."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mdm.log import Fact, key_token
from mdm.resolution.fold import order
from mdm.store import log
from mdm.store.database import Transaction
from mdm.store.log import StoredFact

Body = dict[str, Any]
Tokens = npt.NDArray[np.int64]
REASON = "absent from two complete snapshots in a row"
_NEWEST = 2**62
NONE = np.empty(0, np.int64)


def tombstone_on_top(known: Sequence[tuple[int, Body]]) -> Body | None:
    """The tombstone that a record's versions end in, if it was made because snapshots no longer held the record.

    A position of 0 or below counts on from the end of the log.
    """
    if not [True for _, body in known if "reason" in body]:  # a list is made faster than `any` asks
        return None
    placed = [(position if position > 0 else _NEWEST - position, body) for position, body in known]
    last = max(placed, key=order)[1]
    return last if last.get("reason") == REASON else None


def revival(tombstone: Body, *, batch: str, line: int) -> Body:
    """The version that brings a record back as it was, right after such a tombstone."""
    kept = {name: tombstone[name] for name in ("source", "source_id", "version", "event_time")}
    return {**kept, "mode": "patch", "attributes": {}, "batch": batch, "line": line}


def tombstones(
    transaction: Transaction, entity_type: str, tokens: Sequence[int], *, since: int, batch: str
) -> Iterator[Fact]:
    """A tombstone for each of these records, right after its latest version; the log is locked.

    Those that are deleted already, or of which a version came after the position `since`, are left alone.
    """
    known: dict[int, list[tuple[int, Body]]] = {}
    for token, position, body in log.versions(transaction, tokens):
        known.setdefault(token, []).append((position, body))
    for token, told in sorted(known.items()):
        last = max(told, key=order)[1]
        if last["mode"] != "delete" and max(position for position, _ in told) <= since:
            kept = {name: last[name] for name in ("source", "source_id", "version", "event_time")}
            body = {**kept, "mode": "delete", "attributes": {}, "batch": batch, "line": 0, "reason": REASON}
            yield Fact("record", entity_type, body, token)


def pair_token(salt: bytes, source: str, entity_type: str) -> int:
    """What snapshots of one source and entity type are found by: the token of a key that no record can have."""
    return key_token(salt, f"{source}:{entity_type}:")


def last_absent(transaction: Transaction, snapshot: StoredFact | None) -> Tokens:
    """The records that the latest snapshot did not hold and of which nothing has come since."""
    if snapshot is None:
        return NONE
    body, of = snapshot.body, str(snapshot.entity_type)
    facts = log.within(transaction, "absence", of, first=body["first"], last=snapshot.position)
    tokens = [token for token, said in facts if said["batch"] == body["batch"]]
    heard_of = log.tokens_since(transaction, tokens, after=snapshot.position)
    return np.array(sorted(set(tokens) - heard_of), dtype=np.int64)
