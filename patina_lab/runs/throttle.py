"""How often the runs document may change: soon when it was quiet, 20 times a second at most.

After a change of many bytes the next comes later: what a cell has said is told anew as it grows,
and each page that looks on gets it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

BURST = 5
PER_SECOND = 15.0
"""With the burst, no second ever holds more than 20."""
BYTES_EACH = 2**16
"""So many bytes cost as much as one more change: about a megabyte a second."""
LONGEST_SECONDS = 1.0
"""However large a change was, the next comes no later."""
LINGER_SECONDS = 0.01
"""How long a change waits for what comes with it. Most cells are done sooner: a page then shows
one change, and not three, of which each would keep it from the next."""


class Throttle:
    """Calls `flush` soon after each `request`, many requests by one call.

    A token bucket: a short cell (asked, running, done) is shown without any delay once it is done,
    a cell that prints without end is shown 15 times a second.
    """

    def __init__(self, flush: Callable[[], None]) -> None:
        self._flush = flush
        self._tokens, self._filled = float(BURST), 0.0
        self._timer: asyncio.Handle | None = None

    def request(self) -> None:
        """Ask for a flush: in a moment, or when one may be made again."""
        if self._timer is None:
            self._arm(LINGER_SECONDS)

    def hurry(self) -> None:
        """Have what was asked for in this turn of the event loop, or when it may be."""
        if self._timer is not None:
            self._timer.cancel()
            self._arm(0)

    def _arm(self, least: float) -> None:
        loop = asyncio.get_running_loop()
        self._fill(loop.time())
        wait = max(least, (1 - self._tokens) / PER_SECOND)
        if wait > 0:
            self._timer = loop.call_later(wait, self._fire)
        else:
            self._timer = loop.call_soon(self._fire)

    def spend(self, size: int) -> None:
        """Take note of how many bytes a flush has changed."""
        least = 1 - LONGEST_SECONDS * PER_SECOND
        self._tokens = max(least, self._tokens - size / BYTES_EACH)

    def _fill(self, time: float) -> None:
        self._tokens = min(float(BURST), self._tokens + (time - self._filled) * PER_SECOND)
        self._filled = time

    def _fire(self) -> None:
        self._fill(asyncio.get_running_loop().time())
        self._tokens -= 1
        self._timer = None
        self._flush()

    def close(self) -> None:
        """Flush what was asked for and is not done."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._flush()
