"""Who is at the other end of a socket, asked of the socket itself."""

from __future__ import annotations

import contextlib
import os
import socket
import struct

# This process under all its numbers: a pair tells the one it was made under, which in a copy, or in
# a kernel from the template, is the original's.
_numbers = {os.getpid()}


def peer(fd: int) -> str | None:
    """Return "network 127.0.0.1:80" or "unix /path"; None where there is nobody to lose.

    A process's own pairs only wake its loops; a copy gets its own or makes its own. What neither
    has an address nor is connected leads nowhere, as what a copy has in the place of a connection.
    """
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(fd)) as duplicate:
        if duplicate.family == socket.AF_UNIX and _is_internal(duplicate):
            return None
        if _leads_nowhere(duplicate):
            return None
        return _description(duplicate)
    return f"descriptor {fd}"


def _is_internal(one: socket.socket) -> bool:
    with contextlib.suppress(OSError):
        credentials = one.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        _numbers.add(os.getpid())
        return not one.getsockname() and struct.unpack("3i", credentials)[0] in _numbers
    return False


def _leads_nowhere(one: socket.socket) -> bool:
    with contextlib.suppress(OSError):
        one.getpeername()
        return False
    name = one.getsockname()
    return not (name[1] if isinstance(name, tuple) else name)


def _description(one: socket.socket) -> str:
    kind = "unix" if one.family == socket.AF_UNIX else "network"
    with contextlib.suppress(OSError):
        return f"{kind} {_address(one.getpeername())}"
    return f"{kind} {_address(one.getsockname())} (not connected)"


def _address(name: object) -> str:
    match name:
        case (host, port, *_):
            return f"{host}:{port}"
        case bytes():
            return name.decode(errors="replace")
        case _:
            return str(name) or "(unnamed)"
