"""Crosswalks: the living source records behind a golden number, now or at a position of the log."""

from collections.abc import Collection
from typing import Any

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


def of_bearers(
    hub: Hub, transaction: Transaction, bearers: Collection[Borne], golden: int, *, at: int = NOW
) -> list[Borne]:
    """The crosswalk of a golden number, picked from all who ever bore one that it is or that has become it."""
    own = sorted((one for one in bearers if one.golden == golden), key=lambda one: (one.source, one.source_id))
    return [one for one in with_deletions(hub, transaction, own, at=at) if not one.deleted]


def entries(crosswalk: Collection[Borne]) -> list[dict[str, Any]]:
    """A crosswalk as it is shown: `[{"source", "source_id", "needs_refetch"?}, ...]`."""
    return [{"source": one.source, "source_id": one.source_id} | behind(one) for one in crosswalk]


def behind(borne: Borne) -> dict[str, Any]:
    """What is said of a record that has to be fetched again, and nothing of others."""
    return {} if borne.needs_refetch is None else {"needs_refetch": dict(borne.needs_refetch)}
