"""How a golden record came about: its versions, the records that came and went, and what people decided."""

from typing import Any

import orjson

from golden_records.identity import golden_id
from mdm.errors import NotFound
from mdm.services.decisions import decision_id, parse_decision_id
from mdm.services.hub import Hub
from mdm.store import code_lists as stored_code_lists
from mdm.store import decisions as stored_decisions
from mdm.store import golden as stored_golden
from mdm.store import history as stored_history
from mdm.store import log as stored_log
from mdm.store import xref as stored_xref
from mdm.store.database import Transaction

Document = dict[str, Any]
TOLD = ("verdict", "left", "right", "record", "attribute", "value", "until", "reason")
"""What a decision says, as far as it is a verdict, a merge or split, or an override."""


def told(transaction: Transaction, number: int, prefix: str) -> Document:
    """`{"versions": [...], "moves": [...], "decisions": [...]}` of a golden number, each oldest first.

    A version without attributes is one that nothing living bore; a move says which ID a record bore from when to when.
    """
    versions = stored_golden.versions(transaction, number)
    moves = stored_xref.moves(transaction, number)
    positions = {one.since for one in versions} | {since for _, _, _, since, _ in moves}
    times = {position: at for position, (_, at) in stored_log.authors(transaction, sorted(positions)).items()}
    return {
        "versions": [{
            "version": one.version, "since": one.since, "until": one.until, "recorded_at": times.get(one.since),
            "rules_version": one.rules_version, "attributes": orjson.loads(one.attributes) if one.attributes else None,
        } for one in versions],
        "moves": [{
            "key": key, "golden_id": golden_id(prefix, golden), "since": since, "until": until,
            "recorded_at": times.get(since),
        } for _, key, golden, since, until in moves],
        "decisions": _decisions(transaction, {record_id for record_id, *_ in moves}),
    }  # fmt: skip


def _decisions(transaction: Transaction, record_ids: set[int]) -> list[Document]:
    states = stored_history.decisions_about(transaction, record_ids)
    bodies = stored_log.bodies(transaction, sorted(states))
    authors = stored_log.authors(transaction, sorted(states))
    return [
        {
            "decision_id": decision_id(position),
            "action": body.get("action", kind),
            **{name: body[name] for name in TOLD if name in body},
            **({"until_source_changes": body["overruled"] is not None} if "overruled" in body else {}),
            **({"undoes": f"dec_{body['undoes']}"} if "undoes" in body else {}),
            "actor": authors[position][0],
            "recorded_at": authors[position][1],
            "in_force": in_force,
        }
        for position, (kind, in_force) in sorted(states.items())
        if (body := bodies.get(position)) is not None
    ]


def decided_type(hub: Hub, written: str) -> str | None:
    """The entity type that a decision is about, None for a mapping of codes, which is about all; raises NotFound."""
    position = parse_decision_id(written)
    with hub.database.read() as transaction:
        states = stored_decisions.states(transaction, [position])
        if stored_code_lists.mapped_at(transaction, position):
            return None
    if not states:
        raise NotFound(f"there is no decision {written!r}")
    return states[position][0]
