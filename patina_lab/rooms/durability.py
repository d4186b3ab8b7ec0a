"""What of a source document is safe: written to the CRDT store, which commits durably."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pycrdt.websocket import YRoom


class Durability:
    """Follows a room's store. `saved` is a state vector: what a client may rely on."""

    def __init__(self, room: YRoom) -> None:
        self.saved = room.ydoc.get_state()
        self.on_saved: Callable[[bytes], None] = lambda _saved: None
        self._room, self._store = room, room.ystore
        self._begun = self.saved
        self._writing, self._incomplete = 0, False
        self._own: Any = None
        if self._store is not None:
            # The store tells nobody when it has written: the room calls this `write`, and it us.
            self._own = self._store.write
            self._store.write = self._write  # type: ignore[method-assign]

    async def _write(self, data: bytes) -> None:
        self._writing += 1
        self._begun = self._room.ydoc.get_state()
        try:
            await self._own(data)
        except BaseException:
            # A later change that is stored is no proof of this one.
            self._incomplete = True
            raise
        finally:
            self._writing -= 1
        if not self._writing and not self._incomplete and self._nothing_waits():
            # Writes end in any order: what the latest of them began with is all stored now.
            self.saved = self._begun
            self.on_saved(self.saved)

    def _nothing_waits(self) -> bool:
        """Whether every change so far has been given to the store."""
        stream = self._room._update_receive_stream
        return stream.statistics().current_buffer_used == 0

    def close(self) -> None:
        """Let the store be."""
        if self._store is not None and self._store.write == self._write:
            self._store.write = self._own  # type: ignore[method-assign]
