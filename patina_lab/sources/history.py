"""The history of a source document's edits, and what of it the file has: an SQLite database each.

jupyter-collaboration's own store orders edits by the clock, so that those made after the clock was
set back are not read; and an edit that the disk did not take passes for stored. Here the database
counts, and what fails waits and is tried again.

Kept together with its history is the text that file and document last agreed on: what differs from
it on disk was changed there, and what differs in the document was changed here. Both are written in
one step: a history that knows less of the file than the file says would take our own edits for
those of others.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from logging import Logger, getLogger
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from anyio import TASK_STATUS_IGNORED
from anyio.abc import TaskStatus
from msgspec import Struct
from pycrdt import Doc, merge_updates
from pycrdt.store import BaseYStore

from patina_lab.sources import historydatabase as database
from patina_lab.sources.claim import make_private
from patina_lab.sources.historydatabase import Last
from patina_lab.text import Text, verbatim
from patina_lab.text import gettext as _

SPARE_BYTES = 2**15
MOST_TIMES = 3
"""A history is compacted when it is so many times as large as it was then, and some."""
_AGREED, _INTENDED = "agreed", "intended"
_Result = TypeVar("_Result")


class HistoryError(OSError):
    """The database cannot be read or written now."""

    @property
    def text(self) -> Text:
        """What is the matter, as people are told."""
        said = self.args[0] if self.args else ""
        return said if isinstance(said, Text) else verbatim(said)


class HistoryDamagedError(HistoryError):
    """What the database says makes no sense any more."""


class Taken(NamedTuple):
    """A text that the file was given by others, and the edit by which the document goes along."""

    text: str
    edit: bytes


class Waiting(Struct, frozen=True):
    """What the disk has not taken: edits after the one with that hash, as one; and the texts."""

    after: str
    edits: bytes
    texts: dict[str, str]


class History(BaseYStore):
    """The history of one document; only the server that has the room open writes it."""

    def __init__(self, path: Path, log: Logger | None = None) -> None:
        self.path, self._log = path, log or getLogger(__name__)
        self._connection: sqlite3.Connection | None = None
        self._turn = threading.Lock()
        self._waiting: list[bytes] = []
        self._texts: dict[str, str] = {}
        self._stored: dict[str, str] = {}
        """The texts as they should be written, and as they are."""
        self._last = Last(0, "")
        self._bytes = self._compacted = 0
        self._is_closed = False
        self.aside: Path | None = None
        """Where one is that was damaged; this one has begun anew then."""

    async def start(
        self,
        *,
        task_status: TaskStatus[None] = TASK_STATUS_IGNORED,
        from_context_manager: bool = False,
    ) -> None:
        """Begin, as rooms want it; the database is opened when it is first needed."""
        del from_context_manager
        self.started.set()
        task_status.started()

    async def stop(self) -> None:
        """Let the database go."""
        self._is_closed = True
        connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.to_thread(connection.close)

    async def write(self, data: bytes) -> None:
        """Do nothing: rooms call this of each edit, and `Durability` has added it before."""

    def add(self, edit: bytes) -> None:
        """Have an edit written by the next `flush`."""
        self._waiting.append(edit)

    async def flush(self) -> None:
        """Write all that waits, durably, in one transaction. Raises HistoryError; it waits on."""
        await self._do(self._write_waiting)

    def _write_waiting(self, connection: sqlite3.Connection) -> None:
        self._write(connection, self._texts)

    async def take(self, taken: Taken) -> None:
        """Write what becomes of a change of the file, and all that waits, before it is done.

        Raises HistoryError: then it is not written, nor does it wait.
        """
        texts = {_AGREED: taken.text}
        await self._do(lambda connection: self._write(connection, texts, taken.edit))
        self._texts = texts

    def _write(self, connection: sqlite3.Connection, texts: dict[str, str], *more: bytes) -> None:
        waiting = self._waiting[:]
        edits = (*waiting, *more)
        if not edits and texts == self._stored:
            return
        last = self._last
        with database.transaction(connection):
            for edit in edits:
                last = database.insert(connection, edit)
            database.store(connection, self._stored, texts)
        self._last, self._stored = last, texts
        # Others may have been added behind them meanwhile.
        del self._waiting[: len(waiting)]
        self._bytes += sum(map(len, edits))

    def agree(self, text: str) -> None:
        """Take note that the file has this text; the next `flush` writes it."""
        self._texts = {_AGREED: text}

    def intend(self, text: str) -> None:
        """Take note that the file is about to have this text; the next `flush` writes it."""
        self._texts = {**self._texts, _INTENDED: text}

    @property
    def has_waiting(self) -> bool:
        """Whether there is something that the disk has not taken yet."""
        return bool(self._waiting) or self._texts != self._stored

    def waiting(self) -> Waiting:
        """Return what the disk has not taken yet, and all texts."""
        return Waiting(self._last.digest, merge_updates(*self._waiting), self._texts)

    def waiting_with(self, taken: Taken) -> Waiting:
        """Return the same, with what becomes of a change of the file."""
        edits = merge_updates(*self._waiting, taken.edit)
        return Waiting(self._last.digest, edits, {_AGREED: taken.text})

    async def go_on_with(self, waiting: Waiting, ydoc: Doc[Any]) -> bool:
        """Go on with what an earlier server kept elsewhere; False where that is old or of others.

        Raises HistoryError.
        """
        await self._do(lambda _connection: None)
        if waiting.after != self._last.digest:
            return False
        ydoc.apply_update(waiting.edits)
        self.add(waiting.edits)
        self._texts = waiting.texts
        return True

    def is_large(self) -> bool:
        """Whether it has grown so much that it should be compacted."""
        return self._bytes > MOST_TIMES * self._compacted + SPARE_BYTES

    async def compact(self, ydoc: Doc[Any]) -> None:
        """Replace what is written by the document's state. Raises HistoryError."""
        last, state = self._last, ydoc.get_update()

        def replace(connection: sqlite3.Connection) -> None:
            # What is written from now on is not in that state.
            self._last = database.replace(connection, last, state)
            self._bytes, self._compacted = database.size(connection), len(state)
            database.empty_journal(connection)

        await self._do(replace)

    async def apply_to(self, ydoc: Doc[Any]) -> bool:
        """Apply all edits or none; tell whether there are any. Raises HistoryError."""
        edits = await self._do(database.edits)
        if edits:
            ydoc.apply_update(await asyncio.to_thread(_merged, edits))
        return bool(edits)

    async def begin_anew(self, state: bytes | None = None) -> None:
        """Put a damaged database aside, and begin another, with a state. Raises HistoryError."""

        def put_aside() -> None:
            with self._turn:
                connection, self._connection = self._connection, None
                if connection is not None:
                    connection.close()
                self._put_aside()

        try:
            await asyncio.to_thread(put_aside)
        except (sqlite3.Error, OSError) as error:
            raise HistoryError(_("A damaged history cannot be put aside: %1", error)) from error
        if state is not None:
            # What is added meanwhile comes behind it; to have it twice is to have it once.
            self._waiting.insert(0, state)

    async def read(self) -> AsyncIterator[tuple[bytes, bytes, float]]:
        """Yield the edits, as jupyter-collaboration's timeline wants them; times are not kept."""
        for edit in await self._do(database.edits):
            yield edit, b"", 0.0

    async def agreed(self) -> list[str]:
        """Return the texts that the file may have had when it was last looked at. HistoryError.

        There are two when the server ended while it wrote: the file has one of them.
        """
        await self._do(lambda _connection: None)
        return [text for _name, text in sorted(self._texts.items())]

    async def _do(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Work with the database, off the event loop, one at a time. Raises HistoryError."""

        def working() -> _Result:
            with self._turn:
                if self._connection is None:
                    self._connection = self._opened()
                return work(self._connection)

        if self._is_closed:
            raise HistoryError(_("%1 is closed", self.path))
        try:
            return await asyncio.to_thread(working)
        except (sqlite3.Error, OSError) as error:
            kind = HistoryDamagedError if database.is_damage(error) else HistoryError
            raise kind(_("The history of edits cannot be kept: %1", error)) from error

    def _opened(self) -> sqlite3.Connection:
        make_private(self.path.parent)
        try:
            connection = database.connect(self.path)
        except sqlite3.DatabaseError as error:
            if not database.is_damage(error):
                raise
            self._put_aside()
            connection = database.connect(self.path)
        self._bytes, self._last = database.size(connection), database.last(connection)
        self._stored = database.texts(connection)
        # What is known already is newer.
        self._texts = self._texts or self._stored
        return connection

    def _put_aside(self) -> None:
        # First: that it is damaged is to be known also where it cannot be put aside.
        self._log.error("%s is damaged and is put aside", self.path)
        self.aside = database.put_aside(self.path)
        self._log.warning("%s was put aside as %s", self.path, self.aside)
        self._compacted, self._last = 0, Last(0, "")


def _merged(edits: list[bytes]) -> bytes:
    """Return edits as one. Raises HistoryDamagedError where one of them is none."""
    try:
        return merge_updates(*edits)
    except (ValueError, TypeError, RuntimeError) as error:
        raise HistoryDamagedError(_("An edit in the history makes no sense: %1", error)) from error
