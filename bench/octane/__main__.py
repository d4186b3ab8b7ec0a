"""Run one suite in quickjs-ng as a native library: `python -m bench.octane FOLDER FILE…`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import quickjs  # type: ignore[import-not-found]  # on the path that the benchmark gives

from bench.octane import LEAST_MS, SHELL, expression

MEMORY = 2 << 30


def main(folder: Path, files: list[str]) -> None:
    """Print the milliseconds of each benchmark's quickest run, by name."""
    context = quickjs.Context()
    context.set_memory_limit(MEMORY)
    context.add_callable("clock", lambda: time.process_time() * 1e3)
    for place in (SHELL, *(folder / name for name in files)):
        context.eval(place.read_text("utf-8"))
    print(context.eval(f"JSON.stringify(({expression()})(clock, {LEAST_MS}))"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
