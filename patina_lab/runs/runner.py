"""One run at work: events go in, and what the model decides is done."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_never

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from patina_lab.kernel.asking import KernelRefusedError
from patina_lab.kernel.connection import CAPABILITIES, KernelConnection, now, report_lines
from patina_lab.kernel.death import death
from patina_lab.kernel.process import KernelProcess, KernelStartError
from patina_lab.kernel.survivors import KEEP, OUTLIVE, OWNER, Survivor, Survivors, owner
from patina_lab.model import effects as do
from patina_lab.model.effects import Effect
from patina_lab.model.events import (
    Entered,
    Event,
    Finished,
    KernelDied,
    KernelLost,
    KernelReady,
    NeverArrived,
    Reattached,
    StartFailed,
    StateSaved,
    UndoAsked,
    UndoFailed,
    Undone,
)
from patina_lab.model.ids import KernelId, Seq
from patina_lab.model.run import KernelSettings, ReportLine, Run, RunStatus
from patina_lab.model.transition import transition
from patina_lab.model.undoing import Kept, Way, way_back, why_no_save, why_not_now
from patina_lab.problem import conflict, impossible
from patina_lab.runlog.snapshots import Snapshot
from patina_lab.runs.kernelnews import kernel_news
from patina_lab.runs.recorder import Recorder
from patina_lab.tasks import Tasks

log = logging.getLogger(__name__)
RESTORE_SECONDS = 30.0
SNAPSHOT_SECONDS = 600.0
MEASURE_SECONDS = 1.0
MEASURE_PART = 20
"""A kernel is measured so seldom that it takes at most this part of its time."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a run's kernel works: a folder below the server's root, and its environment."""

    folder: str
    env: Mapping[str, str]
    notebook: str = ""


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
class Keeping:
    """What becomes of kernels when the server ends, unless a run was told otherwise.

    `seconds`: how long a kernel that is kept waits, at rest, for another server.
    """

    on_server_stop: str = "stop"
    seconds: float = 86_400.0

    def keeps(self, settings: KernelSettings) -> bool:
        """Whether a kernel of a run with these settings goes on."""
        return (settings.on_server_stop or self.on_server_stop) == "keep"


