"""Run one suite in quickjs-ng as a native library: `python -m bench.octane FOLDER FILE…`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import quickjs  # type: ignore[import-not-found]  # on the path that the benchmark gives

from bench.octane import LEAST_MS, SUITE

MEMORY = 2 << 30


def main(folder: Path, files: list[str]) -> None:
    """Print the milliseconds of each benchmark's quickest run, by name."""
    context = quickjs.Context()
    context.set_memory_limit(MEMORY)
    context.add_callable("readFile", lambda name: (folder / name).read_text("utf-8"))
    context.add_callable("clock", lambda: time.process_time() * 1e3)
    run = f"(0, eval)({json.dumps(SUITE.read_text())})"
    asked = f"readFile, clock, {json.dumps(files)}, {LEAST_MS}"
    print(context.eval(f"JSON.stringify({run}({asked}))"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
