"""A client that knows when a kernel can ask it questions.

A kernel asks for input on the stdin channel, by a ROUTER socket: that drops what is for a peer
whose connection it does not have yet (`zmq_socket(3)`). Channels connect one after the other, and
one that comes before its kernel tries again a moment later: a first cell that asks at once would
wait for ever, unheard. Patina's kernels wait for the connection; others do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient


class Client(AsyncKernelClient):
    """Takes the stdin channel for connected only when its peer has said who it is."""

    def connect_stdin(self, identity: bytes | None = None) -> zmq.Socket[Any]:
        """Return the socket of the channel; nothing can be sent before it is connected."""
        with _immediate(self.context):
            return super().connect_stdin(identity)

    async def until_can_be_asked(self, seconds: float) -> bool:
        """Wait until the kernel's stdin channel is connected; tell whether it is by then."""
        socket: Any = self.stdin_channel.socket  # of zmq.asyncio
        return bool(await socket.poll(int(seconds * 1000), zmq.POLLOUT))


@contextmanager
def _immediate(context: zmq.Context[Any]) -> Iterator[None]:
    """Have sockets that are made meanwhile count no connection that is not there yet.

    It has to be set before they connect. Connecting once more later would not do: the kernel then
    has two connections of one peer, and can take the one that is closed.
    """
    context.setsockopt(zmq.IMMEDIATE, 1)
    try:
        yield
    finally:
        del context.sockopts[zmq.IMMEDIATE]
