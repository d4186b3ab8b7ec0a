"""A client of the runs document: y-websocket's protocol over a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

from pycrdt import (
    Doc,
    Map,
    YMessageType,
    create_sync_message,
    handle_sync_message,
)
from tornado.websocket import WebSocketClosedError


class Follower:
    """Holds a copy of the runs document up to date."""

    def __init__(self, socket: Any) -> None:
        self.ydoc: Doc[Any] = Doc()
        self.times: list[float] = []
        self.runs: Map[Any] = self.ydoc.get("runs", type=Map)
        self.meta: Map[Any] = self.ydoc.get("meta", type=Map)
        self.socket = socket
        self.closed = asyncio.Event()
        self.on_other: Callable[[bytes], object] = lambda _message: None
        self._synchronised = asyncio.Event()
        self._task = asyncio.create_task(self._receive())

    async def synchronised(self) -> None:
        """Wait for the state as it was when we came."""
        await self.send(create_sync_message(self.ydoc))
        await asyncio.wait_for(self._synchronised.wait(), 10)

    async def send(self, message: bytes) -> None:
        """Say something."""
        await self.socket.write_message(message, binary=True)

    async def _receive(self) -> None:
        while (message := await self.socket.read_message()) is not None:
            if message[0] != YMessageType.SYNC:
                self.on_other(message)
                continue
            self.times.append(time.monotonic())
            reply = handle_sync_message(message[1:], self.ydoc)
            if reply is not None:
                await self.send(reply)
            if message[1] == 1:
                self._synchronised.set()
        self.closed.set()

    @property
    def notices(self) -> list[dict[str, Any]]:
        """Return what is said of the notebook's file."""
        notices: list[dict[str, Any]] = self.meta.get("notices") or []
        return notices

    def cell(self, run: str, seq: int) -> dict[str, Any]:
        """Return an output cell of our copy."""
        cell: dict[str, Any] = self.runs[run]["cells"].get(str(seq)) or {}
        return cell

    async def close(self) -> None:
        """Leave."""
        self.socket.close()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketClosedError):
            await self._task


def forged(follower: Follower, run: str) -> bytes:
    """Return an update of everything that is the server's to say."""
    copy: Doc[Any] = Doc()
    copy.apply_update(follower.ydoc.get_update())
    before = copy.get_state()
    runs: Map[Any] = copy.get("runs", type=Map)
    meta: Map[Any] = copy.get("meta", type=Map)
    with copy.transaction():
        meta["epoch"] = meta["schema"] = meta["saved"] = "forged"
        runs["forged"] = Map({"title": "forged", "status": "idle"})
        for name in ("status", "title", "queue", "report", "error", "kernel_id"):
            runs[run][name] = "forged"
        runs[run]["cells"]["1"] = {"outputs": ["forged"], "trusted": "forged"}
        runs[run]["globals"] = ["forged"]
    return copy.get_update(before)
