"""The private runtime directory of a workspace, and sockets in it that only this user may use."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import struct
import tempfile
from pathlib import Path

from patina_kernel.wire.packet import KIND

# A Unix socket's path has at most 104 bytes (macOS); the longest name in the directory has 50.
LONGEST_DIRECTORY = 50
VARIABLE = "PATINA_RUNTIME_DIR"


class NotPrivateError(OSError):
    """The directory belongs to somebody else, or others may enter it."""


def of_workspace(workspace: str, base: str) -> Path:
    """Return the directory for a workspace below `base`, Jupyter's runtime directory."""
    name = hashlib.sha256(workspace.encode()).hexdigest()[:16]
    return Path(base) / "patina" / name


def for_kernel(connection_file: str) -> Path:
    """Return the directory of a kernel: that of its environment, else next to its connection file."""
    named = os.environ.get(VARIABLE)
    parent = str(Path(connection_file).absolute().parent)
    return private(Path(named) if named else of_workspace(parent, parent))


def private(directory: Path) -> Path:
    """Make the directory, for this user alone, and return it or a shorter stand-in for it.

    Raises NotPrivateError when it is there and not ours alone.
    """
    if len(os.fsencode(directory)) > LONGEST_DIRECTORY:
        short = hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]
        directory = Path(tempfile.gettempdir()) / f"patina-{os.getuid()}" / short
        _make(directory.parent)
    _make(directory)
    return directory


def _make(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise NotPrivateError(
            f"{directory} belongs to another user; set {VARIABLE} to one of yours"
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        directory.chmod(0o700)


def listen(path: Path) -> socket.socket:
    """Return a socket that listens at a path; it appears there only when it is ready."""
    sock = socket.socket(socket.AF_UNIX, KIND)
    made = path.with_name(f"{path.name}.{os.getpid()}")
    sock.bind(str(made))
    sock.listen(64)
    made.rename(path)
    return sock


def connect(path: str) -> socket.socket:
    """Connect to a listening socket. Raises OSError when nobody listens, or somebody else does."""
    sock = socket.socket(socket.AF_UNIX, KIND)
    try:
        sock.connect(path)
        if not is_ours(sock):
            raise NotPrivateError(f"{path} is served by another user")
    except OSError:
        sock.close()
        raise
    return sock


def is_ours(sock: socket.socket) -> bool:
    """Return whether the peer runs as this user."""
    if hasattr(socket, "SO_PEERCRED"):
        credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return bool(struct.unpack("3i", credentials)[1] == os.getuid())
    # Elsewhere: getpeereid() is not in the standard library; the directory is closed to others.
    return True
