"""What a fact is: its kinds, its canonical bytes, the chain of hashes, and how source keys are written.

Source: the chain follows the idea of RFC 9162 section 1 (append only, each entry bound to those before).
"""

import hashlib
import os
import struct
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import orjson

FactKind = Literal[
    "record", "verdict", "override", "undo", "rules", "tick", "resolved", "code_list", "code_mapping",
    "crosswalk", "source_merge", "snapshot", "absence", "task_work", "proposal", "settlement",
    "measured", "incarnation", "second_opinion", "disagreement_settled", "changed", "fetched", "gap",
]  # fmt: skip
GENESIS = b"\x00" * 32
SALT = 16
"""Bytes of the salt of one commitment."""
HASH = 32
"""Bytes of a commitment, and of the hash of an envelope."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to append: its kind, what it says, and the token of the source key it is about."""

    kind: FactKind
    entity_type: str | None
    body: Mapping[str, object]
    key_token: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of one kind as they are to be appended: the token of each, its body in canonical bytes, and what binds it.

    Bodies stand one after the other, as long as `lengths` says; so do their salts (16 bytes each) and commitments (32).
    A few long byte strings and arrays are handed to a database or to another process far faster than many short ones.
    """

    tokens: Sequence[int | None]
    bodies: bytes
    lengths: Sequence[int]
    salts: bytes
    commitments: bytes

    @classmethod
    def of(cls, tokens: Sequence[int | None], bodies: Sequence[bytes]) -> "Facts":
        """Put bodies together, each bound to a fresh salt."""
        salts = os.urandom(SALT * len(bodies))
        return cls(tokens, b"".join(bodies), array("q", map(len, bodies)), salts, commitments(salts, bodies))

    @classmethod
    def joined(cls, parts: Sequence["Facts"]) -> "Facts":
        """Put facts about source keys together, in their order."""
        return cls(
            longs(cast("Sequence[int]", part.tokens) for part in parts),
            b"".join([part.bodies for part in parts]),
            longs(part.lengths for part in parts),
            b"".join([part.salts for part in parts]),
            b"".join([part.commitments for part in parts]),
        )

    def each_body(self) -> Iterator[bytes]:
        """Give the bodies one by one."""
        end = 0
        for length in self.lengths:
            end += length
            yield self.bodies[end - length : end]

    def only(self, places: Sequence[int]) -> "Facts":
        """Leave out all but these, in this order."""
        bodies = list(self.each_body())
        return Facts(
            [self.tokens[place] for place in places],
            b"".join([bodies[place] for place in places]),
            array("q", [self.lengths[place] for place in places]),
            b"".join([self.salts[SALT * place : SALT * (place + 1)] for place in places]),
            b"".join([self.commitments[HASH * place : HASH * (place + 1)] for place in places]),
        )


def longs(parts: Iterable[Sequence[int]]) -> "array[int]":
    """Put whole numbers of up to 64 bits together."""
    together = array("q")
    for part in parts:
        together.extend(part)
    return together


@dataclass(frozen=True, slots=True)
class Consent:
    """On what a decision that was proposed enters the log: its proposal, and who approved it and why.

    proposal: its position in the log, None in a rehearsal.
    """

    proposal: int | None
    approved_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Once:
    """A request that counts once: whose it is, its key, and which run of it this is."""

    actor: str
    key: str
    run: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who did it, in which request, and when (ISO 8601 UTC); of a decision that was proposed, on which consent.

    once: where the request counts once, that it does: the first fact it appends says so in the same transaction.
    """

    actor: str
    recorded_at: str
    correlation_id: str | None = None
    consent: Consent | None = None
    once: Once | None = None


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """A source key, written `source:entity_type:source_id` and split at the first two colons."""

    source: str
    entity_type: str
    source_id: str

    def __str__(self) -> str:
        return f"{self.source}:{self.entity_type}:{self.source_id}"

    @classmethod
    def parse(cls, written: str) -> "Key":
        """Read a written key; a ValueError names what is missing."""
        parts = written.split(":", 2)
        if len(parts) != 3 or not all(parts):
            raise ValueError(f"a key is written source:entity_type:source_id, not {written!r}")
        return cls(*parts)


