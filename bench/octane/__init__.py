"""Octane 2.0, the benchmark set of V8, as npm's `benchmark-octane` has it, in several engines.

Ours is run through the kernel, by cells. The others are quickjs-ng of the same version as a native
library, compiled with -O3 and as PyPI's wheel has it, and Node.js with and without its compiler.
Times are those of the processor, so that other programs of the machine count for little. Of each
benchmark the quickest run counts: an interpreter has nothing to warm up.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from bench.figures import Figure, RatioAtMost
from bench.kernel_client import apart, start

HERE = Path(__file__).resolve().parent
SUITE, SHELL, NODE = (HERE / name for name in ("suite.js", "shell.js", "node.js"))
ROOT = HERE.parent.parent
OCTANE = ROOT / "node_modules" / "benchmark-octane" / "lib" / "octane"
KERNEL = "patina-javascript"
RELEASE = "quickjs-ng==0.17.0.2"
# Each benchmark runs for this long, and once at least.
LEAST_MS = 1000
SUITES = {
    "Richards": ["richards.js"],
    "DeltaBlue": ["deltablue.js"],
    "Crypto": ["crypto.js"],
    "RayTrace": ["raytrace.js"],
    "EarleyBoyer": ["earley-boyer.js"],
    "RegExp": ["regexp.js"],
    "Splay": ["splay.js"],
    "NavierStokes": ["navier-stokes.js"],
    "PdfJS": ["pdfjs.js"],
    "Mandreel": ["mandreel.js"],
    "Gameboy": ["gbemu-part1.js", "gbemu-part2.js"],
    "CodeLoad": ["code-load.js"],
    "Box2D": ["box2d.js"],
    "zlib": ["zlib.js", "zlib-data.js"],
    "TypeScript": ["typescript.js", "typescript-input.js", "typescript-compiler.js"],
}
# What a cell does before others: it keeps the clock, which the shell takes away.
CLOCK = """
const clock = (({ cpuUsage }) => () => {
  const { user, system } = cpuUsage();
  return (user + system) / 1e3;
})(process);
"""

Times = dict[str, float]
Engine = Callable[[list[str]], Awaitable[Times]]


async def measure() -> Sequence[Figure]:
    """Measure all suites in all engines, in turn."""
    if not OCTANE.exists():
        raise FileNotFoundError(f"{OCTANE} is not there: run make setup")
    async with apart(KERNEL) as place:
        engines = {
            "ours": _ours,
            "quickjs-ng, native -O3": await _native(place / "native", "--no-binary", ":all:"),
            "quickjs-ng, PyPI's wheel": await _native(place / "wheel"),
            "node --jitless": _node("--jitless"),
            "node": _node(),
        }
        return _figures(await _all(engines))


async def _all(engines: Mapping[str, Engine]) -> dict[str, Times]:
    """Return the times by engine and benchmark; those that an engine cannot run are left out."""
    times: dict[str, Times] = {name: {} for name in engines}
    for suite, files in SUITES.items():
        for name, engine in engines.items():
            try:
                times[name] |= await engine(["base.js", *files])
            except (OSError, RuntimeError) as error:
                print(f"  {suite} does not run in {name}: {str(error)[-200:]}", flush=True)
    return times


def _figures(times: Mapping[str, Times]) -> list[Figure]:
    ours, native = times["ours"], times["quickjs-ng, native -O3"]
    figures = [
        Figure(f"Octane, {name}", "ms", [ours[name]], [native[name]], "native -O3")
        for name in ours
        if name in native
    ]
    for engine, theirs in times.items():
        both = [name for name in ours if name in theirs]
        if engine != "ours" and both:
            means = _mean(ours, both), _mean(theirs, both)
            goals = (RatioAtMost(1.7),) if theirs is native else ()
            what = f"Octane, geometric mean of {len(both)}"
            figures.append(Figure(what, "ms", [means[0]], [means[1]], engine, goals))
    return figures


def _mean(times: Times, names: Sequence[str]) -> float:
    return math.exp(sum(math.log(times[name]) for name in names) / len(names))


async def _ours(files: list[str]) -> Times:
    """Run the files as cells of a new kernel."""
    kernel = await start(KERNEL)
    try:
        await kernel.ask("settings", checkpoints="off")
        places = [SHELL, *(OCTANE / name for name in files)]
        for source in (CLOCK, *(place.read_text("utf-8") for place in places)):
            await kernel.reply_ms(f"{source}\nundefined")
        asked = f"JSON.stringify(({expression()})(clock, {LEAST_MS}))"
        return _read((await kernel.value(asked)).strip("'"))
    finally:
        await kernel.stop()


def expression() -> str:
    """Return the function of suite.js."""
    return SUITE.read_text().rstrip().removesuffix(";")


def _node(*options: str) -> Engine:
    async def run(files: list[str]) -> Times:
        return await _process("node", *options, str(NODE), str(OCTANE), str(LEAST_MS), *files)

    return run


async def _native(folder: Path, *how: str) -> Engine:
    """Install the release from PyPI, apart from everything else."""
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", *how)
    flags = {**os.environ, "CFLAGS": "-O3 -DNDEBUG"}
    made = await asyncio.create_subprocess_exec(
        *pip, "--target", str(folder), RELEASE, env=flags, stderr=asyncio.subprocess.PIPE
    )
    if said := (await made.communicate())[1].decode() if await made.wait() else "":
        raise RuntimeError(f"pip could not install {RELEASE}: {said[-500:]}")

    async def run(files: list[str]) -> Times:
        program = (sys.executable, "-m", "bench.octane", str(OCTANE), *files)
        return await _process(*program, PYTHONPATH=str(folder))

    return run


async def _process(*command: str, **environment: str) -> Times:
    running = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **environment},
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, said = await running.communicate()
    if running.returncode:
        raise RuntimeError(said.decode()[-500:])
    return _read(out.decode())


def _read(text: str) -> Times:
    return {str(name): float(ms) for name, ms in json.loads(text).items()}
