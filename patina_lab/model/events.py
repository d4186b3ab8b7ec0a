"""What can happen to a run. `at` is the time: UTC, RFC 3339 with milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from patina_lab.model.ids import CellId, KernelId, RequestId, Seq
from patina_lab.model.outputs import StreamName
from patina_lab.model.run import ReportLine, SavedState
from patina_lab.text import Text


@dataclass(frozen=True, slots=True)
class Asked:
    """One cell somebody wants to run: the source as it is now."""

    cell: CellId
    source: str
    source_hash: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """Cells are to run, in this order."""

    request: RequestId
    cells: tuple[Asked, ...]
    requested_by: str
    at: str


@dataclass(frozen=True, slots=True)
class Entered:
    """The start of the kernel has come to another phase."""

    phase: Text
    at: str
    previous_ms: int | None = None


@dataclass(frozen=True, slots=True)
class KernelReady:
    """The kernel answers. `report`: what a fork or a load did not carry exactly."""

    kernel: KernelId
    at: str
    capabilities: tuple[str, ...] = ()
    report: tuple[ReportLine, ...] | None = None


@dataclass(frozen=True, slots=True)
class Began:
    """The kernel runs a cell: also one that a server sent which could not write that down."""

    seq: Seq
    at: str


@dataclass(frozen=True, slots=True)
class Reattached:
    """The kernel outlived the server that started it; all that it said meanwhile was heard."""

    kernel: KernelId
    at: str
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NeverArrived:
    """The kernel does not know of a cell that was about to be sent when the server ended."""

    seq: Seq


@dataclass(frozen=True, slots=True)
class KernelLost:
    """The server ended while the run had a kernel, and that is not to be found."""

    at: str


@dataclass(frozen=True, slots=True)
class StartFailed:
    """The kernel could not be started."""

    message: Text
    reason: Text
    hint: Text
    at: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """Text to stdout or stderr."""

    seq: Seq
    name: StreamName
    text: str


@dataclass(frozen=True, slots=True)
class Displayed:
    """A MIME bundle was displayed (or, `is_result`, is the value of the last expression)."""

    seq: Seq
    data: Mapping[str, Any]
    metadata: Mapping[str, Any]
    display_id: str | None = None
    execution_count: int | None = None
    is_result: bool = False


@dataclass(frozen=True, slots=True)
class DisplayUpdated:
    """A display has other content now, wherever in the run it is shown."""

    display_id: str
    data: Mapping[str, Any]
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception ended the cell."""

    seq: Seq
    ename: str
    evalue: str
    traceback: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cleared:
    """The cell wants its outputs gone: now, or (`wait`) when the next one comes."""

    seq: Seq
    wait: bool


@dataclass(frozen=True, slots=True)
class InputRequested:
    """The cell waits for a line of input."""

    seq: Seq
    prompt: str
    password: bool


@dataclass(frozen=True, slots=True)
class InputAnswered:
    """Somebody answered."""

    seq: Seq
    value: str


@dataclass(frozen=True, slots=True)
class Locked:
    """The packages of the cells resolved to these versions: for the notebook's `[lock]`."""

    lock: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finished:
    """The kernel has done with a cell, and everything the cell said has come."""

    seq: Seq
    ok: bool
    execution_count: int | None
    at: str


@dataclass(frozen=True, slots=True)
class InterruptAsked:
    """Somebody wants the running cell to stop."""


@dataclass(frozen=True, slots=True)
class RestartAsked:
    """Somebody wants a new kernel for this run."""

    at: str


@dataclass(frozen=True, slots=True)
class StopAsked:
    """Somebody (or the end of the server) stops the kernel; the history stays."""

    at: str
    why: str = "The kernel was stopped"


@dataclass(frozen=True, slots=True)
class KernelDied:
    """The kernel's process is gone and nobody asked for it. `cause` names signal or exit code."""

    cause: Text
    hint: Text
    at: str


@dataclass(frozen=True, slots=True)
class Crashed:
    """The process that ran the code ended, and the kernel keeps a state of before.

    `seq` is the cell that ran; None when none did.
    """

    reason: Text
    seq: Seq | None
    at: str


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The process ended in this cell, and the kernel went on from the state before by itself."""

    seq: Seq


@dataclass(frozen=True, slots=True)
class UndoAsked:
    """These cells, the latest of the session, are to be undone. Then comes Undone or UndoFailed."""

    seqs: tuple[Seq, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """The kernel has the state from before the cells that were to be undone."""

    at: str


@dataclass(frozen=True, slots=True)
class Restored:
    """The kernel says that it went back, and which cells its state is not made of any more.

    It says so whoever has asked: this server, which also has a reply, or one that was killed before
    it could write it down.
    """

    seqs: tuple[Seq, ...]
    at: str


@dataclass(frozen=True, slots=True)
class UndoFailed:
    """The kernel has the state it had."""

    at: str


@dataclass(frozen=True, slots=True)
class GlobalsChanged:
    """A cell has changed variables: rows as the kernel summarised them, and how many there are."""

    seq: Seq
    rows: tuple[Mapping[str, Any], ...]
    total: int


@dataclass(frozen=True, slots=True)
class GlobalsRead:
    """All variables of a kernel that began with some: a fork's, or those of a saved state."""

    rows: tuple[Mapping[str, Any], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What the kernel uses and keeps now."""

    memory_bytes: int
    checkpoints: tuple[Seq, ...]


@dataclass(frozen=True, slots=True)
class StateSaved:
    """The state is on disk."""

    saved: SavedState


@dataclass(frozen=True, slots=True)
class LoadAsked:
    """Somebody wants a new kernel with the state that is on disk."""

    at: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """The run has another title."""

    title: str


Event = (
    Submitted
    | Entered
    | KernelReady
    | Began
    | Reattached
    | NeverArrived
    | KernelLost
    | StartFailed
    | Wrote
    | Displayed
    | DisplayUpdated
    | Raised
    | Cleared
    | InputRequested
    | InputAnswered
    | Locked
    | Finished
    | InterruptAsked
    | RestartAsked
    | StopAsked
    | KernelDied
    | Crashed
    | RolledBack
    | UndoAsked
    | Undone
    | Restored
    | UndoFailed
    | GlobalsChanged
    | GlobalsRead
    | Measured
    | StateSaved
    | LoadAsked
    | Renamed
)
