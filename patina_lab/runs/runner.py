"""One run at work: events go in, and what the model decides is done."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import assert_never

from patina_lab.kernel.connection import KernelConnection
from patina_lab.kernel.survivors import Survivor
from patina_lab.model import effects as do
from patina_lab.model.effects import Effect
from patina_lab.model.events import Event, Finished, KernelReady, Reattached, Restored, Undone
from patina_lab.model.ids import Seq
from patina_lab.model.run import Run, RunStatus
from patina_lab.model.transition import transition
from patina_lab.problem import conflict
from patina_lab.runlog.snapshots import Snapshot
from patina_lab.runs.kernellife import KernelLife
from patina_lab.runs.kernelnews import kernel_news
from patina_lab.runs.kernels import Kernels
from patina_lab.runs.measuring import Measuring
from patina_lab.runs.recorder import Recorder
from patina_lab.runs.states import States
from patina_lab.tasks import Tasks
from patina_lab.text import gettext as _

log = logging.getLogger(__name__)
UNSETTLED = (RunStatus.STARTING, RunStatus.FORKING)


class Runner:
    """Holds a run's state, its kernel, and its recorder. `take` is the only way in."""

    def __init__(
        self,
        run: Run,
        recorder: Recorder,
        kernels: Kernels,
        tasks: Tasks,
        snapshot: Callable[[], Snapshot],
    ) -> None:
        self.run, self.recorder, self.snapshot = run, recorder, snapshot
        self._kernels, self._tasks = kernels, tasks
        self._settled = asyncio.Event()
        self._measuring = Measuring(lambda: self._life.connection, self.take, tasks)
        self._life = KernelLife(self, kernels, tasks, self._measuring.soon)
        self.states = States(self, lambda: self.connection, snapshot)
        recorder.logbook.heard = self._heard
        recorder.logbook.on_safe = self._is_safe

    def _heard(self) -> int | None:
        connection = self._life.connection
        return connection.account.position if connection else None

    def _is_safe(self, position: int) -> None:
        if self._life.connection is not None:
            self._life.connection.safe(position)

    def take(self, event: Event) -> None:
        """Let something happen to the run."""
        self.run, effects = transition(self.run, event)
        self._tell(event)
        for effect in effects:
            try:
                self._perform(effect)
            except Exception:
                # The others must be done all the same, or the run would wait for ever.
                what = type(effect).__name__
                log.exception("Run %s: %s failed", self.run.id, what, extra=self.about)
        if isinstance(event, Finished | Undone | Restored | KernelReady | Reattached):
            self._measuring.soon()
        if self.run.status not in UNSETTLED:
            self._settled.set()

    @property
    def about(self) -> dict[str, str]:
        """What a line of the log is about: its run and notebook, by which `patina logs` filters."""
        return {"run": self.run.id, "notebook": self._kernels.workplace().notebook}

    def _tell(self, event: Event) -> None:
        if news := kernel_news(event):
            status = self.run.status.value
            log.info("Run %s: %s, now %s", self.run.id, news, status, extra=self.about)

    def _perform(self, effect: Effect) -> None:  # noqa: C901, PLR0912 (one case an effect)
        match effect:
            case do.StartKernel():
                self._life.start()
            case do.RestartKernel():
                self._life.restart()
            case do.ForkKernel():
                self._life.start(effect)
            case do.LoadKernel():
                self._life.load(lambda: self.snapshot().state)
            case do.ShutdownKernel():
                self._life.end()
            case do.InterruptKernel():
                self._interrupt()
            case do.SendExecute(seq, code):
                self._send(seq, code)
            case do.SendInput(value):
                if self._life.connection:
                    self._life.connection.answer(value)
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
            case do.MarkUndone(seqs, position):
                self.recorder.undo(seqs, position)
            case do.ChangeGlobals(seq, rows, total):
                self.recorder.tell_globals(seq, rows, total)
            case do.BeginGlobals(seq, rows, total):
                self.recorder.begin_globals(seq, rows, total)
            case do.EmptyGlobals():
                self.recorder.empty_globals()
            case do.KeepLock(lock):
                self._kernels.keep_lock(lock)
            case do.SaveRun():
                self.recorder.save(self.run)
            case _:
                assert_never(effect)

    def _send(self, seq: Seq, code: str) -> None:
        if self._life.connection and self.run.current:
            # That it was sent must be known to whoever goes on after a crash.
            self.recorder.logbook.write_held()
            self._life.connection.execute(seq, code, self.run.current.mark)

    def _interrupt(self) -> None:
        if self._life.connection:
            self._tasks.spawn(self._life.connection.process.interrupt())

    def start(self) -> None:
        """Start the kernel of a new run."""
        self.recorder.save(self.run)
        self._perform(do.StartKernel())

    def fork(self, effect: do.ForkKernel) -> None:
        """Start the kernel of a new run as a fork."""
        self.recorder.save(self.run)
        self._perform(effect)

    def reattach(self, kernel: Survivor, marks: Mapping[Seq, str]) -> None:
        """Go on with a kernel that another server has started; `marks` are the log's cells'."""
        self._life.reattach(kernel, marks)

    async def settled(self, seconds: float) -> None:
        """Wait until the kernel has started, or has not; no longer than so many seconds."""
        with contextlib.suppress(TimeoutError):
            while self.run.status in UNSETTLED:
                self._settled.clear()
                await asyncio.wait_for(self._settled.wait(), seconds)

    @property
    def connection(self) -> KernelConnection:
        """The channels of the kernel; a problem when there is none."""
        if self._life.connection is None:
            raise conflict(
                _("%1 has no kernel", self.run.title),
                _("The run is %1", self.run.status.text),
                _("Restart the run, or start a new one."),
            )
        return self._life.connection

    @property
    def can_be_left(self) -> bool:
        """Whether the kernel goes on without this server."""
        return self._life.can_be_left

    async def leave(self) -> None:
        """Let go of the files, and of the kernel, which goes on."""
        self._measuring.stop()
        await self._life.leave()
        await self.recorder.end()
        self._life.forget()

    async def close(self) -> None:
        """End the kernel and let go of the files."""
        self._measuring.stop()
        await self._life.close()
        await self.recorder.end()
