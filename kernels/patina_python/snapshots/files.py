"""Open files in a snapshot: one that is read is opened again at its place; others are refused."""

from __future__ import annotations

import io
import os
import pickle
import stat
from collections.abc import Callable
from typing import Any

from patina_python.snapshots import rebuild

_FILES = (io.TextIOWrapper, io.BufferedReader, io.FileIO)
_WRITERS = (io.BufferedWriter, io.BufferedRandom)


def reduced_file(value: Any, note: Callable[[str], None]) -> Any:
    """Return how to open a file again, None for what is no file. Raises PicklingError."""
    kind = type(value)
    if kind in _WRITERS:
        raise pickle.PicklingError("a file open for writing cannot be saved")
    if kind not in _FILES:
        return None
    if value.closed:
        raise pickle.PicklingError("a closed file cannot be saved")
    if not _is_read_only(value):
        raise pickle.PicklingError("a file open for writing cannot be saved")
    path = _path(value)
    note(f"its file {path} is opened again at the same place when it is loaded")
    if kind is io.TextIOWrapper:
        return rebuild.open_text, (path, value.encoding, value.errors, _place(value))
    return rebuild.open_bytes, (path, 0 if kind is io.FileIO else -1, _place(value))


def _is_read_only(value: Any) -> bool:
    return bool(value.readable() and not value.writable())


def _path(value: Any) -> str:
    name = value.name
    if not isinstance(name, str) or not stat.S_ISREG(os.fstat(value.fileno()).st_mode):
        raise pickle.PicklingError(
            "only regular files are opened again; this is a pipe or a device"
        )
    return os.path.abspath(name)  # noqa: PTH100 - as it is: a link stays one


def _place(value: Any) -> int:
    try:
        return int(value.tell())
    except OSError as error:
        raise pickle.PicklingError(
            "a file in the middle of a `for` loop cannot be saved"
        ) from error
