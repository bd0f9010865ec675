"""Decisions that are recorded and not in force yet: held for a while, or until a second person has approved them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mdm.errors import Conflict, Forbidden, HubError, InvalidInput, NeedsApproval, NotFound, Settled, Unavailable
from mdm.log import Author, Consent, Fact
from mdm.services.deciding.decisions import Decided, decision_id
from mdm.services.entering import ASKS, proposal_id, settle, told_settled
from mdm.services.hub import Hub
from mdm.services.stewarding import intents, overtaking, tasks
from mdm.services.stewarding.intents import Intent
from mdm.settings import later
from mdm.store import log
from mdm.store import proposals as stored_proposals
from mdm.store.database import Transaction
from mdm.store.proposals import StoredProposal, Told, Wanted

Document = dict[str, Any]
LONGEST_HOLD = 60
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Proposed:
    """A decision that is not in force yet, as `get` tells of it."""

    document: Document


def decide(hub: Hub, intent: Intent, *, author: Author, hold: int = 0) -> Decided | Proposed:
    """Decide at once; or propose it, where it is to be held for some seconds or needs a second person.

    Raises what the decision does, whether it is carried out now or proposed.
    """
    if not 0 <= hold <= LONGEST_HOLD:
        detail = f"a decision can be held for 0 to {LONGEST_HOLD} seconds, not {hold}"
        raise InvalidInput(detail)
    if not hold:
        try:
            return intents.carry_out(hub, intent, author)
        except NeedsApproval:  # nothing was written
            pass
    return _propose(hub, intent, author=author, hold=hold)


def _propose(hub: Hub, intent: Intent, *, author: Author, hold: int) -> Decided | Proposed:
    """Foresee it, so that what could not be decided now is refused now, and keep what would enter the log."""
    found = intents.foreseen(hub, intent, author)
    if isinstance(found, Decided):
        return found
    due = None if found.needs else later(author.recorded_at, seconds=hold)
    said = {name: part for name, part in found.body.items() if name != ASKS}  # whom it asks is drawn when it is made
    body: Document = {
        "action": intent.action, "parts": intent.parts, "fact": said, "needs": list(found.needs), "due": due,
        "golden_ids": found.effect.golden_ids, "redirects": found.effect.redirects,
    }  # fmt: skip
    of = found.entity_type or _type_of_task(hub, intent)
    with hub.database.write() as writer:
        position = stored_proposals.propose(writer, Fact("proposal", of, body), author=author)
    return Proposed(get(hub, proposal_id(position)))


def _type_of_task(hub: Hub, intent: Intent) -> str | None:
    """A mapping of codes is about all entity types, and the task that asked for it about one."""
    task_id = intent.parts.get("task_id")
    return None if task_id is None else str(tasks.get(hub, task_id)["entity_type"])


def is_proposal_id(written: str) -> bool:
    """Whether something is written as the ID of a proposal, there or not."""
    return written.startswith("pro_")


def _told(reader: Transaction, written: str) -> Told:
    digits = written.removeprefix("pro_")
    there = is_proposal_id(written) and digits.isascii() and digits.isdigit() and len(digits) <= 18
    told = stored_proposals.told(reader, int(digits)) if there else None
    if told is None:
        raise NotFound(f"there is no proposal {written!r}; a proposal ID looks like pro_1234")
    return told


def page(
    hub: Hub, *, entity_type: str | None = None, status: str | None = "open", proposer: str | None = None,
    cursor: str | None = None, limit: int = 50,
) -> Document:  # fmt: skip
    """Proposals, newest first: `{"items", "next"}`; each as `get` gives it.

    status: one that `get` tells, `open` for those held and those proposed, None for all.
    """
    if entity_type is not None:
        hub.entity_type(entity_type)
    approval = {"held": False, "proposed": True}.get(status or "")
    wanted = Wanted(entity_type, stored_proposals.OPEN if approval is not None else status, approval, proposer)
    with hub.database.read() as reader:
        before = None if cursor is None else _told(reader, cursor).stored.position
        found = stored_proposals.page(reader, wanted, before=before, limit=limit + 1)
    items = [_document(one) for one in found[:limit]]
    return {"items": items, "next": items[-1]["proposal_id"] if len(found) > limit else None}


def get(hub: Hub, written: str) -> Document:
    """One proposal: what is to be decided, by whom it was proposed, and what became of it.

    `{"proposal_id", "status", "action", "entity_type", "parts", "needs", "due", "golden_ids", "redirects", "proposer",
    "proposed_at", "answered_by", "settled_at", "answer", "changed", "overtaken_by", "decision_id", "in_force",
    "seq"}`.
    status: `held` until `due`, `proposed` while it waits for a second person because of `needs`, `carried_out` as
    `decision_id`, `refused`, `withdrawn`, or `overtaken`, where `changed` says what is otherwise and `overtaken_by` by
    what, as `overtaking.cause` tells. in_force: whether the decision that it became still is; None where it became
    none about records. golden_ids and redirects are what it would have done when it was proposed.

    Raises:
        NotFound: there never was such a proposal.
    """
    with hub.database.read() as reader:
        return _document(_told(reader, written))


def intent(hub: Hub, written: str) -> Intent:
    """What a proposal would carry out, whole.

    Raises:
        NotFound: there never was such a proposal.
        Conflict: it can be carried out no longer, as what it would part has been deleted.
    """
    with hub.database.read() as reader:
        told = _told(reader, written)
        overtaking.ensure_there(hub, reader, told.stored, told.said)
    return Intent(told.said["action"], told.said["parts"])


def _document(told: Told) -> Document:
    stored, said, settled = told.stored, told.said, told.settled
    status = stored.status
    if status == stored_proposals.OPEN:
        status = "proposed" if stored.needs_approval else "held"
    return {
        "proposal_id": proposal_id(stored.position), "status": status, "action": stored.action,
        "entity_type": stored.entity_type, "parts": _parts(said.get("parts", {})), "needs": said.get("needs", []),
        "due": stored.due, "golden_ids": said.get("golden_ids", []), "redirects": said.get("redirects", {}),
        "proposer": stored.proposer, "proposed_at": told.proposed_at,
        "answered_by": stored.answered_by,
        "settled_at": told.settled_at,
        "answer": settled.get("reason"), "changed": settled.get("changed"),
        "overtaken_by": settled.get("overtaken_by"),
        "decision_id": None if stored.decision is None else decision_id(stored.decision),
        "in_force": told.in_force, "seq": stored.position,
    }  # fmt: skip


def _parts(parts: Mapping[str, Any]) -> Document:
    """Of a bulk decision only how many tasks it is about; a dry run shows which."""
    return {name: len(part) if name == "tasks" else part for name, part in parts.items()}


def approve(hub: Hub, written: str, *, reason: str | None, author: Author) -> Decided:
    """Let a proposal come into force, as somebody else than who proposed it; it is checked again before it does.

    Raises:
        Forbidden: it is the author's own.
        Settled: it is open no longer.
        Conflict: it needs no approval; or it could be decided as proposed no longer, and is marked so.
    """
    stored = _open(hub, written)
    if not stored.needs_approval:
        raise Conflict(f"{written} needs no approval: it is carried out at {stored.due} unless it is withdrawn")
    _ensure_another(stored, author, "approve")
    return _carry_out(hub, stored, author=author, consent=Consent(stored.position, author.actor, reason))


def refuse(hub: Hub, written: str, *, reason: str, author: Author) -> Document:
    """Let a proposal come to nothing, as somebody else than who proposed it; raises Forbidden or Settled."""
    stored = _open(hub, written)
    _ensure_another(stored, author, "refuse")
    with hub.database.write() as writer:
        settle(writer, stored.position, "refused", author=author, reason=reason)
    return get(hub, written)


def withdraw(hub: Hub, written: str, *, reason: str | None, author: Author) -> Document:
    """Take one's own proposal back before it has any effect; raises Forbidden or Settled."""
    stored = _open(hub, written)
    if stored.proposer != author.actor:
        raise Forbidden(
            f"{written} was proposed by {stored.proposer}, who alone can withdraw it; an approver can refuse it"
        )
    with hub.database.write() as writer:
        settle(writer, stored.position, "withdrawn", author=author, reason=reason)
    return get(hub, written)


