"""What golden records refer to, and what refers to them, at any position of the log."""

from collections.abc import Collection
from typing import NamedTuple

from mdm.store.database import Transaction
from mdm.store.moments import THEN, standing
from mdm.store.references import Standing

Barred = Collection[tuple[str, str]]
"""References, as (entity type, attribute), that are not to be told."""


class Outgoing(NamedTuple):
    """A reference of one source record of a golden record."""

    attribute: str
    source: str
    source_id: str
    target: str
    golden: int | None
    standing: Standing
    since: int
    valid_from: str
    valid_to: str | None


class Incoming(NamedTuple):
    """A golden record that refers to another by one attribute, and the record of it that was first to say so."""

    entity_type: str
    attribute: str
    record_id: int
    golden: int


def outgoing(transaction: Transaction, golden: int, *, at: int, on: str | None) -> list[Outgoing]:
    """What the source records of a golden record referred to at a position, by attribute and source key.

    on: only what holds on that day; None for all days.
    """
    stood, values = standing("reference", at, on)
    rows = transaction.rows(
        "SELECT attribute, source, source_id, target, reference.golden, standing, reference.since, valid_from, valid_to"
        f" FROM xref JOIN reference ON reference.record_id = xref.record_id AND {stood}"
        " JOIN source_record ON source_record.id = xref.record_id"
        f" WHERE xref.golden = ? AND {THEN.format('xref')} ORDER BY attribute, source, source_id, valid_from",
        *values, golden, at, at,
    )  # fmt: skip
    return [Outgoing(*row) for row in rows]


def incoming(  # noqa: PLR0913  what is asked for, and where a page begins
    transaction: Transaction, golden: int, *, at: int, on: str | None, only: tuple[str | None, str | None],
    barred: Barred, after: tuple[str, str, int], limit: int,
) -> list[Incoming]:  # fmt: skip
    """The next golden records that referred to one at a position, by entity type, attribute and record.

    on: only what holds on that day.  only: an entity type and an attribute, or None for all.  Each is told once for an
    attribute, whichever and however many of its records say so.
    """
    narrowed = "".join(
        f" AND told.{name} = ?" for name, value in zip(("entity_type", "attribute"), only, strict=True) if value
    )
    apart = " AND NOT (told.entity_type = ? AND told.attribute = ?)" * len(barred)
    (stood, values), (also, values_also) = standing("told", at, on), standing("reference", at, on)
    earlier = (
        f"SELECT 1 FROM xref AS other JOIN reference ON reference.record_id = other.record_id"
        f" AND reference.attribute = told.attribute AND reference.golden = told.golden AND {also}"
        f" WHERE other.golden = bears.golden AND {THEN.format('other')} AND other.record_id < told.record_id"
    )
    rows = transaction.rows(
        "SELECT told.entity_type, told.attribute, told.record_id, bears.golden FROM reference AS told"
        f" JOIN xref AS bears ON bears.record_id = told.record_id AND {THEN.format('bears')}"
        f" WHERE told.golden = ? AND {stood}{narrowed}{apart}"
        " AND (told.entity_type, told.attribute, told.record_id) > (?, ?, ?)"
        f" AND NOT EXISTS ({earlier})"
        " ORDER BY told.entity_type, told.attribute, told.record_id LIMIT ?",
        at, at, golden, *values, *filter(None, only), *(word for pair in sorted(barred) for word in pair), *after,
        *values_also, at, at, limit,
    )  # fmt: skip
    return [Incoming(*row) for row in rows]


def said_by(
    transaction: Transaction, golden: int, referring: Collection[int], *, at: int, on: str | None
) -> dict[tuple[int, str], list[tuple[str, str, str]]]:
    """The (source, source id, key as written) by which golden records referred to one, by number and attribute."""
    stood, values = standing("reference", at, on)
    rows = transaction.rows(
        "SELECT DISTINCT xref.golden, attribute, source, source_id, target FROM xref"
        f" JOIN reference ON reference.record_id = xref.record_id AND {stood}"
        " JOIN source_record ON source_record.id = xref.record_id"
        f" WHERE xref.golden {{in}} AND {THEN.format('xref')} AND reference.golden = ?"
        " ORDER BY source, source_id",
        *values, list(referring), at, at, golden,
    )  # fmt: skip
    found: dict[tuple[int, str], list[tuple[str, str, str]]] = {}
    for number, attribute, *said in rows:
        found.setdefault((number, attribute), []).append((said[0], said[1], said[2]))
    return found
