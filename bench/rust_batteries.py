"""A notebook with polars, plotters and ndarray: until its first cell answers, and its cells.

Its 340 crates are to be built before, a quarter of an hour: by the long test of the batteries, or
by any notebook with `PATINA_BATTERIES=1`. Where they are not, nothing is measured.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from patina_rust import places
from patina_rust.launching import STANDBY
from patina_rust.tests import batteries

from bench.figures import AtMost, Figure
from bench.kernel_client import Timed, apart, start
from bench.rust import OURS

COLD_TIMES, TIMES = 2, 6
CELLS = {
    "writes 100,000 rows": batteries.WRITE,
    "reads them with polars": batteries.READ,
    "`let mut limit = 30;`": batteries.LIMIT,
    "filters, groups and sorts them": batteries.GROUP,
    "draws a chart of plotters": batteries.DRAW,
    "the mean of them with ndarray": batteries.ARRAY,
}
FORK, CHANGE, AGAIN = "a fork: in the executor", "there `limit = 50;`", "there groups them anew"


async def measure() -> Sequence[Figure]:
    """Measure it without a compiler that waits, then with one that has the crates."""
    if not any(places.root().glob("*/target/*/debug/deps/libpolars-*.rlib")):
        print("the batteries are not built: nothing is measured")
        return []
    first: list[float] = []
    waiting: list[float] = []
    took: dict[str, list[float]] = {name: [] for name in (*CELLS, FORK, CHANGE, AGAIN)}
    async with _without_standby(), apart(OURS) as place:
        for _ in range(COLD_TIMES):
            # What is said so is another kind of compiler, and does the same.
            async with _notebook(str(place), "0", PATINA_CARGO_EACH_CELL="0") as kernel:
                first.append(kernel.first_reply_ms)
        async with _notebook(str(place), "1") as kernel:
            await _use(kernel, {name: [] for name in took})  # its compiler waits from now on
        for _ in range(TIMES):
            async with _notebook(str(place), "1") as kernel:
                waiting.append(kernel.first_reply_ms)
                await _use(kernel, took)
    what = "batteries: a new run, one waits that has them"
    return [
        Figure("batteries: a new run, no compiler waits", "ms", first),
        Figure(what, "ms", waiting, goals=(AtMost(1000),)),
        *(Figure(f"batteries: {name}", "ms", values) for name, values in took.items()),
    ]


@asynccontextmanager
async def _without_standby() -> AsyncIterator[None]:
    """Say so to the template, too: it would have a compiler wait."""
    before = os.environ.get(STANDBY)
    os.environ[STANDBY] = "0"
    try:
        yield
    finally:
        os.environ.pop(STANDBY)
        if before is not None:
            os.environ[STANDBY] = before


@asynccontextmanager
async def _notebook(folder: str, standby: str, **more: str) -> AsyncIterator[Timed]:
    env = {**os.environ, "PATINA_BATTERIES": "1", STANDBY: standby, **more}
    kernel = await start(OURS, env=env, cwd=folder)
    try:
        yield kernel
    finally:
        await kernel.stop()


async def _use(kernel: Timed, took: dict[str, list[float]]) -> None:
    for name, code in CELLS.items():
        took[name].append(await kernel.reply_ms(code))
    fork = await start(OURS, fork_of=kernel.manager.connection_file)
    took[FORK].append(fork.fork_ms)
    took[CHANGE].append(await fork.reply_ms(batteries.CHANGE))
    took[AGAIN].append(await fork.reply_ms(batteries.GROUP))
    await fork.stop()
