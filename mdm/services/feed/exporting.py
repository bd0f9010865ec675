"""Exports: all golden records of an entity type, their crosswalk or their lineage, whole or what has changed since."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, NamedTuple

from golden_records.identity import golden_id
from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput
from mdm.publish import sheets
from mdm.publish.sheets import Document, Sheet
from mdm.services.hub import Hub
from mdm.services.positions import AsOf, position
from mdm.services.reading import golden
from mdm.services.reading.crosswalks import with_who_is_gone
from mdm.services.reading.lineage import lineage_of
from mdm.services.reading.valid_time import day
from mdm.store import exporting as stored_exporting
from mdm.store import golden as stored_golden
from mdm.store import log as stored_log
from mdm.store.database import Transaction
from mdm.store.golden import StoredGolden

What = Literal["golden-records", "crosswalk", "lineage"]
PAGE = 1_000
Mask = Callable[[Document], Document]


@dataclass(frozen=True, slots=True)
class Exported:
    """One export: the position that it stands at, where the next delta goes on, its table and its documents."""

    position: int
    sheet: Sheet
    documents: Iterator[Document]


class _Asked(NamedTuple):
    hub: Hub
    entity_type: EntityType
    at: int
    since: int
    on: str | None
    mask: Mask


@contextmanager
def export(  # noqa: PLR0913  what can be asked for
    hub: Hub, what: What, entity_type: str, *, as_of: AsOf = None, on: str | None = None, since: AsOf = None,
    mask: Mask = lambda document: document,
) -> Iterator[Exported]:  # fmt: skip
    """What there is of an entity type, by golden ID, all as of one position of the log; read as it is taken.

    since: only of golden records that have changed since then; what is no longer there is told with its `status`.
    on: of dated lines and values, those in force on that day.
    mask: what the reader may see of a golden record with its lineage.

    Raises InvalidInput for a `since` after the moment that is asked for.
    """
    of, on = hub.entity_type(entity_type), day(on)
    tables = {
        "golden-records": sheets.golden_records(of), "crosswalk": sheets.flat(sheets.CROSSWALK),
        "lineage": sheets.flat(sheets.LINEAGE),
    }  # fmt: skip
    with hub.database.read() as transaction:
        at, head = position(transaction, as_of), stored_log.head(transaction)
        start = 0 if since is None else position(transaction, since, name="since")
        if start > min(at, head):
            detail = f"since {since} lies after position {min(at, head)}, which the export is as of"
            raise InvalidInput(detail, faults=[Fault("/query/since", detail, "since")])
        asked = _Asked(hub, of, at, start, on, mask)
        yield Exported(min(at, head), tables[what], _TELL[what](transaction, asked))


def _golden_records(transaction: Transaction, asked: _Asked) -> Iterator[Document]:
    for page in _pages(transaction, asked):
        for document in golden.told(asked.hub, transaction, page, at=asked.at, on=asked.on):
            del document["seq"]
            yield asked.mask(document) if document["status"] == "active" else document


def _lineage(transaction: Transaction, asked: _Asked) -> Iterator[Document]:
    for page in _pages(transaction, asked):
        documents = golden.told(asked.hub, transaction, page, at=asked.at, on=None)
        for stored, document in zip(page, documents, strict=True):
            if document["status"] == "active":
                yield from _places(asked.mask({**document, "lineage": lineage_of(transaction, stored)}))
            else:
                yield {name: document[name] for name in ("golden_id", "version", "entity_type", "status")}


def _crosswalk(transaction: Transaction, asked: _Asked) -> Iterator[Document]:
    for page in _pages(transaction, asked):
        walks = with_who_is_gone(asked.hub, transaction, [one.golden for one in page], at=asked.at)
        for number in sorted(walks):
            for one in walks[number]:
                if asked.since or not one.deleted:
                    yield {
                        "golden_id": golden_id(asked.entity_type.id_prefix, number), "entity_type": one.entity_type,
                        "source": one.source, "source_id": one.source_id, "since": one.since,
                        "status": "deleted" if one.deleted else "active",
                    }  # fmt: skip


_TELL: dict[What, Callable[[Transaction, _Asked], Iterator[Document]]] = {
    "golden-records": _golden_records, "crosswalk": _crosswalk, "lineage": _lineage,
}  # fmt: skip


def _pages(transaction: Transaction, asked: _Asked) -> Iterator[list[StoredGolden]]:
    name, numbers = asked.entity_type.entity_type, [0]
    while numbers:
        after = numbers[-1]
        if asked.since:
            numbers = stored_exporting.changed(
                transaction, name, since=asked.since, at=asked.at, after=after, limit=PAGE
            )
            standing = stored_golden.at(transaction, numbers, position=asked.at)
            page = [standing[number] for number in numbers if number in standing]
        else:
            page = stored_golden.page(transaction, name, after=after, limit=PAGE, position=asked.at)
            numbers = [one.golden for one in page]
        yield page


def _places(document: Document) -> Iterator[Document]:
    """A row for each winner and loser of each attribute."""
    for attribute, entry in document["lineage"].items():
        winners: Iterable[Document] = entry.get("winners", [entry["winner"]] if "winner" in entry else [])
        told = [("won", one) for one in winners] + [("lost", one) for one in entry.get("losers", ())]
        for outcome, place in told:
            version = place.get("version")
            yield {
                "golden_id": document["golden_id"], "version": document["version"],
                "entity_type": document["entity_type"], "attribute": attribute, "outcome": outcome,
                **{name: place.get(name) for name in
                   ("value", "source", "source_id", "event_time", "decision_id", "because", "file", "line")},
                "source_version": None if version is None else str(version), "strategy": entry.get("strategy"),
                "rules_version": entry.get("rules_version"), "status": "active",
            }  # fmt: skip
