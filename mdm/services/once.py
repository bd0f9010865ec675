"""Requests that count once, however often they are sent: begun, carried out, answered alike ever after.

The row of a request is written before it is carried out. The transaction of its effect marks the row, and fails if
another run has taken over meanwhile. The answer is kept before it is sent, so whoever was told one is told it again.
A server that was killed between effect and answer has told nobody anything: the next repeat says what it became.
"""

from dataclasses import dataclass
from secrets import token_hex

import orjson

from mdm.errors import Fault, InFlight, InvalidInput
from mdm.log import Once
from mdm.services.deciding.decisions import decision_id
from mdm.services.entering import proposal_id
from mdm.services.hub import Hub
from mdm.settings import later
from mdm.store import log
from mdm.store import once as stored
from mdm.store.once import Kept

DECISIONS = ("verdict", "override", "undo", "code_mapping")
REPEATABLE = ("record", "incarnation")
"""Facts that the same request does not double by itself, so that it may simply be carried out again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was, or will be, sent."""

    status: int
    media_type: str | None
    body: bytes


def begin(hub: Hub, *, actor: str, key: str, request: str, at: str) -> Once | Answer:
    """Begin a run of a request, or give the answer that it had.

    request: a hash of all that makes it the same request.

    Raises:
        InvalidInput: another request came with this key.
        InFlight: it is being carried out.
    """
    once, until = Once(actor, key, token_hex(8)), later(at, seconds=hub.settings.idempotency_lease_seconds)
    with hub.database.write() as writer:
        stored.forget_before(writer, later(at, seconds=-86_400 * hub.settings.idempotency_days))
        if stored.first_to_come(writer, once, request=request, at=at, until=until):
            return once
        kept = stored.kept(writer, once)
        if kept is not None and kept.request != request:
            detail = f"another request came with the Idempotency-Key {key}: a new request needs a new key"
            raise InvalidInput(detail, faults=[Fault("/header/Idempotency-Key", detail, "idempotency_key")])
        if kept is not None and kept.status is not None:
            return Answer(kept.status, kept.media_type, kept.body or b"")
        if kept is None or kept.until > at or not stored.take_over(writer, once, before=kept.run, until=until):
            raise InFlight(f"the request with the Idempotency-Key {key} is being carried out; ask again in a moment")
        position = kept.position
    became = None if position is None else _became(hub, position)
    return once if became is None else keep(hub, once, became)


def keep(hub: Hub, once: Once, answer: Answer) -> Answer:
    """Keep an answer before it is sent; gives the one to send, which is another run's where that took over."""
    with hub.database.write() as writer:
        stored.answered(writer, once, status=answer.status, media_type=answer.media_type, body=answer.body)
        kept = stored.kept(writer, once)
    return answer if kept is None or kept.status is None else _answer(kept)


def give_up(hub: Hub, once: Once) -> None:
    """Forget a run that was refused; one that had an effect stays."""
    with hub.database.write() as writer:
        stored.forget(writer, once)


def _answer(kept: Kept) -> Answer:
    return Answer(int(kept.status or 0), kept.media_type, kept.body or b"")


def _became(hub: Hub, position: int) -> Answer | None:
    """What a request became whose answer was lost; None when it may be carried out again."""
    with hub.database.read() as reader:
        fact = log.at(reader, position)
    if fact is None or fact.kind in REPEATABLE:
        return None
    document: dict[str, object] = {"seq": position, "fact": fact.kind, "entity_type": fact.entity_type}
    if fact.kind in DECISIONS:
        document["decision_id"] = decision_id(position)
    if fact.kind == "proposal":
        document["proposal_id"] = proposal_id(position)
    return Answer(202 if fact.kind == "proposal" else 200, "application/json", orjson.dumps(document))
