"""Where a run's timeline is kept: in the runs document at once, in its log for ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec

from patina_lab import wire
from patina_lab.blobs.store import BlobStore
from patina_lab.clock import now
from patina_lab.document.manifest import wire_cell, wire_error, wire_run
from patina_lab.model.cells import CellStatus, OutputCell
from patina_lab.model.outputs import Blob, Display
from patina_lab.model.resuming import how_to_resume
from patina_lab.model.run import Run, RunError
from patina_lab.runlog.growth import blobs_named, without_cells
from patina_lab.runlog.ledger import Ledger
from patina_lab.runlog.log import RunLog
from patina_lab.runlog.records import (
    Began,
    Closed,
    GlobalsTold,
    Opened,
    Pinned,
    Reattached,
    UndoneCells,
)
from patina_lab.runlog.variables import Told, Variables, begun_with, global_rows, with_changes
from patina_lab.runs.logbook import Logbook
from patina_lab.runs.publisher import Publisher
from patina_lab.runs.runhistory import changes
from patina_lab.runs.showing import Showing
from patina_lab.runs.timeline import Timeline
from patina_lab.tasks import Tasks


class Recorder:
    """Writes one run's log, blobs, and part of the runs document; nobody else does."""

    def __init__(
        self,
        run: Run,
        publisher: Publisher,
        run_log: RunLog,
        blobs: BlobStore,
        tasks: Tasks,
    ) -> None:
        self._run = run
        self.variables = Variables()
        self.inherited: Mapping[str, int | None] = {}
        """Of the variables that a fork began with, the cell that had changed them."""
        self._timeline = Timeline()
        self._ledger = Ledger(run_log, blobs, tasks, self._on_trouble)
        self.logbook = Logbook(self._ledger, self._timeline)
        self._showing = Showing(
            publisher, lambda: self.wire_run, self._timeline, lambda: self.variables
        )

    def revive(self, timeline: dict[int, wire.OutputCell], variables: Variables) -> None:
        """Go on after the output cells and variables that a log tells of."""
        self._timeline.revive(timeline)
        self.variables = variables
        for cell in timeline.values():
            self.logbook.has_logged(cell.seq, cell.outputs)

    def _on_trouble(self) -> None:
        self._showing.soon()
        if self._ledger.trouble is not None:
            self.logbook.again()

    @property
    def is_waiting(self) -> bool:
        """Whether the disk has not taken something yet, and is asked again."""
        return self._ledger.is_waiting

    def moved(self, log: Path) -> None:
        """Take note of where the log is now."""
        self._ledger.moved(log)

    @property
    def wire_run(self) -> wire.Run:
        """The run's own fields, with what is wrong with keeping it."""
        run, trouble = wire_run(self._run), self._ledger.trouble
        run = msgspec.structs.replace(run, globals_total=self.variables.total or None)
        if trouble and run.error is None:
            return msgspec.structs.replace(run, error=wire_error(trouble))
        return run

    def save(self, run: Run) -> None:
        """Show the run's own fields, and log those of their changes that are history."""
        before, self._run = self._run, run
        self.logbook.append(*changes(before, run))
        self._showing.soon()

    def reattached(self) -> None:
        """Keep that the kernel was found again."""
        self.logbook.append(Reattached(at=now()))

    # Output cells.

    def open(self, cell: OutputCell) -> None:
        """Keep a new output cell."""
        opened = wire_cell(cell)
        self._timeline.put(opened)
        self.logbook.has_logged(cell.seq, [])
        self.logbook.append(Opened(opened, cell.request))
        self._showing.cell(cell.seq)

    def change(self, cell: OutputCell) -> None:
        """Show an output cell as it is now; the log has it within two seconds."""
        if cell.seq not in self._timeline:
            return  # It was deleted from the history, and a thread of it goes on printing.
        if cell.status is CellStatus.RUNNING and self._timeline.is_queued(cell.seq):
            self.logbook.append(Began(seq=cell.seq, at=cell.started or now()))
        self._grow(cell)
        self.logbook.grown_soon(cell.seq)

    def _grow(self, cell: OutputCell) -> None:
        self._timeline.grow(cell)
        self.logbook.resumes(cell.seq, how_to_resume(cell))
        self._showing.cell(cell.seq)

    def close(self, cell: OutputCell) -> None:
        """Keep an output cell that is final, durably."""
        self._grow(cell)
        final = self._timeline[cell.seq]
        self.logbook.close(cell.seq)
        self.logbook.append(
            Closed(
                seq=final.seq,
                status=final.status,
                ended=final.ended or now(),
                started=final.started,
                execution_count=final.execution_count,
            )
        )
        if final.started:
            self.variables.ran(final.seq, self._run.session)
            self._showing.variables()
        self._ledger.sync_soon()
        self._showing.hurry()

    def update_display(self, display: Display) -> None:
        """Change the content of a display in every output cell that shows it."""
        for seq in self._timeline.update_display(display):
            self._showing.cell(seq)
            self.logbook.grown_soon(seq)

    def keep(self, blobs: tuple[Blob, ...]) -> None:
        """Store bytes; what names them is written afterwards."""
        self._ledger.keep(blobs)

    def undo(self, seqs: tuple[int, ...], position: int) -> None:
        """Mark output cells as undone, and show the variables as they were before."""
        self.logbook.append(UndoneCells(seqs=list(seqs), position=position, at=now()))
        self.variables.undo(seqs, self._run.last_seq, position, self._run.session)
        for seq in seqs:
            self._alter(seq, undone=True)
        self._showing.variables()
        self._ledger.sync_soon()

    def pin(self, seq: int, *, pinned: bool) -> wire.OutputCell:
        """Pin an output cell, or no longer. KeyError when there is none."""
        if self._timeline[seq].pinned != pinned:
            self._ledger.append(Pinned(seq=seq, pinned=pinned))
            self._alter(seq, pinned=pinned)
        return self._timeline[seq]

    async def delete(self, seqs: Collection[int], log: Path) -> set[str]:
        """Delete final output cells; return the blobs named. KeyError, OSError; then all stay.

        `log` is where the log is now. It is written anew once, however many they are.
        """
        cells = [self._timeline[seq] for seq in seqs]
        for cell in cells:
            self._timeline.take_out(cell.seq)
            self.logbook.drop(cell.seq)
        gone = {cell.seq: cell.undone for cell in cells}
        try:
            await self._ledger.rewrite(log, lambda record: without_cells(record, gone))
        except BaseException:
            for cell in cells:
                self._timeline.put(cell)
                # Meanwhile the document may have lost it, and its growth was not logged.
                self._showing.cell(cell.seq)
                self.logbook.grown_soon(cell.seq)
            raise
        self._timeline.forget(gone)
        for seq in gone:
            self._showing.cell(seq)
        return set(blobs_named(cells))

    def _alter(self, seq: int, **fields: Any) -> None:
        if seq in self._timeline:
            self._timeline.alter(seq, **fields)
            self._showing.cell(seq)

    def has(self, seq: int) -> bool:
        """Whether there is an output cell, and it was not deleted from the history."""
        return seq in self._timeline

    def cell(self, seq: int) -> wire.OutputCell:
        """Return an output cell as it is now. KeyError when there is none."""
        return self._timeline[seq]

    def cells(self) -> list[wire.OutputCell]:
        """Return the timeline as it is now, in order."""
        return self._timeline.all()

    def blobs(self) -> set[str]:
        """Return the names of all blobs in the timeline."""
        return set(blobs_named(self.cells()))

    # Variables.

    def tell_globals(self, seq: int, rows: tuple[Mapping[str, Any], ...], total: int) -> None:
        """Keep what a cell changed of the variables."""
        told = Told(seq, self._run.session, global_rows(rows), total)
        if seq in self._timeline:
            cell = with_changes(self._timeline[seq], told.rows)
            self._alter(
                seq,
                globals_changed=cell.globals_changed,
                globals_new=cell.globals_new,
                globals_gone=cell.globals_gone,
                globals_maybe=cell.globals_maybe,
            )
        self._tell(told)

    def begin_globals(self, seq: int, rows: tuple[Mapping[str, Any], ...], total: int) -> None:
        """Keep what variables a session began with."""
        begun = begun_with(global_rows(rows), self.inherited)
        self._tell(Told(seq, self._run.session, begun, total))

    def _tell(self, told: Told) -> None:
        self.variables.tell(told)
        self.logbook.append(
            GlobalsTold(seq=told.seq, session=told.session, delta=told.rows, total=told.total)
        )
        self._showing.variables()

    def empty_globals(self) -> None:
        """Show no variables any more."""
        self.variables.empty()
        self._showing.variables()

    # Its end.

    async def flush(self) -> RunError | None:
        """Make all that there is durable; return what is wrong where the disk does not take it."""
        return await self.logbook.flush()

    async def end(self) -> None:
        """Write what is not written, and let the files go."""
        await self.logbook.end()
        self._showing.flush()

    def forget(self) -> None:
        """Write no more into the document: the run is no longer in it."""
        self._showing.forget()
