"""What is on disk also after a power cut: files, and the names under which they are found."""

from __future__ import annotations

import errno
import os
from pathlib import Path

_NOT_TO_BE_HAD = (errno.EINVAL, errno.ENOTSUP)


def sync_file(path: Path) -> None:
    """Make the content of a file durable. Blocks. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where that can be (not on some shares). Blocks.

    Raises OSError.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NOT_TO_BE_HAD:
            raise
    finally:
        os.close(handle)
