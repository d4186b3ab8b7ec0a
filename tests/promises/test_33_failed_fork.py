"""33: a fork that fails, at whichever step, leaves its parent as it was; the next one succeeds."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from patina_kernel.provisioner import PatinaProvisioner

from patina_lab.tests.user import Refused, User, soon, text_of

SEED, FAILURES = 7, 3
STATE = f"""
import os, random
random.seed({SEED})
half = iter(range(100))
def opened():
    count = 0
    for one in os.listdir('/proc/self/fd'):
        try:  # A thread of IPython opens its history, and the folder that has it, now and then.
            count += 'profile_default' not in os.readlink('/proc/self/fd/' + one)
        except OSError:
            pass
    return count
"""
LOOK = "next(half), random.random(), opened()"
STILLBORN = """
stillborn = True
os.register_at_fork(after_in_child=lambda: stillborn and os._exit(9))
"""
AGAIN = "stillborn = False"


class Parent:
    """The run that is forked, and what must not change in it."""

    def __init__(self, user: User, notebook: str, run: str, cells: list[str]) -> None:
        self.user, self.notebook, self.run = user, notebook, run
        self.state, self.look, self.stillborn, self.again = cells
        self._numbers, self._count = random.Random(SEED), 0
        self._descriptors: set[int] = set()

    async def is_as_it_was(self) -> None:
        """Look at its state: it goes on as if nothing had happened."""
        told = text_of((await self.user.ran(self.run, self.look))[-1])
        count, number, descriptors = told.strip("()").split(", ")
        assert (int(count), float(number)) == (self._count, self._numbers.random())
        self._count += 1
        self._descriptors.add(int(descriptors))
        assert len(self._descriptors) == 1, "it has other descriptors than before"
        assert (await self.user.status(self.notebook, self.run))["status"] == "idle"

    async def relay(self) -> psutil.Process:
        """Return the process that serves its kernel."""
        kernel = (await self.user.status(self.notebook, self.run))["kernel_id"]
        manager = self.user.serverapp.kernel_manager.get_kernel(kernel)
        return psutil.Process(manager.provisioner.pid)


@pytest.fixture
def parent(user: User, jp_asyncio_loop: Any) -> Parent:
    """A run with a state of its own."""

    async def begin() -> Parent:
        notebook = (await user.create(kernel="patina-python"))["id"]
        cells = await user.write(STATE, LOOK, STILLBORN, AGAIN)
        # A checkpoint has descriptors of its own, which come and go.
        run = await user.start(notebook, checkpoints="off")
        await user.ran(run, cells[0])
        made = Parent(user, notebook, run, cells)
        await made.is_as_it_was()
        return made

    made: Parent = jp_asyncio_loop.run_until_complete(begin())
    return made


def processes() -> set[int]:
    """Return the ids of all that the server and its kernels have started."""
    return {one.pid for one in psutil.Process().children(recursive=True)}


def kill_after(
    patch: pytest.MonkeyPatch, step: str, whom: Callable[[Any, set[int]], set[int]]
) -> None:
    """Have what a step of a fork has made killed at its end."""
    stock = getattr(PatinaProvisioner, step)

    async def then_kill(self: Any, *arguments: Any, **options: Any) -> Any:
        before = processes()
        done = await stock(self, *arguments, **options)
        for pid in whom(self, processes() - before):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return done

    patch.setattr(PatinaProvisioner, step, then_kill)


STEPS: dict[str, tuple[str, Callable[[Any, set[int]], set[int]]]] = {
    "the copy is made": ("_fork", lambda _, made: made),
    "its relay has begun": ("launch_kernel", lambda relay, _: {relay.pid}),
    "all is there": ("post_launch", lambda relay, made: {relay.pid, *made}),
}


@pytest.mark.parametrize("step", STEPS)
async def test_what_a_fork_has_made_is_killed_when(
    parent: Parent, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    user, relay = parent.user, await parent.relay()
    opened = relay.num_fds()
    with monkeypatch.context() as patch:
        kill_after(patch, *STEPS[step])
        for _ in range(FAILURES):
            await fails(parent)
            await parent.is_as_it_was()
    assert relay.is_running()
    await user.until(soon(relay.num_fds), lambda count: count <= opened)
    await succeeds(parent)


async def test_a_copy_ends_as_it_is_born(parent: Parent) -> None:
    await parent.user.ran(parent.run, parent.stillborn)
    for _ in range(FAILURES):
        await fails(parent)
        await parent.is_as_it_was()
    await parent.user.ran(parent.run, parent.again)
    await succeeds(parent)


async def fails(parent: Parent) -> None:
    """Fork: that is answered by a problem, or by a run that has failed."""
    with suppress(Refused):
        made = await parent.user.ask("POST", f"runs/{parent.run}/fork", {})
        await parent.user.until_status(parent.notebook, made["id"], "failed")


async def succeeds(parent: Parent) -> None:
    """Fork: both draw the same numbers from here, but with another seed."""
    user, look = parent.user, parent.look
    exact = await user.ask("POST", f"runs/{parent.run}/fork", {})
    other = await user.ask("POST", f"runs/{parent.run}/fork", {"reseed": True})
    ours, same, others = [
        text_of((await user.ran(run, look))[-1]).split(", ")[1]
        for run in (parent.run, exact["id"], other["id"])
    ]
    assert same == ours
    assert others != ours
