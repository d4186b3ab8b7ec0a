"""Many people, much output, and code that takes all there is: what the others notice of it.

Measured from outside, at a server of its own. Clients that only type are compared with as many in
JupyterLab's own notebook; for the rest there is nothing to compare with: it has the output of one
notebook and one kernel, and no limit for either.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from bench.crowd import PATH, STOCK_PATH, editor_of
from bench.figures import AtMost, Figure
from bench.stock import write_stock
from patina_lab.document.format import Cell, TsnbDocument, write
from patina_lab.tests.editors import Editor, eventually
from patina_lab.tests.server import ServerProcess
from patina_lab.tests.user import User, text_of

CLIENTS, RUNS, EDITS, ROUNDS = 50, 10, 100, 2
STOCK = "JupyterLab's own notebook"
MANY_CELLS = 10_000
PRINTER = "import time\nn = 0\nwhile True:\n    n += 1\n    print(n)\n    time.sleep(0.01)"
ENDLESS = "n = 0\nwhile True:\n    n += 1\n    print(n, 'x' * 90)"
LARGE = "display({'text/html': 'x' * 100 * 2**20}, raw=True)"
TICK = "import time\nfor n in range(100): print(n, flush=True); time.sleep(0.1)"
HOG = """
import subprocess, sys, time
hog = "kept = bytearray(b'x' * 150_000_000); import time; time.sleep(600)"
started = [subprocess.Popen([sys.executable, '-c', hog]) for _ in range(8)]
time.sleep(600)
"""
BOMB = "import os, time\nfor _ in range(9): os.fork(); time.sleep(0.02)\ntime.sleep(600)"
LIMITS = ("--PatinaLab.memory_per_run=700000000", "--PatinaLab.processes_per_run=200")
PATIENCE = 120.0
Pair = tuple[Editor, Editor]


def notebook(*sources: str) -> str:
    """Return the text of a notebook whose cells are named c0, c1, ..."""
    cells = tuple(Cell(f"c{at}", "code", source) for at, source in enumerate(sources))
    return write(TsnbDocument("n1", "patina-python", "python", cells))


@asynccontextmanager
async def serving(
    text: str, *options: str, stop: str = "stop"
) -> AsyncIterator[tuple[ServerProcess, User]]:
    """A server with one notebook that is open, and somebody who uses it."""
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        os.environ["PATINA_RUNTIME_DIR"] = f"{folder}/run"
        server = ServerProcess(Path(folder), stop, options=options)
        (server.root / PATH).write_text(text)
        user = await server.start()
        try:
            await user.open(PATH)
            yield server, user
        finally:
            with suppress(Exception):
                await user.leave()
            server.terminate()


async def latencies(ada: Editor, bob: Editor, count: int) -> list[float]:
    """Return how long each of some edits took to be seen by another client, in milliseconds."""
    took: list[float] = []
    changed = asyncio.Event()
    watch = bob.ydoc.observe(lambda _event: changed.set())
    for number in range(count):
        began = time.perf_counter()
        ada.text(0).insert(0, f"{number} ")
        while not str(bob.text(0)).startswith(f"{number} "):
            changed.clear()
            await changed.wait()
        took.append((time.perf_counter() - began) * 1e3)
        await asyncio.sleep(random.uniform(0.02, 0.1))
    bob.ydoc.unobserve(watch)
    return took


def p95(values: Sequence[float]) -> float:
    """Return what nineteen of twenty are not above."""
    return statistics.quantiles(values, n=20)[-1]


def edits(where: str, took: Sequence[float], stock: Sequence[float] = ()) -> list[Figure]:
    """Return the figures of edits that another client saw; in JupyterLab's own notebook, too."""
    what = f"an edit, to another client, {where}"
    goals = (AtMost(200),)
    theirs = [[statistics.median(stock)], [p95(stock)]] if stock else [[], []]
    return [
        Figure(f"{what}: median", "ms", [statistics.median(took)], theirs[0], STOCK),
        Figure(f"{what}: p95 of {len(took)}", "ms", [p95(took)], theirs[1], STOCK, goals),
    ]


