"""The room in which a `.tsnb` is edited: jupyter-collaboration's, with history and file of ours.

What the stock room does and this does not: take the file for the truth where both were changed,
write it in place, say of a save that failed that it succeeded, and begin a history anew under a
name that an earlier one had.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any, cast

from jupyter_server_ydoc.loaders import FileLoader
from jupyter_server_ydoc.rooms import DocumentRoom
from jupyter_server_ydoc.utils import LogLevel
from pycrdt import Doc

from patina_lab.clients.broadcast import Hearer, broadcast
from patina_lab.clients.farewell import Closable, say_farewell
from patina_lab.document.ytsnb import YTsnb
from patina_lab.sources import sourcenotices as words
from patina_lab.sources.claim import Claim, Server
from patina_lab.sources.diskside import DiskSide
from patina_lab.sources.durability import Durability
from patina_lab.sources.history import History, HistoryDamagedError, HistoryError
from patina_lab.sources.notices import Notices, NotSavedError
from patina_lab.sources.place import Place, Workspace
from patina_lab.text import Text
from patina_lab.updates.guard import Guard, Writer
from patina_lab.updates.historyname import new_name

log = logging.getLogger(__name__)


class SourceRoom(DocumentRoom):
    """One source document, its history, and its file."""

    def __init__(
        self,
        room_id: str,
        loader: FileLoader,
        history: History,
        claim: Claim,
        workspace: Workspace,
        **of_stock: Any,
    ) -> None:
        super().__init__(room_id, "text", "tsnb", loader, ystore=history, **of_stock)
        self.notices = Notices()
        self.place = Place(loader.path, workspace, self.notices)
        self.disk = DiskSide(self.place, self.document, self.notices, history)
        self.durability = Durability(self.ydoc, history)
        self.durability.on_trouble = self._on_trouble
        self._history, self._claim = history, claim
        self._watching: asyncio.Task[None] | None = None
        self._guard: Guard | None = None

    @property
    def document(self) -> YTsnb:
        """The document that people edit here."""
        return cast("YTsnb", self._document)

    @property
    def guard(self) -> Guard:
        """What lets the updates of clients in; there is none before the first client."""
        self._guard = self._guard or Guard(self.ydoc)
        return self._guard

    def left(self, client: Writer) -> None:
        """Let others use the names that a client wrote under."""
        if self._guard is not None:
            self._guard.names.leave(client)

    async def initialize(self) -> None:
        """Read history and file. Raises what the contents manager does, TsnbError, OSError."""
        if self.ready:
            return
        async with self._update_lock:
            self._enter()
            await self.disk.look_first()
            model = await self._file.load_content(self._file_format, self._file_type)
            said = self.ydoc.get_update()
            if await self._has_history():
                await self._go_on(model["content"], said)
            else:
                await self._begin(model["content"])
        self.ready = True
        self._watching = asyncio.create_task(self.disk.watch())
        self._emit(LogLevel.INFO, "initialize", "Room initialized")
        if await self.disk.differs():
            self._on_document_change("cells", None)

    def _enter(self) -> None:
        """Have the notebook for ourselves, or only look on."""
        if (other := self._claim.take()) is not None:
            # The history is written by that server alone. What is here is none of it.
            self.ystore = self.disk.remembering.history = None
            self.look_on(other)

    def look_on(self, other: Server) -> None:
        """Show the notebook, and write nothing: another server has it."""
        self.notices.note(words.other_server(self._file.path, other))

    @property
    def is_elsewhere(self) -> bool:
        """Whether another server has the notebook."""
        return self.place.is_elsewhere

    @property
    def is_waiting(self) -> bool:
        """Whether something is in no file yet that will be written as soon as a disk takes it."""
        return self.disk.is_waiting or (self.ystore is not None and self._history.has_waiting)

    def is_free(self) -> bool:
        """Whether no other server edits it now."""
        return self._claim.take() is None

    def turn_away(self, why: Text) -> None:
        """Have all pages reload: what they hold goes on in another room."""
        for client in cast("set[Any]", self.clients.copy()):
            if isinstance(client, Closable):
                say_farewell(client, why)

    async def _has_history(self) -> bool:
        if self.ystore is None:
            return False
        try:
            return await self._applied()
        except HistoryError as error:
            # Never written to in this life of the room: that would mix two histories.
            self.ystore = self.disk.remembering.history = None
            self._on_trouble(error)
            return False

    async def _applied(self) -> bool:
        try:
            return await self._history.apply_to(self.ydoc)
        except HistoryDamagedError:
            await self._history.begin_anew()
            return False

    async def _begin(self, text: str) -> None:
        """Begin a history, under a name that none before had."""
        beginning: Doc[Any] = Doc(client_id=new_name())
        await YTsnb(beginning).aset(text)
        self.ydoc.apply_update(beginning.get_update())
        await self._keep(self.ydoc.get_update())
        await self.disk.begin(text)

    async def _go_on(self, text: str, said: bytes) -> None:
        """Go on with a history that was kept; the file may have been changed meanwhile.

        `said`: what this life of the room had said before it read the history. Left out there, all
        that follows it under the same name would never be read again.
        """
        self._history.add(said)
        await self.disk.remembering.take_back(self.ydoc)
        before = self.ydoc.get_state()
        # Each life of the room says where the file is, and which of them says it last is chance:
        # it may be one that another had overwritten, and then the document has no path.
        self._document.path = self.place.path
        await self.disk.go_on(text)
        await self._keep(self.ydoc.get_update(before))

    async def _keep(self, edit: bytes) -> None:
        if self.ystore is not None:
            self._history.add(edit)
            self.durability.begin()

    async def stop(self) -> None:
        """End the room; what waits for the history is written."""
        if self._watching is not None:
            self._watching.cancel()
        if self._guard is not None:
            self._guard.close()
        await super().stop()
        try:
            await self.durability.end()
        except HistoryError as error:
            self._on_trouble(error)
        finally:
            await self._history.stop()
            self._claim.release()

    def _on_trouble(self, error: HistoryError | None) -> None:
        if error is None and self._history.aside is not None:
            self.notices.note(words.history_damaged(self.place.path, self._history.aside))
        elif error is None:
            self.notices.retract("history")
        else:
            self.notices.note(words.history_not_kept(self.place.path, error.text))

    async def _broadcast_updates(self) -> None:
        """Tell the clients what changes; the history hears of it elsewhere (`Durability`)."""
        await broadcast(self._update_receive_stream, cast("set[Hearer]", self.clients))

    async def _on_outofband_change(self) -> None:
        """Do nothing: our own watch sees more than whether the file is newer."""

    def _on_filepath_change(self) -> None:
        """Go along with the file, and tell the pages where it is."""
        # A file that was deleted has no path; the notebook keeps the one that it had.
        with suppress(RuntimeError):
            self.place.path = self._file.path
        if self._document.path != self.place.path:
            self._document.path = self.place.path

    def _on_document_change(self, target: str, event: Any) -> None:
        if target == "state":
            # A page that renamed the file says so before it is known here; another one may lie.
            # Later: nothing can be written to the document while it tells of a change.
            if self._document.path != self.place.path:
                asyncio.get_running_loop().call_soon(self._on_filepath_change)
        else:
            self.disk.edited()
            super()._on_document_change(target, event)

    async def _maybe_save_document(
        self, saving_document: asyncio.Task[None] | None, save_now: bool = False
    ) -> None:
        """Save after a pause; each edit begins it anew."""
        del save_now
        if saving_document is not None and not saving_document.done():
            saving_document.cancel()
        with suppress(asyncio.CancelledError, NotSavedError):
            await asyncio.sleep(self._save_delay or 0)
            # What has begun is not given up by the next keystroke.
            saving = asyncio.ensure_future(self.save())
            saving.add_done_callback(_heard)
            await asyncio.shield(saving)

    def _save_to_disc(self) -> asyncio.Task[None]:
        """Save now, as JupyterLab's Save does; the task raises NotSavedError."""
        return asyncio.create_task(self.save())

    async def save(self) -> None:
        """Bring what the document says onto disk. Raises NotSavedError."""
        await self.disk.save()
        self._emit(LogLevel.INFO, "save", "Content saved.")


def _heard(saving: asyncio.Future[None]) -> None:
    """Take note of how a save has ended for which nobody waits: why it failed is in the notices."""
    if not saving.cancelled():
        saving.exception()
