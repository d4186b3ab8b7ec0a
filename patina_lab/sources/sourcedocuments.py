"""The live source of each file."""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.serverapp import ServerApp
from jupyter_server_ydoc.app import YDocExtension

from patina_lab.confined import Roots
from patina_lab.problem import conflict, forbidden
from patina_lab.runlog.runfolder import RunFolder
from patina_lab.sources.claim import Server
from patina_lab.sources.collaboration import (
    FORMAT,
    ROOMS,
    SUFFIX,
    TYPE,
    collaboration,
    loader_removed,
)
from patina_lab.sources.following import Following, Histories
from patina_lab.sources.history import History
from patina_lab.sources.place import Workspace
from patina_lab.sources.source import SourceDocument
from patina_lab.sources.sourceroom import SourceRoom
from patina_lab.text import gettext as _

log = logging.getLogger(__name__)


class SourceDocuments:
    """Finds the live source of a file."""

    def __init__(self, serverapp: ServerApp, also_in: Iterable[str] = ()) -> None:
        self._serverapp = serverapp
        self.root = Path(serverapp.root_dir)
        self.roots = Roots(self.root, also_in)
        self.following = Following(self.is_open)

    @property
    def extension(self) -> YDocExtension:
        """jupyter-collaboration's server half; CollaborationMissingError when it is disabled."""
        return collaboration(self._serverapp)

    def refuse_outside(self, path: str) -> None:
        """Raise a problem for a notebook that links lead out of the server's root, or its runs."""
        file = self.root / path
        if not (self.roots.hold(file) and self.roots.hold(RunFolder(file).path)):
            raise forbidden(
                _("%1 is not below the server's root", path[:80]),
                _("It, its runs or a folder above them is a link to another place"),
                _("Move it, or allow that place: the setting `PatinaLab.also_in`."),
            )

    def refuse_other_name(self, path: str) -> None:
        """Raise a problem for a file that is open under another name: it would be edited twice."""
        for room in self.extension.ywebsocket_server.rooms.values():
            name = room.place.path if isinstance(room, SourceRoom) else ""
            if name not in ("", path) and _is_same(self.root / name, self.root / path):
                raise conflict(
                    _("%1 is open as %2", path[:80], name),
                    _("Both are names of one file"),
                    _("Open %1, or make a copy of it.", name),
                )

    async def open(self, path: str) -> SourceDocument:
        """Enter the room of a file below the server's root."""
        await self.follow(path)
        room_id = f"{ROOMS}{self._files.index(path)}"
        extension = self.extension
        async with extension._room_locks[room_id]:
            room = await self.room(room_id)
            await self._initialized(room)
        return SourceDocument(extension, room)

    async def follow(self, path: str) -> None:
        """Have a file keep the history that it had under a name that it has no longer.

        For one without a history; a notebook that is open goes along by itself.
        """
        await self.following.follow(path, self._workspace, self._histories)

    async def room(self, room_id: str) -> SourceRoom:
        """Return the room of a document, made if need be; hold the lock of its id.

        Raises a problem for one outside, or whose file is open under another name.
        """
        path = self._files.get_path(room_id.removeprefix(ROOMS))
        self.refuse_outside(path)
        server = self.extension.ywebsocket_server
        if not server.started.is_set():
            self._beginning = asyncio.create_task(server.start())
            await server.started.wait()
        if not server.room_exists(room_id):
            self.refuse_other_name(path)
            room = self._new_room(room_id)
            if (runs := self.following.stayed(room_id.removeprefix(ROOMS))) is not None:
                room.place.runs_stay(runs)
            await server.start_room(room)
            server.add_room(room_id, room)
        return cast("SourceRoom", await server.get_room(room_id))

    def admits(self, room_id: str) -> bool:
        """Whether there may be a room: of a notebook as a notebook, and of nothing else as one.

        As plain text a notebook may be edited while nobody has it open: to mend one that is broken.
        """
        if room_id.count(":") < ROOMS.count(":"):
            return True  # None of a file.
        form, kind, file_id = room_id.split(":", 2)
        path = self._files.get_path(file_id)
        if path is None:
            return False
        if kind == TYPE:
            return form == FORMAT and path.endswith(SUFFIX)
        return not (path.endswith(SUFFIX) and self.is_open(path))

    def is_open(self, path: str) -> bool:
        """Whether a file is being edited as a notebook."""
        return self.extension.ywebsocket_server.room_exists(f"{ROOMS}{self._files.get_id(path)}")

    def _new_room(self, room_id: str) -> SourceRoom:
        file_id = str(uuid.UUID(room_id.removeprefix(ROOMS)))
        loader = self.extension.file_loaders[file_id]
        return SourceRoom(
            room_id,
            loader,
            History(self._histories.database(file_id), self._serverapp.log),
            self._histories.claim(file_id),
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
    def _histories(self) -> Histories:
        return Histories(Path(jupyter_data_dir()) / "patina_lab" / "histories", self._me)

    async def _initialized(self, room: SourceRoom) -> None:
        """Have a room read its file; there is none when that fails."""
        try:
            await room.initialize()
        except BaseException:
            extension = self.extension
            if not room.clients and extension.ywebsocket_server.rooms.get(room.room_id) is room:
                await extension.ywebsocket_server.delete_room(room=room)
                await loader_removed(extension, room.room_id)
            raise


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _logged(error: Exception, log: logging.Logger) -> bool:
    """Take what went wrong in a room for handled: others go on."""
    log.error("In the room of a notebook: ", exc_info=error)
    return True
