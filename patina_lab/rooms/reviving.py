"""The runs that earlier servers left: read from their logs, and gone on with where that can be."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from patina_lab.clock import now
from patina_lab.kernel.survivors import Survivor
from patina_lab.model.ids import RunId
from patina_lab.rooms.workshop import Workshop
from patina_lab.runlog.folding import Folded, add
from patina_lab.runlog.growth import blobs_named
from patina_lab.runlog.log import RunLog
from patina_lab.runlog.revival import ending, going_on, marks, may_live, revived
from patina_lab.runlog.runfolder import Kept, KnownRun, not_writable
from patina_lab.runs.runner import Runner
from patina_lab.sources.sourcefile import is_read_only

log = logging.getLogger(__name__)


class Reviving:
    """Puts them on the roster."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._notebook = workshop.notebook

    async def all(self, copy_of: str | None) -> None:
        """Revive what is in the folder. `copy_of`: the notebook of which this one is a copy."""
        folder = self._workshop.folder
        await asyncio.to_thread(folder.tidy, self._notebook, copy_of)
        runs = await asyncio.to_thread(folder.load, self._notebook)
        await self._sweep(runs)
        for found in runs:
            if isinstance(found, KnownRun):
                self._workshop.show(found)
            else:
                self._revive(found)

    async def _sweep(self, runs: list[Kept | KnownRun]) -> None:
        """Delete bytes that no run names, which a crash has left: before anything is written."""
        kept = [found for found in runs if isinstance(found, Kept)]
        if len(kept) < len(runs) or not self._workshop.holder.holds:
            return  # What a run names that cannot be read is not known.
        named = {name for one in kept for name in blobs_named(one.loaded.folded.cells.values())}
        if swept := await asyncio.to_thread(self._workshop.blobs.sweep, named):
            log.info("%s: deleted %d blobs that no run names", self._workshop.folder.path, swept)

    def _revive(self, kept: Kept) -> None:
        try:
            run_log = RunLog(kept.path, good_bytes=kept.loaded.good_bytes)
        except OSError as error:
            if not is_read_only(error):
                raise
            self._workshop.show(not_writable(kept, self._notebook, error))
            return
        folded = kept.loaded.folded
        kernel = self._survivor(folded)
        ended = [] if kernel is not None else [*ending(folded, now())]
        for record in ended:
            add(folded, record)
        runner = self._driven(folded, run_log, is_live=kernel is not None)
        runner.recorder.logbook.conclude(ended)
        if kernel is not None:
            runner.reattach(kernel, marks(folded))

    def _driven(self, folded: Folded, run_log: RunLog, *, is_live: bool) -> Runner:
        notebook, workshop = self._notebook, self._workshop
        run = going_on(folded, notebook, now()) if is_live else revived(folded, notebook)
        run = replace(run, saved=workshop.folder.snapshot(folded.header.id).saved())
        runner = workshop.drive(run, run_log)
        runner.recorder.revive(folded.cells, folded.variables)
        runner.recorder.logbook.position = folded.position
        cells, rows = list(folded.cells.values()), folded.variables.rows()
        workshop.document.add_run(runner.recorder.wire_run, cells, rows)
        return runner

    def _survivor(self, folded: Folded) -> Survivor | None:
        """Return the run's kernel, if it outlived the server that this run was left by."""
        if not may_live(folded):
            return None
        survivors = self._workshop.kernels.survivors
        return survivors.find(RunId(folded.header.id), folded.session)