def canonical(value: object, other: Callable[[Any], Any] | None = None) -> bytes:
    """The one spelling of a JSON value: sorted members, no spaces, no floats in what the hub derives.

    other: what puts in place of a value that JSON does not have one that it has.
    """
    return _trimmed(orjson.dumps(value, default=other, option=orjson.OPT_SORT_KEYS))


def document(value: object) -> bytes:
    """A JSON value as it is kept, its members in the order that they have."""
    return _trimmed(orjson.dumps(value))


def _trimmed(written: bytes) -> bytes:
    """Take no more memory than the text has: orjson hands over its whole buffer, 4 KiB for the shortest."""
    return memoryview(written).tobytes()


def key_token(salt: bytes, written: str) -> int:
    """A signed 64-bit token of a written key that says nothing without the hub's salt."""
    digest = hashlib.blake2b(written.encode(), digest_size=8, key=salt).digest()
    return int.from_bytes(digest, "big", signed=True)


def key_tokens(salt: bytes, written: Iterable[str]) -> list[int]:
    """The tokens of many written keys, as `key_token` makes each."""
    return encoded_key_tokens(salt, map(str.encode, written))


def encoded_key_tokens(salt: bytes, written: Iterable[bytes], *, begin: str = "") -> list[int]:
    """The tokens of many keys in UTF-8; all of them `begin` with the same words."""
    keyed = hashlib.blake2b(begin.encode(), digest_size=8, key=salt)
    digests = []
    for key in written:
        one = keyed.copy()
        one.update(key)
        digests.append(one.digest())
    return list(struct.unpack(f">{len(digests)}q", b"".join(digests)))


def commitments(salts: bytes, bodies: Sequence[bytes]) -> bytes:
    """The commitments to bodies, one after the other, as `commitment` makes each; `salts` are 16 bytes for each."""
    empty, bound = hashlib.sha256(), []  # to copy one is faster than to look up the algorithm anew
    for start, body in zip(range(0, len(salts), SALT), bodies, strict=True):
        one = empty.copy()
        one.update(salts[start : start + SALT] + body)
        bound.append(one.digest())
    return b"".join(bound)


def chain(facts: Facts, same: Sequence[str | None], *, first: int, previous: bytes, together: int) -> Iterator[bytes]:
    """The hashes that the envelopes of facts carry, so many `together`: each that of the envelope before.

    `same` are the columns from kind to recorded_at, alike in all of them; `previous` is the hash of the envelope
    before the first. Gives what `envelope_hash` gives for each, one after the other.
    """
    written = canonical(same)[1:-1].decode()
    carried, hashes, empty = previous.hex(), [], hashlib.sha256()
    each_bound = facts.commitments.hex("-", HASH).split("-") if facts.commitments else []
    for position, (token, its_own) in enumerate(zip(facts.tokens, each_bound, strict=True), start=first):
        hashes.append(carried)
        envelope = empty.copy()
        envelope.update(f'[{position},{written},{"null" if token is None else token},"{its_own}","{carried}"]'.encode())
        carried = envelope.hexdigest()
        if len(hashes) == together:
            yield bytes.fromhex("".join(hashes))
            hashes.clear()
    if hashes:
        yield bytes.fromhex("".join(hashes))


def commitment(salt: bytes, body: bytes) -> bytes:
    """Binds an envelope to its payload; says nothing about it once salt and payload are erased."""
    return hashlib.sha256(salt + body).digest()


def written_envelope(row: Sequence[object]) -> bytes:
    """One envelope row (all columns of `log`, in their order) in canonical bytes, byte strings as hexadecimals."""
    return canonical([part.hex() if isinstance(part, bytes) else part for part in row])


def envelope_hash(row: Sequence[object]) -> bytes:
    """The hash of one envelope row, carried by the row after it."""
    return hashlib.sha256(written_envelope(row)).digest()
