"""The database of a history of edits: its tables, and how they are read and written durably.

All of it blocks: call it off the event loop. Raises sqlite3.Error and OSError.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

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


class Last(NamedTuple):
    """The latest edit in the database. No other one ever has its hash, nor can it be guessed."""

    number: int
    digest: str


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection to a database, which is made where there is none."""
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


def insert(connection: sqlite3.Connection, edit: bytes) -> Last:
    """Add an edit, which is the last one then."""
    added = connection.execute("INSERT INTO edits (edit) VALUES (?)", [edit])
    return _numbered(added.lastrowid or 0, edit)


def _numbered(number: int, edit: bytes) -> Last:
    return Last(number, hashlib.sha256(edit).hexdigest())


def replace(connection: sqlite3.Connection, upto: Last, state: bytes) -> Last:
    """Have a state take the place of the edits up to one; return it as the last one."""
    with transaction(connection):
        connection.execute("DELETE FROM edits WHERE number <= ?", [upto.number])
        return insert(connection, state)


def empty_journal(connection: sqlite3.Connection) -> None:
    """Move what the journal has into the database: the journal would stay as large as it was."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def last(connection: sqlite3.Connection) -> Last:
    """Return the last edit."""
    for number, edit in connection.execute(_LAST):
        return _numbered(number, edit)
    return Last(0, "")


def size(connection: sqlite3.Connection) -> int:
    """Return how many bytes all edits have."""
    ((found,),) = connection.execute(_SIZE)
    return int(found)


def edits(connection: sqlite3.Connection) -> list[bytes]:
    """Return all edits, in order."""
    return [edit for (edit,) in connection.execute("SELECT edit FROM edits ORDER BY number")]


def texts(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the texts by their names, without those that are damaged."""
    found = connection.execute("SELECT name, packed FROM texts")
    read = {name: _unpacked(packed) for name, packed in found}
    return {name: text for name, text in read.items() if text is not None}


def store(connection: sqlite3.Connection, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Have the database keep these texts, and no others."""
    for name in old.keys() - new.keys():
        connection.execute("DELETE FROM texts WHERE name = ?", [name])
    for name, text in new.items():
        if old.get(name) != text:
            packed = zlib.compress(text.encode(), 1)
            connection.execute("INSERT OR REPLACE INTO texts VALUES (?, ?)", [name, packed])


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing. A disk that is full says so at the end only."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def texts_in(path: Path) -> dict[str, str]:
    """Return the texts in a database, which a server may be writing to; none where that fails."""
    # Who reads one beside which no journal is would make that, unless nobody is said to write.
    mode = "mode=ro" if Path(f"{path}-wal").exists() else "mode=ro&immutable=1"
    address = f"{path.resolve().as_uri()}?{mode}"
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(address, timeout=0, uri=True)) as connection,
    ):
        return texts(connection)
    return {}


def put_aside(path: Path) -> Path:
    """Give a database a name that is free, with what belongs to it; return that."""
    aside, number = path.with_suffix(".damaged"), 1
    while os.path.lexists(aside):
        number += 1
        aside = path.with_suffix(f".damaged-{number}")
    # The journal first: left behind, it would be taken for that of the next database.
    for part in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            Path(f"{path}{part}").replace(f"{aside}{part}")
    return aside


def is_damage(error: Exception) -> bool:
    """Whether an error says that the database is damaged; the low byte of its code tells."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


def _unpacked(packed: bytes) -> str | None:
    """Return a text; None where it is damaged: it is then not known what the file had."""
    with suppress(zlib.error, UnicodeDecodeError, TypeError):
        return zlib.decompress(packed).decode()
    return None
