"""Source records made ready for the log: all that needs no database, so that it may be done anywhere and beforehand."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, repeat
from typing import Any, NamedTuple

from mdm.ingest import Incoming, Records, Rejected, texts
from mdm.ingest.raws import Raws
from mdm.ingest.texts import Texts
from mdm.log import Facts, canonical, encoded_key_tokens, key_tokens

Body = dict[str, Any]
Owner = tuple[str, str, str]
"""The source and the entity type of a record, and the sort of version that it comes with."""


class Saying(NamedTuple):
    """The word of a source that it merged one record into another, found by the key token of the loser.

    `by_survivor`: the survivor says it, in a list of its losers.
    """

    token: int
    source: str
    entity_type: str
    loser: str
    into: str
    version: int | str | None
    event_time: str | None
    line: int
    by_survivor: bool = False


class Marked(NamedTuple):
    """A record that says more of itself than its values, or only that it changed, and the merges that it speaks of."""

    item: Incoming
    sayings: tuple[Saying, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Items with all that needs no database: the records as facts, and those that are refused by their places.

    Of each record it also has its owner and the text of its row; `marked` are those that say more of themselves, such
    as that their source merged them. The other items are let go: many of them at once fill the memory and slow down
    all the rest.
    """

    facts: Facts
    owners: Sequence[Owner]
    raws: Raws
    marked: Mapping[int, Marked]
    refused: Mapping[int, Rejected]

    def __len__(self) -> int:
        return len(self.owners) + len(self.refused)


def prepare(salt: bytes, items: Sequence[Incoming | Rejected], batch: str) -> Prepared:
    """Make items of a batch ready; `salt` is the hub's."""
    records = [item for item in items if isinstance(item, Incoming)]
    keys = [f"{item.source}:{item.entity_type}:{item.source_id}" for item in records]
    tokens = key_tokens(salt, keys)
    return Prepared(
        Facts.of(tokens, [canonical(_body(item, batch)) for item in records]),
        [_owner(item) for item in records],
        Raws.of([item.raw for item in records]),
        {place: _marked(item, salt) for place, item in enumerate(records) if _is_marked(item)},
        {place: item for place, item in enumerate(items) if isinstance(item, Rejected)},
    )


def prepare_records(salt: bytes, records: Records, batch: str) -> Prepared:
    """Make records by column ready, as `prepare` does items."""
    ids = _ids_of(records)
    tokens = encoded_key_tokens(salt, texts.encoded(ids), begin=f"{records.source}:{records.entity_type}:")
    owners_by_sort = {sort: (records.source, records.entity_type, sort) for sort in ("none", "integer", "time")}
    by_version = {version: owners_by_sort[_sort(version)] for version in set(records.versions)}
    owners = [by_version[version] for version in records.versions]  # the same few: they travel lightly
    bodies = _bodies(records, ids, batch)
    raws: Sequence[str] = records.raws or [""] * len(ids)
    for place, item in records.singles.items():
        if isinstance(item, Incoming):
            bodies[place], owners[place] = canonical(_body(item, batch)), _owner(item)
    refused = {place: item for place, item in records.singles.items() if isinstance(item, Rejected)}
    if refused:
        kept = [place for place in range(len(ids)) if place not in refused]
        tokens, bodies = [tokens[place] for place in kept], [bodies[place] for place in kept]
        owners, raws = [owners[place] for place in kept], [raws[place] for place in kept]
    return Prepared(Facts.of(tokens, bodies), owners, Raws.of(raws), _all_marked(records, refused, salt), refused)


def _ids_of(records: Records) -> Sequence[str]:
    """The ids of records as they are kept; a row that is refused has none."""
    if not records.singles:
        return records.ids
    ids = list(records.ids)
    for place, item in records.singles.items():
        ids[place] = item.source_id if isinstance(item, Incoming) else ""
    return ids


def _all_marked(records: Records, refused: Container[int], salt: bytes) -> dict[int, Marked]:
    """The records that say more of themselves; such rows are always taken one by one."""
    kept = (place for place in range(len(records.ids)) if place not in refused)
    taken = ((now, records.singles.get(place)) for now, place in enumerate(kept if records.singles else ()))
    return {now: _marked(item, salt) for now, item in taken if isinstance(item, Incoming) and _is_marked(item)}