@dataclass(frozen=True, slots=True)
class Kernels:
    """What a run starts its kernel with."""

    manager: AsyncMappingKernelManager
    workplace: Callable[[], Workplace]
    lock: Callable[[], Mapping[str, Any]]
    """What the notebook's packages resolved to, and the place for what they resolve to now."""
    keep_lock: Callable[[Mapping[str, Any]], None]
    start_times: StartTimes
    keeping: Keeping
    survivors: Survivors


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
        self._settled = asyncio.Event()
        self._measuring: asyncio.TimerHandle | None = None
        self._saving = False
        self._measured_at = self._measured_for = 0.0
        self._kernels, self._tasks = kernels, tasks
        self._connection: KernelConnection | None = None
        self._lifecycle: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        recorder.heard = self._heard
        recorder.on_safe = self._is_safe

    def _heard(self) -> int | None:
        return self._connection.account.position if self._connection else None

    def _is_safe(self, position: int) -> None:
        if self._connection is not None:
            self._connection.safe(position)

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
                log.exception("Run %s: %s failed", self.run.id, what, extra=self._about)
        if isinstance(event, Finished | Undone | KernelReady | Reattached):
            self._measure_soon()
        if self.run.status not in (RunStatus.STARTING, RunStatus.FORKING):
            self._settled.set()

    @property
    def _about(self) -> dict[str, str]:
        """What a line of the log is about: its run and notebook, by which `patina logs` filters."""
        return {"run": self.run.id, "notebook": self._kernels.workplace().notebook}

    def _tell(self, event: Event) -> None:
        if news := kernel_news(event):
            status = self.run.status.value
            log.info("Run %s: %s, now %s", self.run.id, news, status, extra=self._about)

    def _perform(self, effect: Effect) -> None:  # noqa: C901, PLR0912 (one case an effect)
        match effect:
            case do.StartKernel():
                self._next_in_life(self._start)
            case do.RestartKernel():
                self._next_in_life(self._end, self._start)
            case do.ForkKernel():
                self._next_in_life(lambda: self._start(fork=effect))
            case do.LoadKernel():
                self._next_in_life(self._end, lambda: self._start(load=self.snapshot().state))
            case do.ShutdownKernel():
                self._next_in_life(self._end)
            case do.InterruptKernel():
                self._interrupt()
            case do.SendExecute(seq, code):
                if self._connection and self.run.current:
                    # That it was sent must be known to whoever goes on after a crash.
                    self.recorder.write_held()
                    self._connection.execute(seq, code, self.run.current.mark)
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

    def start(self) -> None:
        """Start the kernel of a new run."""
        self.recorder.save(self.run)
        self._perform(do.StartKernel())

    def fork(self, effect: do.ForkKernel) -> None:
        """Start the kernel of a new run as a fork."""
        self.recorder.save(self.run)
        self._perform(effect)

    def reattach(self, kernel: Survivor, marks: Mapping[Seq, str]) -> None:
        """Go on with a kernel that another server has started; nothing it said is lost.

        `marks` are those of the cells in the log: what else it was sent is none of the run.
        """
        self._next_in_life(lambda: self._reattach(kernel, marks))

    async def _reattach(self, kernel: Survivor, marks: Mapping[Seq, str]) -> None:
        manager, place = self._kernels.manager, self._kernels.workplace()
        attaching = KernelProcess.attach(manager, self.run.kernel_name, place.folder, kernel)
        try:
            connection = await self._opened(attaching, KernelConnection.open_to_busy)
        except Exception as error:
            reason = error.reason if isinstance(error, KernelStartError) else repr(error)
            log.exception("Run %s: its kernel was lost: %s", self.run.id, reason, extra=self._about)
            self.take(KernelLost(now()))
            return
        running = self.run.current.seq if self.run.current else None
        connection.account.begin(self.recorder.position)
        connection.marks.update(marks)
        self._hold(connection)
        self.recorder.reattached()
        never_arrived = None
        try:
            # Before anything is sent: of what waits by the log, it may have run some already.
            never_arrived = await connection.resume(running)
        except Exception:
            what = "its kernel does not say what it said"
            log.exception("Run %s: %s", self.run.id, what, extra=self._about)
        self.take(Reattached(KernelId(kernel.kernel_id), now(), CAPABILITIES))
        if never_arrived is not None:
            self.take(NeverArrived(never_arrived))

    def _hold(self, connection: KernelConnection) -> None:
        self._connection = connection
        connection.on_checkpoints = self._measure_soon
        connection.on_volume = self.recorder.log_growth
        connection.on_lost = lambda: self._tasks.spawn(self._lose(connection))
        self._tasks.spawn(self._watch(connection))

    async def settled(self, seconds: float) -> None:
        """Wait until the kernel has started, or has not; no longer than so many seconds."""
        with contextlib.suppress(TimeoutError):
            while self.run.status in (RunStatus.STARTING, RunStatus.FORKING):
                self._settled.clear()
                await asyncio.wait_for(self._settled.wait(), seconds)

    @property
    def connection(self) -> KernelConnection:
        """The channels of the kernel; a problem when there is none."""
        if self._connection is None:
            raise conflict(
                f"{self.run.title} has no kernel",
                f"The run is {self.run.status.value}",
                "Restart the run, or start a new one.",
            )
        return self._connection

    async def kept(self) -> list[Kept]:
        """Return the states the kernel keeps, oldest first."""
        try:
            return await self.connection.checkpoints()
        except KernelRefusedError as error:
            raise conflict(
                "The kernel does not say what it keeps", str(error), error.hint
            ) from error

    async def undo(self) -> None:
        """Go back to before the last cell; after a crash, go on from before the one that ran."""
        if no := why_not_now(self.run):
            raise impossible(no)
        if "undo" not in self.run.capabilities:
            raise conflict(
                "Nothing was undone",
                f"The kernel {self.run.kernel_name} keeps no states",
                "Choose a Patina kernel for this notebook.",
            )
        connection = self.connection
        way = way_back(self.run, await self.kept())
        if not isinstance(way, Way):
            raise impossible(way)
        if no := why_not_now(self.run):
            raise impossible(no)
        self.take(UndoAsked(way.seqs))
        try:
            await connection.ask("restore", {"checkpoint": way.checkpoint}, RESTORE_SECONDS)
        except BaseException as error:
            self.take(UndoFailed(now()))
            if isinstance(error, KernelRefusedError):
                raise conflict("Nothing was undone", str(error), error.hint) from error
            raise
        self.take(Undone(now()))

    async def save(self) -> tuple[ReportLine, ...]:
        """Write the state to disk, and sign it; return what could not be saved."""
        self._refuse_to_save()
        if self._saving:
            reason = "Its state is being saved already"
            raise conflict("The state was not saved", reason, "Wait until that is done.")
        self._saving = True
        try:
            return await self._save()
        finally:
            self._saving = False

    def _refuse_to_save(self) -> None:
        if no := why_no_save(self.run):
            raise impossible(no)

    async def _save(self) -> tuple[ReportLine, ...]:
        snapshot = self.snapshot()
        path = await asyncio.to_thread(snapshot.begin)
        try:
            # Somebody may have run a cell meanwhile, or stopped the run.
            self._refuse_to_save()
            connection, run = self.connection, self.run
            reply = await connection.ask("save", {"path": str(path)}, SNAPSHOT_SECONDS)
            saved = await asyncio.to_thread(
                snapshot.finish, run.id, run.position, now(), run.kernel_name
            )
        except BaseException as error:
            await asyncio.to_thread(snapshot.give_up)
            if isinstance(error, KernelRefusedError):
                raise conflict("The state was not saved", str(error), error.hint) from error
            raise
        self.take(StateSaved(saved))
        return report_lines(reply["report"])

    def _measure_soon(self) -> None:
        """Ask the kernel what it uses and keeps; seldom, since with many GB it takes a while."""
        if self._connection is None or not self._connection.capabilities or self._measuring:
            return
        loop = asyncio.get_running_loop()
        since = loop.time() - self._measured_at
        wait = max(0.05, MEASURE_SECONDS - since, MEASURE_PART * self._measured_for - since)
        self._measuring = loop.call_later(wait, lambda: self._tasks.spawn(self._measure()))

    async def _measure(self) -> None:
        self._measuring = None
        connection = self._connection
        if connection is None:
            return
        began = asyncio.get_running_loop().time()
        with contextlib.suppress(KernelRefusedError):
            measured = await connection.measured()
            if self._connection is connection:
                self.take(measured)
        self._measured_at = asyncio.get_running_loop().time()
        self._measured_for = self._measured_at - began

    def _interrupt(self) -> None:
        if self._connection:
            self._tasks.spawn(self._connection.process.interrupt())

    def _next_in_life(self, *steps: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start or end the kernel; a later wish gives up what an earlier one has begun."""
        self._lifecycle = self._tasks.spawn(_after(self._lifecycle, steps))

    async def _start(self, fork: do.ForkKernel | None = None, load: Path | None = None) -> None:
        try:
            await self._started(fork, load)
        except KernelStartError as error:
            self.take(StartFailed(error.message, error.reason, error.hint, now()))
        except Exception as error:
            # Whatever it was: a run that only seems to start would do so for ever.
            log.exception("Run %s: its kernel did not start", self.run.id, extra=self._about)
            reason, hint = f"{type(error).__name__}: {error}", "The server's log has the details."
            self.take(StartFailed("The kernel could not be started", reason, hint, now()))

    async def _started(self, fork: do.ForkKernel | None, load: Path | None) -> None:
        """Start the kernel. Raises KernelStartError, and what nobody thought of."""
        began = time.monotonic()
        name = self.run.kernel_name
        self.take(Entered("Starting the kernel", now(), self._kernels.start_times.previous(name)))
        connection = await self._connect(fork)
        report = await self._begun(connection, fork, load)
        if fork is None:
            self._kernels.start_times.took(name, time.monotonic() - began)
        self._hold(connection)
        kernel = KernelId(connection.process.id)
        self.take(KernelReady(kernel, now(), connection.capabilities, report))

    async def _begun(
        self, connection: KernelConnection, fork: do.ForkKernel | None, load: Path | None
    ) -> tuple[ReportLine, ...] | None:
        """Bring a new kernel to where the run begins; return what that did not carry."""
        try:
            await connection.settle(self.run.settings)
            if fork is None and load is None:
                await connection.lock(self._kernels.lock())
            if fork is not None:
                report = (*fork.report, *await connection.report())
            elif load is not None:
                self.take(Entered("Loading the saved state", now()))
                content = {"path": str(load)}
                reply = await connection.ask("load", content, SNAPSHOT_SECONDS)
                report = (*self._ran_since(), *report_lines(reply["report"]))
                self.take(await connection.look_at_globals())
                return report
            else:
                return None
            self.take(await connection.read_globals())
        except KernelRefusedError as error:
            self._leave(_ended(connection))
            what = "loaded" if load else "read"
            message = f"The state could not be {what}"
            raise KernelStartError(message, str(error), error.hint) from error
        except BaseException:
            self._leave(_ended(connection))
            raise
        return report

    def _ran_since(self) -> tuple[ReportLine, ...]:
        """Say which output cells are younger than the saved state."""
        saved = self.run.saved
        if saved is None or saved.seq >= self.run.base:
            return ()
        what = f"ran after the state was saved (after #{saved.seq})"
        name = f"#{saved.seq + 1} to #{self.run.base}"
        return (ReportLine("later", name, what, "Run their cells again if you need them."),)

    async def _connect(self, fork: do.ForkKernel | None) -> KernelConnection:
        place = self._kernels.workplace()
        wanted = {} if fork is None else {"fork_of": fork.kernel, "reseed": fork.reseed}
        if fork is not None and fork.checkpoint is not None:
            wanted["checkpoint"] = fork.checkpoint
        env = {**place.env, **self._marks(place)}
        return await self._opened(
            KernelProcess.start(
                self._kernels.manager, self.run.kernel_name, place.folder, env, wanted
            ),
            KernelConnection.open,
        )

    def _marks(self, place: Workplace) -> dict[str, str]:
        """Return what in a kernel's environment says whose it is, and how long it is kept."""
        keeping, run = self._kernels.keeping, self.run
        if not keeping.keeps(run.settings):
            return {}
        mark = owner(run.id, run.session, place.notebook)
        return {OUTLIVE: "1", OWNER: mark, KEEP: str(keeping.seconds)}

    async def _opened(
        self,
        start: Coroutine[Any, Any, KernelProcess],
        begin: Callable[[KernelConnection], Coroutine[Any, Any, None]],
    ) -> KernelConnection:
        starting = asyncio.ensure_future(start)
        try:
            # Not cancelled with us: a process that was started must be ended, too.
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._leave(_given_up(starting))
            raise
        try:
            connection = KernelConnection(process, self.run.id, self.take, self.recorder.holding)
        except BaseException:
            self._leave(process.end())
            raise
        try:
            await begin(connection)
        except BaseException:
            self._leave(_ended(connection))
            raise
        return connection

    async def _watch(self, connection: KernelConnection) -> None:
        """Tell the run when its kernel dies, or nobody can say any more whether it does."""
        try:
            await self._until_dead(connection)
        except Exception:
            what = "its kernel cannot be watched any more"
            log.exception("Run %s: %s", self.run.id, what, extra=self._about)
            await self._lose(connection)

    async def _lose(self, connection: KernelConnection) -> None:
        """End a kernel that cannot be heard any more: its run would wait for ever."""
        if self._connection is connection:
            hint = "The server's log has the details. Restart the run: its history stays."
            self.take(KernelDied("the server could not hear it any more", hint, now()))
            await self._end()

    async def _until_dead(self, connection: KernelConnection) -> None:
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

    @property
    def can_be_left(self) -> bool:
        """Whether the kernel goes on without this server."""
        connection = self._connection
        keeps = self._kernels.keeping.keeps(self.run.settings)
        return keeps and connection is not None and connection.account.position is not None

    async def leave(self) -> None:
        """Let go of the files, and of the kernel, which goes on."""
        if self._measuring is not None:
            self._measuring.cancel()
        connection = self._connection
        if connection is not None:
            self.recorder.log_growth()
            # Nothing of it is heard from here on: the next server begins where the log ends.
            await connection.close()
            self.recorder.log_growth()
            connection.process.leave()
        await self.recorder.end()
        self._connection = None

    async def close(self) -> None:
        """End the kernel and let go of the files."""
        if self._measuring is not None:
            self._measuring.cancel()
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
