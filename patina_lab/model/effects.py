"""What must be done after an event: the model decides, a runner does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from patina_lab.model.cells import OutputCell
from patina_lab.model.ids import KernelId, Seq
from patina_lab.model.outputs import Blob, Display
from patina_lab.model.run import ReportLine, Run


@dataclass(frozen=True, slots=True)
class StartKernel:
    """Start a kernel; answer with Entered, then KernelReady or StartFailed."""


@dataclass(frozen=True, slots=True)
class RestartKernel:
    """End the kernel there is, if any, then as StartKernel."""


@dataclass(frozen=True, slots=True)
class ForkKernel:
    """Start a kernel as a fork of another, or of a checkpoint of it; answer as to StartKernel."""

    kernel: KernelId
    checkpoint: str | None = None
    reseed: bool = False
    report: tuple[ReportLine, ...] = ()
    """What is to be said of it whatever the kernel reports."""


@dataclass(frozen=True, slots=True)
class LoadKernel:
    """Start a kernel and load the state on disk into it; answer as to StartKernel."""


@dataclass(frozen=True, slots=True)
class ShutdownKernel:
    """End the kernel, or its start."""


@dataclass(frozen=True, slots=True)
class InterruptKernel:
    """Interrupt what the kernel does."""


@dataclass(frozen=True, slots=True)
class SendExecute:
    """Send code to the kernel; what it says in reply belongs to this output cell."""

    seq: Seq
    code: str


@dataclass(frozen=True, slots=True)
class SendInput:
    """Answer the kernel's question."""

    value: str


@dataclass(frozen=True, slots=True)
class KeepBlobs:
    """Store bytes before anything that names them is written."""

    blobs: tuple[Blob, ...]


@dataclass(frozen=True, slots=True)
class OpenCell:
    """A new output cell, to the log and to the document."""

    cell: OutputCell


@dataclass(frozen=True, slots=True)
class ChangeCell:
    """An output cell that is still open has changed: soon to the document, later to the log."""

    cell: OutputCell


@dataclass(frozen=True, slots=True)
class CloseCell:
    """An output cell is final: to the log (durably) and to the document."""

    cell: OutputCell


@dataclass(frozen=True, slots=True)
class UpdateClosed:
    """A display has changed that final output cells may show."""

    display: Display


@dataclass(frozen=True, slots=True)
class MarkUndone:
    """These output cells are undone; what is in force now is the state after `position`."""

    seqs: tuple[Seq, ...]
    position: Seq


@dataclass(frozen=True, slots=True)
class ChangeGlobals:
    """Variables have changed by this cell, to the log and to the document."""

    seq: Seq
    rows: tuple[Mapping[str, Any], ...]
    total: int


@dataclass(frozen=True, slots=True)
class BeginGlobals:
    """A session began with these variables, which no cell of it made: after `seq`."""

    seq: Seq
    rows: tuple[Mapping[str, Any], ...]
    total: int


@dataclass(frozen=True, slots=True)
class EmptyGlobals:
    """There are no variables any more."""


@dataclass(frozen=True, slots=True)
class KeepLock:
    """To the notebook: what packages have resolved to, for its next kernel."""

    lock: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SaveRun:
    """The run's own fields have changed: to the document, and to the log what it keeps."""


Effect = (
    StartKernel
    | RestartKernel
    | ForkKernel
    | LoadKernel
    | ShutdownKernel
    | InterruptKernel
    | SendExecute
    | SendInput
    | KeepBlobs
    | OpenCell
    | ChangeCell
    | CloseCell
    | UpdateClosed
    | MarkUndone
    | ChangeGlobals
    | BeginGlobals
    | EmptyGlobals
    | KeepLock
    | SaveRun
)

Result = tuple[Run, tuple[Effect, ...]]
"""The run after an event, and what must now be done, in order."""
