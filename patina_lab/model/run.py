"""A run: one kernel and the timeline it makes. Output cells that are final are not kept here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from patina_lab.model.cells import OutputCell
from patina_lab.model.ids import KernelId, NotebookId, RequestId, RunId, Seq
from patina_lab.text import Text
from patina_lab.text import gettext as _


class RunStatus(StrEnum):
    """What the kernel of a run does."""

    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    FORKING = "forking"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"

    @property
    def text(self) -> Text:
        """What it is called, as in *Run 1 is busy*."""
        return {
            RunStatus.STARTING: _("starting"),
            RunStatus.IDLE: _("idle"),
            RunStatus.BUSY: _("busy"),
            RunStatus.FORKING: _("forking"),
            RunStatus.FAILED: _("failed"),
            RunStatus.STOPPED: _("stopped"),
            RunStatus.LOST: _("lost"),
        }[self]


_NONE_YET = Seq(0)
LIVE = frozenset({RunStatus.STARTING, RunStatus.IDLE, RunStatus.BUSY, RunStatus.FORKING})
"""The states in which a run takes cells."""
BEGINNING = (RunStatus.STARTING, RunStatus.FORKING)
"""The kernel is not there yet."""


@dataclass(frozen=True, slots=True)
class Phase:
    """What a starting run is doing, since when, and how long that took last time."""

    name: Text
    since: str
    previous_ms: int | None = None


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run is not well: what happened, why, and what to do."""

    message: Text
    reason: Text
    hint: Text


@dataclass(frozen=True, slots=True)
class ForkPoint:
    """Where a run was forked: its parent, and the last output cell it shares with it."""

    run: RunId
    seq: Seq


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One thing that a fork or a load did not carry exactly, and what to do about it."""

    kind: str
    name: str
    what: Text
    advice: Text


@dataclass(frozen=True, slots=True)
class Crash:
    """The kernel's process ended while `seq` ran (None: nothing ran); a state before is kept."""

    reason: Text
    seq: Seq | None


@dataclass(frozen=True, slots=True)
class SavedState:
    """A state on disk: when it was saved, the last output cell it has, its size."""

    at: str
    seq: Seq
    bytes: int


@dataclass(frozen=True, slots=True)
class KernelSettings:
    """How many checkpoints a kernel keeps, and what becomes of it after a crash or a server."""

    checkpoints: str | int = "auto"
    on_crash: str = "ask"
    on_server_stop: str | None = None
    """`keep` or `stop`; None is what the server is set to."""
    globals_ms: int = 200
    """How long it looks at the variables after a cell, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Run:
    """The state that decides what happens next."""

    id: RunId
    notebook: NotebookId
    title: str
    created: str
    kernel_name: str
    language: str
    status: RunStatus = RunStatus.STARTING
    session: int = 1
    last_seq: Seq = _NONE_YET
    kernel_id: KernelId | None = None
    phase: Phase | None = None
    error: RunError | None = None
    current: OutputCell | None = None
    waiting: tuple[OutputCell, ...] = ()
    recent: tuple[OutputCell, ...] = ()
    """The latest final cells of this session: a thread of theirs may go on printing."""
    interrupted: bool = False
    """The running cell was asked to stop."""
    requests: Mapping[RequestId, tuple[Seq, ...]] = field(default_factory=dict)
    """The latest requests and what they led to, so that a repeated one does nothing."""

    parent: ForkPoint | None = None
    base: Seq = _NONE_YET
    """The last output cell before this session's own."""
    executed: tuple[Seq, ...] = ()
    """The cells of this session that made the state as it is, in order; the latest hundred."""
    before: Mapping[Seq, Seq] = field(default_factory=dict)
    """Of each cell of this session (undone ones, too) the one that ran last before it."""
    restoring: tuple[Seq, ...] | None = None
    """These cells are being undone: nothing else may begin."""
    crash: Crash | None = None
    """The run failed, and its kernel offers to go on from a state before."""
    report: tuple[ReportLine, ...] | None = None
    capabilities: tuple[str, ...] = ()
    """What its kernel can do beyond the protocol: `fork`, `undo`, `globals`, `save`."""
    settings: KernelSettings = field(default_factory=KernelSettings)
    memory_bytes: int | None = None
    checkpoints: tuple[Seq, ...] | None = None
    """The cells before which a state is kept, as was seen last."""
    saved: SavedState | None = None
    loaded: Seq | None = None
    """The session began with a saved state: the one after this output cell."""

    @property
    def position(self) -> Seq:
        """The last output cell whose effects are in the state, without that of a running one."""
        done = self.executed[:-1] if self.current is not None else self.executed
        return done[-1] if done else self.base

    @property
    def has_kernel(self) -> bool:
        """Whether a process belongs to the run: also after a crash that can be undone."""
        return self.is_live or self.crash is not None

    @property
    def queue(self) -> tuple[Seq, ...]:
        """The output cells that wait, in their order."""
        return tuple(cell.seq for cell in self.waiting)

    @property
    def is_live(self) -> bool:
        """Whether the run has a kernel, or is about to have one."""
        return self.status in LIVE
