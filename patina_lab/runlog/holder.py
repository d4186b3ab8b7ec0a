"""One server drives the runs of a notebook: a lock on their folder, which ends with its process.

It goes along with the folder, so that servers of other users, with histories of their own, see it.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from patina_lab.confined import open_folder
from patina_lab.problem import PatinaProblem, conflict
from patina_lab.text import gettext as _


class Holder:
    """Holds the folder of a notebook's runs against other servers. It moves along with it."""

    def __init__(self) -> None:
        self._handle: int | None = None

    def is_free(self, folder: Path) -> bool:
        """Whether this server holds a folder, if it is there, or could."""
        try:
            self.take(folder)
        except (PatinaProblem, FileNotFoundError):
            return not folder.is_dir()
        return True

    def take(self, folder: Path) -> None:
        """Hold a folder that is there. Raises a problem when another server holds it.

        A lock of the system: it cannot be left behind. A file system that knows none (some network
        shares) gives none, and then this protects from nothing.
        """
        if self._handle is not None and os.path.samestat(os.fstat(self._handle), folder.stat()):
            return
        self.release()
        handle = open_folder(folder, 1)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise conflict(
                _("Another server has the runs of this notebook"),
                _("A process on this machine, or one that shares its disk, holds %1", folder.name),
                _("Open the notebook there, or end that server."),
            ) from None
        except OSError:
            os.close(handle)
            return
        self._handle = handle

    @property
    def holds(self) -> bool:
        """Whether nobody else drives these runs."""
        return self._handle is not None

    def release(self) -> None:
        """Let others have it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