def take_back(hub: Hub, written: str, *, reason: str, author: Author, hold: int = 0) -> Decided | Proposed:
    """Undo a decision; one that was proposed is withdrawn while it is open, and undone once it was carried out."""
    if not is_proposal_id(written):
        parts = {"decision_id": written, "reason": reason}
        return decide(hub, Intent("undo", parts), author=author, hold=hold)
    try:
        return Proposed(withdraw(hub, written, reason=reason, author=author))
    except Settled:
        became = get(hub, written)["decision_id"]
        if became is None:
            raise
        return take_back(hub, became, reason=reason, author=author, hold=hold)


def carry_out_due(hub: Hub, *, author: Author) -> int:
    """Carry out what was held until now at the latest; returns how many proposals were settled.

    However many workers do this at once, each is carried out once; what a killed one left is found by the next.
    """
    with hub.database.read() as reader:
        positions = stored_proposals.due(reader, upto=author.recorded_at, limit=AT_ONCE)
    settled = 0
    for position in positions:
        try:
            stored = _open(hub, proposal_id(position))
            _carry_out(hub, stored, author=author, consent=Consent(position))
        except Conflict:  # settled by somebody else at this moment, or overtaken and marked so
            pass
        settled += 1
    return settled


def _open(hub: Hub, written: str) -> StoredProposal:
    with hub.database.read() as reader:
        stored = _told(reader, written).stored
    if stored.status != stored_proposals.OPEN:
        raise Settled(told_settled(stored))
    return stored


