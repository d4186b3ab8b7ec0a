"""What templates, and kernels made from them, say before a kernel is up: a file, never large."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SUFFIX = ".log"
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Log:
    """The file beside a template's socket, in the private runtime directory."""

    path: Path

    def begun(self) -> BinaryIO:
        """Return a new file: those who still write to the former one go on with that."""
        with suppress(FileNotFoundError):
            self.path.unlink()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        return os.fdopen(os.open(self.path, flags, 0o600), "wb", buffering=0)

    def size(self) -> int:
        """Return how much was said."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def end(self, descriptor: int) -> None:
        """Remove the file when it is the one of that descriptor, and nothing was said."""
        with suppress(OSError):
            if os.path.samestat(self.path.stat(), os.fstat(descriptor)) and not self.size():
                self.path.unlink()


def of_template(path: Path) -> Log:
    """Return the log of the template that serves at that socket."""
    return Log(path.with_suffix(SUFFIX))


def bound(descriptor: int) -> None:
    """Empty the log that this process writes to, when it has become large."""
    with suppress(OSError):
        found = os.fstat(descriptor)
        if stat.S_ISREG(found.st_mode) and found.st_size > MOST_BYTES:
            os.ftruncate(descriptor, 0)
