"""How a golden record came about: its versions, merges and splits, and what people decided, up to any position."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from golden_records.identity import golden_id
from mdm.errors import NotFound
from mdm.resolution.verdicts import DECISIONS, holding
from mdm.services.deciding import merge_tree
from mdm.services.deciding.decisions import decision_id, parse_decision_id
from mdm.services.deciding.overrides import is_over
from mdm.services.entering import proposal_id
from mdm.services.hub import Hub
from mdm.store import code_lists as stored_code_lists
from mdm.store import decisions as stored_decisions
from mdm.store import golden as stored_golden
from mdm.store import history as stored_history
from mdm.store import log as stored_log
from mdm.store import records as stored_records
from mdm.store import resolution
from mdm.store import xref as stored_xref
from mdm.store.database import Transaction
from mdm.store.xref import NOW

Document = dict[str, Any]
TOLD = (
    "verdict", "left", "right", "record", "attribute", "value", "valid_from", "valid_to", "until", "reason",
    "approved_by",
)  # fmt: skip
"""What a decision says, as far as it is a verdict, a merge or split, or an override; who approved it, if anybody."""


def told(transaction: Transaction, number: int, entity_type: str, prefix: str, *, at: int = NOW) -> Document:
    """`{"versions", "merges", "moves", "decisions"}` of a golden number, each oldest first, up to a position.

    A version without attributes is one that nothing living bore; a move says which ID a record bore from when to when.
    `merges` are the merges and splits that these moves were, as `merge_tree.events` gives them.
    """
    versions = stored_golden.versions(transaction, number, position=at)
    moves = stored_xref.moves(transaction, number, at=at)
    positions = {one.since for one in versions} | {since for _, _, _, since, _ in moves}
    about = _about(transaction, entity_type, {record_id for record_id, *_ in moves}, at=at, beside=positions)
    times = {position: recorded_at for position, (_, recorded_at) in about.authors.items()}
    return {
        "versions": [{
            "version": one.version, "since": one.since, "until": one.until, "recorded_at": times.get(one.since),
            "rules_version": one.rules_version, "attributes": orjson.loads(one.attributes) if one.attributes else None,
        } for one in versions],
        "merges": merge_tree.events(transaction, moves, entity_type=entity_type, prefix=prefix),
        "moves": [{
            "key": key, "golden_id": golden_id(prefix, golden), "since": since, "until": until,
            "recorded_at": times.get(since),
        } for _, key, golden, since, until in moves],
        "decisions": _decisions(transaction, about),
    }  # fmt: skip


def decisions_about(transaction: Transaction, entity_type: str, record_ids: set[int], *, at: int) -> list[Document]:
    """What people had decided by a position about records, oldest first, and whether it was in force then.

    What was set until a day is in force no longer once that day has come, by the latest tick of then.
    """
    return _decisions(transaction, _about(transaction, entity_type, record_ids, at=at))


@dataclass(frozen=True, slots=True)
class _About:
    """Decisions about some records, as `decisions_about` tells of them: what they say, by whom, what is in force.

    tick: the latest day of then.  authors: of what else was asked for, too.
    """

    record_ids: set[int]
    states: Mapping[int, tuple[str, bool]]
    bodies: Mapping[int, Document]
    authors: Mapping[int, tuple[str, str]]
    tick: str | None


def _about(
    transaction: Transaction, entity_type: str, record_ids: set[int], *, at: int, beside: Collection[int] = ()
) -> _About:
    """Read it, in few statements; beside: positions of other facts of which it is told who added them and when."""
    states, tick = stored_history.decisions_about(transaction, record_ids, entity_type=entity_type)
    if at != NOW:
        states = _then(transaction, states, upto=resolution.boundary(transaction, entity_type, at=at).upto)
    bodies, authors = stored_log.said(transaction, states, beside=beside)
    if at != NOW and any(bodies[one].get("until") for one in states if one in bodies):
        tick = resolution.tick(transaction, entity_type, at=at)
    return _About(record_ids, states, bodies, authors, tick)


def _decisions(transaction: Transaction, about: _About) -> list[Document]:
    bodies, authors = about.bodies, about.authors
    many = any("pairs" in bodies[one] for one in about.states if one in bodies)
    records = stored_records.by_column(transaction, "id", about.record_ids) if many else []
    own = {record.key for record in records}
    return [
        {
            "decision_id": decision_id(position),
            "action": body.get("action", kind),
            **{name: body[name] for name in TOLD if name in body},
            **({"until_source_changes": body["overruled"] is not None} if "overruled" in body else {}),
            **({"undoes": f"dec_{body['undoes']}"} if "undoes" in body else {}),
            # Of a bulk decision only what it says of these records.
            **({"pairs": [pair for pair in body["pairs"] if own & {*pair}]} if "pairs" in body else {}),
            **({"proposal_id": proposal_id(body["proposal"])} if "proposal" in body else {}),
            "actor": authors[position][0],
            "recorded_at": authors[position][1],
            "in_force": in_force and not is_over(body, about.tick),
        }
        for position, (kind, in_force) in sorted(about.states.items())
        if (body := bodies.get(position)) is not None
    ]


def _then(transaction: Transaction, states: dict[int, tuple[str, bool]], *, upto: int) -> dict[int, tuple[str, bool]]:
    """Which of these decisions were known once the facts up to a position had been read, and which were in force."""
    voids = stored_history.voids_of(transaction, states)
    holds = holding((voided, voiding) for voided, voiding in voids if voiding <= upto)
    return {position: (kind, holds.get(position, True)) for position, (kind, _) in states.items() if position <= upto}


def decided_type(hub: Hub, written: str) -> str | None:
    """The entity type that a decision is about, None for a mapping of codes, which is about all; raises NotFound."""
    position = parse_decision_id(written)
    with hub.database.read() as transaction:
        states = stored_decisions.states(transaction, [position])
        if stored_code_lists.mapped_at(transaction, position):
            return None
        fact = stored_log.at(transaction, position)
    if not states and fact is not None and fact.kind in DECISIONS:
        return fact.entity_type  # not yet resolved
    if not states:
        raise NotFound(f"there is no decision {written!r}")
    return states[position][0]
