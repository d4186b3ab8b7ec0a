"""A notebook's file on disk: what stands there, whether that has changed, and writing it whole.

Not through Jupyter's contents manager: that writes in place, so that a process which is killed
meanwhile leaves half a file.
"""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from patina_lab.confined import Roots
from patina_lab.document.errors import TsnbError
from patina_lab.document.format import read
from patina_lab.document.refusals import MAX_BYTES, refuse_gigantic
from patina_lab.syncing import sync_folder
from patina_lab.text import gettext as _

_PREFIX = ".~"
"""As Jupyter's own files in the making, so that tools which know to leave them alone do."""
_NEW_MODE, _OWN_MODE = 0o666, 0o600
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


class Stamp(NamedTuple):
    """What differs between two states of a file, found without reading it."""

    inode: int
    size: int
    changed_ns: int
    """Of the content; and of the inode: who writes a file can set back the one, not the other."""
    touched_ns: int


class ChangedError(Exception):
    """The file is not the one that was seen last: it is not overwritten unread."""


class SourceFile:
    """The file of one notebook. All methods block: call them off the event loop.

    `roots`: the folders that links must not lead out of. What is outside is as if it were not
    there, and is never written.
    """

    def __init__(self, path: Path, roots: Roots | None = None) -> None:
        self.path, self._roots = path, roots

    @property
    def is_outside(self) -> bool:
        """Whether links lead out of the folders that are open."""
        return self._roots is not None and not self._roots.hold(self.path)

    def stamp(self) -> Stamp | None:
        """Return the state of the file; None when there is none. Raises OSError."""
        if self.is_outside:
            return None
        try:
            return _stamp(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read(self) -> str:
        """Return the text. Raises OSError, and TsnbError for what is no text or gigantic."""
        self._refuse_outside()
        with self.path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        refuse_gigantic(len(data))
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise TsnbError(
                _("The file is no text"), line=line, hint=_("It is left as it is.")
            ) from error

    def write(self, data: bytes, seen: Stamp | None) -> Stamp:
        """Write the whole file or nothing, durably; return its new state.

        `seen`: the state as it was last read; None when there was no file. Raises ChangedError
        when it is another one now, and OSError.
        """
        # A link stays one: what it leads to is replaced.
        target = Path(os.path.realpath(self.path))
        return self._replace(target, data, seen, _mode(target))

    def _replace(self, target: Path, data: bytes, seen: Stamp | None, mode: int | None) -> Stamp:
        self._refuse_outside()
        temporary = target.with_name(f"{_PREFIX}{target.name}.{secrets.token_hex(4)}")
        try:
            self._write_aside(temporary, data, mode)
            self._refuse_outside()
            self._refuse_unless(seen)
            ours = _stamp(temporary)
            temporary.replace(target)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(target.parent)
        stamp = self.stamp()
        # Where somebody was quicker, theirs is still to be met.
        return ours if stamp is None or stamp.inode != ours.inode else stamp

    def _refuse_outside(self) -> None:
        if self.is_outside:
            raise PermissionError(errno.EACCES, "It leads out of the server's root", str(self.path))

    def _refuse_unless(self, seen: Stamp | None) -> None:
        if self.stamp() != seen:
            raise ChangedError(str(self.path))

    @staticmethod
    def _write_aside(temporary: Path, data: bytes, mode: int | None) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        handle = os.open(temporary, flags, _NEW_MODE if mode is None else _OWN_MODE)
        try:
            if mode is not None:
                os.fchmod(handle, mode)
            left = memoryview(data)
            while left:
                # A disk that is nearly full takes a part, and says so only by its length.
                left = left[os.write(handle, left) :]
            os.fsync(handle)
        finally:
            os.close(handle)

    def beside(self, name: str) -> SourceFile:
        """Return a file in the same folder."""
        return SourceFile(self.path.with_name(name), self._roots)

    def write_for_owner(self, data: bytes) -> None:
        """Write the whole file or nothing, whatever is there; nobody else may read it."""
        self._replace(self.path, data, self.stamp(), _OWN_MODE)

    def write_beside(self, name: str, data: bytes) -> bool:
        """Write a new file into the same folder, for the same people to read. Raises OSError.

        False when it is there already.
        """
        beside = self.beside(name)
        if os.path.lexists(beside.path):
            return False
        beside._replace(beside.path, data, None, _mode(self.path))
        return True

    def clear_leftovers(self) -> None:
        """Delete what a save that was killed has left."""
        for left in self.path.parent.glob(f"{_PREFIX}{_escaped(self.path.name)}.????????"):
            with suppress(OSError):
                left.unlink()

    def is_writable(self) -> bool:
        """Whether it can be written: a file is replaced by another in its folder."""
        if self.is_outside:
            return False
        target = Path(os.path.realpath(self.path))
        return os.access(target.parent, os.W_OK) and os.access(target, os.W_OK)

    def moved_to(self, seen: Stamp) -> Path | None:
        """Return where a file is that may be this one under another name in its folder.

        `is_still` tells more: the number of a file that was deleted is given to another.
        """
        try:
            with os.scandir(self.path.parent) as entries:
                for entry in entries:
                    if entry.name.endswith(self.path.suffix) and entry.inode() == seen.inode:
                        return self.path.with_name(entry.name)
        except OSError:
            return None
        return None

    def is_still(self, seen: Stamp, notebook: str) -> bool:
        """Whether it is a file that was seen, and has got this name since. Raises OSError.

        That is so when its notebook has that id; of what cannot be read, when nothing was changed.
        """
        stamp = self.stamp()
        try:
            return read(self.read()).id == notebook
        except TsnbError:
            return stamp is not None and stamp[:3] == seen[:3]


def is_read_only(error: OSError) -> bool:
    """Whether a file could not be written because nobody may."""
    return error.errno in _READ_ONLY


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return Stamp(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _mode(target: Path) -> int | None:
    try:
        return target.stat().st_mode & 0o7777
    except FileNotFoundError:
        return None


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
