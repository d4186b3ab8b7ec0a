"""The JavaScript kernel: starts, cells, forks, saved states, against a new Node.js that runs again.

Who uses Node.js has no fork and no saved state: the way to a second state is to run the cells again
in a new process. That is the other side of the figures of forks and loads.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from bench.figures import AtMost, Figure
from bench.kernel_client import Timed, apart, start

KERNEL = "patina-javascript"
TIMES = 12
SMALL = "let x = { a: [1, 2, 3] };"
LARGE = "let big = []; for (let i = 0; i < 500; i++) big.push(new Uint8Array(1e6).fill(i));"


async def measure() -> Sequence[Figure]:
    """Measure everything, with kernels that share nothing with the machine's others."""
    async with apart(KERNEL) as place:
        figures = [await _starts(), *await _cells(), *await _states(place)]
        for what, code, goal in (("small", SMALL, 5.0), ("500 MB", LARGE, 20.0)):
            figures += await _forks(what, code, goal)
        return figures


async def _starts() -> Figure:
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(TIMES):
        kernel = await start(KERNEL)
        ours.append(kernel.first_reply_ms)
        await kernel.stop()
        theirs.append(await _node("1 + 1"))
    return Figure("warm start to the first reply", "ms", ours, theirs, "node -e", (AtMost(50),))


async def _node(code: str) -> float:
    """Return how long a new Node.js takes to run code, in milliseconds."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec("node", "-e", code)
    await process.wait()
    return (time.perf_counter() - began) * 1e3


async def _cells() -> list[Figure]:
    kernel = await start(KERNEL)
    await kernel.ask("settings", checkpoints="off")
    trips = [await kernel.reply_ms("1 + 1") for _ in range(10 * TIMES)]
    pss = await _pss(kernel)
    await kernel.stop()
    return [
        Figure("a cell of one expression, to its reply", "ms", trips, goals=(AtMost(3),)),
        Figure("memory of the idle executor (PSS)", "MB", [pss], goals=(AtMost(30),)),
    ]


async def _pss(kernel: Timed) -> float:
    return pss_of((await kernel.ask("state"))["pids"]["executor"])


def pss_of(pid: int) -> float:
    """Return its proportional memory, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("Pss:"))
    return int(line.split()[1]) / 1e3


async def _states(place: Path) -> list[Figure]:
    saves: list[float] = []
    loads: list[float] = []
    kernel = await start(KERNEL)
    await kernel.ask("settings", checkpoints="off")
    await kernel.reply_ms(SMALL)
    for _ in range(TIMES):
        saves.append((await kernel.ask("save", path=str(place / "state")))["ms"])
        loads.append((await kernel.ask("load", path=str(place / "state")))["ms"])
    await kernel.stop()
    again = [await _node(SMALL) for _ in range(TIMES)]
    return [
        Figure("save of a small session", "ms", saves, goals=(AtMost(50),)),
        Figure("load of a small session", "ms", loads, again, "run again in node", (AtMost(5),)),
    ]


async def _forks(what: str, code: str, goal: float) -> list[Figure]:
    made: list[float] = []
    answered: list[float] = []
    parent = await start(KERNEL)
    await parent.ask("settings", checkpoints="off")
    await parent.reply_ms(code)
    for _ in range(TIMES):
        fork = await start(KERNEL, fork_of=parent.manager.connection_file)
        made.append(fork.fork_ms)
        answered.append(fork.first_reply_ms)
        await fork.stop()
    await parent.stop()
    again = [await _node(code) for _ in range(TIMES)]
    return [
        Figure(f"fork, {what}: in the executor", "ms", made, goals=(AtMost(goal),)),
        Figure(f"fork, {what}: until it answers", "ms", answered, again, "run again in node"),
    ]
