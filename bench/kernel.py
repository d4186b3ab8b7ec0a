"""The Python kernel against stock ipykernel and dill, side by side in one run.

Goals: a new kernel's first reply in 60 ms (warm), a trivial cell in 0.9 times ipykernel's time,
100,000 printed lines in 0.75 times; a fork in 5 ms at 1 MB and 20 ms at 1 GB, answering in 80 ms;
a checkpoint in 5 ms at 10 MB and 20 ms at 1 GB; undo in 20 ms; 100 ms after a segfault; the
inspector in 10 ms and 50 kB a cell.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.figures import report, spread
from bench.kernel_client import Timed, start

OURS, THEIRS = "patina-python", "python3"
STARTS, CELLS, PRINTS, FORKS = 7, 100, 3, 10
WARM_SECONDS = 30.0
DATA = {
    "1 MB": "import numpy as np; x = np.ones(1 << 17)",
    "1 GB (huge pages)": "import numpy as np; x = np.ones(1 << 27)",
    "1 GB (4 KB pages)": "import mmap, numpy as np; m = mmap.mmap(-1, 1 << 30, "
    "flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS); m.madvise(mmap.MADV_NOHUGEPAGE); "
    "x = np.frombuffer(m, dtype='f8'); x[:] = 1",
}
MANY = """
import numpy as np
big = list(range(1_000_000)); array = np.ones(1 << 27)
for n in range(10_000): globals()[f'v{n}'] = n
"""


async def measure() -> None:
    """Measure and print everything."""
    with tempfile.TemporaryDirectory(prefix="pb-") as place:
        os.environ["PATINA_RUNTIME_DIR"] = place
        await _warm_up()
        await _starts()
        await _cells()
        await _forks()
        await _checkpoints()
        await _crashes()
        await _inspector()
        await _snapshots(Path(place))


async def _warm_up() -> None:
    """Start kernels until one comes from the warm template."""
    end = time.monotonic() + WARM_SECONDS
    while time.monotonic() < end:
        kernel = await start(OURS)
        warm = type(kernel.manager.provisioner.process).__name__ == "Process"  # type: ignore[union-attr]
        await kernel.stop()
        if warm:
            return
        await asyncio.sleep(0.5)
    print("The template did not get warm: starts are measured without it.")


@asynccontextmanager
async def _both() -> AsyncIterator[tuple[Timed, Timed]]:
    """One kernel of each, alive at the same time; ours without checkpoints, as theirs has none."""
    ours, theirs = await start(OURS), await start(THEIRS)
    await ours.ask("settings", checkpoints="off")
    try:
        yield ours, theirs
    finally:
        await ours.stop()
        await theirs.stop()


async def _starts() -> None:
    figures: dict[str, list[float]] = {OURS: [], THEIRS: []}
    for _ in range(STARTS):
        for name in (OURS, THEIRS):
            kernel = await start(name)
            figures[name].append(kernel.first_reply_ms)
            await kernel.stop()
    report("New kernel to its first reply", figures[OURS], figures[THEIRS], "ms", "ours ≤ 60 ms")


async def _cells() -> None:
    async with _both() as (ours, theirs):
        for kernel in (ours, theirs):
            for _ in range(20):
                await kernel.reply_ms("1")
        pairs = [
            (await ours.reply_ms("x = 1"), await theirs.reply_ms("x = 1")) for _ in range(CELLS)
        ]
        report("A trivial cell", *_columns(pairs), "ms", "≤ 0.9")
        code = "for i in range(100_000): print('line', i)"
        pairs = [(await ours.idle_ms(code), await theirs.idle_ms(code)) for _ in range(PRINTS)]
        report("Printing 100,000 lines", *_columns(pairs), "ms", "≤ 0.75")


def _columns(pairs: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [ours for ours, _ in pairs], [theirs for _, theirs in pairs]


async def _forks() -> None:
    for what, code in DATA.items():
        parent = await start(OURS)
        await parent.ask("settings", checkpoints="off")
        await parent.reply_ms(code)
        made: list[float] = []
        answered: list[float] = []
        private = 0
        for _ in range(FORKS):
            fork = await start(OURS, fork_of=parent.manager.connection_file)
            made.append(fork.manager.provisioner.fork_reply["ms"])  # type: ignore[union-attr]
            answered.append(fork.first_reply_ms)
            private = (await fork.ask("state"))["memory"]["private_bytes"]
            await fork.stop()
        await parent.stop()
        print(
            f"Fork with {what}\n  in the executor  {spread(made, 'ms')}  (goal 5 ms, 20 ms at 1 GB)"
        )
        print(f"  it answers after {spread(answered, 'ms')}  (goal 80 ms)")
        print(f"  private memory of the fork {private / 1e6:.1f} MB", flush=True)


async def _checkpoints() -> None:
    """What a checkpoint before each cell costs a cell that comes at once, and one that writes all."""
    for what, code in {"10 MB": "import numpy as np; x = np.ones(10 << 17)", **DATA}.items():
        kernels = {"with": await start(OURS), "without": await start(OURS)}
        await kernels["without"].ask("settings", checkpoints="off")
        trivial: dict[str, list[float]] = {"with": [], "without": []}
        rewrite: dict[str, list[float]] = {"with": [], "without": []}
        for name, kernel in kernels.items():
            await kernel.reply_ms(code)
            await kernel.idle_ms("y = 1")
            trivial[name] = [await kernel.idle_ms("y = 1") for _ in range(30)]
            rewrite[name] = [await kernel.reply_ms("x += 1") for _ in range(3)]
            await kernel.stop()
        report(f"Cells in quick succession, {what}, with and without checkpoints",
               trivial["with"], trivial["without"], "ms", "+ 5 ms at 10 MB, + 20 ms at 1 GB")  # fmt: skip
        report(
            f"A cell that rewrites {what}",
            rewrite["with"],
            rewrite["without"],
            "ms",
            "told, no goal",
        )


async def _crashes() -> None:
    kernel = await start(OURS)
    await kernel.reply_ms("x = 1")
    undone = []
    for _ in range(FORKS):
        await kernel.reply_ms("x += 1")
        undone.append((await kernel.ask("restore"))["ms"])
    recovered = []
    for _ in range(FORKS):
        await kernel.reply_ms("x = 1")
        await kernel.idle_ms("import ctypes; ctypes.string_at(0)")
        recovered.append(await kernel.reply_ms("x"))
    await kernel.stop()
    print(f"Undo  {spread(undone, 'ms')}  (goal 20 ms)")
    print(
        f"After a segfault the next cell answers  {spread(recovered, 'ms')}  (goal 100 ms)",
        flush=True,
    )


async def _inspector() -> None:
    kernel = await start(OURS)
    await kernel.ask("settings", checkpoints="off")
    await kernel.idle_ms(MANY)
    await asyncio.sleep(2)
    told: list[dict[str, Any]] = [await kernel.globals_after(f"v{n} = {n} + 1") for n in range(20)]
    await kernel.stop()
    sizes = [len(repr(content)) / 1e3 for content in told]
    print(
        f"Inspector with 10,000 variables  {spread([content['ms'] for content in told], 'ms')}  (goal 10 ms)"
    )
    print(f"  its message  {spread(sizes, 'kB')}  (goal 50 kB)", flush=True)


async def _snapshots(place: Path) -> None:
    """Against dill, which saves a session as a whole or not at all."""
    code = "import numpy as np; x = np.ones(5_000_000); d = [{'a': n} for n in range(200_000)]"
    dill = "import dill, time; t = time.perf_counter(); dill.dump_session({!r}); (time.perf_counter() - t) * 1e3"
    load = "import dill, time; t = time.perf_counter(); dill.load_session({!r}); (time.perf_counter() - t) * 1e3"
    async with _both() as (ours, theirs):
        await ours.reply_ms(code)
        await theirs.reply_ms(code)
        paths = str(place / "ours"), str(place / "theirs")
        saved = [((await ours.ask("save", path=paths[0]))["ms"], float(await theirs.value(dill.format(paths[1]))))
                 for _ in range(3)]  # fmt: skip
        report(
            "Saving 40 MB and 200,000 dicts, against dill", *_columns(saved), "ms", "told, no goal"
        )
        loaded = [((await ours.ask("load", path=paths[0]))["ms"], float(await theirs.value(load.format(paths[1]))))
                  for _ in range(3)]  # fmt: skip
        report("Loading them", *_columns(loaded), "ms", "told, no goal")
