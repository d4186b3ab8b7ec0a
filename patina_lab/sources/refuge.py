"""What a full disk of the histories does not take: in a file beside the notebook, until it does.

A notebook's file never says what neither the history of its edits nor this file knows. Else the
next server would take what we have written for the change of somebody else, and have it twice.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from patina_lab.confined import through_no_link
from patina_lab.sources.history import Waiting
from patina_lab.sources.sourcefile import SourceFile


class Refuge:
    """The file beside a notebook. All methods block: call them off the event loop."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file.beside(f".~{file.path.name}.history")

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._file.path

    def write(self, waiting: Waiting) -> None:
        """Replace what is there, whole and durably. Raises OSError."""
        self._file.write_for_owner(msgspec.msgpack.encode(waiting))

    def read(self) -> Waiting | None:
        """Return what is there; None for nothing, or what we have not written. Raises OSError."""
        try:
            with open(self.path, "rb", opener=through_no_link()) as file:
                if os.fstat(file.fileno()).st_uid != os.geteuid():
                    return None
                return msgspec.msgpack.decode(file.read(), type=Waiting)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def clear(self) -> None:
        """Delete it."""
        self.path.unlink(missing_ok=True)
        self._file.clear_leftovers()
