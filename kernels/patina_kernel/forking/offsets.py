"""File offsets: after a fork both processes move one, until the copy opens the file anew."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path

from patina_kernel.forking.plan import Own
from patina_kernel.language import ReportLine
from patina_kernel.text import gettext as _

DESCRIPTORS = ("/proc/self/fd", "/dev/fd")
ONLY_AT_OPENING = os.O_CREAT | os.O_EXCL | os.O_TRUNC | os.O_NOFOLLOW | getattr(os, "O_TMPFILE", 0)
PATH_BYTES = 1024


def own_offsets(own: Own) -> tuple[ReportLine, ...]:
    """In the copy: give each regular file an offset of its own, at the same place.

    Returns a line for each that stays shared: a file that was deleted or may not be opened again.
    """
    directory = next((path for path in DESCRIPTORS if Path(path).is_dir()), None)
    if directory is None:
        return ()
    fds = [int(entry.name) for entry in Path(directory).iterdir()]
    shared = (_shared(fd) for fd in fds if fd > 2 and fd not in own.descriptors)
    return tuple(line for line in shared if line is not None)


def _shared(fd: int) -> ReportLine | None:
    """Open one anew; the line for one that cannot be."""
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return None
    except OSError:  # closed since it was listed
        return None
    try:
        reopen(fd, os.lseek(fd, 0, os.SEEK_CUR))
    except OSError as error:
        what = _("both kernels read and write at one offset: %1", error.strerror)
        return ReportLine("file", _name(fd), what, _("Open it again in the copy."))
    return None


def reopen(fd: int, position: int) -> None:
    """Give a regular file an offset of its own, there. Raises OSError; it is then as it was."""
    flags = fcntl.fcntl(fd, fcntl.F_GETFL) & ~ONLY_AT_OPENING
    fresh = os.open(_path(fd), flags | os.O_CLOEXEC)
    try:
        if not os.path.samestat(os.fstat(fresh), os.fstat(fd)):
            raise FileNotFoundError(errno.ENOENT, "another file has its name now")
        os.lseek(fresh, position, os.SEEK_SET)
        os.dup2(fresh, fd, os.get_inheritable(fd))
    finally:
        os.close(fresh)


def _path(fd: int) -> str:
    """Return what opens the file anew. Only Linux's /proc does; /dev/fd of others duplicates."""
    if Path(DESCRIPTORS[0]).is_dir():
        return f"{DESCRIPTORS[0]}/{fd}"
    path = fcntl.fcntl(fd, getattr(fcntl, "F_GETPATH", fcntl.F_GETFL), bytes(PATH_BYTES))
    return os.fsdecode(path.rstrip(b"\0"))


def _name(fd: int) -> str:
    try:
        return str(Path(f"{DESCRIPTORS[0]}/{fd}").readlink())
    except OSError:
        return f"descriptor {fd}"
