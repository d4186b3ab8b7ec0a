"""A run's log on disk: `<notebook>.tsnb.runs/<run id>.jsonl`, only ever appended to."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path
from typing import BinaryIO

import msgspec

from patina_lab.confined import replacing, through_no_link
from patina_lab.runlog.folding import Folded, LogOrderError, add, begun
from patina_lab.runlog.records import SCHEMA, Header, Record, decode, encode
from patina_lab.syncing import sync_folder
from patina_lab.text import Text, said_by
from patina_lab.text import gettext as _

MAX_LINE_BYTES = 256 * 2**20


def _appending(path: Path) -> FileIO:
    return open(path, "a+b", buffering=0, opener=through_no_link())


def _reading(path: Path) -> BufferedReader:
    return open(path, "rb", opener=through_no_link())


class RunLogError(Exception):
    """A run log that cannot be read. It is left as it is."""

    def __init__(self, path: Path, line: int, reason: Text) -> None:
        self.text = _("%1, line %2: %3", path.name, line, reason)
        """What is wrong and where."""
        super().__init__(self.text)
        self.path, self.line, self.reason = path, line, reason


def why_unread(error: RunLogError | OSError) -> Text:
    """Return why `load` has failed, as people are told."""
    return error.text if isinstance(error, RunLogError) else said_by(error)


@dataclass(frozen=True, slots=True)
class LoadedLog:
    """A log that was read: what it says, and how much of a torn last line was dropped."""

    folded: Folded
    good_bytes: int
    torn_bytes: int


class RunLog:
    """Appends records, whole or not at all. `path` is where it is now: its folder may move."""

    def __init__(self, path: Path, *, good_bytes: int | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        # Unbuffered: what append() took is with the system, and survives this process.
        self._file = _appending(path)
        if good_bytes is not None:
            self._file.truncate(good_bytes)
        self._end = self._file.seek(0, os.SEEK_END)
        self._torn = self._is_replaced = False
        self._has_durable_name = good_bytes is not None
        self.is_in_doubt = False
        """Whether a sync has failed: the system takes what it could not write for written."""

    def append(self, *records: Record) -> None:
        """Add records. Raises OSError when the disk does not take them: then none is added."""
        self._go_on()
        if not self._has_name:
            self._put_back()
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

    @property
    def _has_name(self) -> bool:
        """Whether the file that is open here is still one that others would find."""
        return bool(os.fstat(self._file.fileno()).st_nlink)

    def _put_back(self) -> None:
        """Have the log where an older state of itself has taken its place, as git does that.

        FileNotFoundError where there is none: who deletes a log means that. FileExistsError where
        something else is there: it is left alone.
        """
        try:
            with _reading(self.path) as file:
                there = file.read()
        except FileNotFoundError:
            self._refuse_deleted()
            raise
        self._file.seek(0)
        if not there or self._file.read(len(there)) != there:
            what = _("Another log is in its place")
            raise FileExistsError(errno.EEXIST, what, str(self.path))
        self._replace(self.path, self._copy)
        self._go_on()

    def _refuse_deleted(self) -> None:
        if not self._has_name:
            raise FileNotFoundError(errno.ENOENT, _("The log was deleted"), str(self.path))

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
        self._go_on()
        self._mend()

        def write(new: BinaryIO) -> None:
            with _reading(path) as old:
                for line in old:
                    record = change(decode(line))
                    if record is not None:
                        new.write(encode(record))

        self._replace(path, write)

    def _replace(self, path: Path, write: Callable[[BinaryIO], object]) -> None:
        """Put a file in the place of the log, whole and durably, and go on with that."""
        with replacing(path) as new:
            write(new)
        self.path, self._is_replaced = path, True
        self._has_durable_name = self.is_in_doubt = False
        # It has taken place: what of this fails is tried again by what is asked for next.
        with suppress(OSError):
            self._go_on()
            self._sync_name()

    def _go_on(self) -> None:
        """Have the file open that has taken the place of the log. Raises OSError."""
        if self._is_replaced:
            file = _appending(self.path)
            self._file.close()
            self._file, self._is_replaced = file, False
            self._end = file.seek(0, os.SEEK_END)

    def sync(self) -> None:
        """Make what was appended durable. Blocks: call it off the event loop. Raises OSError.

        Where that has failed before, the log is written anew: nothing may be appended meanwhile.
        """
        self._go_on()
        if self.is_in_doubt:
            self._refuse_deleted()
            self._replace(self.path, self._copy)
        try:
            os.fsync(self._file.fileno())
        except BaseException:
            self.is_in_doubt = True
            raise
        self._sync_name()

    def _sync_name(self) -> None:
        if not self._has_durable_name:
            # Its folder may be new, too.
            sync_folder(self.path.parent)
            sync_folder(self.path.parent.parent)
            self._has_durable_name = True

    def _copy(self, new: BinaryIO) -> None:
        self._mend()
        self._file.seek(0)
        whole = self._file.readall()[: self._end]
        if len(whole) < self._end:
            raise OSError(errno.EIO, _("The log cannot be read back"), str(self.path))
        new.write(whole)

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
        raise RunLogError(path, 1, _("the file is empty"))
    return LoadedLog(folded, good, 0)


def _torn(path: Path, folded: Folded | None, good: int, line: bytes, number: int) -> LoadedLog:
    if len(line) >= MAX_LINE_BYTES:
        raise RunLogError(path, number, _("the line is too long to be a record"))
    if folded is None:
        raise RunLogError(path, number, _("the header is not complete"))
    return LoadedLog(folded, good, len(line))


def _take(path: Path, folded: Folded | None, line: bytes, number: int) -> Folded:
    try:
        record = decode(line)
        if folded is not None:
            add(folded, record)
            return folded
    except (msgspec.DecodeError, LogOrderError, UnicodeDecodeError, RecursionError) as error:
        raise RunLogError(path, number, _("no record of a run: %1", error)) from error
    if not isinstance(record, Header):
        raise RunLogError(path, number, _("the first record is not the header of a run"))
    if record.id != path.stem:
        # The id becomes the name of files: it is never another one than this file's.
        other = repr(record.id[:80])
        raise RunLogError(path, number, _("the run has another id than its file: %1", other))
    if record.schema > SCHEMA:
        newer = _("written by a newer Patina Lab (schema %1)", record.schema)
        raise RunLogError(path, number, newer)
    return begun(record)
