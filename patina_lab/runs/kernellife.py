"""The life of a run's kernel: started, watched, lost, ended or left, one after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from patina_lab.clock import now
from patina_lab.kernel.asking import KernelRefusedError
from patina_lab.kernel.connection import CAPABILITIES, KernelConnection
from patina_lab.kernel.death import death
from patina_lab.kernel.process import KernelStartError
from patina_lab.kernel.survivors import Survivor
from patina_lab.model.effects import ForkKernel
from patina_lab.model.events import (
    KernelDied,
    KernelLost,
    KernelReady,
    NeverArrived,
    Reattached,
    StartFailed,
)
from patina_lab.model.ids import KernelId, Seq
from patina_lab.runs.kernels import Kernels, RunAtWork
from patina_lab.runs.starting import Starter, ended
from patina_lab.tasks import Tasks
from patina_lab.text import gettext as _
from patina_lab.text import verbatim

log = logging.getLogger(__name__)
Step = Callable[[], Coroutine[Any, Any, None]]


class KernelLife:
    """Holds the kernel that a run has, if any, and tells the run what becomes of it."""

    def __init__(
        self,
        at_work: RunAtWork,
        kernels: Kernels,
        tasks: Tasks,
        on_checkpoints: Callable[[], None],
    ) -> None:
        self._at_work, self._tasks, self._on_checkpoints = at_work, tasks, on_checkpoints
        self._keeping = kernels.keeping
        self._starter = Starter(at_work, kernels, self._leave_to_end)
        self.connection: KernelConnection | None = None
        self._lifecycle: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._is_left = False

    def start(self, fork: ForkKernel | None = None) -> None:
        """Start a kernel."""
        self._next(lambda: self._start(fork))

    def restart(self) -> None:
        """End the kernel, and start another."""
        self._next(self._end, self._start)

    def load(self, state: Callable[[], Path]) -> None:
        """End the kernel if there is one, and start another in a state of the disk."""
        self._next(self._end, lambda: self._start(load=state()))

    def end(self) -> None:
        """End the kernel."""
        self._next(self._end)

    def reattach(self, kernel: Survivor, marks: Mapping[Seq, str]) -> None:
        """Go on with a kernel that another server has started; nothing it said is lost.

        `marks` are those of the cells in the log: what else it was sent is none of the run.
        """
        self._next(lambda: self._reattach(kernel, marks))

    def _next(self, *steps: Step) -> None:
        """Start or end the kernel; a later wish gives up what an earlier one has begun."""
        self._lifecycle = self._tasks.spawn(_after(self._lifecycle, steps))

    async def _start(self, fork: ForkKernel | None = None, load: Path | None = None) -> None:
        take, run = self._at_work.take, self._at_work.run
        try:
            started = await self._starter.start(fork, load)
            self._hold(started.connection)
            kernel = KernelId(started.connection.process.id)
            take(KernelReady(kernel, now(), started.connection.capabilities, started.report))
        except KernelStartError as error:
            take(StartFailed(error.message, error.reason, error.hint, now()))
        except Exception as error:
            # Whatever it was: a run that only seems to start would do so for ever.
            log.exception("Run %s: its kernel did not start", run.id, extra=self._at_work.about)
            message = _("The kernel could not be started")
            reason = verbatim(f"{type(error).__name__}: {error}")
            take(StartFailed(message, reason, _("The server's log has the details."), now()))

    async def _reattach(self, kernel: Survivor, marks: Mapping[Seq, str]) -> None:
        at_work = self._at_work
        try:
            connection = await self._starter.attach(kernel)
        except Exception as error:
            reason = error.reason if isinstance(error, KernelStartError) else repr(error)
            run, about = at_work.run, at_work.about
            log.exception("Run %s: its kernel was lost: %s", run.id, reason, extra=about)
            at_work.take(KernelLost(now()))
            return
        connection.go_on(at_work.recorder.logbook.position, marks)
        self._hold(connection)
        at_work.recorder.reattached()
        try:
            # Before anything is sent: of what waits by the log, it may have run some already.
            never_arrived = await self._resumed(connection)
        except KernelRefusedError as error:
            # Whether a cell of it runs or has ended, nobody would ever know.
            what = "its kernel does not say what it does"
            log.warning("Run %s: %s: %s", at_work.run.id, what, error, extra=at_work.about)
            await self._lose(connection)
            return
        at_work.take(Reattached(KernelId(kernel.kernel_id), now(), CAPABILITIES))
        if never_arrived is not None:
            at_work.take(NeverArrived(never_arrived))

    async def _resumed(self, connection: KernelConnection) -> Seq | None:
        """Hear what the kernel said meanwhile; return the cell that it has never got, if any."""
        run = self._at_work.run
        running = run.current.seq if run.current else None
        try:
            return await connection.resume(running)
        except KernelRefusedError:
            raise
        except Exception:
            # A mistake of ours is no reason to end a kernel that answers.
            what = "what its kernel said is not understood"
            log.exception("Run %s: %s", run.id, what, extra=self._at_work.about)
            connection.end_unheard(running)
            return None

    def _hold(self, connection: KernelConnection) -> None:
        self.connection = connection
        connection.tell(
            on_checkpoints=self._on_checkpoints,
            on_volume=self._at_work.recorder.logbook.write_growth,
            on_lost=lambda: self._tasks.spawn(self._lose(connection)),
        )
        self._tasks.spawn(self._watch(connection))

    async def _watch(self, connection: KernelConnection) -> None:
        """Tell the run when its kernel dies, or nobody can say any more whether it does."""
        try:
            await self._until_dead(connection)
        except Exception:
            what, run = "its kernel cannot be watched any more", self._at_work.run
            log.exception("Run %s: %s", run.id, what, extra=self._at_work.about)
            await self._lose(connection)

    async def _lose(self, connection: KernelConnection) -> None:
        """End a kernel that cannot be heard any more: its run would wait for ever."""
        if self.connection is connection and not self._is_left:
            hint = _("The server's log has the details. Restart the run: its history stays.")
            self._at_work.take(KernelDied(_("the server could not hear it any more"), hint, now()))
            await self._end()

    async def _until_dead(self, connection: KernelConnection) -> None:
        status = await connection.process.died()
        if self.connection is not connection:
            return
        how = death(status)
        await connection.quiet()
        if self.connection is not connection:
            return
        self._at_work.take(KernelDied(how.cause, how.hint, now()))
        await self._end()

    async def _end(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            self._leave_to_end(ended(connection))
        if self._leaving:
            await asyncio.wait(self._leaving)

    def _leave_to_end(self, ending: Coroutine[Any, Any, None]) -> None:
        """End a kernel, whatever is wished next: a process nobody knows would never end."""
        task = self._tasks.spawn(ending)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    @property
    def can_be_left(self) -> bool:
        """Whether the kernel goes on without this server."""
        keeps = self._keeping.keeps(self._at_work.run.settings)
        connection = self.connection
        return keeps and connection is not None and connection.account.position is not None

    async def leave(self) -> None:
        """Let go of the kernel, which goes on."""
        connection, recorder = self.connection, self._at_work.recorder
        # Who waits for an answer of it is told that it is gone, which is none of the run's history.
        self._is_left = True
        if connection is not None:
            recorder.logbook.write_growth()
            # Nothing of it is heard from here on: the next server begins where the log ends.
            await connection.close()
            recorder.logbook.write_growth()
            connection.process.leave()

    def forget(self) -> None:
        """Hold no kernel any more."""
        self.connection = None

    async def close(self) -> None:
        """End the kernel, when what was begun with it is done."""
        if self._lifecycle is not None:
            await asyncio.wait({self._lifecycle})
        await self._end()


async def _after(previous: asyncio.Task[None] | None, steps: tuple[Step, ...]) -> None:
    if previous is not None and not previous.done():
        previous.cancel()
        await asyncio.wait({previous})
    for step in steps:
        await step()
