"""Notebooks at once: compilations are capped, and who waits is told for what."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from conformance.live import started
from conformance.missing import needs_rust


def _places() -> int:
    """Return how many compilations this machine may have at once (see compiler/src/slots.rs)."""
    return max(2, -(-len(os.sched_getaffinity(0)) // 2))


pytestmark = needs_rust
WAITS = f"waiting: {_places()} cells of other notebooks are compiled"


async def test_a_cell_that_waits_for_other_notebooks_says_so_and_runs_then(tmp_path: Path) -> None:
    env = {**os.environ, "PATINA_TARGET_DIR": str(tmp_path), "PATINA_PHASES": "1"}
    async with started("patina-rust", env=env) as kernel:
        await kernel.run("let kept = 7;")
        # As the compilers of other notebooks hold them.
        places = [(tmp_path / "slots" / str(number)).open("a") for number in range(_places())]
        for place in places:
            fcntl.flock(place, fcntl.LOCK_EX)
        request = kernel.send("kept + 1")
        await kernel.iopub(lambda message: WAITS in str(message["content"]))
        for place in places:
            place.close()
        assert (await kernel.outcome(request)).text.endswith("8")
