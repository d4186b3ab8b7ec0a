"""The inspector, and snapshots against dill.

Goals: with a list of 1,000,000 ints, an array of 1 GB and 10,000 variables alive, the delta after a
cell takes 10 ms and 50 kB. Saving and loading is only told: dill writes a session as a whole or not
at all.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from bench.figures import AtMost, Figure
from bench.kernel_client import OURS, THEIRS, Pairs, pair, start

DELTAS, ROUNDS = 20, 3
SETTLE_SECONDS = 2.0  # the first look at all names goes on after the cell, in parts
MANY = """
import numpy as np
big = list(range(1_000_000)); array = np.ones(1 << 27)
for n in range(10_000): globals()[f'v{n}'] = n
"""
SESSION = "import numpy as np; x = np.ones(5_000_000); d = [{'a': n} for n in range(200_000)]"
DILL = "import dill, time; t = time.perf_counter(); dill.{}({!r}); (time.perf_counter() - t) * 1e3"


async def inspector(_: Path) -> Sequence[Figure]:
    """Rebind one of many variables; see what is told."""
    kernel = await start(OURS)
    await kernel.ask("settings", checkpoints="off")
    await kernel.idle_ms(MANY)
    await asyncio.sleep(SETTLE_SECONDS)
    told = [await kernel.globals_after(f"v{n} = {n} + 1") for n in range(DELTAS)]
    await kernel.stop()
    what = "inspector with 10,000 variables, 1 GB and 1,000,000 ints"
    sizes = [len(json.dumps(content)) / 1e3 for content in told]
    times = [content["ms"] for content in told]
    return [
        Figure(f"{what}: after a cell", "ms", times, goals=(AtMost(10),)),
        Figure(f"{what}: its message", "kB", sizes, goals=(AtMost(50),)),
    ]


async def snapshots(place: Path) -> Sequence[Figure]:
    """Save and load the same session both ways."""
    saved, loaded = Pairs(), Pairs()
    ours_at, theirs_at = str(place / "ours"), str(place / "theirs")
    async with pair(OURS, THEIRS) as (ours, theirs):
        for kernel in (ours, theirs):
            await kernel.idle_ms(SESSION)
        for times, name, verb in ((saved, "save", "dump"), (loaded, "load", "load")):
            code = DILL.format(f"{verb}_module", theirs_at)
            for _round in range(ROUNDS):
                reply = await ours.ask(name, path=ours_at)
                times.add(reply["ms"], float(await theirs.value(code)))
    session = "40 MB in an array and 200,000 dicts"
    return [
        saved.figure(f"saving {session}", "ms", "dill"),
        loaded.figure(f"loading {session}", "ms", "dill"),
    ]
