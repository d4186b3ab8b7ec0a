"""How a run's kernel starts: its process, its channels, and where the run begins in it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patina_lab.clock import now
from patina_lab.kernel.asking import KernelRefusedError
from patina_lab.kernel.connection import KernelConnection, report_lines
from patina_lab.kernel.process import KernelProcess, KernelStartError, PortTakenError
from patina_lab.kernel.survivors import KEEP, OUTLIVE, OWNER, Survivor, owner
from patina_lab.model.effects import ForkKernel
from patina_lab.model.events import Entered
from patina_lab.model.run import ReportLine, Run
from patina_lab.runs.kernels import Kernels, RunAtWork, Workplace
from patina_lab.text import gettext as _

log = logging.getLogger(__name__)
LOAD_SECONDS = 600.0
_MOST_STARTS = 3
Begin = Callable[[KernelConnection], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Started:
    """A kernel that is there, and what of the state that it began with was not carried."""

    connection: KernelConnection
    report: tuple[ReportLine, ...] | None = None


class Starter:
    """Starts kernels for a run. What it has begun and gives up is handed to `leave`."""

    def __init__(
        self,
        at_work: RunAtWork,
        kernels: Kernels,
        leave: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._at_work, self._kernels, self._leave = at_work, kernels, leave

    async def start(self, fork: ForkKernel | None = None, load: Path | None = None) -> Started:
        """Start a kernel, in a state of another or of the disk if there is one.

        Raises KernelStartError, and what nobody thought of.
        """
        began = time.monotonic()
        name, times = self._at_work.run.kernel_name, self._kernels.start_times
        self._at_work.take(Entered(_("Starting the kernel"), now(), times.previous(name)))
        connection = await self._connect(fork)
        report = await self._begun(connection, fork, load)
        if fork is None:
            times.took(name, time.monotonic() - began)
        return Started(connection, report)

    async def attach(self, kernel: Survivor) -> KernelConnection:
        """Open the channels of a kernel that another server has started. Raises as `start`."""
        place, run = self._kernels.workplace(), self._at_work.run
        attaching = KernelProcess.attach(
            self._kernels.manager, run.kernel_name, place.folder, kernel
        )
        return await self._opened(attaching, KernelConnection.open_to_busy)

    async def _connect(
        self, fork: ForkKernel | None, starts: int = _MOST_STARTS
    ) -> KernelConnection:
        """Start it, with other ports where somebody takes one: Jupyter does so by its restarter."""
        try:
            return await self._connect_once(fork)
        except PortTakenError:
            # A second fork of a kernel itself would be of another state than the run was told.
            is_of_now = fork is not None and fork.checkpoint is None
            if starts == 1 or is_of_now:
                raise
            run, about = self._at_work.run, self._at_work.about
            log.warning("Run %s: a port of its kernel was taken", run.id, extra=about)
            # Within: what comes of it is told in the log together with what it began with.
            return await self._connect(fork, starts - 1)

    async def _connect_once(self, fork: ForkKernel | None) -> KernelConnection:
        place, name = self._kernels.workplace(), self._at_work.run.kernel_name
        env = {**place.env, **self._marks(place)}
        starting = KernelProcess.start(
            self._kernels.manager, name, place.folder, env, _wanted(fork)
        )
        return await self._opened(starting, KernelConnection.open)

    def _marks(self, place: Workplace) -> dict[str, str]:
        """Return what in a kernel's environment says whose it is, and how long it is kept."""
        keeping, run = self._kernels.keeping, self._at_work.run
        if not keeping.keeps(run.settings):
            return {}
        mark = owner(run.id, run.session, place.notebook)
        return {OUTLIVE: "1", OWNER: mark, KEEP: str(keeping.seconds)}

    async def _opened(
        self, start: Coroutine[Any, Any, KernelProcess], begin: Begin
    ) -> KernelConnection:
        starting = asyncio.ensure_future(start)
        try:
            # Not cancelled with us: a process that was started must be ended, too.
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._leave(_given_up(starting))
            raise
        try:
            connection = KernelConnection(
                process,
                self._at_work.run.id,
                self._at_work.take,
                self._at_work.recorder.logbook.holding,
            )
        except BaseException:
            self._leave(process.end())
            raise
        try:
            await begin(connection)
        except BaseException:
            self._leave(ended(connection))
            raise
        return connection

    async def _begun(
        self, connection: KernelConnection, fork: ForkKernel | None, load: Path | None
    ) -> tuple[ReportLine, ...] | None:
        """Bring a new kernel to where the run begins; return what that did not carry."""
        try:
            await connection.settle(self._at_work.run.settings)
            if fork is not None:
                return await self._forked(connection, fork)
            if load is not None:
                return await self._loaded(connection, load)
            await connection.lock(self._kernels.packages())
        except KernelRefusedError as error:
            self._leave(ended(connection))
            what = _("The state could not be read")
            if load:
                what = _("The state could not be loaded")
            raise KernelStartError(what, error.message, error.hint) from error
        except BaseException:
            self._leave(ended(connection))
            raise
        return None

    async def _forked(
        self, connection: KernelConnection, fork: ForkKernel
    ) -> tuple[ReportLine, ...]:
        report = (*fork.report, *await connection.report())
        self._at_work.take(await connection.read_globals())
        return report

    async def _loaded(self, connection: KernelConnection, load: Path) -> tuple[ReportLine, ...]:
        self._at_work.take(Entered(_("Loading the saved state"), now()))
        reply = await connection.ask("load", {"path": str(load)}, LOAD_SECONDS)
        report = (*ran_since(self._at_work.run), *report_lines(reply["report"]))
        self._at_work.take(await connection.look_at_globals())
        return report


def _wanted(fork: ForkKernel | None) -> dict[str, Any]:
    """Return what the provisioner is asked for."""
    if fork is None:
        return {}
    wanted: dict[str, Any] = {"fork_of": fork.kernel, "reseed": fork.reseed}
    return wanted if fork.checkpoint is None else {**wanted, "checkpoint": fork.checkpoint}


def ran_since(run: Run) -> tuple[ReportLine, ...]:
    """Say which output cells are younger than the saved state."""
    saved = run.saved
    if saved is None or saved.seq >= run.base:
        return ()
    what = _("ran after the state was saved (after #%1)", saved.seq)
    name = f"#{saved.seq + 1} to #{run.base}"
    return (ReportLine("later", name, what, _("Run their cells again if you need them.")),)


async def _given_up(starting: asyncio.Future[KernelProcess]) -> None:
    """End a kernel of which the start was given up, as soon as there is one to end."""
    with contextlib.suppress(KernelStartError):
        process = await starting
        await process.end()


async def ended(connection: KernelConnection) -> None:
    """End a kernel, with its channels."""
    await connection.close()
    await connection.process.end()