def _is_marked(item: Incoming) -> bool:
    return item.mode == "changed" or bool(item.merged_into or item.merged_from or item.created or item.origin)


def _marked(item: Incoming, salt: bytes) -> Marked:
    said = [(item.source_id, item.merged_into, item.version, item.event_time)] if item.merged_into else []
    if item.merged_from:
        # The versions of the survivor say nothing beside those of a loser: only times can be compared.
        told = item.event_time or (item.version if isinstance(item.version, str) else None)
        said += [(loser, item.source_id, None, told) for loser in item.merged_from]
    tokens = key_tokens(salt, [f"{item.source}:{item.entity_type}:{loser}" for loser, *_ in said])
    return Marked(item, tuple(
        Saying(token, item.source, item.entity_type, loser, into, version, when, item.line, into == item.source_id)
        for token, (loser, into, version, when) in zip(tokens, said, strict=True)
    ))  # fmt: skip


def _bodies(records: Records, ids: Sequence[str], batch: str) -> list[bytes]:
    """Write the bodies of facts as `canonical` writes what `_body` gives."""
    quote, written = _as_json(ids)
    by_column = isinstance(records.attributes, Texts)
    put = ',"mode":"put"'
    sent = {place: f'{put},"sent_as":{canonical(one).decode()}' for place, one in records.sent_as.items()}
    columns = (
        '{"attributes":', records.attributes, f',"batch":{canonical(batch).decode()},"event_time":',
        _each_written(records.event_times), ',"line":',
        texts.numbers(records.lines) if by_column else list(map(str, records.lines)),
        [sent.get(place, put) for place in range(len(ids))] if sent else put,
        f',"source":{canonical(records.source).decode()},"source_id":{quote}', written, f'{quote},"version":',
        _each_written(records.versions), "}",
    )  # fmt: skip
    if by_column:
        return texts.encoded(texts.joined(columns))
    rows = zip(*(repeat(column) if isinstance(column, str) else column for column in columns), strict=False)
    return [row.encode() for row in map("".join, rows)]


def _as_json(ids: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Write ids as JSON: the quote that stands around each, and what is between."""
    if isinstance(ids, Texts):
        plain = not ids.has('"\\')
    else:
        together = "".join(ids)
        plain = together.isprintable() and '"' not in together and "\\" not in together
    return ('"', ids) if plain else ("", [canonical(ident).decode() for ident in ids])


def _each_written(values: Sequence[int | str | None]) -> str | list[str]:
    """Write values as JSON, each distinct one once; a single text where all are alike."""
    written = {value: canonical(value).decode() for value in set(values)}
    return next(iter(written.values())) if len(written) == 1 else [written[value] for value in values]


def joined(parts: Sequence[Prepared]) -> Prepared:
    """Put parts together, in their order."""
    refused: dict[int, Rejected] = {}
    for start, part in zip(accumulate(map(len, parts), initial=0), parts, strict=False):
        refused.update((start + place, item) for place, item in part.refused.items())
    marked: dict[int, Marked] = {}
    for start, part in zip(accumulate((len(part.owners) for part in parts), initial=0), parts, strict=False):
        marked.update((start + place, item) for place, item in part.marked.items())
    return Prepared(
        Facts.joined([part.facts for part in parts]),
        list(chain.from_iterable(part.owners for part in parts)),
        Raws.joined([part.raws for part in parts]),
        marked,
        refused,
    )


def _owner(item: Incoming) -> Owner:
    return item.source, item.entity_type, _sort(item.version)


def _sort(version: int | str | None) -> str:
    return "none" if version is None else "integer" if isinstance(version, int) else "time"


def _body(item: Incoming, batch: str) -> Body:
    given = {name: value for name in ("created", "origin", "sent_as") if (value := getattr(item, name)) is not None}
    return {
        **given, "attributes": item.attributes, "batch": batch, "event_time": item.event_time, "line": item.line,
        "mode": item.mode, "source": item.source, "source_id": item.source_id, "version": item.version,
    }  # fmt: skip
