"""The file of a snapshot.

    header     64 bytes: mark, where the manifest is, its length, its SHA-256
    variables  for each its pickle, then its buffers, each at a multiple of 64 bytes
    manifest   JSON, see `manifest.py`

A snapshot is written under another name and takes its own only when it is whole and on disk.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from patina_kernel.language import SnapshotError
from patina_kernel.text import gettext as _

from patina_python.snapshots.manifest import AGAIN, Buffer, Manifest, Variable, manifest_from
from patina_python.snapshots.pickler import Segment

MARK = b"Patina Python\x00\x01\n"
_HEADER = struct.Struct("<16sQQ32s")
_ALIGNMENT = 64
# Buffers up to this size are read and checked when a snapshot is loaded, larger ones are mapped:
# their pages are read when they are used, and only `verify` checks them.
MAPPED_FROM = 1 << 20


class Writer:
    """Writes variables, then the manifest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        file.write(bytes(_HEADER.size))

    def add(self, name: str, kind: str, segment: Segment) -> Variable:
        """Write one variable; its place in the memo is not yet known."""
        offset = self._put(segment.pickled)
        digest = hashlib.sha256(segment.pickled).hexdigest()
        buffers = tuple(self._add_buffer(each.raw()) for each in segment.buffers)
        return Variable(name, kind, offset, len(segment.pickled), digest, 0, buffers)

    def finish(self, manifest: Manifest) -> int:
        """Write the manifest and then the header; return the bytes of all."""
        text = manifest.to_json()
        offset = self._put(text)
        size = self._file.tell()
        self._file.seek(0)
        self._file.write(_HEADER.pack(MARK, offset, len(text), hashlib.sha256(text).digest()))
        return size

    def _add_buffer(self, raw: memoryview) -> Buffer:
        return Buffer(self._put(raw), raw.nbytes, zlib.crc32(raw))

    def _put(self, data: bytes | memoryview) -> int:
        self._file.write(bytes(-self._file.tell() % _ALIGNMENT))
        offset = self._file.tell()
        self._file.write(data)
        return offset


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """Give a writer; what it wrote takes the place of `path` at once, or leaves no trace."""
    try:
        number, temporary = tempfile.mkstemp(".part", f".{path.name[:100]}.", path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with open(number, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            yield Writer(file)
            file.flush()
            os.fsync(number)
        Path(temporary).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> SnapshotError:
    what = _("The snapshot %1 cannot be written: %2.", path.name, error.strerror or error)
    hint = _("Free some space, or save to another folder that can be written to.")
    return SnapshotError(what, hint)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # Windows cannot; the file itself is on disk
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


class Reader:
    """A snapshot that is whole and meant for this interpreter."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._bytes = _mapped(path)
        self.manifest = self._read_manifest()
        for variable in self.manifest.variables:
            self._check(variable)

    def pickled(self, variable: Variable) -> memoryview:
        """Return the pickle of a variable."""
        return self._at(variable.offset, variable.length)

    def buffers(self, variable: Variable) -> list[memoryview | bytearray]:
        """Return the buffers of a variable: small ones copied, large ones mapped, all private."""
        found: list[memoryview | bytearray] = []
        for buffer in variable.buffers:
            raw = self._at(buffer.offset, buffer.length)
            found.append(raw if buffer.length >= MAPPED_FROM else bytearray(raw))
        return found

    def verify(self) -> None:
        """Check the large buffers too, which reads all of the file. Raises SnapshotError."""
        for variable in self.manifest.variables:
            for buffer in variable.buffers:
                self._check_buffer(variable, buffer)

    def _read_manifest(self) -> Manifest:
        if len(self._bytes) < _HEADER.size or self._bytes[: len(MARK)] != MARK:
            what = _("%1 is not a snapshot of a Python kernel.", self.name)
            hint = _("Choose a file that a Python kernel of Patina Lab has saved.")
            raise SnapshotError(what, hint)
        _mark, offset, length, digest = _HEADER.unpack(self._bytes[: _HEADER.size])
        text = bytes(self._at(offset, length))
        if hashlib.sha256(text).digest() != digest:
            raise self._damaged(_("its manifest does not fit its checksum"))
        return manifest_from(text, self.name)

    def _check(self, variable: Variable) -> None:
        pickled = self._at(variable.offset, variable.length)
        if hashlib.sha256(pickled).hexdigest() != variable.sha256:
            raise self._damaged(_("the variable %1 does not fit its checksum", variable.name))
        for buffer in variable.buffers:
            self._at(buffer.offset, buffer.length)
            if buffer.length < MAPPED_FROM:
                self._check_buffer(variable, buffer)

    def _check_buffer(self, variable: Variable, buffer: Buffer) -> None:
        if zlib.crc32(self._at(buffer.offset, buffer.length)) != buffer.checksum:
            raise self._damaged(_("the data of %1 do not fit their checksum", variable.name))

    def _at(self, offset: int, length: int) -> memoryview:
        if offset + length > len(self._bytes):
            raise self._damaged(_("it is cut off"))
        return self._bytes[offset : offset + length]

    def _damaged(self, what: str) -> SnapshotError:
        return SnapshotError(_("%1 is damaged: %2.", self.name, what), AGAIN)


def _mapped(path: Path) -> memoryview:
    """Return the bytes of a file as a private map: to write to them changes no file."""
    try:
        with path.open("rb") as file:
            if path.stat().st_size == 0:
                return memoryview(b"")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        what = _("The snapshot %1 cannot be read: %2.", path.name, said)
        raise SnapshotError(what, _("Choose one that is there and can be read.")) from error
