"""Tells all clients of a Y room what has changed: at once when it was quiet, else all that waits.

pycrdt-websocket starts a task for each client and each update. With fifty clients that type, most
of what the server does is to start tasks and to send frames of thirty bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

from anyio import WouldBlock
from anyio.streams.memory import MemoryObjectReceiveStream
from pycrdt import create_update_message, merge_updates

PAUSE_SECONDS = 1 / 60
"""Between two frames: a page shows no more in a second."""


class Hearer(Protocol):
    """A client's connection."""

    def tell(self, message: bytes) -> None:
        """Send a frame; nobody waits until the client has it. Raises nothing."""


async def broadcast(updates: MemoryObjectReceiveStream[bytes], hearers: Iterable[Hearer]) -> None:
    """Tell all that come, until the stream ends. `hearers` are those who are there by then."""
    async with updates:
        async for update in updates:
            message = create_update_message(_with_all_that_wait(update, updates))
            for hearer in tuple(hearers):
                hearer.tell(message)
            await asyncio.sleep(PAUSE_SECONDS)


def _with_all_that_wait(first: bytes, others: MemoryObjectReceiveStream[bytes]) -> bytes:
    found = [first]
    try:
        while True:
            found.append(others.receive_nowait())
    except WouldBlock:
        return first if len(found) == 1 else merge_updates(*found)
