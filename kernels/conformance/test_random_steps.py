"""Random steps with a fixed seed: no hang, no wrong value, no orphan."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from dataclasses import dataclass, field

import pytest

from conformance.languages import Language
from conformance.live import Live, start
from conformance.test_processes import _all_end, _family

# Side by side, so that one goes on while the other waits for its processes.
SEEDS = (20_260_701, 20_260_702)
MOST_KERNELS = 4
CHECKPOINTS = 5


@dataclass
class Expected:
    """A kernel, and what its variable must be: now, and at each checkpoint by the cell after it."""

    live: Live
    value: int
    before: dict[str, int] = field(default_factory=dict)


class Walk:
    """A walk over fork, run, kill, restore and stop."""

    def __init__(self, language: Language, seed: int) -> None:
        self.language, self.random = language, random.Random(seed)
        self.kernels: list[Expected] = []
        self.seen: set[int] = set()

    async def take(self, steps: int) -> None:
        """Walk, and stop what is left."""
        await self.begin()
        for _ in range(steps):
            await self.step()
        for one in self.kernels:
            await one.live.shut_down()

    async def begin(self) -> None:
        live = await start(self.language.kernel)
        await live.ask("settings", checkpoints=CHECKPOINTS)
        await live.run(self.language.bind.format(name="x", value=0))
        self.kernels.append(Expected(live, 0))

    async def step(self) -> None:
        one = self.random.choice(self.kernels)
        actions = (
            self.run,
            self.run,
            self.run,
            self.fork,
            self.crash,
            self.kill,
            self.restore,
            self.stop,
        )
        await self.random.choice(actions)(one)
        if one in self.kernels:
            state = await one.live.ask("state")
            assert state["checkpoint_refused"] is None
            self.seen.update(_family(state["pids"]))

    async def run(self, one: Expected) -> None:
        add = self.random.randrange(100)
        request = one.live.send(self.language.add.format(name="x", value=add))
        assert (await one.live.outcome(request)).status == "ok"
        one.before[request] = one.value
        one.value += add
        await self.check(one)

    async def check(self, one: Expected) -> None:
        request = one.live.send(self.language.show.format(name="x"))
        one.before[request] = one.value
        assert (await one.live.outcome(request)).text == str(one.value)

    async def fork(self, one: Expected) -> None:
        if len(self.kernels) < MOST_KERNELS:
            live = await start(self.language.kernel, fork_of=one.live.manager.connection_file)
            await live.ask("settings", checkpoints=CHECKPOINTS)
            self.kernels.append(Expected(live, one.value))
            await self.check(self.kernels[-1])

    async def crash(self, one: Expected) -> None:
        # Before each cell there is a checkpoint: nothing but the cell is lost.
        assert (await one.live.run(self.language.segfault)).status == "error"
        await self.check(one)

    async def kill(self, one: Expected) -> None:
        request = one.live.send(self.language.sleep.format(value=60_000))
        await one.live.running(request)
        os.kill((await one.live.pids())["executor"], signal.SIGKILL)
        assert (await one.live.outcome(request)).status == "error"
        await self.check(one)

    async def restore(self, one: Expected) -> None:
        # Once that of the state now is there, no other goes any more.
        while (listed := await one.live.checkpoints(least=1))[-1]["msg_id"] is not None:
            await asyncio.sleep(0.01)
        kept = [entry for entry in listed if entry["msg_id"] in one.before]
        if kept:
            chosen = self.random.choice(kept)
            reply = await one.live.ask("restore", checkpoint=chosen["checkpoint"])
            assert reply["status"] == "ok", reply
            one.value = one.before[chosen["msg_id"]]
            await self.check(one)

    async def stop(self, one: Expected) -> None:
        if len(self.kernels) > 1:
            self.kernels.remove(one)
            await one.live.shut_down()


@pytest.mark.timeout(600)  # each step has a bound of its own, `live.PATIENCE`
async def test_random_steps(language: Language) -> None:
    walks = [Walk(language, seed) for seed in SEEDS]
    await asyncio.gather(*(walk.take(language.steps // len(walks)) for walk in walks))
    await _all_end(sorted(set[int]().union(*(walk.seen for walk in walks))))
