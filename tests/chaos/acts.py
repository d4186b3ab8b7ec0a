"""What happens, and how often: dealt from a deck, so that each comes in every deck."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from tests.chaos import faults, people, runs
from tests.chaos.failures import FAILURES, is_defect
from tests.chaos.world import World

TRIES, TRY_SECONDS = 40, 0.25
Act = Callable[[World], Awaitable[bool]]
DECK: dict[str, tuple[Act, int]] = {
    "edit": (people.edit, 40),
    "take away": (people.remove, 4),
    "leave": (people.leave, 4),
    "cut socket": (people.cut, 5),
    "come back": (people.come_back, 10),
    "write file": (people.write_file, 4),
    "save": (people.save, 2),
    "run": (runs.execute, 16),
    "fork": (runs.fork, 5),
    "undo": (runs.undo, 4),
    "interrupt": (runs.interrupt, 2),
    "restart": (runs.restart, 8),
    "delete run": (runs.delete, 1),
    "crash kernel": (runs.crash, 1),
    "kill kernel": (runs.kill_kernel, 1),
    "kill server": (faults.kill_server, 1),
    "cut pages": (faults.cut_pages, 2),
    "fill disk": (faults.fill_disk, 2),
    "free disks": (faults.free_disks, 2),
    "shift clock": (faults.shift_clock, 2),
}


def dealt(names: list[str], dice: random.Random) -> Iterator[str]:
    """Yield names for ever, each as often as its weight says, in an order that chance decides."""
    cards = [name for name in names for _ in range(DECK[name][1])]
    while True:
        yield from dice.sample(cards, len(cards))


@dataclass(slots=True)
class Counts:
    """How often what was done, and what was refused."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    defects: list[str] = field(default_factory=list)

    def missing(self, names: list[str]) -> list[str]:
        """Return what never happened."""
        return [name for name in names if not self.done[name]]


async def make_up(world: World, names: list[str], counts: Counts) -> None:
    """Do what chance has left out, once the disks have place again."""
    for name in counts.missing(names):
        for helping in ("free disks", "come back", "restart", "fork", "run"):
            await act(world, helping if helping in names else "come back", counts)
        for _ in range(TRIES):
            if not counts.done[name]:
                await act(world, name, counts)
                await asyncio.sleep(TRY_SECONDS)


async def act(world: World, name: str, counts: Counts) -> None:
    """Do something; that it does not succeed is no news, but an error of the server is."""
    try:
        counts.done[name] += await DECK[name][0](world)
        world.note(name)
    except FAILURES as error:
        world.note(f"{name}: {error!r}")
        counts.refused[name] += 1
        if is_defect(error):
            counts.defects.append(f"{name}: {error}")
    world.look()
