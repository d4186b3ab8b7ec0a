"""Run the benchmarks: `python -m bench` runs all, `python -m bench lines growth` some."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

# Before numpy is imported anywhere: threads of a library are not what is measured.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from bench import growth, kernel, lines, page  # noqa: E402

BENCHMARKS: dict[str, Callable[[], Awaitable[None]]] = {
    "lines": lines.measure,
    "growth": growth.measure,
    "page": page.measure,
    "kernel": kernel.measure,
}


async def main(names: list[str]) -> None:
    """Run the named benchmarks in order, all when none is named."""
    for name in names or BENCHMARKS:
        print(f"\n## {name}", flush=True)
        await BENCHMARKS[name]()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
