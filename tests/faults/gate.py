"""A door before a server that a test can shut: connections through it end, new ones are refused, until it is opened again."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any

from faults.installation import free_port


class Gate:
    """Passes 127.0.0.1:`port` on to 127.0.0.1:`target`."""

    def __init__(self, target: int) -> None:
        self.target, self.port = target, free_port()
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.open()

    def _do(self, act: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(act, self._loop).result(10)

    def open(self) -> None:
        """Let everybody through."""
        self._do(self._listen())

    def shut(self) -> None:
        """End what goes through and refuse what comes."""
        self._do(self._end())

    def close(self) -> None:
        """Shut it for good."""
        self.shut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
        other = None
        try:
            far, other = await asyncio.open_connection("127.0.0.1", self.target)
            ways = [asyncio.create_task(_pump(reader, other)), asyncio.create_task(_pump(far, writer))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for end in (writer, other):
                if end is not None:
                    end.transport.abort()
            if task is not None:
                self._open.discard(task)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
