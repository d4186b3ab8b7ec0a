"""An output cell: one execution, with the source as it ran and what came of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum

from patina_lab.model.ids import CellId, RequestId, Seq
from patina_lab.model.outputs import Display, Output
from patina_lab.text import Text
from patina_lab.text import gettext as _


class CellStatus(StrEnum):
    """How far an execution has come; all but the first two are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    NOT_RUN = "not run"

    @property
    def text(self) -> Text:
        """What it is called, as in *Output cell 4 is running*."""
        return {
            CellStatus.QUEUED: _("queued"),
            CellStatus.RUNNING: _("running"),
            CellStatus.SUCCEEDED: _("succeeded"),
            CellStatus.FAILED: _("failed"),
            CellStatus.INTERRUPTED: _("interrupted"),
            CellStatus.NOT_RUN: _("not run"),
        }[self]


@dataclass(frozen=True, slots=True)
class Question:
    """The kernel waits for a line of input."""

    prompt: str
    password: bool = False


@dataclass(frozen=True, slots=True)
class OutputCell:
    """One execution. Times are UTC, RFC 3339 with milliseconds."""

    seq: Seq
    id: str
    cell: CellId
    source: str
    source_hash: str
    requested_by: str
    queued: str
    session: int
    request: RequestId
    status: CellStatus = CellStatus.QUEUED
    outputs: tuple[Output, ...] = ()
    execution_count: int | None = None
    started: str | None = None
    ended: str | None = None
    question: Question | None = None
    made: int = 0
    """How many outputs were ever made: names the next one."""
    clear_on_next: bool = False
    """The cell asked to clear its outputs as soon as it has another one."""

    @property
    def mark(self) -> str:
        """What tells it from others that had its number and are in no log: a disk was full."""
        return mark_of(self.request, self.queued)


def mark_of(request: str, queued: str) -> str:
    """Return the mark of a cell that was asked for by that request, at that time."""
    return hashlib.sha256(f"{request} {queued}".encode()).hexdigest()[:8]


def with_output(cell: OutputCell, output: Output) -> OutputCell:
    """Return the cell with an output at its end."""
    outputs = (*cleared(cell).outputs, output)
    return replace(cell, outputs=outputs, made=cell.made + 1, clear_on_next=False)


def with_last(cell: OutputCell, output: Output) -> OutputCell:
    """Return the cell with its last output replaced."""
    return replace(cell, outputs=(*cell.outputs[:-1], output))


def cleared(cell: OutputCell) -> OutputCell:
    """Return the cell without outputs if it asked for that."""
    return replace(cell, outputs=(), clear_on_next=False) if cell.clear_on_next else cell


def shows(cell: OutputCell, display_id: str) -> bool:
    """Whether the cell has an output with this display id."""
    return any(isinstance(item, Display) and item.display_id == display_id for item in cell.outputs)


def with_display(cell: OutputCell, display: Display) -> OutputCell:
    """Return the cell with the content of a display changed wherever it is shown."""
    return replace(cell, outputs=tuple(_updated(item, display) for item in cell.outputs))


def _updated(output: Output, display: Display) -> Output:
    if isinstance(output, Display) and output.display_id == display.display_id:
        return replace(output, data=display.data, metadata=display.metadata)
    return output
