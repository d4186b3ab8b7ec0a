"""In the end: everything is well again, and what is there is looked at."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from patina_lab.document.format import read
from tests.chaos import people
from tests.chaos.checker import FINAL, Output, verdict
from tests.chaos.failures import FAILURES
from tests.chaos.world import World, output_of

HEALING_SECONDS = 90.0
LOOK_SECONDS = 0.25


async def heal(world: World) -> None:
    """Let everything be well, and wait until nothing changes any more."""
    world.free()
    if world.means.clock is not None:
        world.means.clock.shift(0)
    end = asyncio.get_running_loop().time() + HEALING_SECONDS
    while asyncio.get_running_loop().time() < end:
        with suppress(*FAILURES):
            await people.come_back(world)
        world.look()
        if world.is_settled and _is_same(world) and _have_ended(world):
            return
        await asyncio.sleep(LOOK_SECONDS)


async def restarted(world: World) -> None:
    """Have a server that was killed read everything anew."""
    world.server.kill()
    await world.lose_server()
    await world.start_server()
    await world.open()
    await heal(world)


def _is_same(world: World) -> bool:
    replicas = sources(world)
    return all(one == replicas["file"] for one in replicas.values())


def _have_ended(world: World) -> bool:
    return all(
        cell["status"] in FINAL
        for page in world.pages
        for fields in page.values()
        for cell in fields["cells"].values()
    )


def sources(world: World) -> dict[str, list[str]]:
    """Return the sources of the cells, by who has them."""
    replicas = {f"person {n}": one.sources() for n, one in enumerate(world.editors, 1)}
    file = read(world.user.file().read_text())
    return {**replicas, "file": [cell.source for cell in file.cells]}


async def judged(world: World) -> list[str]:
    """Return what is wrong."""
    timelines: dict[str, list[Output]] = {}
    refused = []
    for run in world.runs:
        try:
            timelines[run] = await world.timeline(run)
        except FAILURES as error:
            refused.append(f"the timeline of {run} cannot be read: {error}")
    world.looked_at = sum(map(len, timelines.values()))
    wrong = verdict(world.log, sources(world), timelines)
    waiting = [f"{token} was never acknowledged" for token in world.unsettled]
    return [*wrong, *waiting, *refused, *_of_pages(world, timelines)]


def _of_pages(world: World, timelines: dict[str, list[Output]]) -> list[str]:
    """Return what a page shows otherwise than the server has it."""
    wrong = []
    for number, page in enumerate(world.pages, 1):
        if page.keys() != timelines.keys():
            wrong.append(f"page {number} has other runs: {sorted(page)}")
        for run in page.keys() & timelines.keys():
            shown = sorted(map(output_of, page[run]["cells"].values()))
            if shown != sorted(timelines[run]):
                wrong.append(f"page {number} shows other outputs of run {run}")
    return wrong
