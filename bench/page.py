"""What a person waits for in the page, measured in Chromium against stock notebooks.

The measurements are TypeScript (`bench/page/*.bench.ts`), because Playwright's are.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


async def measure() -> None:
    """Run the page's benchmarks; their figures go to standard output."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    process = await asyncio.create_subprocess_exec(
        "jlpm", "-s", "playwright", "test", "--config", "bench/page/playwright.config.ts",
        cwd=ROOT, env={**os.environ, "PATH": path},
    )  # fmt: skip
    if await process.wait():
        raise SystemExit("The page's benchmarks failed: see above")