async def crowd() -> list[Figure]:
    """Fifty clients type, and ten runs print; without runs, JupyterLab's own notebook beside."""
    sources = ["", PRINTER, *("" for _ in range(CLIENTS))]
    async with serving(notebook(*sources)) as (server, user):
        write_stock(server.root, STOCK_PATH, [(source, None) for source in sources])
        pair, stock = await two(server, PATH), await two(server, STOCK_PATH)
        alone = await latencies(*pair, EDITS)
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(ROUNDS):
            ours += (await among_others(server, PATH, pair)).took
            theirs += (await among_others(server, STOCK_PATH, stock)).took
        runs = [await user.start("n1") for _ in range(RUNS)]
        for run in runs:
            await user.execute(run, "c1")
        beside = await among_others(server, PATH, pair)
        for run in runs:
            await user.ask("POST", f"runs/{run}/stop")
    where = f"{CLIENTS} clients typing and {RUNS} runs printing"
    return [
        *edits("two clients and nothing else", alone),
        *edits(f"{CLIENTS} clients typing", ours, theirs),
        *edits(where, beside.took),
        Figure(f"{where}: the first of {CLIENTS - 2} to the last there", "s", [beside.arrived]),
        Figure(f"the server's memory, {where}: growth meanwhile", "MB", [beside.grown]),
    ]


async def two(server: ServerProcess, path: str) -> Pair:
    """Return two who have a notebook open."""
    pair = editor_of(server.port, path), editor_of(server.port, path)
    for editor in pair:
        await editor.go_online(PATIENCE)
    return pair


class Beside(NamedTuple):
    """What was measured while others typed: `took` in milliseconds, `grown` in MB."""

    took: list[float]
    arrived: float
    grown: float


async def among_others(server: ServerProcess, path: str, pair: Pair) -> Beside:
    """Have a crowd come and type, and measure the edits of two more."""
    command = ("-m", "bench.crowd", str(server.port), str(CLIENTS - 2), path)
    began = time.perf_counter()
    typing = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.PIPE
    )
    assert typing.stdout is not None
    try:
        assert await typing.stdout.readline() == b"typing\n"
        arrived = time.perf_counter() - began
        before = server.memory_bytes
        took = await latencies(*pair, EDITS)
        return Beside(took, arrived, (server.memory_bytes - before) / 1e6)
    finally:
        typing.kill()
        await typing.wait()


async def endless(seconds: float = 30.0) -> list[Figure]:
    """A cell prints without end: what the server grows by, and how long an interrupt takes."""
    async with serving(notebook(ENDLESS)) as (server, user):
        run = await user.start("n1")
        await user.execute(run, "c0")
        await asyncio.sleep(5)
        before, growth = server.memory_bytes, []
        for _ in range(6):
            await asyncio.sleep(seconds / 6)
            growth.append((server.memory_bytes - before) / 1e6)
        began = time.perf_counter()
        await user.ask("POST", f"runs/{run}/interrupt")
        await user.finished(run, 1)
        interrupted = time.perf_counter() - began
    return [
        Figure(f"an endless printer, {seconds:.0f} s: growth of the server", "MB", growth),
        Figure(
            "an endless printer: interrupt to its end", "s", [interrupted], goals=(AtMost(2.0),)
        ),
    ]


