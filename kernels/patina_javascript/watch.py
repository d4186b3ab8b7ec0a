"""Interrupts while the engine computes: the main thread is not in Python then.

The system's handler of CPython writes the signal's number to a descriptor at once. The control
thread, which is there anyway, reads it and tells the engine. Where the main thread was in Python,
its own handler was there first: then the control thread has nothing to tell any more.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class InterruptWatch:
    """Watches on the loop of a control thread (`patina_kernel.executor.control`)."""

    def __init__(self, control: Any, interrupt: Callable[[], None]) -> None:
        self._control, self._interrupt = control, interrupt
        self._reading = self._writing = -1
        self._loop: Any = None
        # A handler can come while the main thread is in one already.
        self._lock = threading.RLock()
        self.renew()

    def renew(self) -> None:
        """Begin, or begin again in a copy, whose control thread has another loop."""
        for descriptor in (self._reading, self._writing):
            if descriptor >= 0:
                with suppress(OSError):
                    os.close(descriptor)
        self._reading, self._writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._loop = self._control.loop
        self._loop.add_reader(self._reading, self._on_signal)

    def take_signal(self, handler: Callable[..., None]) -> None:
        """Have SIGINT handled, and watched; from the main thread."""
        signal.signal(signal.SIGINT, handler)
        signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)

    def seen(self) -> None:
        """Take a signal that the main thread handles: nobody needs to tell the engine later.

        Later could be in the middle of what follows the interrupt, or in the next cell.
        """
        with self._lock:
            self._take()

    def _on_signal(self) -> None:
        with self._lock:
            if self._take():
                self._interrupt()

    def _take(self) -> bool:
        """Read what has come; whether there was an interrupt."""
        with suppress(BlockingIOError):
            return signal.SIGINT in os.read(self._reading, 64)
        return False
