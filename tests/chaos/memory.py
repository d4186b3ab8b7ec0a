"""How much memory the server has, second by second, and whether that grows."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from statistics import NormalDist
from typing import NamedTuple

SAMPLE_SECONDS = 1.0
WARM_SECONDS = 60.0
"""How long a server may take to have read what it needs; before that it grows."""
_LEAST_FREEDOM = 2


class Sample(NamedTuple):
    """Seconds since the server was started, and bytes."""

    seconds: float
    size: int


class Trend(NamedTuple):
    """Bytes a second, and how far from that it may be: nineteen times of twenty, no further."""

    slope: float
    margin: float


class Memory:
    """Samples of each life of the server. `look`: which process it is, and how large."""

    def __init__(self, look: Callable[[], tuple[int, int]]) -> None:
        self.lives: list[list[Sample]] = []
        self._look = look
        self._sampling: asyncio.Task[None] | None = None

    def now(self) -> Sample:
        """Return the latest sample."""
        return self.lives[-1][-1]

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


def trend(samples: Sequence[Sample]) -> Trend | None:
    """Return how samples that have nothing to do with each other grow; None of less than four.

    Least squares. The margin is Student's.
    """
    freedom = len(samples) - 2
    if freedom < _LEAST_FREEDOM:
        return None
    seconds = sum(one.seconds for one in samples) / len(samples)
    size = sum(one.size for one in samples) / len(samples)
    spread = sum((one.seconds - seconds) ** 2 for one in samples)
    slope = sum((one.seconds - seconds) * (one.size - size) for one in samples) / spread
    left = sum((one.size - size - slope * (one.seconds - seconds)) ** 2 for one in samples)
    return Trend(slope, _student(freedom) * math.sqrt(left / freedom / spread))


def _student(freedom: int) -> float:
    """Return the quantile of Student's distribution for 95 % on both sides.

    Cornish and Fisher's expansion (Abramowitz and Stegun, 26.7.5): to 4 % from three degrees on.
    """
    z = NormalDist().inv_cdf(0.975)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
