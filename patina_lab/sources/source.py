"""Source documents, live on the server. With `sourceroom`, all that knows jupyter_server_ydoc.

jupyter-collaboration owns the rooms in which people edit; here a room is entered without a
websocket, kept alive while runs need it, and saved no later than ten seconds after an edit.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server_ydoc.app import YDocExtension
from jupyter_server_ydoc.handlers import (
    DocForkHandler,
    DocSessionHandler,
    TimelineHandler,
    UndoRedoHandler,
    YDocWebSocketHandler,
)
from jupyter_server_ydoc.stores import SQLiteYStore
from jupyter_server_ydoc.utils import SERVER_SESSION
from pycrdt import Channel
from tornado.web import HTTPError
from traitlets import Unicode

from patina_lab.confined import Roots
from patina_lab.problem import PatinaProblem, conflict, forbidden
from patina_lab.runlog.runfolder import RunFolder
from patina_lab.sources.claim import Claim, Server
from patina_lab.sources.diskside import NotSavedError, Workspace
from patina_lab.sources.durability import Durability
from patina_lab.sources.history import History
from patina_lab.sources.sourceroom import SourceRoom

_FORMAT, _TYPE, SUFFIX = "text", "tsnb", ".tsnb"
_ROOMS = f"{_FORMAT}:{_TYPE}:"
QUIET_SECONDS = 2.0
LONGEST_SECONDS = 10.0
SYNC_SECONDS = 3.0

SESSION = SERVER_SESSION
"""This life of the server, as jupyter-collaboration calls it."""


class CollaborationMissingError(RuntimeError):
    """jupyter-collaboration is not enabled on this server."""


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
        return self.room.disk.path

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

    async def turn_away(self, words: str) -> None:
        """Have everybody leave the room: it is made anew for who comes then.

        We stay: who leaves as the last one has a room deleted later, by the name that it had.
        """
        self.forget()
        self.room.turn_away(words)
        await self._delete()

    async def _delete(self) -> None:
        if self.alive:
            await self._extension.ywebsocket_server.delete_room(room=self.room)
            # YRoom leaves the sending end of its updates open for the garbage collector to find.
            self.room._update_send_stream.close()
            await _loader_removed(self._extension, self.room.room_id)

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


class SourceDocuments:
    """Finds the live source of a file."""

    def __init__(self, serverapp: ServerApp, also_in: Iterable[str] = ()) -> None:
        self._serverapp = serverapp
        self.root = Path(serverapp.root_dir)
        self.roots = Roots(self.root, also_in)

    @property
    def extension(self) -> YDocExtension:
        """jupyter-collaboration's server half; CollaborationMissingError when it is disabled."""
        return _extension(self._serverapp)

    def refuse_outside(self, path: str) -> None:
        """Raise a problem for a notebook that links lead out of the server's root, or its runs."""
        file = self.root / path
        if not (self.roots.hold(file) and self.roots.hold(RunFolder(file).path)):
            raise forbidden(
                f"{path[:80]} is not below the server's root",
                "It, its runs or a folder above them is a link to another place",
                "Move it, or allow that place: the setting `PatinaLab.also_in`.",
            )

    def refuse_other_name(self, path: str) -> None:
        """Raise a problem for a file that is open under another name: it would be edited twice."""
        for room in self.extension.ywebsocket_server.rooms.values():
            name = room.disk.path if isinstance(room, SourceRoom) else ""
            if name not in ("", path) and _is_same(self.root / name, self.root / path):
                raise conflict(
                    f"{path[:80]} is open as {name}",
                    "Both are names of one file",
                    f"Open {name}, or make a copy of it.",
                )

    async def open(self, path: str) -> SourceDocument:
        """Enter the room of a file below the server's root."""
        room_id = f"{_ROOMS}{self._files.index(path)}"
        extension = self.extension
        async with extension._room_locks[room_id]:
            room = await self.room(room_id)
            await self._initialized(room)
        return SourceDocument(extension, room)

    async def room(self, room_id: str) -> SourceRoom:
        """Return the room of a document, made if need be; hold the lock of its id.

        Raises a problem for one outside, or whose file is open under another name.
        """
        path = self._files.get_path(room_id.removeprefix(_ROOMS))
        self.refuse_outside(path)
        server = self.extension.ywebsocket_server
        if not server.started.is_set():
            self._beginning = asyncio.create_task(server.start())
            await server.started.wait()
        if not server.room_exists(room_id):
            self.refuse_other_name(path)
            room = self._new_room(room_id)
            await server.start_room(room)
            server.add_room(room_id, room)
        return cast("SourceRoom", await server.get_room(room_id))

    def admits(self, room_id: str) -> bool:
        """Whether there may be a room: of a notebook as a notebook, and of nothing else as one.

        As plain text a notebook may be edited while nobody has it open: to mend one that is broken.
        """
        if room_id.count(":") < _ROOMS.count(":"):
            return True  # None of a file.
        form, kind, file_id = room_id.split(":", 2)
        path = self._files.get_path(file_id)
        if path is None:
            return False
        if kind == _TYPE:
            return form == _FORMAT and path.endswith(SUFFIX)
        return not (path.endswith(SUFFIX) and self.is_open(path))

    def is_open(self, path: str) -> bool:
        """Whether a file is being edited as a notebook."""
        return self.extension.ywebsocket_server.room_exists(f"{_ROOMS}{self._files.get_id(path)}")

    def _new_room(self, room_id: str) -> SourceRoom:
        file_id = room_id.removeprefix(_ROOMS)
        loader = self.extension.file_loaders[file_id]
        return SourceRoom(
            room_id,
            loader,
            History(self._histories / f"{uuid.UUID(file_id)}.db", self._serverapp.log),
            Claim(self._histories / f"{uuid.UUID(file_id)}.lock", self._me),
            self._workspace,
            logger=self._serverapp.event_logger,
            log=self._serverapp.log,
            exception_handler=_logged,
            save_delay=self.extension.document_save_delay,
        )

    def _me(self) -> Server:
        return Server(os.getpid(), self._serverapp.port)

    @property
    def _workspace(self) -> Workspace:
        return Workspace(
            self.root,
            self.roots,
            self._serverapp.contents_manager,
            self._files,
        )

    @property
    def _files(self) -> Any:
        return self._serverapp.web_app.settings["file_id_manager"]

    @property
    def _histories(self) -> Path:
        return Path(jupyter_data_dir()) / "patina_lab" / "histories"

    async def _initialized(self, room: SourceRoom) -> None:
        """Have a room read its file; there is none when that fails."""
        try:
            await room.initialize()
        except BaseException:
            extension = self.extension
            if not room.clients and extension.ywebsocket_server.rooms.get(room.room_id) is room:
                await extension.ywebsocket_server.delete_room(room=room)
                await _loader_removed(extension, room.room_id)
            raise


