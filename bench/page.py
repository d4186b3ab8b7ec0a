"""What a person waits for in the page, measured in Chromium against stock notebooks.

Both sides are open in the same JupyterLab of the same server, with jupyter-collaboration on, and
are measured in turn. The measurements are TypeScript (`bench/page/*.bench.ts`), because
Playwright's are; they write what they measured to a file, and it is judged here.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from bench.figures import AtMost, Figure, RatioAtMost
from bench.history import write_history, write_variables
from bench.server import TOKEN, Server, running, tsnb
from bench.stock import write_stock

ROOT = Path(__file__).resolve().parent.parent
STOCK = "stock JupyterLab notebook"
LARGE = 10_000
CODE_CELLS_WITH_HISTORY = 100
# A stock notebook that does not get to its middle is waited for a minute, in the first round.
ROUNDS, STOCK_ROUNDS = 3, 2
LINES = 1_000_000

Values = dict[str, dict[str, list[float]]]
"""What is measured -> `ours` or `stock` -> a value a round."""


async def chromium(benchmark: str, server: Server, **options: object) -> Values:
    """Run one file of measurements in Chromium; return what it measured."""
    results = server.root.parent / "results.json"
    given = {"url": server.url, "token": TOKEN, "results": str(results), **options}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    process = await asyncio.create_subprocess_exec(
        "jlpm", "playwright", "test", "--config", "bench/page/playwright.config.ts", benchmark,
        cwd=ROOT, env={**os.environ, "PATH": path, "PATINA_BENCH": json.dumps(given)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"The measurements in Chromium failed:\n{output.decode()}")
    values: Values = json.loads(results.read_text(encoding="utf-8"))
    return values


def _sides(values: Values, name: str, scale: float = 1.0) -> tuple[list[float], list[float]]:
    ours, theirs = values[name]["ours"], values[name]["stock"]
    return [value / scale for value in ours], [value / scale for value in theirs]


async def keys() -> list[Figure]:
    """Shift+Enter in a trivial cell, until its output is painted."""
    async with running() as server:
        (server.root / "keys.tsnb").write_text(tsnb(["0", "0"]), encoding="utf-8")
        write_stock(server.root, "keys.ipynb", [("0", None), ("0", None)])
        values = await chromium("keys", server)
    rested, typed = _sides(values, "rested"), _sides(values, "typed")
    return [
        Figure("Shift+Enter to pixels", "ms", *rested, STOCK, (RatioAtMost(1.0),)),
        Figure("the same, straight after the last letter was typed", "ms", *typed, STOCK),
    ]


async def lines() -> list[Figure]:
    """A million printed lines, from Ctrl+Enter until the page shows the last one."""
    code = f"for i in range({LINES}): print('line', i)"
    bound, rounds, stock_rounds = 90.0, 2, 1
    async with running() as server:
        for index in range(rounds):
            (server.root / f"lines{index}.tsnb").write_text(tsnb(["0"]), encoding="utf-8")
            write_stock(server.root, f"lines{index}.ipynb", [("0", None)])
        values = await chromium(
            "lines",
            server,
            code=code,
            last=f"line {LINES - 1}",
            rounds=rounds,
            stockRounds=stock_rounds,
            bound=bound * 1000,
        )
        peak = server.peak_mb()
    what = "1M printed lines, until the page shows the last"
    return [
        Figure(what, "s", *_sides(values, "ends", 1000), STOCK, (RatioAtMost(1.0),), bound),
        Figure(
            f"{what}: then a key is taken after",
            "ms", *_sides(values, "key"), STOCK, bound=20_000,
        ),
        Figure(f"{what}: memory of the server, both sides, the most (RSS)", "MB", [peak]),
    ]  # fmt: skip


async def cells() -> list[Figure]:
    """A notebook of 10,000 cells: when it can be typed in, and when its middle is there."""
    sources = [f"cell_{index} = {index}" for index in range(LARGE)]
    bound = 60.0
    async with running() as server:
        for index in range(ROUNDS):
            (server.root / f"cells{index}.tsnb").write_text(tsnb(sources), encoding="utf-8")
            write_stock(server.root, f"cells{index}.ipynb", [(each, None) for each in sources])
        values = await chromium(
            "cells", server, rounds=ROUNDS, stockRounds=STOCK_ROUNDS, bound=bound * 1000
        )
        peak = server.peak_mb()
    key, middle = _sides(values, "key", 1000), _sides(values, "middle", 1000)
    what = f"{LARGE:,} cells"
    return [
        Figure(f"{what}: the first takes a key", "s", *key, STOCK, (AtMost(3),), bound),
        Figure(f"{what}: from there to the middle", "s", *middle, STOCK, (AtMost(5),), bound),
        Figure(f"{what}: memory of the page (JS heap)", "MB", *_sides(values, "heap"), STOCK),
        Figure(f"{what}: memory of the server, both sides, the most (RSS)", "MB", [peak]),
    ]


async def outputs() -> list[Figure]:
    """10,000 outputs: a timeline that was kept, against a stock notebook with as many outputs."""
    bound = 60.0
    async with running() as server:
        log = [
            write_history(server.root, f"outputs{index}.tsnb", CODE_CELLS_WITH_HISTORY, LARGE)
            for index in range(ROUNDS)
        ]
        stock = [("print('output', n)", f"output {seq + 1}\n") for seq in range(LARGE)]
        for index in range(STOCK_ROUNDS):
            write_stock(server.root, f"outputs{index}.ipynb", stock)
        before = server.resident_mb()
        values = await chromium(
            "outputs", server, rounds=ROUNDS, stockRounds=STOCK_ROUNDS, bound=bound * 1000
        )
        memory = server.resident_mb() - before
    shown, middle = _sides(values, "shown", 1000), _sides(values, "middle", 1000)
    what = f"{LARGE:,} outputs"
    return [
        Figure(
            f"{what}: opened, until the latest (stock: the first) is painted",
            "s", *shown, STOCK, (RatioAtMost(1.0),), bound,
        ),
        Figure(
            f"{what}: from there to the middle", "s", *middle, STOCK, (RatioAtMost(1.0),), bound
        ),
        Figure(f"{what}: memory of the page (JS heap)", "MB", *_sides(values, "heap"), STOCK),
        Figure(f"{what}: run log on disk", "kB", [size / 1000 for size in log]),
        Figure(f"{what}: memory of the server: growth, all rounds of both (RSS)", "MB", [memory]),
    ]  # fmt: skip


async def scroll() -> list[Figure]:
    """Scrolling by the wheel: 10,000 kept outputs, against 1,000 of a stock notebook."""
    async with running() as server:
        for index in range(ROUNDS):
            write_history(server.root, f"scroll{index}.tsnb", CODE_CELLS_WITH_HISTORY, LARGE)
            stock = [("print('output', n)", f"output {seq + 1}\n") for seq in range(1_000)]
            write_stock(server.root, f"scroll{index}.ipynb", stock)
        values = await chromium("scroll", server, rounds=ROUNDS)
    what = f"scrolling {LARGE:,} outputs (stock: 1,000), a frame"
    one = (RatioAtMost(1.0),)
    return [
        Figure(f"{what}: median", "ms", *_sides(values, "median"), STOCK, one),
        Figure(f"{what}: 95 of 100 at most", "ms", *_sides(values, "p95"), STOCK, one),
        Figure(f"{what}: the longest", "ms", *_sides(values, "worst"), STOCK),
        Figure(f"{what}: processor time of the page's main thread, mean", "ms",
               *_sides(values, "cpu"), STOCK, one),
        Figure("after that: memory of the page's process (PSS)", "MB",
               *_sides(values, "memory"), STOCK, (AtMost(500),)),
        Figure("after that: JS heap", "MB", *_sides(values, "heap"), STOCK),
    ]  # fmt: skip


async def arranging() -> list[Figure]:
    """10,000 kept outputs of 100 cells: from by time to by cell, and back."""
    async with running() as server:
        write_history(server.root, "arrange.tsnb", CODE_CELLS_WITH_HISTORY, LARGE)
        values = await chromium("arrange", server, rounds=10)
    goal = (AtMost(1_000),)
    return [
        Figure(f"{LARGE:,} outputs by cell, to pixels", "ms", values["cell"]["ours"], goals=goal),
        Figure(f"{LARGE:,} outputs by time, to pixels", "ms", values["time"]["ours"], goals=goal),
    ]


async def filtering() -> list[Figure]:
    """A letter into the filter of 10,000 variables, until what is left is painted."""
    async with running() as server:
        write_variables(server.root, "globals.tsnb", LARGE)
        values = await chromium("globals", server, rounds=20)
    what = "a letter filters 10,000 variables, to pixels"
    return [Figure(what, "ms", values["filter"]["ours"], goals=(AtMost(50),))]


async def forking() -> list[Figure]:
    """Fork and Run Cell with 1 GB of state, until the new run's first output is painted."""
    async with running() as server:
        (server.root / "fork.tsnb").write_text(tsnb(["", ""]), encoding="utf-8")
        values = await chromium("fork", server, rounds=10)
    what = "Fork and Run Cell at 1 GB, key to pixels"
    return [Figure(what, "ms", values["fork"]["ours"], goals=(AtMost(400),))]
