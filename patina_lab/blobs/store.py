"""Output bytes, each kept once, below `<notebook>.tsnb.runs/blobs/ab/abcdef...`."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import threading
from contextlib import suppress
from pathlib import Path

from patina_lab.confined import make_folder, through_no_link
from patina_lab.model.ids import BlobHash
from patina_lab.model.outputs import Blob
from patina_lab.syncing import sync_file, sync_folder
from patina_lab.text import Text
from patina_lab.text import gettext as _

_NAME = re.compile(r"[0-9a-f]{64}")
_PART = ".new-"
_LEVELS = 3
"""The folders below a notebook's: that of its runs, that of their blobs, and one of those."""


class BlobMissingError(LookupError):
    """No blob of that name is kept here, or the name is none."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


class BlobDamagedError(Exception):
    """The file of a blob does not hold what its name says."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


class DiskFullError(OSError):
    """There is no room for a blob."""


class BlobStore:
    """The blobs of one notebook. A blob is whole or not there; `sync` makes it durable."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._unsynced: set[BlobHash] = set()
        self._in_doubt: set[str] = set()
        """Blobs of which a sync has failed."""
        self._entered: set[str] = set()
        """Folders of blobs of which the names are durable."""
        self._syncing = threading.Lock()

    def path(self, name: str) -> Path:
        """Return where a blob lies; BlobMissingError when the name is no hash."""
        if not _NAME.fullmatch(name):
            raise BlobMissingError(_("%1 is not the name of a blob", repr(name[:80])))
        return self.folder / name[:2] / name

    def put(self, blob: Blob) -> None:
        """Keep a blob. It is there for readers at once, and durable after `sync`."""
        path = self.path(blob.hash)
        try:
            # Who has put it there may not have synced it; a crash can leave it empty.
            if _size(path) != len(blob.data):
                _write_whole(path, blob.data)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                what = _("No space left for output")
                raise DiskFullError(error.errno, what, str(path)) from error
            raise
        self._unsynced.add(blob.hash)

    def get(self, name: str) -> bytes:
        """Return the bytes of a blob. Raises BlobMissingError or BlobDamagedError."""
        path = self.path(name)
        try:
            with open(path, "rb", opener=through_no_link(_LEVELS)) as file:
                data = file.read()
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                raise BlobMissingError(_("Blob %1 is not kept here", name)) from error
            raise
        if hashlib.sha256(data).hexdigest() != name:
            raise BlobDamagedError(_("%1 does not hold what its name says", path))
        return data

    def put_data(self, data: bytes) -> BlobHash:
        """Keep some bytes; return their name."""
        blob = Blob.of(data)
        self.put(blob)
        return blob.hash

    def discard(self, names: set[str]) -> int:
        """Delete blobs that nothing names any more; return how many bytes that frees."""
        freed = 0
        for name in names:
            path = self.path(name)
            with suppress(FileNotFoundError):
                freed += path.lstat().st_size
                path.unlink()
        return freed

    def sweep(self, named: set[str]) -> int:
        """Delete all blobs but the named ones, and parts of blobs; return how many. Blocks.

        Nobody may be writing here: what a crash left behind is nobody's, and what is being written
        is named only afterwards.
        """
        swept = 0
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            unnamed = _NAME.fullmatch(path.name) and path.name not in named
            if unnamed or path.name.startswith(_PART):
                with suppress(OSError):
                    path.unlink()
                    swept += 1
        return swept

    def sync(self) -> None:
        """Make everything put so far durable. Blocks: call it off the loop. Raises OSError."""
        with self._syncing:
            # Names, not paths: the folder may have moved. Copied in one step: put() goes on.
            names = self._unsynced.copy()
            paths = [path for path in map(self.path, names) if path.exists()]
            for path in paths:
                self._sync(path)
            parents = {path.parent for path in paths}
            for parent in parents:
                sync_folder(parent)
            if any(parent.name not in self._entered for parent in parents):
                # They may be new; so may the folders above.
                for folder in (self.folder, self.folder.parent, self.folder.parent.parent):
                    sync_folder(folder)
                self._entered |= {parent.name for parent in parents}
            self._unsynced -= names

    def _sync(self, path: Path) -> None:
        if path.name in self._in_doubt:
            _write_whole(path, self._read_back(path.name))
            self._in_doubt.remove(path.name)
        try:
            sync_file(path)
        except OSError:
            # The system takes what it could not write for written: syncing again is not enough.
            self._in_doubt.add(path.name)
            raise

    def _read_back(self, name: str) -> bytes:
        try:
            return self.get(name)
        except (BlobMissingError, BlobDamagedError) as error:
            raise OSError(errno.EIO, _("An output cannot be read back"), name) from error


def _write_whole(path: Path, data: bytes) -> None:
    """Write through a temporary file and a rename, so that no reader sees a part."""
    folder = make_folder(path.parent, _LEVELS)
    temporary = f"{_PART}{secrets.token_hex(8)}"
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(temporary, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder)
            raise
    finally:
        os.close(folder)


def _size(path: Path) -> int | None:
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return None
