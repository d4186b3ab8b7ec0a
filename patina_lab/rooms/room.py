"""An open notebook: its source, its runs, and the runs document."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from patina_lab.clients.followers import Followers
from patina_lab.clock import now
from patina_lab.document.runs import RunsDocument
from patina_lab.model.events import StopAsked
from patina_lab.model.ids import NotebookId
from patina_lab.model.run import RunError
from patina_lab.problem import conflict
from patina_lab.rooms.forgetting import Forgetting
from patina_lab.rooms.newruns import NewRuns
from patina_lab.rooms.onlooking import Onlooker
from patina_lab.rooms.reviving import Reviving
from patina_lab.rooms.roster import Roster
from patina_lab.rooms.workshop import Workshop
from patina_lab.runlog.runfolder import RunFolder
from patina_lab.runs.kernels import Kernels
from patina_lab.sources.claim import Server
from patina_lab.sources.source import SourceDocument
from patina_lab.text import Text
from patina_lab.text import gettext as _

log = logging.getLogger(__name__)
ACKNOWLEDGE_SECONDS = 0.25
SourceOpener = Callable[[str], Awaitable[SourceDocument]]


class Room:
    """One notebook with everything that is going on in it."""

    def __init__(
        self, notebook: str, source: SourceDocument, kernels: Kernels, folder: RunFolder, epoch: str
    ) -> None:
        self.id, self.source, self.folder = notebook, source, folder
        self.document = RunsDocument(notebook, epoch)
        self.roster = Roster(self.refuse_elsewhere)
        self._workshop = Workshop(NotebookId(notebook), self.document, folder, kernels, self.roster)
        self.blobs, self.publisher = self._workshop.blobs, self._workshop.publisher
        self.new_runs = NewRuns(self._workshop)
        self.forget = Forgetting(self._workshop)
        self._tasks, self._holder = self._workshop.tasks, self._workshop.holder
        self.followers = Followers(self.document.ydoc, self._tasks)
        self.idle_since: float | None = None
        self.on_moved: Callable[[str, str], None] = lambda _old, _new: None
        self.on_free: Callable[[], None] = lambda: None
        self._entering = asyncio.Lock()
        self._acknowledging: asyncio.TimerHandle | None = None
        self._enter(source)

    def _enter(self, source: SourceDocument) -> None:
        self.source = source
        self._acknowledge()
        source.durability.on_saved = self._acknowledge_soon
        self._tell_notices()
        source.room.disk.on_moved = self._moved_on_disk
        source.room.notices.on_change = lambda: self.publisher.request(self._tell_notices)

    def _acknowledge_soon(self) -> None:
        """Say what is saved: seldom, since every keystroke is saved, and runs want to be heard."""
        if self._acknowledging is None:
            loop = asyncio.get_running_loop()
            self._acknowledging = loop.call_later(
                ACKNOWLEDGE_SECONDS, self.publisher.request, self._acknowledge
            )

    def _acknowledge(self) -> None:
        self._acknowledging = None
        self.document.set_saved(self.source.durability.saved)

    def _moved_on_disk(self, old: str, new: str) -> None:
        self.on_moved(old, new)

    def _tell_notices(self) -> None:
        self.document.set_notices(self.source.room.notices.all)

    async def load(self, copy_of: str | None = None) -> None:
        """Read what earlier runs left, and let clients in.

        `copy_of`: the notebook of which this one is found to be a copy; so are its runs then.
        """
        if not self.is_elsewhere and not self._holder.is_free(self.folder.path):
            self.source.room.look_on(Server())
        if self.is_elsewhere:
            await self._look_on()
        else:
            await Reviving(self._workshop).all(copy_of)
        await self.followers.start()

    @property
    def is_elsewhere(self) -> bool:
        """Whether another server has the notebook: it is shown here, and nothing is written."""
        return self.source.room.is_elsewhere

    def refuse_elsewhere(self) -> None:
        """Raise a problem where another server has the notebook."""
        if (notice := self.source.room.notices.get("other server")) is not None:
            raise conflict(
                _("Another server has this notebook"), notice.text("reason"), notice.text("hint")
            )

    async def _look_on(self) -> None:
        onlooker = Onlooker(self.id, self.folder, self.document, self.roster.shown)
        await onlooker.look()
        self._tasks.spawn(self._wait_until_free(onlooker))

    async def _wait_until_free(self, onlooker: Onlooker) -> None:
        await onlooker.watch(self._is_free)
        self.on_free()

    def _is_free(self) -> bool:
        return self.source.room.is_free() and self._holder.is_free(self.folder.path)

    @property
    def is_waiting(self) -> bool:
        """Whether a disk has refused something that will be tried again: only we have it."""
        return self.roster.is_waiting or self.source.is_waiting

    async def live_source(self, sources: SourceOpener) -> SourceDocument:
        """Return the source in the room people edit it in now; that can have been made anew."""
        async with self._entering:
            if not self.source.alive:
                left = self.source
                self._enter(await sources(left.path))
                left.forget()
        return self.source

    async def flush(self) -> RunError | None:
        """Make all runs durable; return what is wrong where the disk does not take them."""
        flushing = (runner.recorder.flush() for runner in self.roster.runners)
        found = await asyncio.gather(*flushing)
        return next(filter(None, found), None)

    async def adopt(self, source: SourceDocument, file: Path) -> None:
        """Go on with the file at another place: it was moved by hand."""
        left = self.source
        self._enter(source)
        await left.release()
        self.moved(file)

    def moved(self, file: Path) -> None:
        """Take the runs along to where the notebook's file is now."""
        if self.is_elsewhere:
            self.folder.path = RunFolder(file).path
        elif not self.folder.move(file):
            self.source.room.place.runs_stay(self.folder.path)
        self._workshop.moved()

    async def close(self, why: str) -> None:
        """End all runs, write everything, and let go."""
        for runner in self.roster.runners:
            if runner.run.has_kernel:
                runner.take(StopAsked(now(), why))
        await self._close([runner.close() for runner in self.roster.runners])

    async def give_up(self, why: Text) -> None:
        """Close a notebook that was only looked at; its pages reload, and are told why."""
        await self.source.turn_away(why)
        await self.close(why)

    async def leave(self, why: str) -> None:
        """Write everything and let go, but let kernels go on that are to outlive this server."""
        left = [runner for runner in self.roster.runners if runner.can_be_left]
        ending = [runner for runner in self.roster.runners if runner not in left]
        for runner in ending:
            if runner.run.has_kernel:
                runner.take(StopAsked(now(), why))
        closing = [runner.close() for runner in ending]
        await self._close([*closing, *(runner.leave() for runner in left)])

    async def _close(self, closing: list[Coroutine[Any, Any, None]]) -> None:
        await self._end_runs(closing)
        await self.followers.stop()
        await self._tasks.close()
        self._holder.release()
        await self.source.release()

    async def abandon(self) -> None:
        """Let go of what was begun where loading has failed; the source is left to who opened it.

        Kernels go on, for whoever opens the notebook next.
        """
        await self._end_runs([runner.leave() for runner in self.roster.runners])
        await self._tasks.close()
        self._holder.release()

    async def _end_runs(self, closing: list[Coroutine[Any, Any, None]]) -> None:
        for result in await asyncio.gather(*closing, return_exceptions=True):
            if isinstance(result, BaseException):
                log.error("Closing a run failed", exc_info=result)
        if self._acknowledging is not None:
            self._acknowledging.cancel()
        self.publisher.close()
