"""We end when our relay does, however it ended and whoever our parent is."""

from __future__ import annotations

import fcntl
import os
import signal


# Linux: which signal O_ASYNC sends; its default would be SIGIO.
F_SETSIG = 10


def die() -> None:
    """End at once, with everything we started that is still in our process group."""
    os.killpg(0, signal.SIGKILL)


def hold(descriptor: int) -> None:
    """Have the kernel kill our process group when the pipe's other end closes.

    It does so even while a cell keeps the interpreter's lock. Where the system has no such thing
    (macOS), the control thread notices that its lane has ended, when it gets the lock.
    """
    if not hasattr(os, "pidfd_open"):
        return
    os.set_blocking(descriptor, False)
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(descriptor, F_SETSIG, signal.SIGKILL)
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)
    if _has_ended(descriptor):
        die()  # it closed before we could ask to be told


def _has_ended(descriptor: int) -> bool:
    try:
        return not os.read(descriptor, 1)
    except BlockingIOError:
        return False