def _ensure_another(stored: StoredProposal, author: Author, verb: str) -> None:
    if stored.proposer == author.actor:
        raise Forbidden(f"{proposal_id(stored.position)} is your own: a second person has to {verb} it")


def _carry_out(hub: Hub, stored: StoredProposal, *, author: Author, consent: Consent) -> Decided:
    with hub.database.read() as reader:
        said = log.bodies(reader, [stored.position])[stored.position]
    signed = replace(author, actor=stored.proposer, consent=consent)
    try:
        with hub.database.read() as reader:
            overtaking.ensure_there(hub, reader, stored, said)
        decided = intents.carry_out(hub, Intent(said["action"], said["parts"]), signed)
    except (Settled, Unavailable):
        raise
    except HubError as error:
        with hub.database.read() as reader:
            by = overtaking.cause(hub, reader, stored, said)
        with hub.database.write() as writer:
            settle(writer, stored.position, "overtaken", author=author, changed=error.detail, overtaken_by=by)
        extra = {
            "proposal_id": proposal_id(stored.position), "status": "overtaken", "overtaken_by": by, **error.extra
        }  # fmt: skip
        raise Conflict(f"it cannot be decided as it was proposed: {error.detail}", extra=extra) from error
    _settle_what_was_so_already(hub, stored, signed, decided)
    return decided


def _settle_what_was_so_already(hub: Hub, stored: StoredProposal, signed: Author, decided: Decided) -> None:
    """A decision that changes nothing enters no log; its proposal became the one that says so already."""
    with hub.database.write() as writer:
        writer.lock_log()
        now = stored_proposals.by_position(writer, stored.position)
        if now is not None and now.status == stored_proposals.OPEN:
            settle(writer, stored.position, "carried_out", author=signed, decision=decided.position or None)
