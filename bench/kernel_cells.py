"""Starting a kernel and running cells, against ipykernel.

Goals: a new kernel's first reply within 60 ms (warm), a trivial cell in 0.9 times ipykernel's time,
100,000 printed lines in 0.75 times. A whole notebook, with and without checkpoints, is only told.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.figures import AtMost, Figure, RatioAtMost
from bench.kernel_client import OURS, THEIRS, Pairs, pair, start

STARTS, CELLS, PRINTS, NOTEBOOKS = 9, 150, 3, 3
LINES = "for i in range(100_000): print('line', i)"
# What notebooks are made of: imports, data, a function, plots of numbers, some text.
NOTEBOOK = (
    "import collections, json, math, random",
    "import numpy as np",
    "data = np.random.default_rng(0).random((1000, 200))",
    "def scaled(x):\n  return (x - x.mean(0)) / x.std(0)",
    *(
        cell
        for n in range(8)
        for cell in (
            f"part = scaled(data[:, {n}:{n} + 50])",
            "u, s, v = np.linalg.svd(part, full_matrices=False)",
            f"print('part', {n}, s[:3])",
            "counts = collections.Counter(random.choices('abcdef', k=20_000))",
            "json.dumps(counts)",
        )
    ),
)


async def starts(_: Path) -> Sequence[Figure]:
    """Time from the wish for a kernel to the reply to its first cell."""
    times = Pairs()
    for _round in range(STARTS):
        for name, column in ((OURS, times.ours), (THEIRS, times.theirs)):
            kernel = await start(name)
            column.append(kernel.first_reply_ms)
            await kernel.stop()
    return [times.figure("new kernel to its first reply", "ms", "ipykernel", AtMost(60))]


async def cells(_: Path) -> Sequence[Figure]:
    """One kernel of each, alive at the same time; ours without checkpoints, as theirs has none."""
    async with pair(OURS, THEIRS) as (ours, theirs):
        await ours.ask("settings", checkpoints="off")
        trivial = Pairs()
        for _round in range(20):
            await trivial.measure(ours.reply_ms("1"), theirs.reply_ms("1"))
        trivial = Pairs()
        for _round in range(CELLS):
            await trivial.measure(ours.reply_ms("x = 1"), theirs.reply_ms("x = 1"))
        printed = Pairs()
        for _round in range(PRINTS):
            await printed.measure(ours.idle_ms(LINES), theirs.idle_ms(LINES))
    return [
        trivial.figure("a trivial cell", "ms", "ipykernel", RatioAtMost(0.9)),
        printed.figure("printing 100,000 lines", "ms", "ipykernel", RatioAtMost(0.75)),
    ]


async def notebook(_: Path) -> Sequence[Figure]:
    """All cells of a notebook at once, as Run All sends them; each time in fresh kernels."""
    against_off, against_stock = Pairs(), Pairs()
    for _round in range(NOTEBOOKS):
        kernels = [await start(OURS), await start(OURS), await start(THEIRS)]
        await kernels[1].ask("settings", checkpoints="off")
        kept, off, stock = [await kernel.all_ms(NOTEBOOK) for kernel in kernels]
        for kernel in kernels:
            await kernel.stop()
        against_off.add(kept, off)
        against_stock.add(kept, stock)
    what = f"a notebook of {len(NOTEBOOK)} cells, run at once, with a checkpoint before each"
    return [
        against_off.figure(what, "ms", "without checkpoints"),
        against_stock.figure(what, "ms", "ipykernel"),
    ]
