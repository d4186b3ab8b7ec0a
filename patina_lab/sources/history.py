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
import hashlib
import os
import sqlite3
import threading
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from logging import Logger, getLogger
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from anyio import TASK_STATUS_IGNORED
from anyio.abc import TaskStatus
from msgspec import Struct
from pycrdt import Doc, merge_updates
from pycrdt.store import BaseYStore

from patina_lab.sources.claim import make_private
from patina_lab.text import Text, verbatim
from patina_lab.text import gettext as _

_VERSION, _MODE = 1, 0o600
_SCHEMA = f"""
PRAGMA auto_vacuum = FULL;
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS edits (number INTEGER PRIMARY KEY, edit BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS texts (name TEXT PRIMARY KEY, packed BLOB NOT NULL);
PRAGMA user_version = {_VERSION};
COMMIT;
"""
_LAST = "SELECT number, edit FROM edits ORDER BY number DESC LIMIT 1"
_SIZE = "SELECT coalesce(sum(length(edit)), 0) FROM edits"
_BUSY_SECONDS = 30.0
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
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


class _Last(NamedTuple):
    """The latest edit in the database. No other one ever has its hash, nor can it be guessed."""

    number: int
    digest: str


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
        self._last = _Last(0, "")
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
        with _transaction(connection):
            for edit in edits:
                last = _insert(connection, edit)
            _store(connection, self._stored, texts)
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
            with _transaction(connection):
                # What is written from now on is not in that state.
                connection.execute("DELETE FROM edits WHERE number <= ?", [last.number])
                compacted = _insert(connection, state)
            self._last = compacted
            ((self._bytes,),) = connection.execute(_SIZE)
            self._compacted = len(state)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        await self._do(replace)

    async def apply_to(self, ydoc: Doc[Any]) -> bool:
        """Apply all edits or none; tell whether there are any. Raises HistoryError."""
        edits = await self._do(_edits)
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
        for edit in await self._do(_edits):
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
            kind = HistoryDamagedError if _is_damage(error) else HistoryError
            raise kind(_("The history of edits cannot be kept: %1", error)) from error

    def _opened(self) -> sqlite3.Connection:
        make_private(self.path.parent)
        try:
            connection = _connected(self.path)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            self._put_aside()
            connection = _connected(self.path)
        ((self._bytes,),) = connection.execute(_SIZE)
        self._last = _Last(0, "")
        for last in connection.execute(_LAST):
            self._last = _numbered(*last)
        self._stored = _texts(connection)
        # What is known already is newer.
        self._texts = self._texts or self._stored
        return connection

    def _put_aside(self) -> None:
        """Give the database a name that is free, with what belongs to it."""
        aside, number = self.path.with_suffix(".damaged"), 1
        while os.path.lexists(aside):
            number += 1
            aside = self.path.with_suffix(f".damaged-{number}")
        self._log.error("%s is damaged and was put aside as %s", self.path, aside)
        # The journal first: left behind, it would be taken for that of the next database.
        for part in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                Path(f"{self.path}{part}").replace(f"{aside}{part}")
        self.aside, self._compacted, self._last = aside, 0, _Last(0, "")


def texts_in(path: Path) -> dict[str, str]:
    """Return the texts in a database, which a server may be writing to; none where that fails."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection,
    ):
        return _texts(connection)
    return {}


def _is_damage(error: Exception) -> bool:
    """Whether an error says that the database is damaged; the low byte of its code tells."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


def _merged(edits: list[bytes]) -> bytes:
    """Return edits as one. Raises HistoryDamagedError where one of them is none."""
    try:
        return merge_updates(*edits)
    except (ValueError, TypeError, RuntimeError) as error:
        raise HistoryDamagedError(_("An edit in the history makes no sense: %1", error)) from error


def _unpacked(packed: bytes) -> str | None:
    """Return a text; None where it is damaged: it is then not known what the file had."""
    with suppress(zlib.error, UnicodeDecodeError, TypeError):
        return zlib.decompress(packed).decode()
    return None


def _connected(path: Path) -> sqlite3.Connection:
    try:
        return _tried(path, "NORMAL")
    except sqlite3.OperationalError:
        # A full disk has no place for the index that processes share. Alone, none is needed.
        return _tried(path, "EXCLUSIVE")


def _tried(path: Path, locking: str) -> sqlite3.Connection:
    with suppress(OSError):
        # SQLite would let everybody read it. Only a new one: to close a file gives up the locks
        # that others of this process have of it.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE))
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute(f"PRAGMA locking_mode = {locking}")
        connection.execute("PRAGMA synchronous = FULL")
        # What is there is read, also where nothing can be written.
        if connection.execute("PRAGMA user_version").fetchone() != (_VERSION,):
            connection.executescript(_SCHEMA)
        connection.execute(_SIZE)
    except BaseException:
        connection.close()
        raise
    return connection


def _insert(connection: sqlite3.Connection, edit: bytes) -> _Last:
    added = connection.execute("INSERT INTO edits (edit) VALUES (?)", [edit])
    return _numbered(added.lastrowid or 0, edit)


def _numbered(number: int, edit: bytes) -> _Last:
    return _Last(number, hashlib.sha256(edit).hexdigest())


def _edits(connection: sqlite3.Connection) -> list[bytes]:
    return [edit for (edit,) in connection.execute("SELECT edit FROM edits ORDER BY number")]


def _texts(connection: sqlite3.Connection) -> dict[str, str]:
    found = connection.execute("SELECT name, packed FROM texts")
    read = {name: _unpacked(packed) for name, packed in found}
    return {name: text for name, text in read.items() if text is not None}


def _store(connection: sqlite3.Connection, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Have the database keep these texts, and no others."""
    for name in old.keys() - new.keys():
        connection.execute("DELETE FROM texts WHERE name = ?", [name])
    for name, text in new.items():
        if old.get(name) != text:
            packed = zlib.compress(text.encode(), 1)
            connection.execute("INSERT OR REPLACE INTO texts VALUES (?, ?)", [name, packed])


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing. A disk that is full says so at the end only."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
