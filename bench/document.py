"""A Yjs client of a notebook's runs document, as a browser is one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from pycrdt import (
    Doc,
    Map,
    YMessageType,
    YSyncMessageType,
    create_sync_message,
    handle_sync_message,
)
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from bench.server import TOKEN, Server


class RunsReader:
    """The runs document as one client sees it, and when its updates came."""

    def __init__(self) -> None:
        self.doc: Doc[Any] = Doc()
        self.runs = self.doc.get("runs", type=Map)
        self.arrivals: list[float] = []
        self.bytes = 0
        self.changed = asyncio.Event()

    def cell(self, run: str, seq: int) -> dict[str, Any] | None:
        """Return an output cell, or None while it has not arrived."""
        fields = self.runs.get(run)
        return None if fields is None else fields["cells"].get(str(seq))

    async def until(self, ready: Callable[[], bool]) -> None:
        """Wait until a condition on the document holds."""
        while not ready():
            self.changed.clear()
            await self.changed.wait()

    async def ended(self, run: str, seq: int) -> dict[str, Any]:
        """Wait until an output cell has its end; return it."""
        await self.until(lambda: bool((self.cell(run, seq) or {}).get("ended")))
        cell = self.cell(run, seq)
        assert cell is not None
        return cell

    async def read(self, socket: WebSocketClientConnection) -> None:
        """Take in updates until the socket closes."""
        while (message := await socket.read_message()) is not None:
            assert isinstance(message, bytes)
            if message[0] != YMessageType.SYNC:
                continue
            if message[1] == YSyncMessageType.SYNC_UPDATE:
                self.arrivals.append(time.monotonic())
                self.bytes += len(message)
            reply = handle_sync_message(message[1:], self.doc)
            if reply is not None:
                await socket.write_message(reply, binary=True)
            self.changed.set()


@asynccontextmanager
async def reading(server: Server, notebook: str) -> AsyncIterator[RunsReader]:
    """Connect to the runs document of an open notebook."""
    url = f"{server.url.replace('http', 'ws')}/api/patina/notebooks/{notebook}/runs-document"
    request = HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"})
    socket = await websocket_connect(request, max_message_size=2**30)
    reader = RunsReader()
    await socket.write_message(create_sync_message(reader.doc), binary=True)
    task = asyncio.create_task(reader.read(socket))
    try:
        yield reader
    finally:
        socket.close()
        await task
