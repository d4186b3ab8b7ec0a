"""What stands for a ZMQ socket, stream and frame in the executor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from patina_kernel.wire import packet
from patina_kernel.wire.channel import Channel
from patina_kernel.wire.packet import Frame


class FrameBytes(bytes):
    """A `zmq.Frame` to those who only read it. A real one would start a thread of pyzmq's."""

    @property
    def bytes(self) -> bytes:
        """Its content."""
        return self

    buffer = bytes


def as_frames(frames: Sequence[Frame]) -> list[FrameBytes]:
    """Return the frames of a packet in the form that `jupyter_client.session` reads."""
    return [FrameBytes(frame) for frame in frames]


class Lanes:
    """The channels to the relay we are attached to; None while we are parked."""

    main: Channel | None = None
    control: Channel | None = None
    stdin: Channel | None = None

    def close(self) -> None:
        """Let go of all of them."""
        for channel in (self.main, self.control, self.stdin):
            if channel is not None:
                channel.close()
        self.main = self.control = self.stdin = None


class Lane:
    """A socket that can only send, as one operation on one channel."""

    def __init__(self, lanes: Lanes, op: int, name: str = "main") -> None:
        self._lanes, self._op, self._name = lanes, op, name
        self.io_loop: Any = None
        # How many messages have left.
        self.sent = 0

    def send_multipart(self, frames: Sequence[Frame], *_: Any, **__: Any) -> None:
        """Send a message. When the relay is gone, so are we, in a moment."""
        channel: Channel | None = getattr(self._lanes, self._name)
        if channel is not None:
            with suppress(BrokenPipeError, ConnectionResetError):
                channel.send(self._op, [_buffer(frame) for frame in frames])
                self.sent += 1

    def send(self, message: Frame, *_: Any, **__: Any) -> None:
        """Send a message of one frame."""
        self.send_multipart([message])

    def on_recv(self, callback: Callable[..., object], copy: bool = True) -> None:  # noqa: FBT001, FBT002
        """Requests come another way."""

    def flush(self, flag: int | None = None, limit: int | None = None) -> bool:  # noqa: ARG002
        """Return whether requests wait, when asked so by a GUI's event loop."""
        channel = self._lanes.main
        return bool(limit and channel and packet.readable(channel.socket))

    def closed(self) -> bool:
        """Lanes are always open."""
        return False

    def getsockopt(self, *_: Any) -> int:
        """Return the descriptor that GUI event loops watch."""
        return self._lanes.main.fileno() if self._lanes.main else -1


def _buffer(frame: Any) -> Frame:
    return frame if isinstance(frame, bytes) else memoryview(frame).cast("B")
