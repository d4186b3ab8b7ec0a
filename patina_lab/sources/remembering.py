"""What the next server will know of a document's edits, and of the text that is in its file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pycrdt import Doc

from patina_lab.sources.history import History, HistoryError, Taken, Waiting
from patina_lab.sources.refuge import Refuge
from patina_lab.sources.sourcefile import SourceFile

log = logging.getLogger(__name__)


class Remembering:
    """Writes it into the history; where that disk is full, into a file beside the notebook.

    `history`: None where nothing can be remembered; then all methods do nothing. `file`: where the
    notebook's file is now. `may_write`: whether anything is written beside it.
    """

    def __init__(
        self, history: History, file: Callable[[], SourceFile], may_write: Callable[[], bool]
    ) -> None:
        self.history: History | None = history
        self._file, self._may_write = file, may_write
        self._refuge: Refuge | None = None

    async def begin(self) -> None:
        """Begin anew: what an earlier server left beside the file is none of this document."""
        if self.history is not None:
            await self._clear(Refuge(self._file()))

    async def take_back(self, ydoc: Doc[Any]) -> None:
        """Go on with what the last server kept beside the file, since the history did not take it.

        Raises HistoryError.
        """
        refuge = Refuge(self._file())
        try:
            waiting = await asyncio.to_thread(refuge.read)
        except OSError as error:
            log.warning("%s cannot be read: %s", refuge.path, error)
            return
        if waiting is None or self.history is None:
            return
        if await self.history.go_on_with(waiting, ydoc):
            self._refuge = refuge
        else:
            await self._clear(refuge)

    async def agreed(self) -> list[str]:
        """Return the texts that document and file may have had in common."""
        with suppress(HistoryError):
            return await self.history.agreed() if self.history else []
        return []

    async def agree(self, text: str) -> None:
        """Have it known that file and document have this text in common, if a disk takes it."""
        if self.history is not None:
            self.history.agree(text)
            with suppress(OSError):
                await self._flush(self.history)

    async def intend(self, text: str) -> None:
        """Have all be known, and that the file is about to get this text.

        Raises OSError where neither the disk of the history nor that of the file takes it.
        """
        if self.history is not None:
            self.history.intend(text)
            await self._flush(self.history)

    async def take(self, taken: Taken) -> None:
        """Have it known by which edit the document goes along with the file. Raises as `intend`."""
        if self.history is None:
            return
        try:
            await self.history.take(taken)
        except HistoryError:
            await self._write(self.history.waiting_with(taken))
            self.history.agree(taken.text)
            self.history.add(taken.edit)

    async def tidy(self) -> None:
        """Delete what is beside the file as soon as the history has it."""
        if self._refuge is not None and self.history and not self.history.has_waiting:
            await self._clear(self._refuge)

    async def _flush(self, history: History) -> None:
        try:
            await history.flush()
        except HistoryError:
            await self._write(history.waiting())

    async def _write(self, waiting: Waiting) -> None:
        refuge, before = Refuge(self._file()), self._refuge
        await asyncio.to_thread(refuge.write, waiting)
        self._refuge = refuge
        if before is not None and before.path != refuge.path:
            await asyncio.to_thread(before.clear)

    async def _clear(self, refuge: Refuge) -> None:
        self._refuge = None
        if self._may_write():
            with suppress(OSError):
                await asyncio.to_thread(refuge.clear)
