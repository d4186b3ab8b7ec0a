"""Run the benchmarks: `python -m bench` runs all, `python -m bench lines growth` some.

A benchmark is a coroutine that measures both sides, in turn, and returns its figures. A goal that
is missed is a figure, not a failure: the exit status tells only whether everything was measured.
"""

import asyncio
import os
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence

# Before numpy is imported anywhere: threads of a library are not what is measured.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from bench import (  # noqa: E402
    cli,
    convert,
    growth,
    javascript,
    kernel,
    lines,
    load,
    octane,
    page,
    rust,
    rust_batteries,
    rust_tour,
)
from bench.figures import Figure  # noqa: E402

BENCHMARKS: dict[str, Callable[[], Awaitable[Sequence[Figure]]]] = {
    "keys": page.keys,
    "lines": lines.measure,
    "page-lines": page.lines,
    "cells": page.cells,
    "outputs": page.outputs,
    "scroll": page.scroll,
    "arrange": page.arranging,
    "filter": page.filtering,
    "fork": page.forking,
    "growth": growth.measure,
    "convert": convert.measure,
    "kernel": kernel.measure,
    "javascript": javascript.measure,
    "rust": rust.measure,
    "rust-tour": rust_tour.measure,
    "rust-batteries": rust_batteries.measure,
    "octane": octane.measure,
    "cli": cli.measure,
    "load": load.measure,
}


async def main(names: list[str]) -> int:
    """Run the named benchmarks in order, all when none is named; return the exit status."""
    if unknown := set(names) - set(BENCHMARKS):
        print(f"No benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
        return 2
    figures: list[Figure] = []
    failed: list[str] = []
    for name in names or BENCHMARKS:
        began = time.monotonic()
        print(f"\n## {name}", flush=True)
        try:
            measured = await BENCHMARKS[name]()
        except Exception:  # noqa: BLE001 (the others can still be measured)
            traceback.print_exc()
            failed.append(name)
            continue
        for figure in measured:
            print("\n".join(figure.lines()))
        print(f"({time.monotonic() - began:.0f} s)", flush=True)
        figures += measured
    print("\n## Summary: verdict, ratio, figure")
    print("\n".join(figure.summary() for figure in figures))
    for name in failed:
        print(f"FAILED: {name} could not be measured, see above")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
