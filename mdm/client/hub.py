"""A hub over HTTP, for callers that block (`Hub`) and for those that await (`AsyncHub`); both do the same."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Self, TypeVar

import httpx2
import stamina

from mdm.client import asking
from mdm.client.asking import Ask, Key
from mdm.client.errors import InvalidInput, Unauthorised, Unavailable, raise_for
from mdm.client.results import Change, Found, GoldenRecord, Put, Record, Snapshot, Taken, Xref

T = TypeVar("T")
KEYS_AT_ONCE, RECORDS_AT_ONCE, CHANGES_AT_ONCE = 10_000, 1_000, 500
TRIES, PATIENCE = 10, 60.0
LONGEST_WAIT = 30.0
"""Seconds that the hub holds a request for changes open while there is nothing new."""


def _worth_another_try(error: Exception) -> bool | float:
    """Whether to send a request again: with what the hub asked to wait, else after a while that grows."""
    if isinstance(error, Unavailable):
        return True if error.retry_after is None else error.retry_after
    return isinstance(error, httpx2.TransportError)


def _unreachable(error: httpx2.TransportError, url: str) -> Unavailable:
    return Unavailable(f"{url} cannot be reached: {error or type(error).__name__}")


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def _address(url: str) -> str:
    """The address of a hub; refused at once where it is none: the feed would be asked for there for ever."""
    if not url.startswith(("http://", "https://")):
        raise InvalidInput(f"the address of a hub begins with http:// or https://, not {url!r}")
    return url


def _headers(key: str) -> dict[str, str]:
    bare = key.strip()  # a key that is read from a file brings the end of its line
    if not bare or not bare.isascii() or not bare.isprintable() or " " in bare:
        raise Unauthorised("the key is empty, or no key: `mdm key create` makes one, such as mdm_...")
    return {"Authorization": f"Bearer {bare}", "User-Agent": "mdm-client"}


class Hub:
    """A hub, for callers that block.

    Every request is sent again with growing pauses while the hub cannot be reached or is too busy (429, 503, and the
    pause that it asks for), for a minute at most; `changes` goes on for ever. Nothing that is sent has an effect twice.

    >>> with Hub("https://hub.example", key) as hub:
    ...     hub.lookup("crm", "customer", "0015g").golden_id
    """

    def __init__(self, url: str, key: str, *, timeout: float = 30.0, transport: Any = None) -> None:
        """Open no connection yet. timeout: seconds that one try may take; transport: of httpx2, for tests.

        Raises:
            InvalidInput: the address is none.
            Unauthorised: the key is empty, or cannot be one.
        """
        self.url = _address(url)
        waits = httpx2.Timeout(timeout, read=timeout + LONGEST_WAIT)
        self._http = httpx2.Client(headers=_headers(key), timeout=waits, transport=transport)

    def __enter__(self) -> Self:
        """Give itself; connections are given back at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the connections back."""
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def lookup(
        self, source: str, entity_type: str, source_id: str, *, target: str | None = None, as_of: str | None = None
    ) -> Xref:
        """Which golden record a source record belongs to, and its crosswalk; NotFound for what never arrived."""
        return self._send(asking.lookup((source, entity_type, source_id), target=target, as_of=as_of))

    def lookup_many(self, keys: Iterable[Key], *, as_of: str | None = None) -> list[Xref | None]:
        """The same of any number of keys, in their order; None for what never arrived."""
        asks = (asking.lookup_many(batch, as_of=as_of) for batch in _batches(keys, KEYS_AT_ONCE))
        return [one for ask in asks for one in self._send(ask)]

    def golden(
        self, golden_id: str, *, include: Sequence[str] = (), as_of: str | None = None, on: str | None = None
    ) -> GoldenRecord:
        """A golden record, whatever has happened to its ID; include: `lineage`, `crosswalk`."""
        return self._send(asking.golden(golden_id, include=include, as_of=as_of, on=on))

    def put(self, record: Record, *, wait: bool = False) -> Put:
        """Send one record; durable when this returns. wait: until it is resolved, to learn its golden ID."""
        return self._send(asking.put(record, wait=wait))

    def put_many(self, records: Iterable[Record]) -> Iterator[Taken]:
        """Send any number of records, a thousand at a time as they come; says what became of each, in order."""
        first = 0
        for batch in _batches(records, RECORDS_AT_ONCE):
            yield from self._send(asking.put_many(batch, first=first))
            first += len(batch)

    def find(
        self, entity_type: str, attributes: Mapping[str, Any], *, source: str | None = None, limit: int = 10
    ) -> Found:
        """The golden records that a new record would belong to, the likeliest first; nothing is written."""
        return self._send(asking.find(entity_type, attributes, source=source, limit=limit))

    def snapshot(self, *, entity_type: str | None = None) -> Snapshot:
        """All active golden records as of one moment, and `after`: where to go on with `changes`."""
        found, cursor = list[GoldenRecord](), None
        while True:
            page, cursor, after = self._send(
                asking.snapshot(entity_type=entity_type, cursor=cursor, limit=CHANGES_AT_ONCE)
            )
            found += page
            if cursor is None:
                return Snapshot(records=found, after=after)

    def changes(
        self, after: int = 0, *, entity_type: str | None = None, wait: float = LONGEST_WAIT
    ) -> Iterator[Change]:
        """Every event of the feed behind a cursor, in order, for ever; goes on where it was when a connection breaks.

        Keep `change.cursor` with what was made of the change, and begin there again.
        """
        while True:
            ask = asking.changes(after=after, entity_type=entity_type, wait=wait, limit=CHANGES_AT_ONCE)
            found, after = self._send(ask, for_ever=True)
            yield from found

    def _send(self, ask: Ask[T], *, for_ever: bool = False) -> T:
        tries, patience = (None, None) if for_ever else (TRIES, PATIENCE)
        try:
            for attempt in stamina.retry_context(on=_worth_another_try, attempts=tries, timeout=patience):
                with attempt:
                    response = self._http.request(**ask.request(self.url))
                    raise_for(response)
        except httpx2.TransportError as error:
            raise _unreachable(error, self.url) from error
        return ask.read(response.json())


class AsyncHub:
    """A hub, for callers that await; everything is as with `Hub`."""

    def __init__(self, url: str, key: str, *, timeout: float = 30.0, transport: Any = None) -> None:
        """Open no connection yet. timeout: seconds that one try may take; transport: of httpx2, for tests.

        Raises:
            InvalidInput: the address is none.
            Unauthorised: the key is empty, or cannot be one.
        """
        self.url = _address(url)
        waits = httpx2.Timeout(timeout, read=timeout + LONGEST_WAIT)
        self._http = httpx2.AsyncClient(headers=_headers(key), timeout=waits, transport=transport)

    async def __aenter__(self) -> Self:
        """Give itself; connections are given back at the end of the block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Give the connections back."""
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def lookup(
        self, source: str, entity_type: str, source_id: str, *, target: str | None = None, as_of: str | None = None
    ) -> Xref:
        """As `Hub.lookup`."""
        return await self._send(asking.lookup((source, entity_type, source_id), target=target, as_of=as_of))

    async def lookup_many(self, keys: Iterable[Key], *, as_of: str | None = None) -> list[Xref | None]:
        """As `Hub.lookup_many`."""
        asks = (asking.lookup_many(batch, as_of=as_of) for batch in _batches(keys, KEYS_AT_ONCE))
        return [one for ask in asks for one in await self._send(ask)]

    async def golden(
        self, golden_id: str, *, include: Sequence[str] = (), as_of: str | None = None, on: str | None = None
    ) -> GoldenRecord:
        """As `Hub.golden`."""
        return await self._send(asking.golden(golden_id, include=include, as_of=as_of, on=on))

    async def put(self, record: Record, *, wait: bool = False) -> Put:
        """As `Hub.put`."""
        return await self._send(asking.put(record, wait=wait))

    async def put_many(self, records: Iterable[Record]) -> AsyncIterator[Taken]:
        """As `Hub.put_many`."""
        first = 0
        for batch in _batches(records, RECORDS_AT_ONCE):
            for one in await self._send(asking.put_many(batch, first=first)):
                yield one
            first += len(batch)

    async def find(
        self, entity_type: str, attributes: Mapping[str, Any], *, source: str | None = None, limit: int = 10
    ) -> Found:
        """As `Hub.find`."""
        return await self._send(asking.find(entity_type, attributes, source=source, limit=limit))

    async def snapshot(self, *, entity_type: str | None = None) -> Snapshot:
        """As `Hub.snapshot`."""
        found, cursor = list[GoldenRecord](), None
        while True:
            page, cursor, after = await self._send(
                asking.snapshot(entity_type=entity_type, cursor=cursor, limit=CHANGES_AT_ONCE)
            )
            found += page
            if cursor is None:
                return Snapshot(records=found, after=after)

    async def changes(
        self, after: int = 0, *, entity_type: str | None = None, wait: float = LONGEST_WAIT
    ) -> AsyncIterator[Change]:
        """As `Hub.changes`."""
        while True:
            ask = asking.changes(after=after, entity_type=entity_type, wait=wait, limit=CHANGES_AT_ONCE)
            found, after = await self._send(ask, for_ever=True)
            for one in found:
                yield one

    async def _send(self, ask: Ask[T], *, for_ever: bool = False) -> T:
        tries, patience = (None, None) if for_ever else (TRIES, PATIENCE)
        try:
            async for attempt in stamina.retry_context(on=_worth_another_try, attempts=tries, timeout=patience):
                with attempt:
                    response = await self._http.request(**ask.request(self.url))
                    raise_for(response)
        except httpx2.TransportError as error:
            raise _unreachable(error, self.url) from error
        return ask.read(response.json())
