"""Who follows the runs document of a notebook: clients read it, and nothing they say changes it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol, cast, runtime_checkable

from pycrdt import Channel, Doc, YMessageType, YSyncMessageType
from pycrdt.websocket import YRoom

from patina_lab.clients.broadcast import Hearer, broadcast
from patina_lab.tasks import Tasks

log = logging.getLogger(__name__)


@runtime_checkable
class Follower(Protocol):
    """A connection that can be ended."""

    def end(self) -> None:
        """End it."""


class Followers:
    """The Y room of the runs document. It drops what clients send, but what asks for its state."""

    def __init__(self, ydoc: Doc[Any], tasks: Tasks) -> None:
        self._room = _Room(ydoc=ydoc, log=log, exception_handler=_logged)
        self._room.on_message = _is_to_be_dropped
        self._tasks = tasks

    async def start(self) -> None:
        """Open the room."""
        self._tasks.spawn(self._room.start())
        await self._room.started.wait()
        await self._room.ydoc_observed.wait()

    @property
    def any(self) -> bool:
        """Whether anybody follows."""
        return bool(self._room.clients)

    async def serve(self, channel: Channel) -> None:
        """Serve one client until it leaves."""
        await self._room.serve(channel)

    async def stop(self) -> None:
        """Close the room."""
        clients = tuple(self._room.clients)
        await self._room.stop()
        for client in clients:
            # The room lets nobody know that it is gone.
            if isinstance(client, Follower):
                client.end()
        # YRoom leaves the sending end of its updates open for the garbage collector to find.
        self._room._update_send_stream.close()
        await asyncio.sleep(0)


class _Room(YRoom):
    async def _broadcast_updates(self) -> None:
        await broadcast(self._update_receive_stream, cast("set[Hearer]", self.clients))


def _is_to_be_dropped(message: bytes) -> bool:
    """Law 1: the server is the only writer. All that clients may do is ask for the state."""
    return tuple(message[:2]) != (YMessageType.SYNC, YSyncMessageType.SYNC_STEP1)


def _logged(error: Exception, _log: logging.Logger) -> bool:
    log.warning("A client of a runs document failed: %s", error)
    return True
