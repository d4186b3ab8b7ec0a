"""One server at a time edits a notebook: a lock beside the history of its edits.

It is the system's, and ends with the process that has it: none is ever left behind.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

_MODE, _FOLDER_MODE = 0o600, 0o700
_MOST_BYTES = 4096


class Server(msgspec.Struct, frozen=True):
    """A server, as others are told of it; what is not known is None."""

    pid: int | None = None
    port: int | None = None


class Claim:
    """The claim of this server to a notebook. `me`: what others are then told."""

    def __init__(self, path: Path, me: Callable[[], Server]) -> None:
        self.path, self._me = path, me
        self._handle: int | None = None

    def take(self) -> Server | None:
        """Take the notebook; return who has it where that is somebody else.

        Where the disk knows no locks, or takes none, it is taken: then this protects from nothing.
        """
        if self._handle is not None:
            return None
        try:
            make_private(self.path.parent)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, _MODE)
        except OSError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = _read(handle)
            os.close(handle)
            return other
        except OSError:
            os.close(handle)
            return None
        self._handle = handle
        with suppress(OSError):
            os.ftruncate(handle, 0)
            os.pwrite(handle, msgspec.json.encode(self._me()), 0)
        return None

    def release(self) -> None:
        """Let others have it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def make_private(folder: Path) -> None:
    """Make a folder that only its owner may enter, also where there is one already."""
    folder.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
    with suppress(OSError):
        folder.chmod(_FOLDER_MODE)


def _read(handle: int) -> Server:
    try:
        return msgspec.json.decode(os.pread(handle, _MOST_BYTES, 0), type=Server)
    except (OSError, msgspec.DecodeError):
        # It has just been taken.
        return Server()
