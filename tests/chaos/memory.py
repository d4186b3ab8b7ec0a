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
    """Samples of each life of the server. `look`: which process it is, and how large."""

    def __init__(self, look: Callable[[], tuple[int, int]]) -> None:
        self.lives: list[list[Sample]] = []
        self._look = look
        self._sampling: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Sample from now on."""
        self._sampling = self._sampling or asyncio.create_task(self._sample())

    def end(self) -> None:
        """Sample no more."""
        if self._sampling is not None:
            self._sampling.cancel()

    async def _sample(self) -> None:
        begin, life = 0.0, 0
        while True:
            with suppress(OSError, IndexError):  # It was killed.
                process, size = self._look()
                if process != life:
                    begin, life = time.monotonic(), process
                    self.lives.append([])
                self.lives[-1].append(Sample(time.monotonic() - begin, size))
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
