"""What a fact is: its kinds, its canonical bytes, the chain of hashes, and how source keys are written.

Source: the chain follows the idea of RFC 9162 section 1 (append only, each entry bound to those before).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import orjson

FactKind = Literal[
    "record", "verdict", "undo", "rules", "tick", "resolved", "code_list", "code_mapping",
    "crosswalk", "source_merge", "snapshot", "absence",
]  # fmt: skip
GENESIS = b"\x00" * 32


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to append: its kind, what it says, and the token of the source key it is about."""

    kind: FactKind
    entity_type: str | None
    body: Mapping[str, object]
    key_token: int | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who did it, in which request, and when (ISO 8601 UTC)."""

    actor: str
    recorded_at: str
    correlation_id: str | None = None


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


def canonical(value: object) -> bytes:
    """The one spelling of a JSON value: sorted members, no spaces, no floats in what the hub derives."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def key_token(salt: bytes, written: str) -> int:
    """A signed 64-bit token of a written key that says nothing without the hub's salt."""
    digest = hashlib.blake2b(written.encode(), digest_size=8, key=salt).digest()
    return int.from_bytes(digest, "big", signed=True)


def commitment(salt: bytes, body: bytes) -> bytes:
    """Binds an envelope to its payload; says nothing about it once salt and payload are erased."""
    return hashlib.sha256(salt + body).digest()


def envelope_hash(row: tuple[object, ...]) -> bytes:
    """The hash of one envelope row (all columns of `log`, in their order), carried by the row after it."""
    written = [part.hex() if isinstance(part, bytes) else part for part in row]
    return hashlib.sha256(canonical(written)).digest()
