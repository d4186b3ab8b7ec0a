"""Chaos: `make chaos MINUTES=10 SEED=1`. The seed decides what happens; when, the machine does."""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.chaos.acts import DECK, Counts, act, dealt, make_up
from tests.chaos.clock import Clock, may_shift
from tests.chaos.ending import heal, judged, restarted
from tests.chaos.report import Outcome, summary
from tests.chaos.world import Means, World
from tests.promises.mounts import may_mount, small_disk
from tests.promises.survival import surviving

PAUSE_SECONDS = 0.1
DISK_SIZE = "16m"


async def chaos(
    world: World,
    names: list[str],
    cards: Iterable[str],
    seconds: float = math.inf,
    notebooks: int = 1,
) -> Outcome:
    """Let it happen for a while, or until the cards end; return what came of it.

    `names`: what has to have happened. `notebooks`: in how many, one after another.
    """
    counts, wrong = Counts(), list[str]()
    dealing = iter(cards)
    try:
        await world.begin()
        for number in range(1, notebooks):
            await _happen(world, dealing, seconds / notebooks, counts)
            await heal(world)
            wrong += [f"in notebook {number}, {one}" for one in await judged(world)]
            await world.finish()
            world.note(f"notebook {number} has ended")
            await world.enter()
        await _happen(world, dealing, seconds / notebooks, counts)
        await make_up(world, names, counts)
        await heal(world)
        wrong += await judged(world)
        await restarted(world)
        wrong += [f"after a restart, {one}" for one in await judged(world)]
    finally:
        await world.end()
    never = [f"{name}: that never happened" for name in counts.missing(names)]
    if not (world.log.acknowledged and world.log.outputs and world.looked_at):
        never.append("no edit was acknowledged, or no output")
    closed = [
        f"{count} times a person was turned away: {why}" for why, count in world.closed.items()
    ]
    return Outcome(world, counts, [*world.wrong, *wrong, *closed, *counts.defects, *never])


async def _happen(world: World, cards: Iterator[str], seconds: float, counts: Counts) -> None:
    end = time.monotonic() + seconds
    for name in cards:
        await act(world, name, counts)
        if time.monotonic() >= end:
            break
        await asyncio.sleep(PAUSE_SECONDS * world.dice.random())


@contextmanager
def place(folder: Path) -> Iterator[tuple[Means, list[str]]]:
    """Make what this machine allows; yield it, and what it does not allow."""
    disks = (folder / "root", folder / "data" / "patina_lab")
    means, not_run = Means(), []
    with ExitStack() as stack:
        stack.enter_context(surviving(stack.enter_context(pytest.MonkeyPatch.context())))
        for disk in disks:
            disk.mkdir(parents=True)
        if may_mount(folder / "root"):
            for disk in disks:
                stack.enter_context(small_disk(disk, DISK_SIZE))
            means.disks = disks
        else:
            not_run += ["fill disk", "free disks"]
        if may_shift():
            means.clock = Clock(folder)
        else:
            not_run.append("shift clock")
        yield means, not_run


def main() -> int:
    """Run it; exit status 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument(
        "--folder", type=Path, help="where it happens; the server's log stays there"
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    parser.add_argument(
        "--notebooks", type=int, default=1, help="so many, one after another, in that time"
    )
    parser.add_argument("--without", action="append", choices=DECK, default=[], metavar="ACT")
    parser.add_argument(
        "--acts", nargs="+", choices=DECK, metavar="ACT", help="these, in this order, and no others"
    )
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder: Path = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        with place(folder) as (means, not_run):
            names = [name for name in DECK if name not in (*not_run, *options.without)]
            world = World(folder, options.seed, means)
            happening = (
                chaos(world, [], options.acts)
                if options.acts
                else chaos(
                    world,
                    names,
                    dealt(names, world.dice),
                    options.minutes * 60,
                    options.notebooks,
                )
            )
            outcome = asyncio.run(happening)
    for line in summary(outcome, not_run):
        print(line)
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
