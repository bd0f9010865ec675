"""The requests that a client makes and how their answers are read: one logic for callers that block and that await."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import orjson

from mdm.client.results import Change, Found, GoldenRecord, Put, Record, Taken, Xref

T = TypeVar("T")
Key = tuple[str, str, str]
"""A source key: source, entity type, source id."""


@dataclass(frozen=True, slots=True)
class Ask(Generic[T]):
    """One request, and how its answer is read. All of them may be sent again: none has an effect twice."""

    method: str
    path: str
    read: Callable[[Any], T]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None

    def request(self, url: str) -> dict[str, Any]:
        """Give what the HTTP library sends."""
        query = {name: value for name, value in self.query.items() if value is not None}
        sent: dict[str, Any] = {"method": self.method, "url": url.rstrip("/") + self.path, "params": query}
        if self.body is not None:
            sent |= {"content": orjson.dumps(self.body), "headers": {"Content-Type": "application/json"}}
        return sent


def lookup(key: Key, *, target: str | None, as_of: str | None) -> Ask[Xref]:
    """Ask which golden record a source record belongs to."""
    return Ask("GET", f"/v1/xref/{_path(key)}", Xref.model_validate, {"target": target, "as_of": as_of})


def lookup_many(keys: Sequence[Key], *, as_of: str | None) -> Ask[list[Xref | None]]:
    """Ask the same of many keys; None for what never arrived."""

    def read(answer: Any) -> list[Xref | None]:
        return [None if one is None else Xref.model_validate(one) for one in answer["items"]]

    return Ask("POST", "/v1/xref:lookup", read, {"as_of": as_of}, {"keys": keys})


def golden(golden_id: str, *, include: Sequence[str], as_of: str | None, on: str | None) -> Ask[GoldenRecord]:
    """Ask for a golden record."""
    query = {"include": ",".join(include) or None, "as_of": as_of, "on": on}
    return Ask("GET", f"/v1/golden-records/{quote(golden_id, safe='')}", GoldenRecord.model_validate, query)


def put(record: Record, *, wait: bool) -> Ask[Put]:
    """Send one record: all of it, a part of it (PATCH), or that it is deleted."""
    document = record.document()
    key = (document.pop("source"), document.pop("entity_type"), document.pop("source_id"))
    partial, deleted = document.pop("partial", False), document.pop("deleted", False)
    query, path = {"wait": "resolved" if wait else None}, f"/v1/source-records/{_path(key)}"
    if deleted:
        told = {name: document.get(name) for name in ("version", "event_time")}
        return Ask("DELETE", path, Put.model_validate, {**query, **told})
    body = {"attributes": {}, **document}
    return Ask("PATCH" if partial else "PUT", path, Put.model_validate, query, body)


def put_many(records: Sequence[Record], *, first: int) -> Ask[list[Taken]]:
    """Send many records; `first` is the place of the first of them among all."""

    def read(answer: Any) -> list[Taken]:
        return [Taken.model_validate({**one, "index": first + one["index"]}) for one in answer["items"]]

    return Ask("POST", "/v1/source-records:batch", read, body=[record.document() for record in records])


def find(entity_type: str, attributes: Mapping[str, Any], *, source: str | None, limit: int) -> Ask[Found]:
    """Ask which golden records a new record would belong to."""
    body = {"entity_type": entity_type, "attributes": dict(attributes), "limit": limit}
    return Ask("POST", "/v1/matches:find", Found.model_validate, body=body | ({"source": source} if source else {}))


def changes(*, after: int, entity_type: str | None, wait: float, limit: int) -> Ask[tuple[list[Change], int]]:
    """Ask for the next events of the feed; also gives the cursor to go on from."""

    def read(answer: Any) -> tuple[list[Change], int]:
        return [Change.model_validate(one) for one in answer["items"]], answer["next"]

    return Ask("GET", "/v1/changes", read, {"after": after, "type": entity_type, "wait": wait, "limit": limit})


def snapshot(
    *, entity_type: str | None, cursor: str | None, limit: int
) -> Ask[tuple[list[GoldenRecord], str | None, int]]:
    """Ask for a page of all golden records; also gives the cursor of the next page, and that of the feed."""

    def read(answer: Any) -> tuple[list[GoldenRecord], str | None, int]:
        return [GoldenRecord.model_validate(one) for one in answer["items"]], answer["next"], answer["after"]

    return Ask("GET", "/v1/snapshot", read, {"type": entity_type, "cursor": cursor, "limit": limit})


def _path(key: Key) -> str:
    return "/".join(quote(part, safe="") for part in key)
