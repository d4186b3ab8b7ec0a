"""The Rust kernel against evcxr_jupyter 0.22, whose compiler it shares: in turn, in one run.

evcxr_jupyter is built once into the user's cache, from the sources of its release. What it cannot
do (forks, saved states, going on after a crash) is measured alone, against a goal.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from patina_rust import artifacts
from patina_rust.tests import processes

from bench.figures import AtMost, Figure, RatioAtMost
from bench.javascript import pss_of
from bench.kernel_client import Pairs, Timed, apart, start

OURS, THEIRS = "patina-rust", "evcxr-jupyter"
PEER, VERSION = "evcxr_jupyter", "0.22.0"
TIMES = 12
STATES = 5
SMALL = "let mut big = vec![1u8; 1 << 20]; big[5] = 2;"
LARGE = "let mut big = vec![1u8; 1 << 30]; big[5] = 2;"
DEPENDENCY = ':dep serde_json = "1"\nserde_json::json!([1, 2]).to_string()'


async def measure() -> Sequence[Figure]:
    """Measure everything."""
    binary = await peer()
    async with apart(OURS) as place, peer_kernelspec(binary, place):
        return [
            *await _cells(),
            await _new_run(),
            *await _forks("1 MB", SMALL, 2.0),
            *await _forks("1 GB", LARGE, 20.0),
            await _checkpoint(),
            *await _states("1 MB", SMALL, place),
            *await _states("1 GB", LARGE, place),
        ]


async def peer() -> Path:
    """Return evcxr_jupyter's binary, built now when it is not there: ten minutes, once."""
    root = artifacts.cache() / f"{PEER}-{VERSION}"
    binary = root / "bin" / PEER
    if not binary.exists():
        print(f"building {PEER} {VERSION}, once: ten minutes or more", flush=True)
        command = ("cargo", "install", PEER, "--version", VERSION, "--locked", "--root", str(root))
        process = await asyncio.create_subprocess_exec(*command)
        if await process.wait():
            raise RuntimeError(f"{PEER} could not be built; what cargo said is above")
    return binary


@asynccontextmanager
async def peer_kernelspec(binary: Path, place: Path) -> AsyncIterator[None]:
    """Have Jupyter find the peer, for the length of a block."""
    folder = place / "jupyter" / "kernels" / THEIRS
    folder.mkdir(parents=True)
    command = [str(binary), "--control_file", "{connection_file}"]
    spec = {"argv": command, "display_name": THEIRS, "language": "rust"}
    (folder / "kernel.json").write_text(json.dumps({**spec, "interrupt_mode": "message"}))
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(place / "jupyter"), before]))
    try:
        yield
    finally:
        os.environ.pop("JUPYTER_PATH")
        if before is not None:
            os.environ["JUPYTER_PATH"] = before


async def _cells() -> list[Figure]:
    ours, theirs = await start(OURS), await start(THEIRS)
    figures = []
    cells = (("1+1", 0.5), ("let v = 3*2;", 1.0))
    for code, goal in cells:
        pairs = Pairs()
        for kernel in (ours, theirs):
            await kernel.reply_ms(code)
        for _ in range(TIMES):
            await pairs.measure(ours.reply_ms(code), theirs.reply_ms(code))
        figures.append(pairs.figure(f"`{code}`", "ms", PEER, RatioAtMost(goal)))
    for kernel in (ours, theirs):
        await kernel.reply_ms(DEPENDENCY)
    await theirs.stop()
    await ours.stop()
    figures.append(await _dependency())
    return figures


async def _dependency() -> Figure:
    """In a new kernel each time, whose folder has the crate: what a notebook costs next time."""
    ours: list[float] = []
    for _ in range(3):
        kernel = await start(OURS)
        ours.append(await kernel.reply_ms(DEPENDENCY))
        await kernel.stop()
    what = "`:dep serde_json` in a new run, its crate built before"
    return Figure(what, "ms", ours, goals=(AtMost(1000),))


async def _new_run() -> Figure:
    """From the wish for a kernel to the value of its first cell, with a compiler in waiting."""
    ours: list[float] = []
    for _ in range(TIMES):
        kernel = await start(OURS)
        ours.append(kernel.first_reply_ms)
        await kernel.stop()
    return Figure(
        "a new run on a warm compiler, to its first cell", "ms", ours, goals=(AtMost(200),)
    )


async def _forks(what: str, code: str, goal: float) -> list[Figure]:
    made: list[float] = []
    answered: list[float] = []
    parent = await start(OURS)
    await parent.ask("settings", checkpoints="off")
    await parent.reply_ms(code)
    for _ in range(TIMES):
        fork = await start(OURS, fork_of=parent.manager.connection_file)
        made.append(fork.fork_ms)
        answered.append(fork.first_reply_ms)
        await fork.stop()
    figures = [
        Figure(f"fork, {what}: in the executor", "ms", made, goals=(AtMost(goal),)),
        Figure(f"fork, {what}: until it answers", "ms", answered),
    ]
    if goal < 10:
        figures += await _memory(parent)
    await parent.stop()
    return figures


async def _memory(kernel: Timed) -> list[Figure]:
    executor = (await kernel.ask("state"))["pids"]["executor"]
    compiler = _compiler(executor)
    return [
        Figure("memory of the executor (PSS)", "MB", [pss_of(executor)], goals=(AtMost(3),)),
        Figure("memory of the compiler (PSS)", "MB", [pss_of(compiler)], goals=(AtMost(450),)),
    ]


def _compiler(executor: int) -> int:
    """Return the compiler of a kernel: others of this user may be at work, or wait."""
    (compiler,) = processes.of(executor)
    return compiler


async def _checkpoint() -> Figure:
    kernel = await start(OURS)
    await kernel.reply_ms("let v = 1;")
    taken = [float((await kernel.ask("checkpoint"))["ms"]) for _ in range(TIMES)]
    await kernel.stop()
    return Figure("checkpoint, small", "ms", taken, goals=(AtMost(1),))


async def _states(what: str, code: str, place: Path) -> list[Figure]:
    """Save, and load in a new kernel. What evcxr_jupyter's users do is to run all cells again."""
    path = str(place / "state")
    saves: list[float] = []
    loads: list[float] = []
    values: list[float] = []
    kernel = await start(OURS)
    await kernel.ask("settings", checkpoints="off")
    await kernel.reply_ms(code)
    for _ in range(STATES):
        saves.append(float((await kernel.ask("save", path=path))["ms"]))
        other = await start(OURS)
        loads.append(float((await other.ask("load", path=path))["ms"]))
        values.append(await other.reply_ms("big[5]"))
        await other.stop()
    await kernel.stop()
    return [
        Figure(f"a state with {what}: save", "ms", saves),
        Figure(f"a state with {what}: load", "ms", loads),
        Figure(f"a state with {what}: the first cell after that", "ms", values),
    ]
