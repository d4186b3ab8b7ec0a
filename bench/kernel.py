"""The Python kernel against stock ipykernel and dill, side by side in one run."""

from __future__ import annotations

from collections.abc import Sequence

from bench import kernel_cells, kernel_checkpoints, kernel_forks, kernel_values
from bench.figures import Figure
from bench.kernel_client import OURS, apart

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
    figures: list[Figure] = []
    async with apart(OURS) as place:
        for part in PARTS:
            figures += await part(place)
    return figures
