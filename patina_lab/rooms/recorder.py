"""Where a run's timeline is kept: in the runs document at once, in its log for ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import msgspec

from patina_lab import wire
from patina_lab.blobs.store import BlobStore
from patina_lab.document.manifest import wire_cell, wire_data, wire_error, wire_run
from patina_lab.document.runs import RunsDocument
from patina_lab.kernel.connection import now
from patina_lab.model.cells import OutputCell
from patina_lab.model.outputs import Blob, Display
from patina_lab.model.run import Run, RunError
from patina_lab.rooms.log import RunLog
from patina_lab.rooms.records import (
    Closed,
    KernelEnded,
    KernelStarted,
    Opened,
    Record,
    Retitled,
    growth,
)
from patina_lab.rooms.tasks import Tasks
from patina_lab.rooms.throttle import Throttle

log = logging.getLogger("patina_lab.rooms")
SYNC_SECONDS = 2.0


class Recorder:
    """Writes one run's log, blobs, and part of the runs document; nobody else does."""

    def __init__(
        self, run: Run, document: RunsDocument, run_log: RunLog, blobs: BlobStore, tasks: Tasks
    ) -> None:
        self.timeline: dict[int, wire.OutputCell] = {}
        self._run, self._document, self._log, self._blobs = run, document, run_log, blobs
        self._tasks = tasks
        self._growing: dict[int, OutputCell] = {}
        self._logged: dict[int, list[wire.Manifest]] = {}
        self._to_show: set[int] = set()
        self._throttle = Throttle(self._show)
        self._next_sync: asyncio.TimerHandle | None = None
        self._trouble: RunError | None = None

    @property
    def wire_run(self) -> wire.Run:
        """The run's own fields, with what is wrong with keeping it."""
        run = wire_run(self._run)
        if self._trouble and run.error is None:
            return msgspec.structs.replace(run, error=wire_error(self._trouble))
        return run

    def open(self, cell: OutputCell) -> None:
        """Keep a new output cell."""
        self.timeline[cell.seq] = wire_cell(cell)
        self._logged[cell.seq] = []
        self._append(Opened(self.timeline[cell.seq]))
        self._show_soon(cell.seq)

    def change(self, cell: OutputCell) -> None:
        """Show an output cell as it is now; the log has it within two seconds."""
        self._growing[cell.seq] = cell
        self._show_soon(cell.seq)
        if self._next_sync is None:
            loop = asyncio.get_running_loop()
            self._next_sync = loop.call_later(SYNC_SECONDS, self._log_growing)

    def close(self, cell: OutputCell) -> None:
        """Keep an output cell that is final, durably."""
        self._growing[cell.seq] = cell
        final = self._current(cell.seq)
        self._log_growth(final)
        self._append(
            Closed(
                seq=final.seq,
                status=final.status,
                ended=final.ended or now(),
                started=final.started,
                execution_count=final.execution_count,
            )
        )
        self._show_soon(cell.seq)
        self._tasks.spawn(self._sync())

    def update_display(self, display: Display) -> None:
        """Change the content of a display in every output cell that shows it."""
        data = wire_data(display)
        for seq, cell in self.timeline.items():
            if seq in self._growing or not _shows(cell, display.display_id):
                continue
            self.timeline[seq] = _with_display(cell, display, data)
            self._log_growth(self.timeline[seq], before=cell.outputs)
            self._show_soon(seq)

    def keep(self, blobs: tuple[Blob, ...]) -> None:
        """Store bytes; what names them is written afterwards."""
        try:
            for blob in blobs:
                self._blobs.put(blob)
        except OSError as error:
            self._failed(error)

    def save(self, run: Run) -> None:
        """Show the run's own fields, and log those of their changes that are history."""
        before, self._run = self._run, run
        self._append(*_history(before, run))
        self._throttle.request()

    def cells(self) -> list[wire.OutputCell]:
        """Return the timeline as it is now, in order."""
        for seq in tuple(self._growing):
            self._current_kept(seq)
        return [self.timeline[seq] for seq in sorted(self.timeline)]

    def blobs(self) -> set[str]:
        """Return the names of all blobs in the timeline."""
        return {name for cell in self.cells() for output in cell.outputs for name in _named(output)}

    def flush(self) -> None:
        """Bring the document and the log up to date now."""
        self._log_growing()
        self._throttle.close()

    def end(self) -> None:
        """Write what is not written, and let the files go."""
        if self._next_sync is not None:
            self._next_sync.cancel()
        self.flush()
        self._log.close()

    def _current(self, seq: int) -> wire.OutputCell:
        """Return an output cell as it is now, bringing the timeline up to date."""
        growing = self._growing.pop(seq, None)
        if growing is not None:
            self.timeline[seq] = wire_cell(growing)
        return self.timeline[seq]

    def _show_soon(self, seq: int) -> None:
        self._to_show.add(seq)
        self._throttle.request()

    def _show(self) -> None:
        """Write what has changed into the runs document, as one transaction."""
        seqs, self._to_show = sorted(self._to_show), set()
        with self._document.transaction():
            self._document.put_run(self.wire_run)
            for seq in seqs:
                if seq in self.timeline:
                    self._document.put_cell(self._run.id, self._current_kept(seq))

    def _current_kept(self, seq: int) -> wire.OutputCell:
        """Return an output cell as it is now; it may go on growing, and be logged later."""
        growing = self._growing.get(seq)
        if growing is not None:
            self.timeline[seq] = wire_cell(growing)
        return self.timeline[seq]

    def _log_growing(self) -> None:
        self._next_sync = None
        for seq in tuple(self._growing):
            self._log_growth(self._current(seq))
        self._tasks.spawn(self._sync())

    def _log_growth(self, cell: wire.OutputCell, before: list[wire.Manifest] | None = None) -> None:
        logged = self._logged.get(cell.seq, []) if before is None else before
        self._append(*growth(logged, cell.outputs, cell.seq))
        self._logged[cell.seq] = cell.outputs

    def _append(self, *records: Record) -> None:
        try:
            self._log.append(*records)
        except OSError as error:
            self._failed(error)

    async def _sync(self) -> None:
        """Blobs first: a log that is durable never names a blob that is not."""
        try:
            await asyncio.to_thread(self._blobs.sync)
            await asyncio.to_thread(self._log.sync)
        except OSError as error:
            self._failed(error)

    def _failed(self, error: OSError) -> None:
        log.error("Cannot keep the history of run %s: %s", self._run.id, error)
        self._trouble = RunError(
            "The history of this run is not being kept on disk",
            str(error),
            "Free space, or make the folder writable; then run a cell again.",
        )
        self._throttle.request()


def _history(before: Run, run: Run) -> tuple[Record, ...]:
    """Return the records of what changed in a run's own fields."""
    records: list[Record] = []
    if run.title != before.title:
        records.append(Retitled(title=run.title))
    if run.kernel_id is not None and run.kernel_id != before.kernel_id:
        records.append(KernelStarted(session=run.session, kernel_id=run.kernel_id, at=now()))
    if before.is_live and not run.is_live:
        error = wire_error(run.error)
        records.append(KernelEnded(status=run.status.value, at=now(), error=error))
    return tuple(records)


def _named(output: wire.Manifest) -> Iterator[str]:
    yield from (chunk.blob for chunk in output.sealed or ())
    yield from (value.blob for value in (output.data or {}).values() if value.blob)


def _shows(cell: wire.OutputCell, display_id: str | None) -> bool:
    return any(output.display_id == display_id for output in cell.outputs if output.display_id)


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
