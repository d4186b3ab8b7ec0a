"""What a copy must not share with its original: positions in files, pipes, connections.

A parked copy that kept a pipe or a port open would harm the original: a reader would wait for
ever for the end of what was written, a port could not be bound again.
"""

from __future__ import annotations

import fcntl
import os
import socket
import stat
import struct
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from patina_kernel import forking

FIRST = 3


def _open() -> Iterator[int]:
    place = Path("/proc/self/fd")
    for entry in (place if place.is_dir() else Path("/dev/fd")).iterdir():
        if int(entry.name) >= FIRST:
            yield int(entry.name)


def positions() -> dict[int, int]:
    """Return where each regular file is read or written next. To be called before the fork."""
    found = {}
    for descriptor in _open():
        with suppress(OSError):
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                found[descriptor] = os.lseek(descriptor, 0, os.SEEK_CUR)
    return found


def names(of: Collection[int]) -> dict[int, str]:
    """Return the paths of files."""
    return {descriptor: str(Path(f"/proc/self/fd/{descriptor}").readlink()) for descriptor in of}


def gone(files: dict[int, str]) -> list[str]:
    """Return the paths of those that are no regular files any more."""
    return [path for fd, path in files.items() if not stat.S_ISREG(os.fstat(fd).st_mode)]


def unshare_files(where: dict[int, int]) -> None:
    """In the copy: open regular files anew, at these positions."""
    for descriptor, position in where.items():
        with suppress(OSError):
            forking.reopen(descriptor, position)


def unshare_connections(keep: Collection[int]) -> None:
    """In the copy, at once: close connections to others, renew pipes to ourselves.

    A descriptor stays taken, so that the object that holds it cannot close another's by mistake:
    reading from it finds the end, writing to it fails. `keep` are ours.
    """
    pipes: dict[int, list[int]] = {}
    for descriptor in list(_open()):
        if descriptor in keep:
            continue
        with suppress(OSError):
            mode = os.fstat(descriptor)
            if stat.S_ISFIFO(mode.st_mode):
                pipes.setdefault(mode.st_ino, []).append(descriptor)
            elif stat.S_ISSOCK(mode.st_mode) and not _is_internal(descriptor):
                _close_socket(descriptor)
    for ends in pipes.values():
        _close_pipe(ends)


def _is_internal(descriptor: int) -> bool:
    """Return whether it is one end of a pair made by us or our original, to wake a loop."""
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as sock:
        if (
            sock.family != socket.AF_UNIX
            or sock.getsockname()
            or not hasattr(socket, "SO_PEERCRED")
        ):
            return False
        credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return struct.unpack("3i", credentials)[0] in (os.getpid(), os.getppid())
    return False


def _close_socket(descriptor: int) -> None:
    with socket.socket(fileno=os.dup(descriptor)) as sock:
        family, kind = sock.family, sock.type
    _replace(descriptor, socket.socket(family, kind).detach())


def _close_pipe(ends: list[int]) -> None:
    """Renew a pipe that leads from us to us; one that leads elsewhere now leads nowhere."""
    writes = {end: fcntl.fcntl(end, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY for end in ends}
    if len(set(writes.values())) == 1:
        for end in ends:
            _replace(end, os.open(os.devnull, os.O_RDONLY))
        return
    fresh = os.pipe()
    for end, is_write in writes.items():
        _replace(end, os.dup(fresh[is_write]))
    os.close(fresh[0])
    os.close(fresh[1])


def _replace(descriptor: int, fresh: int) -> None:
    inheritable = os.get_inheritable(descriptor)
    blocking = os.get_blocking(descriptor)
    os.dup2(fresh, descriptor, inheritable)
    with suppress(OSError):
        os.set_blocking(descriptor, blocking)
    os.close(fresh)
