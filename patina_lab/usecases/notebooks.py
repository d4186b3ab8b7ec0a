"""What can be asked of notebooks: opened, made, saved, and what is in them."""

from __future__ import annotations

import asyncio
import base64
import uuid
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.serverapp import ServerApp
from tornado.web import HTTPError

from patina_lab import wire
from patina_lab._version import __version__
from patina_lab.blobs.store import BlobDamagedError, BlobMissingError
from patina_lab.document.errors import TsnbError
from patina_lab.document.format import Cell, TsnbDocument, tags_of, write
from patina_lab.document.refusals import refuse_gigantic
from patina_lab.kernel.process import missing_programs
from patina_lab.problem import (
    PatinaProblem,
    bad_request,
    conflict,
    not_found,
)
from patina_lab.rooms.registry import Rooms
from patina_lab.rooms.room import Room
from patina_lab.sources.notices import NotSavedError
from patina_lab.sources.source import hash_of
from patina_lab.text import Text, verbatim
from patina_lab.text import gettext as _
from patina_lab.usecases.checks import checked_path
from patina_lab.usecases.specs import Specs

_NEW_CELL_ID_DIGITS = 8


class Notebooks:
    """The use cases of notebooks."""

    def __init__(self, serverapp: ServerApp, rooms: Rooms, specs: Specs) -> None:
        self._serverapp, self._rooms, self._specs = serverapp, rooms, specs

    @property
    def _contents(self) -> Any:
        return self._serverapp.contents_manager

    async def is_hidden(self, path: str) -> bool:
        """Whether a path is one that is not served."""
        contents = self._contents
        return not contents.allow_hidden and bool(await ensure_async(contents.is_hidden(path)))

    async def info(self) -> wire.Info:
        """Say who we are, and which kernels there are."""
        specs = await self._specs.all()
        kernels = [
            wire.KernelChoice(
                name=name,
                display_name=spec["spec"]["display_name"],
                language=spec["spec"]["language"],
                missing=missing_programs(spec["spec"]) or None,
            )
            for name, spec in sorted(specs.items())
        ]
        root = self._serverapp.root_dir
        return wire.Info(
            version=__version__, protocol=wire.PROTOCOL, notebooks_root=root, kernels=kernels
        )

    def all(self) -> list[wire.Notebook]:
        """List those that are open."""
        return [_notebook(room) for room in self._rooms]

    async def at(self, path: str) -> wire.Notebook:
        """Open the notebook at a path below the server's root."""
        path = checked_path(path)
        self._rooms.refuse_outside(path)
        if not await ensure_async(self._contents.file_exists(path)):
            raise not_found(
                _("There is no such notebook"),
                _("No file %1 below the server's root", path),
                _("Name a file as the file browser lists it, or create one."),
            )
        try:
            refuse_gigantic(await self._size(path))
            return _notebook(await self._rooms.open(path))
        except TsnbError as error:
            raise _not_opened(path, error.text) from error
        except HTTPError as error:
            raise _not_opened(path, await self._where_no_text(path) or _of(error)) from error

    async def _size(self, path: str) -> int:
        model = await ensure_async(self._contents.get(path, content=False))
        return int(model.get("size") or 0)

    async def _where_no_text(self, path: str) -> Text | None:
        """Say in which line a file stops being text; None when it is text."""
        model = await ensure_async(self._contents.get(path, type="file", format="base64"))
        data = base64.b64decode(model["content"])
        try:
            data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            byte = f"0x{data[error.start]:02x}"
            return _("Line %1: the file is binary (%2 is no UTF-8)", line, byte)
        return None

    async def create(self, wanted: wire.CreateNotebook) -> wire.Notebook:
        """Create a notebook with one empty cell, for a kernel."""
        path = checked_path(wanted.path)
        self._rooms.refuse_outside(path)
        kernel = await self._specs.kernel(wanted.kernel)
        if await ensure_async(self._contents.file_exists(path)):
            raise conflict(
                _("%1 exists already", path), _("It is never overwritten"), _("Choose a name.")
            )
        folder = path.rpartition("/")[0]
        if folder and not await ensure_async(self._contents.dir_exists(folder)):
            reason = _("There is no folder %1 below the server's root", folder)
            raise bad_request(
                _("%1 cannot be created", path), reason, _("Create the folder first.")
            )
        cell = Cell(uuid.uuid4().hex[:_NEW_CELL_ID_DIGITS], "code", "")
        text = write(TsnbDocument(str(uuid.uuid4()), kernel.name, kernel.language, (cell,)))
        model = {"type": "file", "format": "text", "content": text}
        try:
            await ensure_async(self._contents.save(model, path))
        except HTTPError as error:
            hint = _("Is the folder writable for the server?")
            raise bad_request(_("%1 cannot be created", path), _of(error), hint) from error
        return _notebook(await self._rooms.open(path))

    async def write_over(self, notebook: str) -> wire.Notebook:
        """Write a notebook's file, whatever is there now; that is kept beside."""
        room = self._rooms.by_id(notebook)
        room.refuse_elsewhere()
        try:
            await (await self._rooms.live_source(room)).room.disk.write_over()
        except NotSavedError as error:
            hint = _("What you see is kept. Mend what is the matter, and write it again.")
            raise conflict(_("The file could not be written"), error.reason, hint) from error
        return _notebook(room)

    async def cells(self, notebook: str) -> list[wire.SourceCell]:
        """List the cells of the source, as the server's copy has them now."""
        source = await self._rooms.live_source(self._rooms.by_id(notebook))
        return [
            wire.SourceCell(
                id=cell.id,
                type=cell.type,
                source=cell.source,
                source_hash=hash_of(cell.source),
                tags=tags_of(cell),
            )
            for cell in source.document.cells
        ]

    async def flush(self, notebook: str) -> wire.Flushed:
        """Save the source and the runs to disk now. A problem when the disk does not take them."""
        room = self._rooms.by_id(notebook)
        room.refuse_elsewhere()
        source = await self._rooms.live_source(room)
        if not await source.save():
            raise conflict(
                _("%1 was not saved", source.path),
                _("The file has another text than the notebook"),
                _("Is the disk full, or the file read-only? The server's log has the reason."),
            )
        if (trouble := await room.flush()) is not None:
            raise conflict(trouble.message, trouble.reason, trouble.hint)
        return wire.Flushed(path=source.path, runs=len(room.roster.runners))

    async def blob(self, notebook: str, name: str) -> bytes:
        """Return the bytes of an output of the notebook."""
        blobs = self._rooms.by_id(notebook).blobs
        try:
            return await asyncio.to_thread(blobs.get, name)
        except BlobMissingError as error:
            hint = _("Run the cell again, or restore the file.")
            raise not_found(_("There is no such output"), error.text, hint) from error
        except BlobDamagedError as error:
            raise not_found(
                _("This output is damaged"),
                error.text,
                _("Run the cell again, or restore the file."),
            ) from error

    def room(self, notebook: str) -> Room:
        """Return an open notebook, to follow its runs document."""
        return self._rooms.by_id(notebook)


def _notebook(room: Room) -> wire.Notebook:
    document = room.source.document
    return wire.Notebook(
        id=room.id,
        path=room.source.path,
        kernel=document.kernel,
        language=document.language,
        runs=room.roster.all,
    )


def _not_opened(path: str, reason: Text) -> PatinaProblem:
    return bad_request(
        _("%1 cannot be opened as a notebook", path), reason, _("The file is left as it is.")
    )


def _of(error: HTTPError) -> Text:
    return verbatim(error.log_message or error.reason)
