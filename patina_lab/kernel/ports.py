"""The ports of a kernel, which are chosen before it has them: somebody else may take one first."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping
from typing import Any

_CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


def is_one_taken(connection: Mapping[str, Any]) -> bool:
    """Whether a kernel cannot have a port that was chosen for it: somebody has it. Blocks shortly.

    `connection`: what Jupyter's connection file says; of a kernel that is not running. Other
    transports have no ports that could be taken.
    """
    if connection.get("transport") != "tcp":
        return False
    ports = (int(connection.get(f"{name}_port") or 0) for name in _CHANNELS)
    return any(_is_taken(str(connection["ip"]), port) for port in ports)


def _is_taken(ip: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    with socket.socket(family) as probe:
        # As ZMQ binds: a connection that has just ended is in nobody's way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ip, port))
            probe.listen(1)
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False
