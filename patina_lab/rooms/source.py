"""Source documents, live on the server. The only importer of jupyter_server_ydoc.

jupyter-collaboration owns the rooms in which people edit; here a room is entered without a
websocket, kept alive while runs need it, and saved no later than ten seconds after an edit.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.serverapp import ServerApp
from jupyter_server_ydoc.app import YDocExtension
from jupyter_server_ydoc.handlers import YDocWebSocketHandler
from jupyter_server_ydoc.rooms import DocumentRoom
from jupyter_server_ydoc.stores import SQLiteYStore
from pycrdt import Channel
from traitlets import Unicode

from patina_lab.document.ytsnb import YTsnb
from patina_lab.rooms.durability import Durability

CONTENT_TYPE = "tsnb"
QUIET_SECONDS = 2.0
LONGEST_SECONDS = 10.0
SYNC_SECONDS = 3.0


class CollaborationMissingError(RuntimeError):
    """jupyter-collaboration is not enabled on this server."""


class SourceDocument:
    """The source of one notebook, as it is now in the room where people edit it."""

    def __init__(self, extension: YDocExtension, room: DocumentRoom, document: YTsnb) -> None:
        self.document = document
        self._extension, self._room = extension, room
        self._presence = _Presence(room.room_id)
        self._changed = asyncio.Event()
        self._save_by: asyncio.TimerHandle | None = None
        self._edited = 0.0
        self._saving: asyncio.Task[None] | None = None
        self._watch = document.watch(self._on_edit)
        self.durability = Durability(room)
        # Not a setting of ours to change for other documents: one room, one delay.
        room._save_delay = QUIET_SECONDS
        self._stay()

    @property
    def path(self) -> str:
        """Where the file is now, relative to the server's root."""
        return self.document.path or ""

    @property
    def alive(self) -> bool:
        """Whether the room is still the one that people who open the file get."""
        return self._extension.ywebsocket_server.rooms.get(self._room.room_id) is self._room

    def _stay(self) -> None:
        """Be present, so that the room is not thrown away after its last client.

        A room without clients is deleted after a minute, and what is then written to its document
        goes nowhere, silently.
        """
        if self._room.cleaner is not None:
            self._room.cleaner.cancel()
        self._room.clients.add(self._presence)

    async def release(self) -> None:
        """Leave the room; the last one to leave saves and closes it."""
        unsaved = self._save_by is not None
        self.forget()
        if unsaved:
            await self._save()
        if self._saving is not None:
            await asyncio.gather(self._saving, return_exceptions=True)
        self._room.clients.discard(self._presence)
        if not self._room.clients and self.alive:
            await self._extension.ywebsocket_server.delete_room(room=self._room)
            # YRoom leaves the sending end of its updates open for the garbage collector to find.
            self._room._update_send_stream.close()
            loaders = self._extension.file_loaders
            file_id = self._room.room_id.rsplit(":", 1)[-1]
            if file_id in loaders and loaders[file_id].number_of_subscriptions == 0:
                await loaders.remove(file_id)

    def forget(self) -> None:
        """Watch the document no more: for a room that is gone, with all that was saved of it."""
        self._watch()
        self.durability.close()
        if self._save_by is not None:
            self._save_by.cancel()
            self._save_by = None

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
            # Not by `_save_to_disc`: the next keystroke gives up what that has begun, and a large
            # notebook takes longer to write down than a keystroke.
            self._saving = asyncio.create_task(self._room._maybe_save_document(None, save_now=True))

    def _autosaves(self) -> bool:
        """Whether anybody here wants changes saved by themselves (JupyterLab's setting)."""
        states = [state for state in self._room.awareness.states.values() if state]
        return not states or any(state.get("autosave", True) for state in states)

    async def save(self) -> bool:
        """Save at once, whatever the settings say; tell whether the file now has the text."""
        async with self._room._update_lock:
            pass  # A change of the file is taken in before.
        await self._room._maybe_save_document(None, save_now=True)
        model = await self._room._file.load_content("text", "file")
        return bool(model["content"] == await self.document.aget())

    async def _save(self) -> None:
        if self._autosaves() and (task := self._save_to_disc()) is not None:
            await asyncio.gather(task, return_exceptions=True)

    def _save_to_disc(self) -> asyncio.Task[None] | None:
        """Save at once, as JupyterLab's Save does."""
        room: Any = self._room
        task: asyncio.Task[None] | None = room._save_to_disc()
        return task


class SourceDocuments:
    """Finds the live source of a file."""

    def __init__(self, serverapp: ServerApp) -> None:
        self._serverapp = serverapp

    @property
    def extension(self) -> YDocExtension:
        """jupyter-collaboration's server half; CollaborationMissingError when it is disabled."""
        manager: Any = self._serverapp.extension_manager
        for app in manager.extension_apps.get("jupyter_server_ydoc", ()):
            return cast("YDocExtension", app)
        raise CollaborationMissingError("The server extension jupyter_server_ydoc is not enabled")

    async def open(self, path: str) -> SourceDocument:
        """Enter the room of a file below the server's root."""
        extension = self.extension
        document = await extension.get_document(
            path=path, content_type=CONTENT_TYPE, file_format="text", copy=False, create=True
        )
        files: Any = self._serverapp.web_app.settings["file_id_manager"]
        room = await extension.ywebsocket_server.get_room(
            f"text:{CONTENT_TYPE}:{files.index(path)}"
        )
        return SourceDocument(extension, cast("DocumentRoom", room), cast("YTsnb", document))


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

    async def recv(self) -> bytes:
        raise StopAsyncIteration


def hash_of(source: str) -> str:
    """Return the hash that names a source: SHA-256 of its UTF-8 text, in hex."""
    return hashlib.sha256(source.encode()).hexdigest()


def configure(serverapp: ServerApp) -> None:
    """Keep the history of edits in one place, wherever the server is started from.

    By default it is `.jupyter_ystore.db` in the working directory: from another one, a client that
    comes back finds its history gone, and its text doubled. A person's own choice is kept; rooms
    that are entered from the server itself (`get_document`) would not know of it.
    """
    extension = SourceDocuments(serverapp).extension
    store = extension.config.SQLiteYStore
    if "db_path" not in store:
        folder = Path(jupyter_data_dir())
        folder.mkdir(parents=True, exist_ok=True)
        store.db_path = str(folder / "collaboration_history.db")

    class KeptYStore(SQLiteYStore):  # type: ignore[metaclass]
        """The history of edits at the place that is configured."""

        db_path = Unicode(store.db_path, config=True)

    extension.ystore_class = KeptYStore


def put_before_rooms(serverapp: ServerApp, *guards: type) -> None:
    """Have classes stand before and behind the handler of the rooms' sockets: first and last.

    They are its bases, in this order around it. LookupError when there is no such handler: rooms
    that nothing guards must not be open.
    """
    first, last = guards
    guarded = type("GuardedRoom", (first, YDocWebSocketHandler, last), {})
    application: Any = serverapp.web_app
    rules = [
        rule
        for rule in _rules(application.default_router)
        if getattr(rule, "target", None) is YDocWebSocketHandler
    ]
    for rule in rules:
        rule.target = guarded
    if not rules:
        raise LookupError("The rooms of jupyter_server_ydoc have no handler")


def _rules(router: Any) -> Iterator[Any]:
    for rule in getattr(router, "rules", ()):
        yield rule
        yield from _rules(rule.target)
