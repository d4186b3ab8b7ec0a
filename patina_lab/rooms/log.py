"""A run's log on disk: `<notebook>.tsnb.runs/<run id>.jsonl`, only ever appended to."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path

import msgspec

from patina_lab.confined import replacing, through_no_link
from patina_lab.rooms.records import (
    SCHEMA,
    Folded,
    Header,
    LogOrderError,
    Record,
    add,
    begun,
    decode,
    encode,
)

MAX_LINE_BYTES = 256 * 2**20


def _appending(path: Path) -> FileIO:
    return open(path, "ab", buffering=0, opener=through_no_link())


def _reading(path: Path) -> BufferedReader:
    return open(path, "rb", opener=through_no_link())


class RunLogError(Exception):
    """A run log that cannot be read. It is left as it is."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path.name}, line {line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


@dataclass(frozen=True, slots=True)
class LoadedLog:
    """A log that was read: what it says, and how much of a torn last line was dropped."""

    folded: Folded
    good_bytes: int
    torn_bytes: int


class RunLog:
    """Appends records, whole or not at all."""

    def __init__(self, path: Path, *, good_bytes: int | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        # Unbuffered: what append() took is with the system, and survives this process.
        self._file = _appending(path)
        if good_bytes is not None:
            self._file.truncate(good_bytes)
        self._end = self._file.seek(0, os.SEEK_END)
        self._torn = False

    def append(self, *records: Record) -> None:
        """Add records. Raises OSError when the disk does not take them: then none is added."""
        if not os.fstat(self._file.fileno()).st_nlink:
            raise FileNotFoundError(errno.ENOENT, "The log was deleted", str(self.path))
        self._mend()
        data = memoryview(b"".join(map(encode, records)))
        written = 0
        try:
            while written < len(data):
                # A disk that is nearly full takes a part, and says so only by its length.
                written += self._file.write(data[written:])
        except OSError:
            self._torn = written > 0
            self._mend()
            raise
        self._end += written

    def _mend(self) -> None:
        """Take back a part of a record: in the midst of a log it would damage the whole."""
        if self._torn:
            self._file.truncate(self._end)
            self._torn = False

    def rewrite(self, path: Path, change: Callable[[Record], Record | None]) -> None:
        """Replace each record by what `change` makes of it; whole or not at all. Blocks.

        `path`: where the log is now, since its folder may have moved. Nothing may be appended
        meanwhile.
        """
        self._mend()
        with _reading(path) as old, replacing(path) as new:
            for line in old:
                record = change(decode(line))
                if record is not None:
                    new.write(encode(record))
        self._file.close()
        self._file = _appending(path)
        self.path, self._end = path, self._file.seek(0, os.SEEK_END)

    def sync(self) -> None:
        """Make what was appended durable. Blocks: call it off the event loop."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Release the file."""
        self._file.close()


def load(path: Path) -> LoadedLog:
    """Read a log. A torn last line is dropped; other damage raises RunLogError."""
    folded: Folded | None = None
    good = number = 0
    with _reading(path) as file:
        while line := file.readline(MAX_LINE_BYTES):
            number += 1
            if not line.endswith(b"\n"):
                return _torn(path, folded, good, line, number)
            folded = _take(path, folded, line, number)
            good += len(line)
    if folded is None:
        raise RunLogError(path, 1, "the file is empty")
    return LoadedLog(folded, good, 0)


def _torn(path: Path, folded: Folded | None, good: int, line: bytes, number: int) -> LoadedLog:
    if len(line) >= MAX_LINE_BYTES:
        raise RunLogError(path, number, "the line is too long to be a record")
    if folded is None:
        raise RunLogError(path, number, "the header is not complete")
    return LoadedLog(folded, good, len(line))


def _take(path: Path, folded: Folded | None, line: bytes, number: int) -> Folded:
    try:
        record = decode(line)
        if folded is not None:
            add(folded, record)
            return folded
    except (msgspec.DecodeError, LogOrderError, UnicodeDecodeError, RecursionError) as error:
        raise RunLogError(path, number, f"no record of a run: {error}") from error
    if not isinstance(record, Header):
        raise RunLogError(path, number, "the first record is not the header of a run")
    if record.id != path.stem:
        # The id becomes the name of files: it is never another one than this file's.
        raise RunLogError(path, number, f"the run has another id than its file: {record.id[:80]!r}")
    if record.schema > SCHEMA:
        raise RunLogError(path, number, f"written by a newer Patina Lab (schema {record.schema})")
    return begun(record)
