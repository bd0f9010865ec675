"""Which golden record is, or was, this source record? One key, or thousands at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from golden_records.identity import golden_id
from mdm.entity_types import EntityType
from mdm.errors import NotFound
from mdm.log import Key, key_token
from mdm.services.as_then import with_deletions
from mdm.services.environments import shown_apart
from mdm.services.hub import Hub
from mdm.services.intake import incarnations
from mdm.services.known_keys import known
from mdm.services.positions import AsOf, position
from mdm.services.reading.crosswalks import behind, crosswalks, entries
from mdm.store import golden as stored_golden
from mdm.store import xref as stored_xref
from mdm.store.database import Transaction
from mdm.store.xref import NOW, Borne

PENDING: dict[str, Any] = {"golden_id": None, "status": "pending", "since": None, "crosswalk": [], "seq": None}


def xref(hub: Hub, key: Key, *, target: str | None = None, as_of: AsOf = None) -> dict[str, Any]:
    """The golden ID a source key bears and the whole crosswalk, or only its entries in the system `target`.

    `status` is `active`, `retired` (nothing living bears the ID) or `pending` (arrived, not yet resolved).
    `incarnations`, where there are any, are the later records of an id that its source used again. `needs_refetch`
    says, here and in the crosswalk, that a record has changed in its source since its last version arrived.

    Raises:
        NotFound: no such source record has ever arrived.
    """
    (asked,) = known(hub, [key], types := hub.entity_types())
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        found = _xrefs(hub, transaction, [asked], at=at, prefixes=_prefixes(types))[0]
        later = incarnations.told(transaction, key_token(hub.salt, str(asked)), at=at)
    if found is None:
        raise NotFound(f"no source record {str(key)!r} has arrived" + ("" if as_of is None else " by then"))
    if target is not None:
        found["crosswalk"] = [entry for entry in found["crosswalk"] if entry["source"] == target]
    found = shown_apart(types, found)
    return {**found, "incarnations": later} if later else found


def xrefs(hub: Hub, keys: Sequence[Key], *, as_of: AsOf = None) -> list[dict[str, Any] | None]:
    """One cross-reference per key, in their order; None for what has never arrived, or had not by then."""
    with hub.database.read() as transaction:
        return within(hub, transaction, keys, hub.entity_types(seen_by=transaction), as_of=as_of)


def within(
    hub: Hub, transaction: Transaction, keys: Sequence[Key], types: Mapping[str, EntityType], *, as_of: AsOf = None
) -> list[dict[str, Any] | None]:
    """The same in an open transaction."""
    asked = known(hub, keys, types)
    at = position(transaction, as_of)
    found = _xrefs(hub, transaction, asked, at=at, prefixes=_prefixes(types))
    return [one if one is None else shown_apart(types, one) for one in found]


def _prefixes(types: Mapping[str, EntityType]) -> dict[str, str]:
    return {name: one.id_prefix for name, one in types.items()}


def _xrefs(
    hub: Hub, transaction: Transaction, keys: Sequence[Key], *, at: int, prefixes: Mapping[str, str]
) -> list[dict[str, Any] | None]:
    written = [str(key) for key in keys]
    tokens = [key_token(hub.salt, key) for key in written]
    arrived = stored_xref.arrived(transaction, set(tokens))
    ids = {key: arrived[token][0] for key, token in zip(written, tokens, strict=True)
           if token in arrived and arrived[token][1] == key}  # fmt: skip
    asked = set(tokens) if at != NOW else set(tokens) - arrived.keys()  # those that have arrived are in the log
    waiting = stored_xref.acknowledged(transaction, asked, at=at)
    found_then = stored_xref.of_records(transaction, set(ids.values()), at=at)
    borne = {one.record_id: one for one in with_deletions(hub, transaction, found_then.values(), at=at)}
    numbers = {one.golden for one in borne.values()}
    walks = crosswalks(hub, transaction, numbers, at=at)
    living = stored_golden.living(transaction, numbers, position=at)
    found: dict[int, dict[str, Any]] = {
        id_: _document(one, prefixes[one.entity_type], walks.get(one.golden, []), living=one.golden in living)
        for id_, one in borne.items()
    }
    there = ids.keys() if at == NOW else set[str]()
    pending = {key for key, token in zip(written, tokens, strict=True) if key in there or token in waiting}
    return [
        found.get(ids.get(text, 0)) or ({**PENDING, "entity_type": key.entity_type} if text in pending else None)
        for key, text in zip(keys, written, strict=True)
    ]


def _document(borne: Borne, prefix: str, crosswalk: Sequence[Borne], *, living: bool) -> dict[str, Any]:
    document: dict[str, Any] = {
        "golden_id": golden_id(prefix, borne.golden),
        "status": "active" if living else "retired",
        "since": borne.since,
        "entity_type": borne.entity_type,
        "crosswalk": entries(crosswalk),
        "seq": max((one.since for one in crosswalk), default=borne.since),
        **behind(borne),
    }
    return {**document, "deleted": True} if borne.deleted else document
