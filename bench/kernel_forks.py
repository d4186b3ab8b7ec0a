"""Forks. Goals: in the executor 5 ms at 1 MB and 20 ms at 1 GB, 80 ms until the fork answers; a few
MB of private memory.

The fork system call copies page tables, so that the size of the pages matters, not only of the
data: numpy asks for huge pages, memory of other libraries has pages of 4 KB.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

from bench.figures import AtMost, Figure
from bench.kernel_client import OURS, Timed, start

FORKS = 16
HUGE_GB = "import numpy as np; x = np.ones(1 << 27)"
SMALL_GB = (
    "import mmap, numpy as np; m = mmap.mmap(-1, 1 << 30, "
    "flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS); m.madvise(mmap.MADV_NOHUGEPAGE); "
    "x = np.frombuffer(m, dtype='f8'); x[:] = 1"
)
DATA = {
    "1 MB": ("import numpy as np; x = np.ones(1 << 17)", 5),
    "1 GB in huge pages": (HUGE_GB, 20),
    "1 GB in pages of 4 KB": (SMALL_GB, 20),
}
PRIVATE_MB = 10


async def measure(_: Path) -> Sequence[Figure]:
    """Fork a kernel with each kind of data, again and again."""
    figures: list[Figure] = []
    for what, (code, goal_ms) in DATA.items():
        parent = await start(OURS)
        await parent.ask("settings", checkpoints="off")
        await parent.reply_ms(code)
        figures += await _of(parent, f"fork with {what}", goal_ms)
        await parent.stop()
    return figures


async def _of(parent: Timed, what: str, goal_ms: float) -> Sequence[Figure]:
    made: list[float] = []
    answered: list[float] = []
    private: list[float] = []
    for _ in range(FORKS):
        fork = await start(OURS, fork_of=parent.manager.connection_file)
        made.append(fork.fork_ms)
        answered.append(fork.first_reply_ms)
        private.append((await fork.ask("state"))["memory"]["private_bytes"] / 1e6)
        await fork.stop()
    return [
        Figure(f"{what}: in the executor", "ms", made, goals=(AtMost(goal_ms),)),
        Figure(f"{what}: in the executor, 95th percentile", "ms", [p95(made)]),
        Figure(f"{what}: until it answers", "ms", answered, goals=(AtMost(80),)),
        Figure(f"{what}: until it answers, 95th percentile", "ms", [p95(answered)]),
        Figure(f"{what}: its private memory", "MB", private, goals=(AtMost(PRIVATE_MB),)),
    ]


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]
