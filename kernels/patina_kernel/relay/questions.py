"""Questions of a cell to the client that runs it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import zmq

from patina_kernel.relay.core import Core
from patina_kernel.relay.shell import Shell

CONNECT_SECONDS = 10.0
LOOK_SECONDS = 0.02


class Questions:
    """Sends them, also to a client whose socket for them is not connected yet.

    A client that connects to a kernel while it opens its ports is there on one socket and not on
    the other: ZMQ tries again after 100 ms. A ROUTER socket would drop what is for nobody.
    """

    def __init__(self, core: Core, shell: Shell) -> None:
        self._core, self._shell = core, shell

    def ask(self, frames: Sequence[Any]) -> None:
        """Ask; `frames` are a message's, its client's identity first."""
        self._send(frames, self._shell.running, CONNECT_SECONDS)

    def _send(self, frames: Sequence[Any], asking: object, seconds: float) -> None:
        if self._shell.running is not asking:
            return  # the cell has ended meanwhile
        try:
            self._core.sockets.stdin.send_multipart(frames)
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            if seconds > 0:
                again = partial(self._send, frames, asking, seconds - LOOK_SECONDS)
                self._core.loop.call_later(LOOK_SECONDS, again)
