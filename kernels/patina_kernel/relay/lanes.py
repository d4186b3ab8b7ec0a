"""The executor that a relay is attached to: its lanes, its output pipes, its life."""

from __future__ import annotations

import codecs
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from patina_kernel.relay.loop import Loop
from patina_kernel.runtime.process import HAVE_PIDFD, Process, wait_status
from patina_kernel.text import gettext as _
from patina_kernel.wire import packet
from patina_kernel.wire.channel import Channel
from patina_kernel.wire.ops import Op

READ_BYTES = 65_536


class Output:
    """What is written to descriptor 1 or 2 of the executor, or of a process it started."""

    def __init__(self, name: str, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self.name, self.descriptor = name, descriptor
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self) -> tuple[str, bool]:
        """Return what is there, and whether there may be more later."""
        parts: list[bytes] = []
        while True:
            try:
                data = os.read(self.descriptor, READ_BYTES)
            except BlockingIOError:
                return self._decoder.decode(b"".join(parts)), True
            if not data:
                return self._decoder.decode(b"".join(parts), final=True), False
            parts.append(data)


class Lanes:
    """Made by attaching to a process that waits at the other end of `waiting`."""

    def __init__(self, waiting: Channel, pid: int, info: dict[str, Any]) -> None:
        pairs = [packet.pair() for _pair in range(3)]
        out, err, life = os.pipe(), os.pipe(), os.pipe()
        theirs = [*(pair[1].fileno() for pair in pairs), out[1], err[1], life[0]]
        try:
            waiting.send_json(Op.ATTACH, info, theirs)
        finally:
            for pair in pairs:
                pair[1].close()
            for descriptor in theirs[3:]:
                os.close(descriptor)
        self.main, self.control, self.stdin = (Channel(pair[0]) for pair in pairs)
        self.outputs = (Output("stdout", out[0]), Output("stderr", err[0]))
        # Never written to: the executor is killed when our end closes, however we end.
        self._lifeline = life[1]
        self.pid = pid
        self.process = Process(pid)
        self._watched: list[int] = []

    def watch(self, loop: Loop, handlers: dict[int, Callable[[], object]]) -> None:
        """Watch descriptors of this executor, until it is let go."""
        for descriptor, handler in handlers.items():
            loop.watch(descriptor, handler)
            self._watched.append(descriptor)

    @property
    def death(self) -> int:
        """A descriptor that can be read when the executor has ended."""
        return self.process.descriptor if HAVE_PIDFD else self.main.fileno()

    def interrupt(self) -> None:
        """Interrupt it and what it runs."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill it and what it runs."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)
            return
        self.process.send_signal(number)

    def close(self, loop: Loop) -> None:
        """Let go of everything; it dies, if it has not yet."""
        for descriptor in self._watched:
            loop.unwatch(descriptor)
        for channel in (self.main, self.control, self.stdin):
            channel.close()
        for descriptor in (*(output.descriptor for output in self.outputs), self._lifeline):
            os.close(descriptor)
        self.process.close()


def exit_reason(pid: int) -> str:
    """Return in words how a process ended; empty when that cannot be known.

    It was our child; or, as forks and what goes on from a checkpoint are, that of one that does not
    reap it at once.
    """
    status: int | None
    try:
        done, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        status = wait_status(pid)
    else:
        status = status if done else None
    if status is None:
        return ""
    if os.WIFSIGNALED(status):
        return _signal_name(os.WTERMSIG(status))
    return _("exit status %1", os.WEXITSTATUS(status))


def _signal_name(number: int) -> str:
    try:
        return _("signal %1, %2", number, signal.Signals(number).name)
    except ValueError:  # real-time signals have no names of their own
        return _("signal %1", number)
