"""How much memory the server has, second by second, and whether that grows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

SAMPLE_SECONDS = 1.0
WARM_SECONDS = 60.0
"""How long a server may take to have read what it needs; before that it grows."""


class Sample(NamedTuple):
    """Seconds since the server was started, and bytes."""

    seconds: float
    size: int


class Memory:
    """Samples of each life of the server."""

    def __init__(self, size: Callable[[], int]) -> None:
        self.lives: list[list[Sample]] = []
        self._size = size
        self._sampling: asyncio.Task[None] | None = None

    def begin_life(self) -> None:
        """Take note that the server was started."""
        self.lives[-1:] = [*filter(None, self.lives[-1:]), []]
        self._sampling = self._sampling or asyncio.create_task(self._sample())

    def end_life(self) -> None:
        """Take note that the server was killed: what starts next is not it any more."""
        self.lives.append([])

    def end(self) -> None:
        """Sample no more."""
        if self._sampling is not None:
            self._sampling.cancel()

    async def _sample(self) -> None:
        begin, life = time.monotonic(), -1
        while True:
            if life != len(self.lives):
                begin, life = time.monotonic(), len(self.lives)
            with suppress(OSError, IndexError):  # It was killed.
                self.lives[-1].append(Sample(time.monotonic() - begin, self._size()))
            await asyncio.sleep(SAMPLE_SECONDS)


def growth(lives: Sequence[Sequence[Sample]], after: float = WARM_SECONDS) -> float | None:
    """Return bytes a second by which a server grows once it is warm; None where none lived so long.

    Least squares, with one slope for all lives and a level for each.
    """
    above = below = 0.0
    for life in lives:
        warm = [one for one in life if one.seconds >= after]
        if len(warm) > 1:
            seconds = sum(one.seconds for one in warm) / len(warm)
            size = sum(one.size for one in warm) / len(warm)
            above += sum((one.seconds - seconds) * (one.size - size) for one in warm)
            below += sum((one.seconds - seconds) ** 2 for one in warm)
    return above / below if below else None
