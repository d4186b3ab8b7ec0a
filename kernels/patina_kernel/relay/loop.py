"""The relay's event loop: sockets of ZMQ, plain descriptors, and timers."""

from __future__ import annotations

import heapq
import itertools
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import zmq

Handler = Callable[[], object]
IDLE_SECONDS = 1.0


class Loop:
    """Calls handlers when what they watch can be read, or when their time has come."""

    def __init__(self) -> None:
        self._poller = zmq.Poller()
        self._handlers: dict[Any, Handler] = {}
        self._timers: list[tuple[float, int, Handler]] = []
        self._order = itertools.count()
        self.stopping = False

    def watch(self, source: Any, handler: Handler) -> None:
        """Call `handler` when `source`, a ZMQ socket or a descriptor, can be read."""
        self._handlers[source] = handler
        self._poller.register(source, zmq.POLLIN)

    def unwatch(self, source: Any) -> None:
        """Forget a source. Does nothing when it is not watched."""
        if self._handlers.pop(source, None) is not None:
            self._poller.unregister(source)

    def watches(self, source: Any) -> bool:
        """Return whether the source is watched."""
        return source in self._handlers

    def call_later(self, seconds: float, handler: Handler) -> None:
        """Call `handler` once, so many seconds from now."""
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), handler))

    def run(self) -> None:
        """Serve until `stopping` is set."""
        while not self.stopping:
            events = self._poller.poll(self._patience() * 1000)
            for source, handler in [(source, self._handlers[source]) for source, _ in events]:
                # An earlier handler of this round may have closed this source, and opened
                # another that has its number.
                if self._handlers.get(source) is handler:
                    guarded(handler)
            self._run_timers()

    def _patience(self) -> float:
        if not self._timers:
            return IDLE_SECONDS
        return min(IDLE_SECONDS, max(0.0, self._timers[0][0] - time.monotonic()))

    def _run_timers(self) -> None:
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            guarded(heapq.heappop(self._timers)[2])


def guarded(handler: Handler) -> None:
    """Call a handler; a defect in one must not take the kernel, and what it holds, along."""
    try:
        handler()
    except Exception:  # noqa: BLE001
        traceback.print_exc(file=sys.__stderr__)
