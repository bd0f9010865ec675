"""Auditing: whether the log is what was once written, by its chain of hashes and by checkpoints kept elsewhere.

Source: RFC 9162 section 1 (append only, each entry bound to those before). Whoever can write to the database can write
a whole log anew, hashes and all; that is found by a checkpoint that stands where they cannot reach it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mdm.errors import UnreadableFile
from mdm.log import GENESIS, commitment, envelope_hash, written_envelope
from mdm.services.hub import Hub
from mdm.store import audit
from mdm.store.audit import Envelope, Payload
from mdm.store.log import ENVELOPE

MOST_FINDINGS = 100
"""So many findings are told; what comes after the first often follows from it."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far the log of a hub went, and the hash of its last envelope, which binds all before.

    Of an empty log the position is 0, and hash and time are "".
    """

    hub: str
    position: int
    hash: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong at a position of the log."""

    position: int
    detail: str


@dataclass(slots=True)
class Audit:
    """What came out: how many facts were read, where the log ends, and what is wrong, by position.

    `checkpoints` says how many it was held against.
    """

    match: bool = True
    facts: int = 0
    position: int = 0
    hash: str = ""
    checkpoints: int = 0
    findings: list[Finding] = field(default_factory=list)

    def found(self, position: int, detail: str) -> None:
        """Note that something is wrong."""
        self.match = False
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(position, detail))


def checkpoint(hub: Hub) -> Checkpoint:
    """Say how far the log goes, to be kept where nobody who can write to the database can change it."""
    with hub.database.read() as reader:
        last = audit.last(reader)
    if last is None:
        return Checkpoint(hub.settings.hub_name, 0, "", "")
    return Checkpoint(hub.settings.hub_name, int(str(last[0])), envelope_hash(last).hex(), str(last[5]))


def events(hub: Hub, *, after: int, limit: int) -> dict[str, Any]:
    """Give a page of the log as it binds itself: of each fact who, when and of what kind, and its envelope as written.

    `hash` is the SHA-256 of `envelope`, a JSON list that ends with the hash of the one before. What a fact says stands
    apart, and only its commitment is in the envelope.
    """
    with hub.database.read() as reader:
        rows = audit.envelopes(reader, after=after, limit=limit + 1)
    items = [_event(row) for row in rows[:limit]]
    return {"items": items, "next": items[-1]["position"] if len(rows) > limit else None}


def _event(row: Envelope) -> dict[str, Any]:
    told = dict(zip(ENVELOPE[:6], row, strict=False))
    return {**told, "envelope": written_envelope(row).decode(), "hash": envelope_hash(row).hex()}


def verify(hub: Hub, checkpoints: Sequence[Checkpoint] = ()) -> Audit:
    """Read the whole log as it stands at one moment, and hold it against checkpoints of before."""
    with hub.database.read() as reader:
        return audited(audit.facts(reader), audit.payloads_without_facts(reader), checkpoints)


def audited(
    facts: Iterable[tuple[Envelope, Payload]], payloads_without_facts: Iterable[int], checkpoints: Sequence[Checkpoint]
) -> Audit:
    """Tell every edit, deletion, insertion and reordering of facts, which come by position.

    An edit of the very last envelope (who, when) is bound by nothing yet, and is found by a checkpoint only; so are a
    log that was cut off at its end, and one that was written anew from some position on.
    """
    done, hashes, carried = Audit(checkpoints=len(checkpoints)), dict[int, str](), GENESIS
    asked = {one.position for one in checkpoints}
    for envelope, payload in facts:
        carried = _look_at(done, envelope, payload, carried)
        if done.position in asked:
            hashes[done.position] = carried.hex()
    done.hash = carried.hex() if done.facts else ""
    for position in payloads_without_facts:
        done.found(position, "there is a payload that belongs to no fact")
    for one in checkpoints:
        _hold_against(done, one, hashes.get(one.position))
    done.findings.sort(key=lambda finding: finding.position)
    return done


def _look_at(done: Audit, envelope: Envelope, payload: Payload, carried: bytes) -> bytes:
    """Look at the next fact, which has to carry the hash of the envelope before; gives the hash of its own."""
    position = int(str(envelope[0]))
    before = done.position
    if position <= before:
        done.found(position, "no fact has such a position: the first is 1")
    elif position > before + 1:
        done.found(before + 1, f"missing, as is all up to {position - 1}" if position > before + 2 else "missing")
    elif envelope[-1] != carried:
        done.found(position, f"it does not carry the hash of {before}: one of the two was changed, or put there")
    if payload is None:
        done.found(position, "what it says is gone")
    elif not _bound(payload, envelope[-2]):
        done.found(position, "what it says is not what its envelope is bound to")
    done.facts, done.position = done.facts + 1, position
    return envelope_hash(envelope)


def _bound(payload: tuple[object, object], to: object) -> bool:
    salt, body = payload
    return isinstance(salt, bytes) and isinstance(body, bytes) and commitment(salt, body) == to


def _hold_against(done: Audit, one: Checkpoint, hash_now: str | None) -> None:
    """Compare the log with a checkpoint of before."""
    if one.position > done.position:
        done.found(one.position, f"the log ends at {done.position}, and reached {one.position} at the checkpoint")
    elif one.position and hash_now != one.hash:
        done.found(one.position, "its hash is not that of the checkpoint: history up to here was written anew")


def read_checkpoints(file: str) -> list[Checkpoint]:
    """Read checkpoints from a file that holds one a line, as `mdm audit checkpoint --json` prints them.

    Raises:
        UnreadableFile: it cannot be read, or a line is no checkpoint.
    """
    try:
        lines = Path(file).read_bytes().splitlines()
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}") from None
    return [_read(line, f"{file}, line {number}") for number, line in enumerate(lines, start=1) if line.strip()]


def _read(line: bytes, where: str) -> Checkpoint:
    try:
        return TypeAdapter(Checkpoint).validate_json(line, strict=True)
    except ValidationError:
        raise UnreadableFile(f"{where}: a checkpoint is a line as `mdm audit checkpoint --json` prints it") from None
