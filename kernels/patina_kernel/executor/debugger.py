"""The connection to debugpy, which listens in this very process: TCP in place of ZMQ's STREAM.

`ipykernel.debugger` talks to it as to a ZMQ stream; this is as much of one as it uses.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from patina_kernel.executor.lane import FrameBytes

READ_BYTES = 65_536
ROUTE = b"debugpy"


class DebuggerStream:
    """Stands for the stream, its socket, and the socket on which a cell is held back."""

    def __init__(self, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        self._loop = loop
        self._callback: Callable[[list[FrameBytes]], object] | None = None
        self._connection: socket.socket | None = None
        self._port = 0
        self.socket = self

    def on_recv(self, callback: Callable[[list[FrameBytes]], object], copy: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002
        """Say what takes the answers."""
        self._callback = callback

    def bind_to_random_port(self, _: str) -> int:
        """Choose a port for debugpy to listen on."""
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            self._port = int(sock.getsockname()[1])
        return self._port

    def unbind(self, _: str) -> None:
        """The port is free again already."""

    def getsockopt(self, option: int) -> bytes:
        """Return the endpoint (LAST_ENDPOINT, 32) or the route (ROUTING_ID, 5)."""
        return f"tcp://127.0.0.1:{self._port}".encode() if option == 32 else ROUTE

    def connect(self, endpoint: str) -> None:
        """Connect to debugpy."""
        port = int(endpoint.rpartition(":")[2])
        self._connection = socket.create_connection(("127.0.0.1", port))
        self._connection.setblocking(False)  # noqa: FBT003
        self._loop().add_reader(self._connection.fileno(), self._on_data)

    def disconnect(self, _: str) -> None:
        """Let go of debugpy."""
        if self._connection is not None:
            self._loop().remove_reader(self._connection.fileno())
            self._connection.close()
            self._connection = None

    def send_multipart(self, frames: Any, *_: Any, **__: Any) -> None:
        """Send a request: the route, and the bytes."""
        if self._connection is not None:
            self._connection.sendall(frames[1])

    def _on_data(self) -> None:
        if self._connection is None or self._callback is None:
            return
        data = self._connection.recv(READ_BYTES)
        if data:
            self._callback([FrameBytes(ROUTE), FrameBytes(data)])
        else:
            self.disconnect("")
