"""Extra shells (JEP 91): each has a lane and a queue of its own, and runs beside the cells."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress

from patina_kernel.relay.core import Core, failure
from patina_kernel.relay.messages import Message
from patina_kernel.relay.shell import ABORTED
from patina_kernel.wire.channel import Channel
from patina_kernel.wire.ops import Op


class Subshell:
    """One of them."""

    def __init__(self, lane: Channel) -> None:
        self.lane = lane
        self.queue: deque[Message] = deque()
        self.busy = False


class Subshells:
    """All of an executor's."""

    def __init__(self, core: Core, drain: Callable[[], None]) -> None:
        self._core, self._drain = core, drain
        self._shells: dict[str, Subshell] = {}

    def add(self, name: str, descriptor: int) -> None:
        """The executor has made one."""
        shell = self._shells[name] = Subshell(Channel.of_descriptor(descriptor))
        self._core.loop.watch(descriptor, lambda: self._on_packet(shell))

    def remove(self, name: str) -> None:
        """The executor has ended one."""
        shell = self._shells.pop(name, None)
        if shell is not None:
            self._core.loop.unwatch(shell.lane.fileno())
            shell.lane.close()

    def clear(self) -> None:
        """The executor is gone."""
        for name in list(self._shells):
            self.remove(name)

    def route(self, message: Message) -> None:
        """Give a request to the subshell it names."""
        name = str(message.header["subshell_id"])
        shell = self._shells.get(name)
        if shell is None:
            self._core.publisher.status("busy", message.parent)
            self._refuse(message, failure("UnknownSubshellError", f"Unknown subshell_id {name!r}"))
            return
        shell.queue.append(message)
        self._pump(shell)

    def _pump(self, shell: Subshell) -> None:
        if shell.queue and not shell.busy:
            shell.busy = True
            with suppress(OSError):
                shell.lane.send(Op.REQUEST, shell.queue.popleft().for_executor())

    def _on_packet(self, shell: Subshell) -> None:
        packet = shell.lane.receive_now()
        if packet is None:
            self._core.loop.unwatch(shell.lane.fileno())
        elif packet.op == Op.DONE:
            # Its replies travel on the main lane: first take those.
            self._drain()
            self._core.publisher.flush()
            shell.busy = False
            self._pump(shell)
        elif packet.op == Op.ABORT:
            self._abort(shell)

    def _abort(self, shell: Subshell) -> None:
        waiting, shell.queue = shell.queue, deque()
        for message in waiting:
            self._core.publisher.status("busy", message.parent)
            self._refuse(message, {"status": "aborted"}, ABORTED)

    def _refuse(
        self, message: Message, content: dict[str, object], metadata: bytes = b"{}"
    ) -> None:
        self._core.reply(self._core.sockets.shell, message, content, metadata)
        self._core.publisher.status("idle", message.parent)
