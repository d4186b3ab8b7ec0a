"""Somebody who edits a notebook in the room of jupyter-collaboration, over a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

from pycrdt import (
    Array,
    Decoder,
    Doc,
    Encoder,
    Map,
    Text,
    TransactionEvent,
    YMessageType,
    create_sync_message,
    create_update_message,
    handle_sync_message,
)
from tornado.websocket import WebSocketClosedError

_RAW = 2
Connect = Callable[[str], Awaitable[Any]]


class Editor:
    """A copy of the source document, edited here and kept in step while online.

    `kind`: format and type of the document; jupyter-collaboration's own are edited the same way.
    """

    def __init__(
        self, fetch: Any, connect: Connect, path: str, kind: tuple[str, str] = ("text", "tsnb")
    ) -> None:
        self.ydoc: Doc[Any] = Doc()
        self.cells: Array[Any] = self.ydoc.get("cells", type=Array)
        self.meta: Map[Any] = self.ydoc.get("meta", type=Map)
        self._fetch, self._connect, self._path = fetch, connect, path
        self._format, self._type = kind
        self._socket: Any = None
        self._task: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Future[None]] = set()
        self._remote = False
        self.on_raw: Callable[[dict[str, Any]], object] = lambda _said: None
        self.close_code: int | None = None
        self.close_reason = ""
        self.ydoc.observe(self._on_change)

    async def go_online(self, seconds: float = 10) -> None:
        """Enter the room; return when both sides have what the other had."""
        reply = await self._fetch(
            "api",
            "collaboration",
            "session",
            self._path,
            method="PUT",
            body=json.dumps({"format": self._format, "type": self._type}),
        )
        session = json.loads(reply.body)
        room = f"{self._format}:{self._type}:{session['fileId']}"
        self._socket = await self._connect(
            f"api/collaboration/room/{room}?sessionId={session['sessionId']}"
        )
        synchronised = asyncio.Event()
        self._task = asyncio.create_task(self._receive(self._socket, synchronised))
        await self._socket.write_message(create_sync_message(self.ydoc), binary=True)
        await asyncio.wait_for(synchronised.wait(), seconds)

    def move_to(self, fetch: Any, connect: Connect) -> None:
        """Come back to the same notebook on another server, as a page does on a restarted one."""
        self._fetch, self._connect = fetch, connect

    async def go_offline(self) -> None:
        """Leave; edits stay here until the next time online."""
        if self._socket is not None:
            await asyncio.gather(*self._sending, return_exceptions=True)
            self._socket.close()
            self._socket = None
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketClosedError):
                await self._task

    async def cut(self) -> None:
        """Lose the connection at once: nobody says so, and what is under way is lost."""
        if self._socket is not None:
            reset(self._socket)
            await self.go_offline()

    @property
    def is_online(self) -> bool:
        """Whether there is a connection, as far as is known here."""
        return self._task is not None and not self._task.done()

    async def _receive(self, connection: Any, synchronised: asyncio.Event) -> None:
        while (message := await connection.read_message()) is not None:
            if message[0] == _RAW:
                self.on_raw(json.loads(Decoder(message[1:]).read_var_string()))
            if message[0] != YMessageType.SYNC:
                continue
            self._remote = True
            try:
                reply = handle_sync_message(message[1:], self.ydoc)
            finally:
                self._remote = False
            if reply is not None:
                await connection.write_message(reply, binary=True)
            if message[1] == 1:
                synchronised.set()
        self.close_code, self.close_reason = connection.close_code, connection.close_reason

    async def save(self) -> str:
        """Have the room save what it has, as JupyterLab's Save does; return what came of it."""
        saved: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def answered(said: dict[str, Any]) -> None:
            if not saved.done():
                saved.set_result(said["status"])

        self.on_raw = answered
        message = Encoder()
        message.write_var_uint(_RAW)
        message.write_var_string("save")
        message.write_var_uint(1)
        await self._socket.write_message(message.to_bytes(), binary=True)
        return await asyncio.wait_for(saved, 10)

    def is_acknowledged(self, saved: bytes, state: bytes | None = None) -> bool:
        """Whether a state vector (`meta.saved`) covers what is here, or was at that state."""
        there, here = clocks(saved), clocks(state or self.state())
        return all(there.get(name, 0) >= clock for name, clock in here.items())

    def state(self) -> bytes:
        """Return the state vector of what is here."""
        return self.ydoc.get_state()

    def _on_change(self, event: TransactionEvent) -> None:
        if self._socket is not None and not self._remote:
            message = create_update_message(event.update)
            # What a lost connection does not take is told when there is one again.
            with contextlib.suppress(WebSocketClosedError):
                sent = asyncio.ensure_future(self._socket.write_message(message, binary=True))
                self._sending.add(sent)
                sent.add_done_callback(self._sending.discard)

    def text(self, at: int) -> Text:
        """Return the source of a cell, to edit."""
        text: Text = self.cells[at]["source"]
        return text

    def sources(self) -> list[str]:
        """Return all sources as they are here."""
        return [str(cell["source"]) for cell in self.cells]

    async def until_sources(self, *wanted: str) -> None:
        """Wait until the cells here are these."""
        await eventually(lambda: self.sources() == list(wanted), self.sources)


def clocks(state: bytes) -> dict[int, int]:
    """Return a state vector as numbers: how much there is of each client."""
    decoder = Decoder(state)
    count = decoder.read_var_uint()
    return {decoder.read_var_uint(): decoder.read_var_uint() for _ in range(count)}


def reset(connection: Any) -> None:
    """End a WebSocket as a network that fails does: the other end gets no word of it, but RST."""
    stream = connection.protocol.stream
    if not stream.closed():
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        stream.close()


async def eventually(
    true: Callable[[], bool], otherwise: Callable[[], object] = lambda: "", seconds: float = 20
) -> None:
    """Wait for something to become true."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not true():
        assert asyncio.get_running_loop().time() < deadline, f"waited in vain: {otherwise()}"
        await asyncio.sleep(0.02)


async def stays(true: Callable[[], bool], turns: int = 20) -> None:
    """Look for a while whether something stays true."""
    for _ in range(turns):
        assert true()
        await asyncio.sleep(0.01)