def _extension(serverapp: ServerApp) -> YDocExtension:
    manager: Any = serverapp.extension_manager
    for app in manager.extension_apps.get("jupyter_server_ydoc", ()):
        return cast("YDocExtension", app)
    raise CollaborationMissingError("The server extension jupyter_server_ydoc is not enabled")


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


async def _loader_removed(extension: YDocExtension, room_id: str) -> None:
    """Have a file watched no more that no room needs."""
    loaders, file_id = extension.file_loaders, room_id.removeprefix(_ROOMS)
    if file_id in loaders and loaders[file_id].number_of_subscriptions == 0:
        # What watches a file that was deleted has ended with an error, and raises it here.
        with suppress(RuntimeError):
            await loaders.remove(file_id)


def _logged(error: Exception, log: logging.Logger) -> bool:
    """Take what went wrong in a room for handled: others go on."""
    log.error("In the room of a notebook: ", exc_info=error)
    return True


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


def configure(serverapp: ServerApp) -> None:
    """Keep the history of edits in one place, wherever the server is started from.

    By default it is `.jupyter_ystore.db` in the working directory: from another one, a client that
    comes back finds its history gone, and its text doubled. A person's own choice is kept; rooms
    that are entered from the server itself (`get_document`) would not know of it.
    """
    extension = _extension(serverapp)
    store = extension.config.SQLiteYStore
    if "db_path" not in store:
        folder = Path(jupyter_data_dir())
        folder.mkdir(parents=True, exist_ok=True)
        store.db_path = str(folder / "collaboration_history.db")

    class KeptYStore(SQLiteYStore):  # type: ignore[metaclass]
        """The history of edits at the place that is configured."""

        db_path = Unicode(store.db_path, config=True)

    extension.ystore_class = KeptYStore


def put_before_rooms(serverapp: ServerApp, documents: SourceDocuments, *guards: type) -> None:
    """Have classes stand before and behind the handler of the rooms' sockets: first and last.

    They are its bases, in this order around it. LookupError when there is no such handler: rooms
    that nothing guards must not be open.
    """
    first, last = guards
    made = type("_OwnRooms", (_OwnRooms,), {"documents": documents})
    guarded = type("GuardedRoom", (first, YDocWebSocketHandler, made, last), {})
    _replace(serverapp, YDocWebSocketHandler, guarded)


def put_before_sessions(serverapp: ServerApp, documents: SourceDocuments, guard: type) -> None:
    """Have a class stand before the handler of the rooms' sessions. LookupError without one."""
    guarded = type("GuardedSession", (guard, DocSessionHandler), {"documents": documents})
    _replace(serverapp, DocSessionHandler, guarded)


def put_before_others(serverapp: ServerApp, guard: type) -> None:
    """Have a class stand before all else that is done with documents. LookupError without that."""
    for handler in (DocForkHandler, TimelineHandler, UndoRedoHandler):
        _replace(serverapp, handler, type(f"Guarded{handler.__name__}", (guard, handler), {}))


def _replace(serverapp: ServerApp, handler: type, other: type) -> None:
    application: Any = serverapp.web_app
    rules = [
        rule
        for rule in _rules(application.default_router)
        if getattr(rule, "target", None) is handler
    ]
    for rule in rules:
        rule.target = other
    if not rules:
        raise LookupError(f"jupyter_server_ydoc does not serve by {handler.__name__}")


class _OwnRooms(JupyterHandler):
    """Behind the stock handler: has the room of a notebook made before that makes one."""

    documents: SourceDocuments

    async def prepare(self, **options: Any) -> None:
        """See who asks, then make the room."""
        await super().prepare(**options)
        room_id = self.request.path.rsplit("/", 1)[-1]
        if not self.documents.admits(room_id):
            raise HTTPError(404)
        if room_id.startswith(_ROOMS):
            async with self._room_lock(room_id):  # type: ignore[attr-defined]
                try:
                    await self.documents.room(room_id)
                except PatinaProblem as problem:
                    raise HTTPError(problem.status, problem.message) from problem


def _rules(router: Any) -> Iterator[Any]:
    for rule in getattr(router, "rules", ()):
        yield rule
        yield from _rules(rule.target)
