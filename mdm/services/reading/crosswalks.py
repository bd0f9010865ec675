"""Crosswalks: the living source records behind a golden number, now or at a position of the log."""

from collections.abc import Collection

from mdm.services.as_then import with_deletions
from mdm.services.hub import Hub
from mdm.store import xref as stored_xref
from mdm.store.database import Transaction
from mdm.store.xref import NOW, Borne


def crosswalks(hub: Hub, transaction: Transaction, golden: Collection[int], *, at: int = NOW) -> dict[int, list[Borne]]:
    """Who bore each golden number at a position and was not deleted then, sorted by key."""
    found = with_who_is_gone(hub, transaction, golden, at=at)
    return {number: [one for one in walk if not one.deleted] for number, walk in found.items()}


def with_who_is_gone(
    hub: Hub, transaction: Transaction, golden: Collection[int], *, at: int = NOW
) -> dict[int, list[Borne]]:
    """Who bore each golden number at a position, sorted by key, each with whether it was deleted then."""
    found = stored_xref.crosswalks(transaction, golden, at=at)
    told = iter(with_deletions(hub, transaction, [one for walk in found.values() for one in walk], at=at))
    return {number: [next(told) for _ in walk] for number, walk in found.items()}


def entries(crosswalk: Collection[Borne]) -> list[dict[str, str]]:
    """A crosswalk as it is shown: `[{"source", "source_id"}, ...]`."""
    return [{"source": one.source, "source_id": one.source_id} for one in crosswalk]
