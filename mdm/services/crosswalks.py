"""Crosswalks: the living source records behind a golden number, now or at a position of the log."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from mdm.log import key_token
from mdm.resolution.fold import fold
from mdm.services.hub import Hub
from mdm.store import log as stored_log
from mdm.store import xref as stored_xref
from mdm.store.database import Transaction
from mdm.store.xref import NOW, Borne


def crosswalks(hub: Hub, transaction: Transaction, golden: Collection[int], *, at: int = NOW) -> dict[int, list[Borne]]:
    """Who bore each golden number at a position and was not deleted then, sorted by key."""
    found = stored_xref.crosswalks(transaction, golden, at=at)
    if at == NOW:
        return {number: [one for one in borne if not one.deleted] for number, borne in found.items()}
    # A row keeps only what is: whether a record was deleted then follows from its versions up to that position.
    tokens = {key_token(hub.salt, one.key): one.record_id for borne in found.values() for one in borne}
    versions: defaultdict[int, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for token, position, body in stored_log.versions(transaction, list(tokens), upto=at):
        versions[tokens[token]].append((position, body))
    gone = {record_id for record_id, told in versions.items() if fold(told).deleted}
    return {number: [one for one in borne if one.record_id not in gone] for number, borne in found.items()}


def entries(crosswalk: Collection[Borne]) -> list[dict[str, str]]:
    """A crosswalk as it is shown: `[{"source", "source_id"}, ...]`."""
    return [{"source": one.source, "source_id": one.source_id} for one in crosswalk]
