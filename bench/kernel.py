"""The Python kernel against stock ipykernel and dill, side by side in one run."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import kernel_cells, kernel_checkpoints, kernel_forks, kernel_values
from bench.figures import Figure
from bench.kernel_client import OURS, start

WARM_SECONDS = 30.0
PARTS = (
    kernel_cells.starts,
    kernel_cells.cells,
    kernel_cells.notebook,
    kernel_forks.measure,
    kernel_checkpoints.costs,
    kernel_checkpoints.undo,
    kernel_values.inspector,
    kernel_values.snapshots,
)


async def measure() -> Sequence[Figure]:
    """Measure everything, with kernels that share nothing with the machine's others."""
    before = os.environ.get("PATINA_RUNTIME_DIR")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="pb-") as place:
        os.environ["PATINA_RUNTIME_DIR"] = place
        try:
            await _warm_up()
            for part in PARTS:
                figures += await part(Path(place))
        finally:
            os.environ.pop("PATINA_RUNTIME_DIR")
            if before is not None:
                os.environ["PATINA_RUNTIME_DIR"] = before
    return figures


async def _warm_up() -> None:
    """Start kernels until one comes from the warm template."""
    end = time.monotonic() + WARM_SECONDS
    while time.monotonic() < end:
        kernel = await start(OURS)
        warm = kernel.came_from_template
        await kernel.stop()
        if warm:
            return
        await asyncio.sleep(0.5)
    raise TimeoutError("the template did not get warm, so starts from it cannot be measured")
