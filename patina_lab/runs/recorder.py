"""Where a run's timeline is kept: in the runs document at once, in its log for ever."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from patina_lab import wire
from patina_lab.blobs.store import BlobStore
from patina_lab.clock import now
from patina_lab.document.manifest import (
    wire_cell,
    wire_crash,
    wire_data,
    wire_error,
    wire_report,
    wire_run,
)
from patina_lab.model.cells import CellStatus, OutputCell
from patina_lab.model.outputs import Blob, Display
from patina_lab.model.resuming import Resume, how_to_resume
from patina_lab.model.run import Run, RunError
from patina_lab.runlog.ledger import Ledger
from patina_lab.runlog.log import RunLog
from patina_lab.runlog.records import (
    Began,
    Closed,
    Forked,
    GlobalsTold,
    Heard,
    KernelEnded,
    KernelStarted,
    Loaded,
    Opened,
    Pinned,
    Reattached,
    Record,
    Retitled,
    UndoneCells,
    blobs_named,
    growth,
    without_cells,
)
from patina_lab.runlog.variables import Told, Variables, begun_with, changed_names, global_rows
from patina_lab.runs.publisher import Publisher
from patina_lab.tasks import Tasks

SYNC_SECONDS = 2.0
_FRESH = Resume()


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
        self._run, self._document, self._publisher = run, publisher.document, publisher
        self._ledger = Ledger(run_log, blobs, tasks, self._on_trouble)
        self._timeline: dict[int, wire.OutputCell] = {}
        self._growing: dict[int, OutputCell] = {}
        """Output cells as the model has them, newer than those of the timeline."""
        self._logged: dict[int, list[wire.Manifest]] = {}
        self._to_log: set[int] = set()
        self._to_show: set[int] = set()
        self._showing: defaultdict[str, set[int]] = defaultdict(set)
        self._next_log: asyncio.TimerHandle | None = None
        self.heard: Callable[[], int | None] = lambda: None
        """How far the kernel was heard; None where it keeps no account of that."""
        self.on_safe: Callable[[int], None] = lambda _position: None
        """Told of the position up to which everything heard is in the log."""
        self.position = 0
        """How far the kernel was heard when this recorder took over."""
        self._held: list[Record] | None = None
        self._resume: dict[int, Resume] = {}
        self._resume_logged: dict[int, Resume] = {}
        self.variables = Variables()
        self.inherited: Mapping[str, int | None] = {}
        """Of the variables that a fork began with, the cell that had changed them."""
        self._show_variables = False

    def revive(self, timeline: dict[int, wire.OutputCell], variables: Variables) -> None:
        """Go on after the output cells and variables that a log tells of."""
        self._timeline, self.variables = timeline, variables
        for cell in timeline.values():
            self._logged[cell.seq] = cell.outputs
            self._index(cell)

    def _on_trouble(self) -> None:
        self._request()
        if self._ledger.trouble is not None:
            self._log_again()

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

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Write what a message of the kernel leads to as one record, when it is dealt with.

        What is written and what was heard must never differ, or a server that goes on from the log
        would hear something twice, or never.
        """
        if self._held is not None or self.heard() is None:
            yield
            return
        self._held = []
        try:
            yield
        finally:
            if self._held:
                self.write_held()
            self._held = None

    def write_held(self) -> bool:
        """Write what is held, after all that has grown; tell whether the disk took it."""
        position, held = self.heard(), self._held or []
        if position is None:
            return True
        seqs = sorted(self._to_log)
        outputs = {seq: self._current(seq).outputs for seq in seqs}
        grown = [one for seq in seqs for one in growth(self._logged[seq], outputs[seq], seq)]
        resume = {
            seq: how
            for seq, how in self._resume.items()
            if how != self._resume_logged.get(seq, _FRESH)
        }
        told = Heard(position=position, records=[*grown, *held], resume=resume)
        held.clear()
        if not (told.records or told.resume):
            self._to_log.clear()
            return True
        if not self._ledger.append_now(told):
            # All that has grown is written later; how far the kernel was heard is, too.
            self._ledger.append(*told.records[len(grown) :])
            self._log_again()
            return False
        self._logged |= outputs
        self._to_log.clear()
        self._resume_logged |= resume
        self._resume.clear()
        self.on_safe(position)
        return True

    def conclude(self, records: Collection[Record]) -> None:
        """Write how what another server left open has ended: now, or when the disk takes it."""
        if records:
            self._ledger.append(*records)
            self._log_again()

    def _append(self, *records: Record) -> None:
        if self._held is None:
            self._ledger.append(*records)
        else:
            self._held += records

    def reattached(self) -> None:
        """Keep that the kernel was found again."""
        self._append(Reattached(at=now()))

    def open(self, cell: OutputCell) -> None:
        """Keep a new output cell."""
        self._timeline[cell.seq] = wire_cell(cell)
        self._logged[cell.seq] = []
        self._append(Opened(self._timeline[cell.seq], cell.request))
        self._show_soon(cell.seq)

    def change(self, cell: OutputCell) -> None:
        """Show an output cell as it is now; the log has it within two seconds."""
        if cell.seq not in self._timeline:
            return  # It was deleted from the history, and a thread of it goes on printing.
        if cell.status is CellStatus.RUNNING and self._is_queued(cell.seq):
            self._append(Began(seq=cell.seq, at=cell.started or now()))
        self._grow(cell)
        self._log_soon(cell.seq)

    def _is_queued(self, seq: int) -> bool:
        """Whether a cell has not begun."""
        # Not by `_current`: each message would cost as much as all that the cell has said.
        growing = self._growing.get(seq)
        there = self._timeline[seq].status if growing is None else growing.status.value
        return there == CellStatus.QUEUED.value

    def _grow(self, cell: OutputCell) -> None:
        self._growing[cell.seq] = cell
        self._resume[cell.seq] = how_to_resume(cell)
        self._show_soon(cell.seq)

    def close(self, cell: OutputCell) -> None:
        """Keep an output cell that is final, durably."""
        self._grow(cell)
        final = self._current(cell.seq)
        if self._held is None:
            self._log_growth(cell.seq)
        else:
            self._to_log.add(cell.seq)
        self._append(
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
            self._show_variables_soon()
        self._ledger.sync_soon()
        self._publisher.hurry()

    def update_display(self, display: Display) -> None:
        """Change the content of a display in every output cell that shows it."""
        data = wire_data(display)
        for seq in tuple(self._showing.get(display.display_id or "", ())):
            if seq not in self._timeline:
                continue
            cell = self._current(seq)
            changed = _with_display(cell, display, data)
            if changed.outputs != cell.outputs:
                self._timeline[seq] = changed
                self._show_soon(seq)
                self._log_soon(seq)

    def keep(self, blobs: tuple[Blob, ...]) -> None:
        """Store bytes; what names them is written afterwards."""
        self._ledger.keep(blobs)

    def undo(self, seqs: tuple[int, ...], position: int) -> None:
        """Mark output cells as undone, and show the variables as they were before."""
        self._append(UndoneCells(seqs=list(seqs), position=position, at=now()))
        self.variables.undo(seqs, self._run.last_seq, position, self._run.session)
        for seq in seqs:
            self._alter(seq, undone=True)
        self._show_variables_soon()
        self._ledger.sync_soon()

    def tell_globals(self, seq: int, rows: tuple[Mapping[str, Any], ...], total: int) -> None:
        """Keep what a cell changed of the variables."""
        told = Told(seq, self._run.session, global_rows(rows), total)
        if seq in self._timeline:
            names = changed_names(self._current(seq).globals_changed, told.rows)
            self._alter(seq, globals_changed=names)
        self._tell(told)

    def begin_globals(self, seq: int, rows: tuple[Mapping[str, Any], ...], total: int) -> None:
        """Keep what variables a session began with."""
        begun = begun_with(global_rows(rows), self.inherited)
        self._tell(Told(seq, self._run.session, begun, total))

    def _tell(self, told: Told) -> None:
        self.variables.tell(told)
        self._append(
            GlobalsTold(seq=told.seq, session=told.session, delta=told.rows, total=told.total)
        )
        self._show_variables_soon()

    def empty_globals(self) -> None:
        """Show no variables any more."""
        self.variables.empty()
        self._show_variables_soon()

    def _show_variables_soon(self) -> None:
        self._show_variables = True
        self._request()

    def pin(self, seq: int, *, pinned: bool) -> wire.OutputCell:
        """Pin an output cell, or no longer. KeyError when there is none."""
        if self._current(seq).pinned != pinned:
            self._ledger.append(Pinned(seq=seq, pinned=pinned))
            self._alter(seq, pinned=pinned)
        return self._current(seq)

    async def delete(self, seqs: Collection[int], log: Path) -> set[str]:
        """Delete final output cells; return the blobs named. KeyError, OSError; then all stay.

        `log` is where the log is now. It is written anew once, however many they are.
        """
        cells = [self._current(seq) for seq in seqs]
        for cell in cells:
            del self._timeline[cell.seq]
            self._to_log.discard(cell.seq)
        gone = {cell.seq: cell.undone for cell in cells}
        try:
            await self._ledger.rewrite(log, lambda record: without_cells(record, gone))
        except BaseException:
            for cell in cells:
                self._timeline[cell.seq] = cell
                # Meanwhile the document may have lost it, and its growth was not logged.
                self._show_soon(cell.seq)
                self._log_soon(cell.seq)
            raise
        for showing in self._showing.values():
            showing.difference_update(gone)
        for seq in gone:
            self._show_soon(seq)
        return set(blobs_named(cells))

    def _alter(self, seq: int, **changes: Any) -> None:
        if seq in self._timeline:
            self._timeline[seq] = msgspec.structs.replace(self._current(seq), **changes)
            self._show_soon(seq)

    def save(self, run: Run) -> None:
        """Show the run's own fields, and log those of their changes that are history."""
        before, self._run = self._run, run
        self._append(*_history(before, run))
        self._request()

    def has(self, seq: int) -> bool:
        """Whether there is an output cell, and it was not deleted from the history."""
        return seq in self._timeline

    def cell(self, seq: int) -> wire.OutputCell:
        """Return an output cell as it is now. KeyError when there is none."""
        return self._current(seq)

    def cells(self) -> list[wire.OutputCell]:
        """Return the timeline as it is now, in order."""
        return [self._current(seq) for seq in sorted(self._timeline)]

    def blobs(self) -> set[str]:
        """Return the names of all blobs in the timeline."""
        return set(blobs_named(self.cells()))

    async def flush(self) -> RunError | None:
        """Make all that there is durable; return what is wrong where the disk does not take it."""
        self._log_growing()
        await self._ledger.flush()
        return self._ledger.trouble

    async def end(self) -> None:
        """Write what is not written, and let the files go."""
        if self._next_log is not None:
            self._next_log.cancel()
        self._log_growing()
        await self._ledger.close()
        if self._next_log is not None:
            self._next_log.cancel()
        self._publisher.flush()

    def forget(self) -> None:
        """Write no more into the document: the run is no longer in it."""
        self._publisher.forget(self._show)

    def _current(self, seq: int) -> wire.OutputCell:
        """Return an output cell as it is now, bringing the timeline up to date."""
        growing = self._growing.pop(seq, None)
        if growing is not None:
            there = self._timeline[seq]
            self._timeline[seq] = msgspec.structs.replace(
                wire_cell(growing),
                globals_changed=there.globals_changed,
                undone=there.undone,
                pinned=there.pinned,
            )
            self._index(self._timeline[seq])
        return self._timeline[seq]

    def _index(self, cell: wire.OutputCell) -> None:
        """Remember which displays a cell shows: an update must not search all history."""
        for output in cell.outputs:
            if output.display_id is not None:
                self._showing[output.display_id].add(cell.seq)

    def _request(self) -> None:
        self._publisher.request(self._show)

    def _show_soon(self, seq: int) -> None:
        self._to_show.add(seq)
        self._request()

    def _show(self) -> None:
        """Write what has changed into the runs document."""
        seqs, self._to_show = sorted(self._to_show), set()
        self._document.put_run(self.wire_run)
        for seq in seqs:
            if seq in self._timeline:
                self._document.put_cell(self._run.id, self._current(seq))
            else:
                self._document.remove_cell(self._run.id, seq)
        if self._show_variables:
            self._show_variables = False
            self._document.put_globals(self._run.id, self.variables.rows())

    def _log_soon(self, seq: int) -> None:
        self._to_log.add(seq)
        self._log_again()

    def _log_again(self) -> None:
        if self._next_log is None:
            loop = asyncio.get_running_loop()
            self._next_log = loop.call_later(SYNC_SECONDS, self._log_growing)

    def _log_growing(self) -> None:
        self._next_log = None
        self.log_growth()
        self._ledger.sync_soon()
        if not self._ledger.retry():
            self._log_again()

    def log_growth(self) -> None:
        """Log all that has grown."""
        if self.heard() is not None:
            if self._to_log:
                self.write_held()
            return
        for seq in sorted(self._to_log):
            self._log_growth(seq)

    def _log_growth(self, seq: int) -> None:
        """Log what has grown since it was logged last; all of it later, if that fails now."""
        outputs = self._current(seq).outputs
        if self._ledger.append_now(*growth(self._logged[seq], outputs, seq)):
            self._logged[seq] = outputs
            self._to_log.discard(seq)
        else:
            self._log_soon(seq)


def _history(before: Run, run: Run) -> tuple[Record, ...]:
    """Return the records of what changed in a run's own fields."""
    records: list[Record] = []
    if run.title != before.title:
        records.append(Retitled(title=run.title))
    if run.kernel_id is not None and run.kernel_id != before.kernel_id:
        records.append(KernelStarted(session=run.session, kernel_id=run.kernel_id, at=now()))
        if run.report is not None:
            began = Forked if run.parent is not None and run.session == 1 else Loaded
            records.append(began(at=now(), report=wire_report(run.report)))
    changed = (run.status, run.crash) != (before.status, before.crash)
    if before.has_kernel and not run.is_live and changed:
        error, crash = wire_error(run.error), wire_crash(run.crash)
        ended = KernelEnded(status=run.status.value, at=now(), error=error, crash=crash)
        records.append(ended)
    return tuple(records)


def _with_display(
    cell: wire.OutputCell, display: Display, data: dict[str, wire.MimeValue]
) -> wire.OutputCell:
    outputs = [
        msgspec.structs.replace(output, data=data, metadata=dict(display.metadata))
        if output.display_id == display.display_id
        else output
        for output in cell.outputs
    ]
    return msgspec.structs.replace(cell, outputs=outputs)
