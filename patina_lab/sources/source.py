"""One source document, live on the server.

jupyter-collaboration owns the room in which people edit it; here that is entered without a
websocket, kept alive while runs need it, and saved no later than ten seconds after an edit.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress

from jupyter_server_ydoc.app import YDocExtension
from pycrdt import Channel

from patina_lab.sources.collaboration import loader_removed
from patina_lab.sources.durability import Durability
from patina_lab.sources.notices import NotSavedError
from patina_lab.sources.sourceroom import SourceRoom
from patina_lab.text import Text

QUIET_SECONDS = 2.0
LONGEST_SECONDS = 10.0
SYNC_SECONDS = 3.0


class SourceDocument:
    """The source of one notebook, as it is now in the room where people edit it."""

    def __init__(self, extension: YDocExtension, room: SourceRoom) -> None:
        self.document, self.room = room.document, room
        self._extension = extension
        self._presence = _Presence(room.room_id)
        self._changed = asyncio.Event()
        self._save_by: asyncio.TimerHandle | None = None
        self._edited = 0.0
        self._saving: asyncio.Task[None] | None = None
        self._watch = room.document.watch(self._on_edit)
        # Not a setting of ours to change for other documents: one room, one delay.
        room._save_delay = QUIET_SECONDS
        self._stay()

    @property
    def path(self) -> str:
        """Where the file is now, relative to the server's root."""
        return self.room.place.path

    @property
    def durability(self) -> Durability:
        """What of it is safe."""
        return self.room.durability

    @property
    def alive(self) -> bool:
        """Whether the room is still the one that people who open the file get."""
        return self._extension.ywebsocket_server.rooms.get(self.room.room_id) is self.room

    @property
    def is_waiting(self) -> bool:
        """Whether a save is due, or a disk has refused something that is tried again."""
        return self._save_by is not None or self.room.is_waiting

    def _stay(self) -> None:
        """Be present, so that the room is not thrown away after its last client.

        A room without clients is deleted after a minute, and what is then written to its document
        goes nowhere, silently.
        """
        if self.room.cleaner is not None:
            self.room.cleaner.cancel()
        self.room.clients.add(self._presence)

    async def release(self) -> None:
        """Leave the room; the last one to leave saves and closes it."""
        unsaved = self._save_by is not None
        self.forget()
        if unsaved:
            await self._save()
        if self._saving is not None:
            await asyncio.gather(self._saving, return_exceptions=True)
        if self.alive:
            self.room.clients.discard(self._presence)
            if not self.room.clients:
                await self._delete()

    async def turn_away(self, why: Text) -> None:
        """Have everybody leave the room: it is made anew for who comes then.

        We stay: who leaves as the last one has a room deleted later, by the name that it had.
        """
        self.forget()
        self.room.turn_away(why)
        await self._delete()

    async def _delete(self) -> None:
        if self.alive:
            await self._extension.ywebsocket_server.delete_room(room=self.room)
            # YRoom leaves the sending end of its updates open for the garbage collector to find.
            self.room._update_send_stream.close()
            await loader_removed(self._extension, self.room.room_id)

    def abandon(self) -> None:
        """Save nothing any more: the file was deleted, and saving would bring it back."""
        if self._save_by is not None:
            self._save_by.cancel()
            self._save_by = None

    def forget(self) -> None:
        """Watch the document no more: for a room that is gone, with all that was saved of it."""
        self._watch()
        self.abandon()

    async def wait_for(self, cell: str, source_hash: str | None) -> tuple[str | None, bool]:
        """Return a cell's source, and whether it is the one asked for (SHA-256 of the UTF-8 text).

        Requests and edits arrive by different sockets: an edit gets three seconds to catch up.
        """
        deadline = asyncio.get_running_loop().time() + SYNC_SECONDS
        while True:
            source = self.document.cell_source(cell)
            if source is not None and source_hash in (None, hash_of(source)):
                return source, True
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return source, False
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                continue

    def _on_edit(self) -> None:
        self._changed.set()
        loop = asyncio.get_running_loop()
        self._edited = loop.time()
        if self._save_by is None:
            self._save_by = loop.call_later(LONGEST_SECONDS, self._save_now)

    def _save_now(self) -> None:
        """Save in the midst of typing: the room itself waits until nobody types."""
        self._save_by = None
        quiet = asyncio.get_running_loop().time() - self._edited
        if quiet < QUIET_SECONDS and self._autosaves():
            # Not by the room's own debounced save: the next keystroke puts that off.
            self._saving = asyncio.create_task(self._save())

    def _autosaves(self) -> bool:
        """Whether anybody here wants changes saved by themselves (JupyterLab's setting)."""
        states = [state for state in self.room.awareness.states.values() if state]
        return not states or any(state.get("autosave", True) for state in states)

    async def save(self) -> bool:
        """Save at once, whatever the settings say; tell whether the file now has the text."""
        try:
            await self.room.save()
        except NotSavedError:
            return False
        return True

    async def _save(self) -> None:
        # Why not is in the room's notices.
        if self._autosaves():
            with suppress(NotSavedError):
                await self.room.save()


class _Presence(Channel):
    """Somebody in a room who neither says nor hears anything."""

    def __init__(self, path: str) -> None:
        self._path = path

    @property
    def path(self) -> str:
        return self._path

    async def __anext__(self) -> bytes:
        raise StopAsyncIteration

    async def send(self, message: bytes) -> None:
        pass

    def tell(self, message: bytes) -> None:
        pass

    async def recv(self) -> bytes:
        raise StopAsyncIteration


def hash_of(source: str) -> str:
    """Return the hash that names a source: SHA-256 of its UTF-8 text, in hex."""
    return hashlib.sha256(source.encode()).hexdigest()
