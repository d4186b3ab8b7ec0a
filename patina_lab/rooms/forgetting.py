"""What is deleted of the history of a notebook's runs, with the bytes that only it named."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from patina_lab.clock import now
from patina_lab.model.events import StopAsked
from patina_lab.model.keeping import superfluous
from patina_lab.problem import conflict
from patina_lab.rooms.workshop import Workshop
from patina_lab.text import gettext as _
from patina_lab.text import verbatim


class Forgetting:
    """Deletes runs and output cells; bytes only where it is known that nothing else names them."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop, self._roster = workshop, workshop.roster

    async def outputs(self, run: str, seqs: Collection[int]) -> int:
        """Delete final output cells from a run's history.

        Returns how many bytes of the disk are free for it.
        """
        runner = self._roster.runner(run)
        log = self._workshop.folder.log_path(runner.run.id)
        before = log.stat().st_size
        names = await runner.recorder.delete(seqs, log)
        freed = before - log.stat().st_size
        return max(0, freed + self._discard(names))

    async def all_but_latest(self, run: str, keep: int) -> tuple[int, int, int]:
        """Delete all but the latest output cells, sparing what is pinned or inherited by forks.

        Returns how many were deleted, the bytes freed, and how many as old ones were spared.
        """
        self._roster.refuse()
        if self._roster.shown:
            logs = (self._workshop.folder.log_path(run).name for run in self._roster.shown)
            raise conflict(
                _("No output is deleted here"),
                _(
                    "What runs that cannot be read have from this one is not known: %1",
                    ", ".join(logs),
                ),
                _("Delete their logs by hand if you do not need them."),
            )
        parents = [runner.run.parent for runner in self._roster.runners]
        until = {int(fork.seq) for fork in parents if fork is not None and fork.run == run}
        found = superfluous(self._roster.runner(run).recorder.cells(), keep, until)
        freed = await self.outputs(run, found.seqs) if found.seqs else 0
        return len(found.seqs), freed, found.spared

    async def run(self, run: str) -> None:
        """End a run and forget it."""
        self._roster.refuse()
        folder = self._workshop.folder
        if (shown := self._roster.shown.get(run)) is not None:
            error = shown.run.error
            raise conflict(
                _("This run cannot be deleted here"),
                error.text("reason") if error else verbatim(shown.run.title),
                _("Delete %1 by hand if you do not need it.", folder.log_path(run).name),
            )
        runner = self._roster.runner(run)
        # At once: who asks for it from now on must not be answered by a run that is going.
        self._roster.take_out(run)
        # Shown in the outputs of what runs: in English, as all outputs are.
        runner.take(StopAsked(now(), "The run was deleted"))
        await runner.close()
        runner.recorder.forget()
        only_here = runner.recorder.blobs()
        self._workshop.document.remove_run(run)
        await asyncio.to_thread(folder.log_path(run).unlink, missing_ok=True)
        await asyncio.to_thread(folder.snapshot(run).remove)
        self._discard(only_here)

    def _discard(self, names: set[str]) -> int:
        """Delete bytes that no run names; what a run names that cannot be read is not known."""
        if self._roster.shown:
            return 0
        return self._workshop.blobs.discard(names - self._roster.blobs())