async def large() -> list[Figure]:
    """An output of 100 MB, while two others edit."""
    async with serving(notebook("", LARGE)) as (_, user):
        run = await user.start("n1")
        ada, bob = await user.edit(PATH), await user.edit(PATH)
        began = time.perf_counter()
        await user.execute(run, "c1")
        took = await latencies(ada, bob, EDITS // 2)
        cells = await user.finished(run, 1)
        assert cells[0]["status"] == "succeeded"
        ended = time.perf_counter() - began
    return [
        Figure("an output of 100 MB: to its end, at the most", "s", [ended]),
        *edits("an output of 100 MB meanwhile", took),
    ]


async def many() -> list[Figure]:
    """Ten thousand cells: opened by a client that has nothing, and edited."""
    sources = [f"{number} + 1" for number in range(MANY_CELLS)]
    async with serving(notebook(*sources)) as (_, user):
        opened: list[float] = []
        editors: list[Editor] = []
        for _ in range(3):
            began = time.perf_counter()
            editors.append(await user.edit(PATH))
            assert len(editors[-1].cells) == MANY_CELLS
            opened.append(time.perf_counter() - began)
        took = await latencies(editors[0], editors[1], EDITS)
    what = f"{MANY_CELLS:,} cells"
    return [
        Figure(f"{what}: opened by a client", "s", opened, goals=(AtMost(3.0),)),
        Figure(f"{what}: an edit, to another client, p95", "ms", [p95(took)], goals=(AtMost(100),)),
    ]


async def hogs() -> list[Figure]:
    """A memory hog and a fork bomb: when they are ended, and what another run notices."""
    found: list[Figure] = []
    async with serving(notebook(HOG, BOMB, TICK), *LIMITS) as (_, user):
        other = await user.start("n1")
        for name, cell in (("a memory hog", "c0"), ("a fork bomb", "c1")):
            run = await user.start("n1")
            follower = await user.follow("n1")
            await user.execute(other, "c2")
            began = time.perf_counter()
            cells = await user.ran(run, cell)
            ended = time.perf_counter() - began
            assert cells[0]["status"] == "failed"
            assert (await user.finished(other, 1))[-1]["status"] == "succeeded"
            longest = longest_gap(follower.times[1:])
            assert text_of((await user.timeline(other))[-1]).endswith("99\n")
            found += [
                Figure(f"{name}: to its end", "s", [ended], goals=(AtMost(10.0),)),
                Figure(f"{name}: longest silence of another run that prints", "s", [longest]),
            ]
    return found


def longest_gap(times: Sequence[float]) -> float:
    """Return the longest time between two updates."""
    return max((after - before for before, after in pairwise(times)), default=0.0)


async def reattached(rounds: int = 3) -> list[Figure]:
    """A server is killed while a cell runs; when the next one has the run again."""
    took: list[float] = []
    async with serving(notebook(PRINTER), stop="keep") as (server, first):
        user, run = first, await first.start("n1")
        await user.execute(run, "c0")
        for _ in range(rounds):
            await asyncio.sleep(1)
            server.kill()
            user = await server.start()
            took.append(await until_it_prints_on(user, run))
        await user.ask("POST", f"runs/{run}/stop")
    return [
        Figure("a server that was killed: it answers, to what a run prints on", "s", took,
               goals=(AtMost(2.0),))
    ]  # fmt: skip


async def until_it_prints_on(user: User, run: str) -> float:
    """Return the seconds until a run is seen to go on; the server has just begun to answer."""
    began = time.perf_counter()
    await user.open(PATH)
    follower = await user.follow("n1")
    arrived = len(follower.times)
    await eventually(lambda: len(follower.times) > arrived)
    took = time.perf_counter() - began
    assert (await user.status("n1", run))["status"] == "busy"
    await user.leave()
    return took


PARTS: tuple[Callable[[], Awaitable[list[Figure]]], ...] = (
    crowd, endless, large, many, hogs, reattached,
)  # fmt: skip


async def measure() -> list[Figure]:
    """Measure all of it; say how busy the machine is."""
    found: list[Figure] = []
    for part in PARTS:
        load = os.getloadavg()[0]
        try:
            found += await asyncio.wait_for(part(), 5 * PATIENCE)
        finally:
            print(
                f"{part.__name__}: load average {load:.1f} before, {os.getloadavg()[0]:.1f} after"
            )
    return found
