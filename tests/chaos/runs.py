"""What runs do. Each tells whether it came to that."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from patina_kernel.runtime import records

from patina_lab.tests.user import User
from tests.chaos.checker import FINAL, Log, of_outputs
from tests.chaos.notebook import ID
from tests.chaos.world import World

MOST_RUNS = 4
FEWEST_RUNS = 2


async def execute(world: World) -> bool:
    """Run some cells."""
    cells = [world.dice.choice(("quick", "slow")) for _ in range(world.dice.randint(1, 3))]
    return await _execute(world, *cells)


async def _execute(world: World, *cells: str) -> bool:
    run = await _one(world, "idle", "busy")
    return run is not None and bool(await world.user.execute(run, *cells))


async def fork(world: World) -> bool:
    """Fork a run; where there are many, the oldest goes."""
    if len(world.runs) >= MOST_RUNS:
        await delete(world)
    run = await _one(world, "idle", "busy")
    if run is None:
        return False
    forked = await world.user.ask("POST", f"runs/{run}/fork", {})
    world.runs.append(forked["id"])
    return True


async def delete(world: World) -> bool:
    """Delete the oldest run, after its outputs were checked."""
    if len(world.runs) < FEWEST_RUNS:
        return False
    run = world.runs[0]
    ended = [one for one in await world.timeline(run) if one.status in FINAL]
    seen = {at: text for at, text in world.log.outputs.items() if at[0] == run}
    world.wrong += of_outputs(Log(outputs=seen), {run: ended})
    world.checked += len(ended)
    await world.user.ask("DELETE", f"runs/{run}")
    world.runs.remove(run)
    world.log.forget_run(run)
    return True


async def undo(world: World) -> bool:
    """Undo the last cell of a run, or go on from before the one that it crashed in."""
    run = await _one(world, "idle") or await _one(world, "failed")
    if run is not None:
        await world.user.ask("POST", f"runs/{run}/undo")
    return run is not None


async def interrupt(world: World) -> bool:
    """Interrupt a run."""
    run = await _one(world, "busy")
    if run is not None:
        await world.user.ask("POST", f"runs/{run}/interrupt")
    return run is not None


async def restart(world: World) -> bool:
    """Give the runs that have none a new kernel."""
    dead = [one["id"] for one in await _runs(world.user) if one["status"] in _WITHOUT_KERNEL]
    for run in dead:
        await world.user.ask("POST", f"runs/{run}/restart")
    return bool(dead)


async def _one(world: World, *statuses: str) -> str | None:
    """Return one of the runs that are like that."""
    found = [one["id"] for one in await _runs(world.user) if one["status"] in statuses]
    return world.dice.choice(found) if found else None


_WITHOUT_KERNEL = ("failed", "lost", "stopped")


async def _runs(user: User) -> list[dict[str, str]]:
    found: list[dict[str, str]] = await user.ask("GET", f"notebooks/{ID}/runs")
    return found


async def crash(world: World) -> bool:
    """Have a cell kill its kernel."""
    return await _execute(world, "kills")


async def kill_kernel(world: World) -> bool:
    """Kill what a kernel lives by, so that no earlier state is left either."""
    living = records.living(Path(os.environ["PATINA_RUNTIME_DIR"]))
    owned = [one for one in living if one.owner]
    if owned:
        os.kill(world.dice.choice(owned).pid, signal.SIGKILL)
    return bool(owned)
