"""Records that have changed in their source and did not come: what a source says of that, as it is taken in.

One word is about one record. That an unknown stretch of changes was lost is one word about each record of a source.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from golden_records.identity import golden_id
from mdm.ingest import Incoming
from mdm.log import Author, Fact, Key, key_token
from mdm.resolution.fold import Body
from mdm.resolution.unanswered import Said
from mdm.services.hub import Hub
from mdm.services.intake.absences import pair_token
from mdm.services.intake.records import Status, acknowledged
from mdm.services.intake.told_changes import ToldChanges, fact_of
from mdm.services.resolving import resolve
from mdm.store import log, records
from mdm.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Changed:
    """The answer to one word: where it stands in the log; when it was waited for, the golden record of its record."""

    position: int
    status: Status
    golden_id: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """The answer to a gap: where it stands in the log, and how many records are to be fetched again because of it."""

    position: int
    records: int


def changed(hub: Hub, incoming: Incoming, *, author: Author, wait: bool) -> Changed:
    """Say that a record has changed in its source; it need not have arrived. With `wait` resolve it.

    Raises:
        InvalidInput: its id was used again, or its version is of another sort than its source sends.
    """
    outcome, position = acknowledged(hub, incoming, author=author)
    if not wait:
        return Changed(position, outcome.status)
    resolve(hub, incoming.entity_type, author=author, upto=position)
    key = Key(incoming.source, incoming.entity_type, incoming.source_id)
    with hub.database.read() as reader:
        numbers = [one.golden for one in records.by_column(reader, "key_token", [key_token(hub.salt, str(key))])]
    prefix = hub.entity_type(incoming.entity_type).id_prefix
    borne = next((golden_id(prefix, number) for number in numbers if number is not None), None)
    return Changed(position, outcome.status, borne)


def gap(hub: Hub, source: str, entity_type: str, *, author: Author) -> Gap:
    """Say that changes of a source were lost: each record of a type that it has now is to be fetched again.

    One that comes whole after that, no older than it stands, is fetched. Said again after it broke off, it goes on.

    Raises:
        NotFound: there is no such entity type.
    """
    hub.entity_type(entity_type)
    resolve(hub, entity_type, author=author)
    count, after, page = 0, None, [(0, 0)]
    while page:
        with hub.database.write() as writer:
            writer.lock_log()
            page = records.living(writer, source, entity_type, after=after, limit=hub.settings.ingest_chunk)
            facts = _lost(writer, source, entity_type, [token for _, token in page])
            if facts:
                log.append(writer, facts, author=author)
        count, after = count + len(facts), page[-1][0] if page else None
    said = Fact("gap", entity_type, {"source": source, "records": count}, pair_token(hub.salt, source, entity_type))
    with hub.database.write() as writer:
        return Gap(log.append(writer, [said], author=author), count)


def _lost(writer: Transaction, source: str, entity_type: str, tokens: Sequence[int]) -> list[Fact]:
    """A word that names nothing about each of these records of which no such word stands."""
    known: dict[int, list[Said]] = {}
    for token, position, version in log.versions(writer, tokens) if tokens else ():
        known.setdefault(token, []).append((position, version))
    told, facts = ToldChanges(writer, known), list[Fact]()
    for token in tokens:
        versions = known.get(token)
        if versions is None:
            continue  # of what was erased nothing is fetched
        body: Body = {
            "source": source, "source_id": versions[0][1]["source_id"], "version": None, "event_time": None,
            "batch": "", "line": 0,
        }  # fmt: skip
        if told.is_news(token, body, versions, at=-len(facts)):
            facts.append(fact_of("changed", entity_type, token, body))
    return facts
