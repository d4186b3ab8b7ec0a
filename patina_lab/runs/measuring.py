"""What a kernel uses and keeps is asked now and then."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from patina_lab.kernel.asking import KernelRefusedError
from patina_lab.kernel.connection import KernelConnection
from patina_lab.model.events import Event
from patina_lab.tasks import Tasks

SETTLING_SECONDS = 0.05
MEASURE_SECONDS = 1.0
MEASURE_PART = 20
"""A kernel is measured so seldom that it takes at most this part of its time."""


class Measuring:
    """Asks the kernel that there is what it uses; seldom, since with many GB it takes a while."""

    def __init__(
        self,
        connection: Callable[[], KernelConnection | None],
        take: Callable[[Event], None],
        tasks: Tasks,
    ) -> None:
        self._connection, self._take, self._tasks = connection, take, tasks
        self._next: asyncio.TimerHandle | None = None
        self._at = self._took = 0.0

    def soon(self) -> None:
        """Ask as soon as may be, unless that is to happen already."""
        connection = self._connection()
        if connection is None or not connection.capabilities or self._next:
            return
        loop = asyncio.get_running_loop()
        since = loop.time() - self._at
        wait = max(SETTLING_SECONDS, MEASURE_SECONDS - since, MEASURE_PART * self._took - since)
        self._next = loop.call_later(wait, lambda: self._tasks.spawn(self._measure()))

    async def _measure(self) -> None:
        self._next = None
        connection = self._connection()
        if connection is None:
            return
        time = asyncio.get_running_loop().time
        began = time()
        with contextlib.suppress(KernelRefusedError):
            measured = await connection.measured()
            if self._connection() is connection:
                self._take(measured)
        self._at = time()
        self._took = self._at - began

    def stop(self) -> None:
        """Ask no more."""
        if self._next is not None:
            self._next.cancel()
