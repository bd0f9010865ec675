"""Repeats the cross-references of a hub under other keys, for look-ups in many: to resolve a million takes an hour.

What is made answers look-ups as what was resolved does, and nothing else: there are no records behind it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from golden_records.identity import WIDTH
from mdm.log import key_tokens
from mdm.services.hub import open_hub
from mdm.settings import Settings
from mdm.store import bulk

Rows = list[tuple[Any, ...]]
XREF = ("record_id", "since", "until", "golden", "key_token")
CROSSWALK = ("golden", "entity_type", "members", "seq")
KEPT = "SELECT golden, entity_type, members, seq FROM crosswalk"
KNOWN = (
    "SELECT s.id, s.source, s.entity_type, s.source_id, x.golden, x.since"
    " FROM source_record s JOIN xref x ON x.record_id = s.id AND x.until IS NULL WHERE NOT s.deleted ORDER BY s.id"
)


def repeat(database: str, times: int) -> None:
    """Repeat them until each is there so many times, under the keys that `other_id` tells."""
    hub = open_hub(Settings(database_url=database))
    with hub.database.read() as reader:
        known, crosswalks = reader.rows(KNOWN), reader.rows(KEPT)
    for number in range(1, times):
        keys = [f"{source}:{of}:{other_id(source_id, number)}" for _, source, of, source_id, _, _ in known]
        with hub.database.write(load=True) as writer:
            bulk.upsert(writer, "xref", XREF, list(_xrefs(known, key_tokens(hub.salt, keys), number)), keys=2)
            bulk.upsert(writer, "crosswalk", CROSSWALK, list(_crosswalks(crosswalks, number)), keys=1)
    with hub.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if hub.database.postgresql else "ANALYZE")  # as autovacuum does
    hub.close()


def other_id(source_id: str, number: int) -> str:
    """The id under which a record is there once more, the first time being 0."""
    return f"{source_id}-{number}" if number else source_id


def _xrefs(known: Rows, tokens: Sequence[int], number: int) -> Iterator[tuple[Any, ...]]:
    start = number * (known[-1][0] + 1)
    for (record, *_, golden, since), token in zip(known, tokens, strict=True):
        yield start + record, since, None, _other(golden, number), token


def _crosswalks(crosswalks: Rows, number: int) -> Iterator[tuple[Any, ...]]:
    for golden, of, members, seq in crosswalks:
        others = [{**one, "source_id": other_id(one["source_id"], number)} for one in orjson.loads(members)]
        yield _other(golden, number), of, orjson.dumps(others).decode(), seq


def _other(golden: int, number: int) -> int:
    """Another golden number, within those that are written with the usual width."""
    return golden + number * 32 ** (WIDTH - 2)
