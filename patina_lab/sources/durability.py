"""What of a source document is safe: written to the history of its edits, and synced to disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from pycrdt import Doc, Subscription, TransactionEvent

from patina_lab.sources.history import History, HistoryDamagedError, HistoryError
from patina_lab.text import gettext as _

log = logging.getLogger(__name__)
RETRY_SECONDS = 2.0
"""How long until what the disk refused is tried again."""
NOTHING = b"\x00"
"""The state vector of somebody who has nothing."""


class Durability:
    """Writes a document's edits as they happen. `saved` is a state vector to be relied on.

    Edits are taken from the document itself, in the step in which they happen: a state vector and
    what has been given to the history then say the same.
    """

    def __init__(self, ydoc: Doc[Any], history: History) -> None:
        self.saved = NOTHING
        self.on_saved: Callable[[], None] = lambda: None
        self.on_trouble: Callable[[HistoryError | None], None] = lambda _error: None
        self._ydoc, self._history = ydoc, history
        self._changed = asyncio.Event()
        self._watch: Subscription | None = None
        self._writing: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """From now on; what the document says so far is in the history, or waits to be."""
        self._watch = self._ydoc.observe(self._on_change)
        self._writing = asyncio.create_task(self._write())
        self._changed.set()

    def _on_change(self, event: TransactionEvent) -> None:
        self._history.add(event.update)
        self._changed.set()

    async def _write(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._write_all()
            except HistoryError as error:
                await self._put_off(error)
            except Exception as error:
                log.exception("Writing the history of a notebook failed")
                why = _("The history of edits cannot be kept: %1", repr(error))
                await self._put_off(HistoryError(why))

    async def _put_off(self, error: HistoryError) -> None:
        """Say that not all is safe, and have it tried again soon."""
        self._changed.set()
        try:
            self.on_trouble(error)
        except Exception:
            log.exception("What is the matter with a history was not told")
        await asyncio.sleep(RETRY_SECONDS)

    async def _write_all(self) -> None:
        """Write what waits; where the database is damaged, all that the document has to another."""
        try:
            await self._write_waiting()
        except HistoryDamagedError:
            await self._history.begin_anew(self._ydoc.get_update())
            await self._write_waiting()

    async def _write_waiting(self) -> None:
        state = self._ydoc.get_state()
        await self._history.flush()
        self.saved = state
        self.on_saved()
        self.on_trouble(None)
        if self._history.is_large():
            await self._history.compact(self._ydoc)

    async def end(self) -> None:
        """Write what waits, and watch no more. Raises HistoryError."""
        if self._watch is None or self._writing is None:
            return
        self._ydoc.unobserve(self._watch)
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)
        await self._write_all()
