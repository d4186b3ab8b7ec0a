"""Live states of a run's kernel: gone back to, and saved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from patina_lab.clock import now
from patina_lab.kernel.asking import KernelRefusedError
from patina_lab.kernel.connection import KernelConnection, report_lines
from patina_lab.model.events import StateSaved, UndoAsked, UndoFailed, Undone
from patina_lab.model.run import ReportLine
from patina_lab.model.undoing import Kept, Way, way_back, why_no_save, why_not_now
from patina_lab.problem import conflict, impossible
from patina_lab.runlog.snapshots import Snapshot
from patina_lab.runs.kernels import RunAtWork
from patina_lab.text import gettext as _

RESTORE_SECONDS = 30.0
SNAPSHOT_SECONDS = 600.0


class States:
    """Goes back, and saves; a problem says why not."""

    def __init__(
        self,
        at_work: RunAtWork,
        connection: Callable[[], KernelConnection],
        snapshot: Callable[[], Snapshot],
    ) -> None:
        self._at_work, self._connection, self._snapshot = at_work, connection, snapshot
        self.is_saving = False

    async def kept(self) -> list[Kept]:
        """Return the states the kernel keeps, oldest first."""
        try:
            return await self._connection().checkpoints()
        except KernelRefusedError as error:
            raise conflict(
                _("The kernel does not say what it keeps"), error.message, error.hint
            ) from error

    async def undo(self) -> None:
        """Go back to before the last cell; after a crash, go on from before the one that ran."""
        self._refuse_to_undo()
        connection = self._connection()
        way = way_back(self._at_work.run, await self.kept())
        if not isinstance(way, Way):
            raise impossible(way)
        # Somebody may have run a cell meanwhile.
        self._refuse_to_undo()
        self._at_work.take(UndoAsked(way.seqs))
        try:
            await connection.ask("restore", {"checkpoint": way.checkpoint}, RESTORE_SECONDS)
        except BaseException as error:
            self._at_work.take(UndoFailed(now()))
            if isinstance(error, KernelRefusedError):
                raise conflict(_("Nothing was undone"), error.message, error.hint) from error
            raise
        self._at_work.take(Undone(now()))

    def _refuse_to_undo(self) -> None:
        run = self._at_work.run
        if no := why_not_now(run):
            raise impossible(no)
        if "undo" not in run.capabilities:
            raise conflict(
                _("Nothing was undone"),
                _("The kernel %1 keeps no states", run.kernel_name),
                _("Choose a Patina kernel for this notebook."),
            )

    async def save(self) -> tuple[ReportLine, ...]:
        """Write the state to disk, and sign it; return what could not be saved."""
        self._refuse_to_save()
        if self.is_saving:
            reason = _("Its state is being saved already")
            raise conflict(_("The state was not saved"), reason, _("Wait until that is done."))
        self.is_saving = True
        try:
            return await self._save()
        finally:
            self.is_saving = False

    def _refuse_to_save(self) -> None:
        if no := why_no_save(self._at_work.run):
            raise impossible(no)

    async def _save(self) -> tuple[ReportLine, ...]:
        snapshot = self._snapshot()
        path = await asyncio.to_thread(snapshot.begin)
        try:
            # Somebody may have run a cell meanwhile, or stopped the run.
            self._refuse_to_save()
            run = self._at_work.run
            reply = await self._connection().ask("save", {"path": str(path)}, SNAPSHOT_SECONDS)
            saved = await asyncio.to_thread(
                snapshot.finish, run.id, run.position, now(), run.kernel_name
            )
        except BaseException as error:
            await asyncio.to_thread(snapshot.give_up)
            if isinstance(error, KernelRefusedError):
                raise conflict(_("The state was not saved"), error.message, error.hint) from error
            raise
        self._at_work.take(StateSaved(saved))
        return report_lines(reply["report"])
