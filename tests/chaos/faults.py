"""What goes wrong. Each tells whether it came to that."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from tests.chaos import people, runs
from tests.chaos.failures import FAILURES
from tests.chaos.world import World
from tests.promises.mounts import fill

DAY = 86_400
SHIFTS = (-DAY, -3_600, -1, 3_600, DAY)
LONGEST_SECONDS = 0.5


async def kill_server(world: World) -> bool:
    """Kill the server in the midst of work, and start it again. Who was online comes back."""
    online = [editor for editor in world.editors if editor.is_online]
    working = asyncio.create_task(_work(world))
    await asyncio.sleep(world.dice.uniform(0, LONGEST_SECONDS))
    world.look()
    world.server.kill()
    await asyncio.wait({working})
    await world.lose_server()
    if world.dice.random() < 0.5:
        await people.edit(world)
        with suppress(*FAILURES):  # The disk may be full.
            await people.write_file(world)
    await world.start_server()
    with suppress(*FAILURES):
        await world.open()
        for editor in online:
            await people.enter(world, editor)
    return True


async def _work(world: World) -> None:
    with suppress(*FAILURES):
        await people.edit(world)
        await runs.execute(world)
        await people.edit(world)


async def cut_pages(world: World) -> bool:
    """Cut the connections of all pages that follow the runs; they come back at once."""
    had = bool(world.pages)
    await world.cut_pages()
    await world.open()
    return had


async def fill_disk(world: World) -> bool:
    """Fill a disk: that of the notebooks, or that of the histories of their edits."""
    free = [disk for disk in world.means.disks if disk not in world.fillers]
    if free:
        disk = world.dice.choice(free)
        world.fillers[disk] = await asyncio.to_thread(fill, disk)
    return bool(free)


async def free_disks(world: World) -> bool:
    """Free the disks."""
    had = bool(world.fillers)
    world.free()
    return had


async def shift_clock(world: World) -> bool:
    """Put the clock of the server and its kernels off, or right."""
    clock = world.means.clock
    if clock is not None:
        clock.shift(world.dice.choice(SHIFTS))
    return clock is not None
