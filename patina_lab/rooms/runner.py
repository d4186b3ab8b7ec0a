"""One run at work: events go in, and what the model decides is done."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from patina_lab.kernel.connection import KernelConnection, now
from patina_lab.kernel.death import death
from patina_lab.kernel.process import KernelProcess, KernelStartError
from patina_lab.model import effects as do
from patina_lab.model.effects import Effect
from patina_lab.model.events import Entered, Event, KernelDied, KernelReady, StartFailed
from patina_lab.model.ids import KernelId
from patina_lab.model.run import Run
from patina_lab.model.transition import transition
from patina_lab.rooms.recorder import Recorder
from patina_lab.rooms.tasks import Tasks

log = logging.getLogger("patina_lab.rooms")


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a run's kernel works: a folder below the server's root, and its environment."""

    folder: str
    env: Mapping[str, str]


class StartTimes:
    """How long the kernels of each name took to start last time, in milliseconds."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def previous(self, kernel_name: str) -> int | None:
        """Return the latest start's length, if there was one."""
        return self._last.get(kernel_name)

    def took(self, kernel_name: str, seconds: float) -> None:
        """Remember a start."""
        self._last[kernel_name] = round(seconds * 1000)


@dataclass(frozen=True, slots=True)
class Kernels:
    """What a run starts its kernel with."""

    manager: AsyncMappingKernelManager
    workplace: Callable[[], Workplace]
    start_times: StartTimes


class Runner:
    """Holds a run's state, its kernel, and its recorder. `take` is the only way in."""

    def __init__(self, run: Run, recorder: Recorder, kernels: Kernels, tasks: Tasks) -> None:
        self.run, self.recorder = run, recorder
        self._kernels, self._tasks = kernels, tasks
        self._connection: KernelConnection | None = None
        self._lifecycle: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    def take(self, event: Event) -> None:
        """Let something happen to the run."""
        self.run, effects = transition(self.run, event)
        for effect in effects:
            try:
                self._perform(effect)
            except Exception:
                # The others must be done all the same, or the run would wait for ever.
                log.exception("Run %s: %s failed", self.run.id, type(effect).__name__)

    def _perform(self, effect: Effect) -> None:  # noqa: C901, PLR0912 (one case an effect)
        match effect:
            case do.StartKernel():
                self._next_in_life(self._start)
            case do.RestartKernel():
                self._next_in_life(self._end, self._start)
            case do.ShutdownKernel():
                self._next_in_life(self._end)
            case do.InterruptKernel():
                self._interrupt()
            case do.SendExecute(seq, code):
                if self._connection:
                    self._connection.execute(seq, code)
            case do.SendInput(value):
                if self._connection:
                    self._connection.answer(value)
            case do.KeepBlobs(blobs):
                self.recorder.keep(blobs)
            case do.OpenCell(cell):
                self.recorder.open(cell)
            case do.ChangeCell(cell):
                self.recorder.change(cell)
            case do.CloseCell(cell):
                self.recorder.close(cell)
            case do.UpdateClosed(display):
                self.recorder.update_display(display)
            case do.SaveRun():
                self.recorder.save(self.run)
            case _:
                assert_never(effect)

    def start(self) -> None:
        """Start the kernel of a new run."""
        self.recorder.save(self.run)
        self._perform(do.StartKernel())

    def _interrupt(self) -> None:
        if self._connection:
            self._tasks.spawn(self._connection.process.interrupt())

    def _next_in_life(self, *steps: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start or end the kernel; a later wish gives up what an earlier one has begun."""
        self._lifecycle = self._tasks.spawn(_after(self._lifecycle, steps))

    async def _start(self) -> None:
        began = time.monotonic()
        name = self.run.kernel_name
        self.take(Entered("Starting the kernel", now(), self._kernels.start_times.previous(name)))
        try:
            connection = await self._connect()
        except KernelStartError as error:
            self.take(StartFailed(error.message, error.reason, error.hint, now()))
            return
        self._kernels.start_times.took(name, time.monotonic() - began)
        self._connection = connection
        self._tasks.spawn(self._watch(connection))
        self.take(KernelReady(KernelId(connection.process.id), now()))

    async def _connect(self) -> KernelConnection:
        place = self._kernels.workplace()
        starting = asyncio.ensure_future(
            KernelProcess.start(
                self._kernels.manager, self.run.kernel_name, place.folder, place.env
            )
        )
        try:
            # Not cancelled with us: a process that was started must be ended, too.
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._leave(_given_up(starting))
            raise
        connection = KernelConnection(process, self.take)
        try:
            await connection.open()
        except BaseException:
            self._leave(_ended(connection))
            raise
        return connection

    async def _watch(self, connection: KernelConnection) -> None:
        """Tell the run when its kernel dies."""
        status = await connection.process.died()
        if self._connection is not connection:
            return
        end = death(status)
        await connection.quiet()
        if self._connection is not connection:
            return
        self.take(KernelDied(end.cause, end.hint, now()))
        await self._end()

    async def _end(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._leave(_ended(connection))
        if self._leaving:
            await asyncio.wait(self._leaving)

    def _leave(self, ending: Coroutine[Any, Any, None]) -> None:
        """End a kernel, whatever is wished next: a process nobody knows would never end."""
        task = self._tasks.spawn(ending)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """End the kernel and let go of the files."""
        if self._lifecycle is not None:
            await asyncio.wait({self._lifecycle})
        await self._end()
        await self.recorder.end()


async def _after(
    previous: asyncio.Task[None] | None, steps: tuple[Callable[[], Coroutine[Any, Any, None]], ...]
) -> None:
    if previous is not None and not previous.done():
        previous.cancel()
        await asyncio.wait({previous})
    for step in steps:
        await step()


async def _given_up(starting: asyncio.Future[KernelProcess]) -> None:
    """End a kernel of which the start was given up, as soon as there is one to end."""
    with contextlib.suppress(KernelStartError):
        process = await starting
        await process.end()


async def _ended(connection: KernelConnection) -> None:
    await connection.close()
    await connection.process.end()
