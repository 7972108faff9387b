"""A small load generator: some connections that ask one after the other, on uvloop, in this one thread.

It reads an answer by its Content-Length, which every answer of ours has, so that the generator costs a tenth of the server.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvloop

Make = Callable[[], bytes]


@dataclass
class Result:
    """What one kind of request took; seconds for each answer."""

    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    bytes: int = 0
    """Of all bodies, as they came (compressed)."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds if self.seconds else 0.0

    def ms(self, share: float) -> float:
        """Milliseconds within which that share of the answers came."""
        ordered = sorted(self.times) or [0.0]
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class _Connection(asyncio.Protocol):
    def __init__(self, make: Make, result: Result, end: float, done: "asyncio.Future[None]") -> None:
        self.make, self.result, self.end, self.done = make, result, end, done
        self.transport: Any = None
        self.buffer = bytearray()
        self.needed = -1
        self.begun = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._ask()

    def _ask(self) -> None:
        self.begun = time.perf_counter()
        if self.begun >= self.end:
            self.transport.close()
            return
        self.transport.write(self.make())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.needed < 0:
            head = self.buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            lines = bytes(self.buffer[:head]).lower()
            at = lines.find(b"\r\ncontent-length: ")
            length = int(lines[at + 18 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self.needed = head + 4 + length
            self.result.statuses[int(lines[9:12])] += 1
            self.result.bytes += length
        if len(self.buffer) >= self.needed:
            self.buffer.clear()
            self.needed = -1
            self.result.times.append(time.perf_counter() - self.begun)
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.buffer or self.needed >= 0 or time.perf_counter() < self.end:
            self.result.statuses[0] += 1
        if not self.done.done():
            self.done.set_result(None)


async def _measure(ports: list[int], make: Make, connections: int, seconds: float) -> Result:
    loop, result = asyncio.get_running_loop(), Result()
    begun = time.perf_counter()
    waits = []
    for number in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        waits.append(done)
        await loop.create_connection(
            lambda done=done: _Connection(make, result, begun + seconds, done), "127.0.0.1", ports[number % len(ports)]
        )
    await asyncio.gather(*waits)
    result.seconds = time.perf_counter() - begun
    return result


def measure(ports: list[int], make: Make, connections: int, seconds: float) -> Result:
    """Let so many connections, spread evenly over the ports, ask for some seconds; status 0 is a connection that broke."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(ports, make, connections, seconds))


def get(path: str, host: str, cookie: str = "", **headers: str) -> bytes:
    """Return a request's bytes."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Accept-Encoding: gzip", *(f"{name}: {value}" for name, value in headers.items())]
    lines += [f"Cookie: {cookie}"] if cookie else []
    return "\r\n".join([*lines, "", ""]).encode()


def post(path: str, host: str, body: str, cookie: str, **headers: str) -> bytes:
    """Return the bytes of a posted form."""
    lines = [
        f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
        f"Cookie: {cookie}", *(f"{name}: {value}" for name, value in headers.items()),
    ]  # fmt: skip
    return ("\r\n".join([*lines, "", ""]) + body).encode()
