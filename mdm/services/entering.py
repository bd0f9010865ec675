"""How a decision enters the log: at once, or on its proposal, which is settled in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from mdm.errors import NeedsApproval, Settled, Stale
from mdm.log import Author, Fact
from mdm.store import log, second_opinions
from mdm.store import proposals as stored_proposals
from mdm.store.database import Transaction
from mdm.store.proposals import StoredProposal

Outcome = Literal["carried_out", "refused", "withdrawn", "overtaken"]
# These may have shrunk since: what a decision would supersede was undone, or some of its tasks are decided already.
MAY_SHRINK = ("supersedes", "pairs")
ASKS = "asks"
"""On which of its tasks a decision asks for a second opinion, which is no part of what is decided."""
_WORDS = {
    "supersedes": "it would now supersede a decision that was made since",
    "left": "the records of a golden record are others now",
    "right": "the records that it names are others now",
    "overruled": "the value that it overrules has changed",
}


def proposal_id(position: int) -> str:
    """The ID of the proposal at a position of the log."""
    return f"pro_{position}"


def enter(writer: Transaction, fact: Fact, *, author: Author, needs: Sequence[str] = ()) -> int:
    """Append a decision; returns its position. On a proposal it must still be what was proposed then.

    needs: why the rules ask for a second person.

    Raises:
        NeedsApproval: they do, and nobody has approved it.
        Settled: the proposal was carried out, refused or withdrawn meanwhile.
        Stale: the decision would be another one than was proposed.
    """
    consent = author.consent
    if needs and (consent is None or consent.approved_by is None):
        raise NeedsApproval(needs)
    if consent is not None and consent.approved_by is not None:  # two have looked at it already
        fact = replace(fact, body={name: said for name, said in fact.body.items() if name != ASKS})
    if consent is None or consent.proposal is None:
        return _append(writer, fact, author=author)
    ensure_open(writer, consent.proposal)
    ensure_as_proposed(log.bodies(writer, [consent.proposal])[consent.proposal]["fact"], fact.body)
    by = {} if consent.approved_by is None else {"approved_by": consent.approved_by}
    body = {**fact.body, "proposal": consent.proposal, **by}
    position = _append(writer, replace(fact, body=body), author=author)
    settle(writer, consent.proposal, "carried_out", author=author, decision=position)
    return position


def _append(writer: Transaction, fact: Fact, *, author: Author) -> int:
    position = log.append(writer, [fact], author=author)
    if ASKS in fact.body:
        second_opinions.ask(writer, position, fact, actor=author.actor)
    return position


def ensure_open(writer: Transaction, position: int) -> StoredProposal:
    """See that a proposal is open, under the log's lock; so it stays until the transaction ends."""
    writer.lock_log()
    stored = stored_proposals.by_position(writer, position)
    if stored is None or stored.status != stored_proposals.OPEN:
        raise Settled(told_settled(stored) if stored else f"there is no proposal pro_{position}")
    return stored


def told_settled(stored: StoredProposal) -> str:
    """Say what became of a proposal."""
    by = f" by {stored.answered_by}" if stored.answered_by else ""
    became = f", as dec_{stored.decision}" if stored.decision else ""
    return f"{proposal_id(stored.position)} is open no longer: it was {stored.status.replace('_', ' ')}{by}{became}"


def settle(  # noqa: PLR0913  a settlement has these parts
    writer: Transaction, position: int, outcome: Outcome, *, author: Author, decision: int | None = None,
    reason: str | None = None, changed: str | None = None, overtaken_by: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Append what became of a proposal that is open; `changed` and `overtaken_by` say why it was overtaken.

    Raises Settled when something became of it already.
    """
    stored = ensure_open(writer, position)
    consent = author.consent
    actor = consent.approved_by if consent and consent.approved_by else author.actor
    body: dict[str, Any] = {
        "proposal": position, "outcome": outcome, "decision": decision, "changed": changed,
        "reason": reason or (consent.reason if consent else None),
        "answered_by": actor if outcome == "refused" or (consent and consent.approved_by == actor) else None,
    }  # fmt: skip
    if outcome == "overtaken":
        body["overtaken_by"] = overtaken_by
    fact = Fact("settlement", stored.entity_type, body)
    stored_proposals.settle(writer, fact, author=replace(author, actor=actor, consent=None))


def ensure_as_proposed(proposed: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """See that a decision is still the one that was proposed, or raise Stale saying what has changed."""
    for name, said in now.items():
        if name == ASKS:
            continue
        before = proposed.get(name)
        same = _within(said, before) if name in MAY_SHRINK else _plain(said) == _plain(before)
        if not same:
            raise Stale(_WORDS.get(name, f"its {name} would be another one than was proposed"))


def _within(said: Sequence[Any], before: Sequence[Any] | None) -> bool:
    return {_plain(one) for one in said} <= {_plain(one) for one in before or ()}


def _plain(value: Any) -> Any:
    return tuple(_plain(one) for one in value) if isinstance(value, list | tuple) else value
