"""Checkpoints, undo and crashes.

Goals: a checkpoint costs 5 ms at 10 MB and 20 ms at 1 GB; undo within 20 ms; within 100 ms after a
segfault the next cell answers. What a cell that rewrites everything costs is only told.

The cost is told thrice: the time in the executor, what a cell waits that comes at once, and what
one waits that comes after a pause, as from a person: the checkpoint is taken in the pause.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from pathlib import Path

from bench.figures import AtMost, Figure
from bench.kernel_client import OURS, Pairs, Timed, pair, start
from bench.kernel_forks import HUGE_GB, SMALL_GB

QUICK, PAUSED, REWRITES, TIMES = 30, 10, 3, 10
PAUSE_SECONDS = 0.25
DATA = {
    "10 MB": ("import numpy as np; x = np.ones(10 << 17)", 5),
    "1 GB in huge pages": (HUGE_GB, 20),
    "1 GB in pages of 4 KB": (SMALL_GB, 20),
}
SEGFAULT = "import ctypes; ctypes.string_at(0)"


async def costs(_: Path) -> Sequence[Figure]:
    """Two kernels with the same data, one with checkpoints, in turn."""
    figures: list[Figure] = []
    for what, (code, goal_ms) in DATA.items():
        async with pair(OURS, OURS) as (kept, off):
            await off.ask("settings", checkpoints="off")
            for kernel in (kept, off):
                await kernel.idle_ms(code)
            figures += await _cost(kept, off, what, goal_ms)
            rewrite = Pairs()
            for _round in range(REWRITES):
                await rewrite.measure(kept.reply_ms("x += 1"), off.reply_ms("x += 1"))
            versus = "without checkpoints"
            figures.append(rewrite.figure(f"a cell that rewrites {what}", "ms", versus))
    return figures


async def _cost(kept: Timed, off: Timed, what: str, goal_ms: float) -> Sequence[Figure]:
    taken = [(await kept.ask("checkpoint"))["ms"] for _ in range(TIMES)]
    with_, without = await _in_a_row(kept), await _in_a_row(off)
    waits = [ms - statistics.median(without) for ms in with_]
    paused = Pairs()
    for _ in range(PAUSED):
        await asyncio.sleep(PAUSE_SECONDS)
        await paused.measure(kept.reply_ms("y = 1"), off.reply_ms("y = 1"))
    goal = (AtMost(goal_ms),)
    return [
        Figure(f"checkpoint of {what}: in the executor", "ms", taken, goals=goal),
        Figure(f"checkpoint of {what}: a cell that comes at once waits", "ms", waits, goals=goal),
        paused.figure(
            f"checkpoint of {what}: a trivial cell after a pause", "ms", "without checkpoints"
        ),
    ]


async def _in_a_row(kernel: Timed) -> list[float]:
    await kernel.idle_ms("y = 1")
    return [await kernel.idle_ms("y = 1") for _ in range(QUICK)]


async def undo(_: Path) -> Sequence[Figure]:
    """Undo cells; then end the process from within a cell."""
    kernel = await start(OURS)
    await kernel.idle_ms("x = 1")
    undone: list[float] = []
    for _round in range(TIMES):
        await kernel.idle_ms("x += 1")
        undone.append((await kernel.ask("restore"))["ms"])
    assert await kernel.value("x") == "1"
    recovered: list[float] = []
    for _round in range(TIMES):
        await kernel.idle_ms("x = 1")
        await kernel.idle_ms(SEGFAULT)
        recovered.append(await kernel.reply_ms("assert x == 1"))
    await kernel.stop()
    after = "after a segfault, the next cell answers"
    return [
        Figure("undo of a cell", "ms", undone, goals=(AtMost(20),)),
        Figure(after, "ms", recovered, goals=(AtMost(100),)),
    ]
