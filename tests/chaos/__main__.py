"""Chaos by hand: `make chaos MINUTES=10 SEED=1`."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.world import World
from tests.promises.mounts import may_mount, small_disk

PAUSE_SECONDS = 0.1
_MIB = 2**20


async def chaos(folder: Path, seed: int, seconds: float, *, fills_disk: bool) -> list[str]:
    """Let it happen for a while; return what is wrong then. The seed decides what happens."""
    world = World(folder, seed, fills_disk=fills_disk)
    memory: list[int] = []
    try:
        await world.begin()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await world.act()
            await asyncio.sleep(PAUSE_SECONDS * world.dice.random())
            memory.append(world.memory_bytes)
        await world.heal()
        wrong = await world.verdict()
    finally:
        await world.end()
    print(f"seed {seed}: {', '.join(f'{count} {name}' for name, count in world.counts.items())}")
    log = world.log
    edits = f"{len(log.acknowledged)} of {len(log.intended)} edits acknowledged"
    print(f"{edits}, {len(log.outputs)} outputs")
    print(f"memory of the server: {min(memory) // _MIB} to {max(memory) // _MIB} MiB")
    return wrong


def main() -> int:
    """Run it; exit status 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--folder", type=Path, help="where it happens; kept, with the server's log")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder: Path = options.folder or Path(name)
        (folder / "root").mkdir(parents=True)
        seconds = options.minutes * 60
        if not may_mount(folder / "root"):
            print("not run: full disks (this user may not mount a file system)")
            wrong = asyncio.run(chaos(folder, options.seed, seconds, fills_disk=False))
        else:
            with small_disk(folder / "root", "16m"):
                wrong = asyncio.run(chaos(folder, options.seed, seconds, fills_disk=True))
    print("not run: shifts of the clock (no libfaketime is used)")
    print("\n".join(wrong) or "Everything acknowledged is there, once, and everybody has the same.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
