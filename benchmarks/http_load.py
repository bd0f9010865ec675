"""A lean client for measuring servers over HTTP: raw connections that are kept alive, one request each at a time.

It reads no more of an answer than its status and its length, so that the server is what is measured.
"""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import cast

import uvloop


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of requests gave: how many a second, and the milliseconds of the median and 99th percentile."""

    rate: float
    median: float
    most: float


def request(method: str, path: str, *, key: str = "", body: bytes = b"") -> bytes:
    """Write a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"Authorization: Bearer {key}"] if key else []
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def load(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> Load:
    """Send requests over so many connections for some seconds, each as soon as the one before is answered."""
    return uvloop.run(_load(port, itertools.cycle(requests), connections, seconds))


@dataclass(slots=True)
class _Connection(asyncio.Protocol):
    """Sends the next request when an answer is whole; any answer but 200 and 202 ends the run."""

    requests: Iterator[bytes]
    until: float
    done: "asyncio.Future[None]"
    took: list[float] = field(default_factory=list)
    transport: asyncio.Transport = field(init=False)
    sent: float = 0.0
    left: int = -1
    head: bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # as uvloop's are, without being of that class
        self._send()

    def data_received(self, data: bytes) -> None:
        if self.left < 0:
            self.head += data
            head, end, rest = self.head.partition(b"\r\n\r\n")
            if not end:
                return
            if head[9:12] not in {b"200", b"202"}:
                self._fail(head + rest)
                return
            place = head.lower().index(b"content-length:") + 15
            self.left = int(head[place:].partition(b"\r\n")[0])
            self.head, data = b"", rest
        self.left -= len(data)
        if self.left == 0:
            self.left = -1
            self.took.append(time.perf_counter() - self.sent)
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self._fail(f"the connection was lost: {exc}".encode())

    def _send(self) -> None:
        self.sent = time.perf_counter()
        if self.sent < self.until:
            self.transport.write(next(self.requests))
        elif not self.done.done():
            self.done.set_result(None)

    def _fail(self, answer: bytes) -> None:
        if not self.done.done():
            self.done.set_exception(SystemExit(answer.decode("utf-8", "replace")))


async def _load(port: int, requests: Iterator[bytes], count: int, seconds: float) -> Load:
    loop, started = asyncio.get_running_loop(), time.perf_counter()
    made = [_Connection(requests, started + seconds, loop.create_future()) for _ in range(count)]
    await asyncio.gather(*(loop.create_connection(lambda one=one: one, "127.0.0.1", port) for one in made))
    await asyncio.gather(*(one.done for one in made))
    took = [second for one in made for second in one.took]
    cuts = quantiles(took, n=100, method="inclusive")
    for one in made:
        one.transport.close()
    return Load(len(took) / seconds, 1000 * cuts[49], 1000 * cuts[98])
