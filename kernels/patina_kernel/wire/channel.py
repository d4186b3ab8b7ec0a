"""One end of a connection, safe to send on from several threads."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Sequence
from typing import Any

from patina_kernel.wire import packet
from patina_kernel.wire.packet import Frame, Packet


class Channel:
    """Sends and receives packets."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        # Reentrant: a signal handler may send while its own thread is sending.
        self._sending = threading.RLock()

    @classmethod
    def of_descriptor(cls, descriptor: int) -> Channel:
        """Return a channel over a descriptor that arrived in a packet."""
        return cls(socket.socket(fileno=descriptor))

    def fileno(self) -> int:
        """Return the descriptor, for selectors and pollers."""
        return self.socket.fileno()

    def send(self, op: int, frames: Sequence[Frame] = (), descriptors: Sequence[int] = ()) -> None:
        """Send a packet. Raises OSError when the peer is gone."""
        with self._sending:
            packet.send(self.socket, op, frames, descriptors)

    def send_json(self, op: int, content: object, descriptors: Sequence[int] = ()) -> None:
        """Send a packet of one frame, `content` as JSON."""
        self.send(op, [json.dumps(content, default=str).encode()], descriptors)

    def receive(self) -> Packet | None:
        """Wait for a packet; None when the peer is gone."""
        return packet.receive(self.socket)

    def receive_now(self) -> Packet | None:
        """Return a packet; None when the peer is gone. Raises BlockingIOError when there is none."""
        return packet.receive(self.socket, socket.MSG_DONTWAIT)

    def close(self) -> None:
        """Close this end."""
        self.socket.close()


def parse(packet_: Packet) -> Any:
    """Return the JSON of a packet's first frame."""
    return json.loads(packet_.text)
