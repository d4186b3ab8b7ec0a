"""The open notebooks of this server, by their own id and by their path."""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from patina_lab.kernel.survivors import Survivors
from patina_lab.problem import conflict, not_found
from patina_lab.rooms.ownid import give_own_id
from patina_lab.rooms.room import Room
from patina_lab.runlog.runfolder import RunFolder
from patina_lab.runs.kernels import Keeping, Kernels, StartTimes, Workplace
from patina_lab.runs.runner import Runner
from patina_lab.sources.missedmoves import notebook_in
from patina_lab.sources.source import SourceDocument
from patina_lab.sources.sourcedocuments import SourceDocuments
from patina_lab.tasks import Tasks
from patina_lab.text import gettext as _

log = logging.getLogger(__name__)
_TAKEN_OVER = _("The other server has ended. Reload to go on here.")
IDLE_SECONDS = 60.0
"""How long a notebook stays open that nobody follows, in which no kernel lives, and of which all is
on disk."""


class Rooms:
    """Opens notebooks, finds them, and closes those that nobody needs."""

    def __init__(
        self,
        sources: SourceDocuments,
        kernels: AsyncMappingKernelManager,
        keeping: Keeping | None = None,
    ) -> None:
        self._sources, self._kernels = sources, kernels
        sources.following.on_moved = self.renamed
        self.root, self.roots = sources.root, sources.roots
        self.kernels = kernels
        self._keeping = keeping or Keeping()
        self._survivors = Survivors(str(self.root))
        self._rooms: dict[str, Room] = {}
        self._opening: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._entering: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """By path, and by the id that a notebook says it has."""
        self._start_times = StartTimes()
        self._epoch = str(uuid.uuid4())
        self._sweeping: asyncio.Task[None] | None = None
        self._tasks = Tasks()

    def __iter__(self) -> Iterator[Room]:
        return iter(tuple(self._rooms.values()))

    async def reopen(self) -> None:
        """Open the notebooks whose kernels outlived another server: their runs go on.

        A kernel whose notebook is gone ends by itself, in the time that was set.
        """
        for path in sorted({one.notebook for one in await asyncio.to_thread(self._survivors.all)}):
            try:
                if self._file(path).is_file():
                    await self.open(path)
            except Exception:
                log.exception("The notebook %s, which has a running kernel, was not opened", path)

    def by_id(self, notebook: str) -> Room:
        """Return an open notebook."""
        if notebook not in self._rooms:
            raise not_found(
                _("This notebook is not open"),
                _("No open notebook has the id %1", repr(notebook[:80])),
                _("Open it first: GET api/patina/notebooks?path=..."),
            )
        return self._rooms[notebook]

    def by_run(self, run: str) -> Room:
        """Return the open notebook that a run belongs to."""
        # A copy can hold what it may not touch: whose run it is comes first.
        for room in sorted(self, key=lambda room: not room.roster.drives(run)):
            if room.roster.has(run):
                return room
        raise not_found(
            _("There is no such run"),
            _("No open notebook has a run %1", repr(run[:80])),
            _("Open its notebook first: GET api/patina/notebooks?path=..."),
        )

    def runner(self, run: str) -> Runner:
        """Return what a run is driven by; a problem when it cannot be driven."""
        return self.by_run(run).roster.runner(run)

    async def open(self, path: str) -> Room:
        """Open the notebook in a file, given by its path below the server's root."""
        async with self._opening[path]:
            self.refuse_outside(path)
            for room in self._rooms.values():
                if room.source.path == path and room.source.alive:
                    return room
            source = await self._sources.open(path)
            try:
                # Once more: a link may have taken the place of what was looked at.
                self.refuse_outside(path)
                return await self._enter(source, path)
            except BaseException:
                await source.release()
                raise

    async def _enter(self, source: SourceDocument, path: str) -> Room:
        document = source.document
        if document.problem or not document.id:
            raise conflict(
                _("%1 cannot be opened as a notebook", path),
                document.problem or _("The file holds no notebook"),
                _("The file is left as it is."),
            )
        # Of two copies that are opened at the same time, one is the first.
        async with self._entering[document.id]:
            return await self._entered(source, path)

    async def _entered(self, source: SourceDocument, path: str) -> Room:
        document = source.document
        room, copy_of = self._rooms.get(document.id), None
        if room is not None and self._is_elsewhere(room, path):
            copy_of = room.id
            document.give_id(str(uuid.uuid4()))
            room = None
        elif room is not None:
            await room.adopt(source, self._file(path))
        return room or await self._new(source, copy_of)

    def _is_elsewhere(self, room: Room, path: str) -> bool:
        """Whether an open notebook has a file of its own, so that the one at `path` is a copy."""
        file = self._file(room.source.path)
        # One that cannot be read now is its own as long as nothing says otherwise.
        return room.source.path != path and file.is_file() and notebook_in(file) in (room.id, None)

    async def _new(self, source: SourceDocument, copy_of: str | None) -> Room:
        def workplace() -> Workplace:
            path = PurePosixPath(room.source.path)
            folder = "" if str(path.parent) == "." else str(path.parent)
            # The server's environment, as for every kernel of Jupyter's own sessions.
            return Workplace(folder, {**os.environ, "JPY_SESSION_NAME": str(path)}, str(path))

        def keep_lock(lock: Mapping[str, Any]) -> None:
            room.source.document.keep_lock(lock)

        kernels = Kernels(
            self._kernels,
            workplace,
            lambda: room.source.document.packages,
            keep_lock,
            self._start_times,
            self._keeping,
            self._survivors,
        )
        folder = RunFolder(self._file(source.path))
        room = Room(source.document.id, source, kernels, folder, self._epoch)
        room.on_moved = self.renamed
        room.on_free = lambda: self._take_over_soon(room)
        try:
            await room.load(copy_of)
        except BaseException:
            await room.abandon()
            raise
        self._rooms[room.id] = room
        self._sweep_from_now_on()
        return room

    def _take_over_soon(self, room: Room) -> None:
        # Not in a task of the room, which ends with it.
        self._tasks.spawn(self._take_over(room))

    async def _take_over(self, room: Room) -> None:
        """Go on with a notebook that another server had; it is gone."""
        path = room.source.path
        async with self._opening[path]:
            self._rooms.pop(room.id, None)
            await room.give_up(_TAKEN_OVER)
        await self.open(path)

    async def live_source(self, room: Room) -> SourceDocument:
        """Return the source of an open notebook as people edit it now."""
        return await room.live_source(self._sources.open)

    def refuse_outside(self, path: str) -> None:
        """Raise a problem for a notebook that links lead out of the server's root, or its runs."""
        self._sources.refuse_outside(path)

    def _file(self, path: str) -> Path:
        return self.root / path

    def renamed(self, old: str, new: str) -> None:
        """Take the runs of a notebook along that got another name, or whose folder did."""
        taken_along = False
        for room in self._rooms.values():
            path = _renamed(room.source.path, old, new)
            if path is not None:
                room.moved(self._file(path))
                taken_along = True
        if old.endswith(".tsnb") and not taken_along:
            RunFolder(self._file(old)).move(self._file(new))

    async def deleted(self, path: str, *, to_trash: bool) -> None:
        """Take the runs of a notebook along that was deleted, or whose folder was."""
        is_elsewhere = False
        for room in self:
            if _renamed(room.source.path, path, path) is not None:
                is_elsewhere |= room.is_elsewhere
                self._rooms.pop(room.id, None)
                room.source.abandon()
                await room.close("The notebook was deleted")
        file = self._file(path)
        if path.endswith(".tsnb") and not (is_elsewhere or file.exists()):
            await asyncio.to_thread(RunFolder(file).remove, to_trash=to_trash)

    async def copied(self, path: str) -> None:
        """Give the copy of a notebook an id of its own: it has no runs, and is another notebook."""
        if path.endswith(".tsnb"):
            await asyncio.to_thread(give_own_id, self.roots.locate(self._file(path)))

    def _sweep_from_now_on(self) -> None:
        if self._sweeping is None:
            self._sweeping = asyncio.create_task(self._sweep())

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(IDLE_SECONDS / 4)
            for room in self:
                try:
                    # Who opens it meanwhile waits, and then reads what was written.
                    async with self._opening[room.source.path]:
                        await self._close_if_idle(room)
                except Exception:
                    log.exception("Closing the notebook %s failed", room.source.path)

    async def _close_if_idle(self, room: Room) -> None:
        time = asyncio.get_running_loop().time()
        if room.id not in self._rooms:
            return  # It was closed meanwhile, as its file was deleted.
        if room.roster.is_live or room.followers.any or room.is_waiting:
            room.idle_since = None
        elif room.idle_since is None:
            room.idle_since = time
        elif time - room.idle_since > IDLE_SECONDS:
            self._rooms.pop(room.id, None)
            await room.close("Nobody has the notebook open")

    async def close(self) -> None:
        """Close every notebook, because the server ends; end what is not to outlive it."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        await self._tasks.close()
        rooms = tuple(self)
        self._rooms.clear()
        closing = (room.leave("The server was shut down") for room in rooms)
        for result in await asyncio.gather(*closing, return_exceptions=True):
            if isinstance(result, BaseException):
                log.error("Closing a notebook failed", exc_info=result)


def _renamed(path: str, old: str, new: str) -> str | None:
    """Return where a notebook is after a rename of it or of a folder above; None if elsewhere.

    The document may have learned of the rename before we do: then it has the new path.
    """
    for before in (old, new):
        if path == before or path.startswith(f"{before}/"):
            return new + path.removeprefix(before)
    return None
